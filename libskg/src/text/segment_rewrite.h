// What every change of an index's segments begins and ends with.
//
// Rows of a new segment are ingested first and belong to nobody; then one batch
// replaces the manifest and deletes the rows of the segments it no longer
// lists. A process that stops between the two leaves rows of numbers that the
// manifest has not given out; the next rewrite removes them. Readers keep what
// their snapshots show.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "storage/kv.h"
#include "text/posting_manifest.h"

namespace skg::text {

// One at a time for an index, which must not be dropped meanwhile.
class SegmentRewrite {
 public:
  // Looks at the index as it is now. Errors of all: those of the store.
  [[nodiscard]] static absl::StatusOr<SegmentRewrite> Begin(
      storage::KvStore& kv, PostingIndex index);

  [[nodiscard]] const PostingManifest& manifest() const { return manifest_; }
  [[nodiscard]] const storage::KvSnapshot* snapshot() const {
    return snapshot_.get();
  }
  // Of the segment that is to be written.
  [[nodiscard]] uint32_t new_number() const { return manifest_.next_segment; }

  // Durable when it returns. `added`: without documents it is none.
  [[nodiscard]] absl::Status Publish(const SegmentEntry& added,
                                     std::span<const uint32_t> removed);

 private:
  SegmentRewrite(storage::KvStore& kv, PostingIndex index)
      : kv_(&kv), index_(index) {}

  storage::KvStore* kv_;
  PostingIndex index_;
  std::unique_ptr<storage::KvSnapshot> snapshot_;
  PostingManifest manifest_;
};

// Which of these documents (rising) a segment already has.
[[nodiscard]] absl::StatusOr<std::vector<uint64_t>> DocumentsInSegments(
    const storage::KvStore& kv, PostingIndex index,
    const PostingManifest& manifest, const storage::KvSnapshot* snapshot,
    std::span<const uint64_t> documents, const Cancellation* cancellation);

}  // namespace skg::text
