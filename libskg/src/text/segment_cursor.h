// Lists of a segment, as cursors. The layout is in segment_writer.h.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "storage/kv.h"
#include "text/posting_cursor.h"
#include "text/posting_rows.h"

namespace skg::text {

// One segment of a snapshot (null: the present). Store and snapshot outlive it.
struct SegmentSource {
  const storage::KvStore* kv = nullptr;
  const storage::KvSnapshot* snapshot = nullptr;
  PostingIndex index;
  uint32_t segment = 0;
};

// Null: the segment has no such token. Errors: kDataLoss, those of the store.
[[nodiscard]] absl::StatusOr<std::unique_ptr<PostingCursor>> OpenSegmentList(
    const SegmentSource& source, std::string_view token);
// The list whose row of kind 'T' the caller has read.
[[nodiscard]] absl::StatusOr<std::unique_ptr<PostingCursor>> OpenSegmentRow(
    const SegmentSource& source, std::string_view token, std::string_view row);

}  // namespace skg::text
