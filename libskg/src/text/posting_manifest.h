// The manifest of a text index: which segments it has. One row, so that a
// change of segments is seen whole or not at all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/kv.h"
#include "text/posting_rows.h"

namespace skg::text {

struct SegmentEntry {
  uint32_t number = 0;
  uint64_t documents = 0;
  uint64_t length = 0;  // of all its documents, in tokens
  uint64_t tokens = 0;  // distinct ones
  friend bool operator==(const SegmentEntry&, const SegmentEntry&) = default;
};

// No document is in two of the segments.
struct PostingManifest {
  // Segments of this number and above are nobody's: what a rewrite left behind
  // that did not come to its end.
  uint32_t next_segment = 1;
  std::vector<SegmentEntry> segments;
  friend bool operator==(const PostingManifest&,
                         const PostingManifest&) = default;
};

// Layout: byte 1 (format); varint next segment; varint count; for each segment
// four varints in the order of its members; 8 bytes XXH3 of all before.
[[nodiscard]] std::string EncodeManifest(const PostingManifest& manifest);
[[nodiscard]] absl::StatusOr<PostingManifest> DecodeManifest(
    std::string_view bytes);

// That of the snapshot (null: the present); without segments where there is no
// row. Errors: kDataLoss, those of the store.
[[nodiscard]] absl::StatusOr<PostingManifest> LoadManifest(
    const storage::KvStore& kv, PostingIndex index,
    const storage::KvSnapshot* snapshot);

}  // namespace skg::text
