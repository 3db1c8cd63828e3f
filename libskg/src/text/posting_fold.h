// Fold and merge: the delta of a text index becomes a segment, segments become
// fewer. Neither changes an answer; readers and writers go on.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "storage/kv.h"
#include "text/posting_manifest.h"

namespace skg::text {

// How many segments of about the same size are merged into one.
inline constexpr size_t kSegmentFanIn = 8;
// A delta of so many documents is worth a fold: searches read what it has of
// their tokens row by row.
inline constexpr size_t kFoldDocuments = 4096;

struct FoldOptions {
  // May be null.
  MemoryBudget* budget = nullptr;
  const Cancellation* cancellation = nullptr;
  // Documents of one new segment at most; a delta of more becomes several.
  size_t most_documents = size_t{1} << 18;
};

// Of one index one of these functions at a time, and it must not be dropped
// meanwhile. A crash, an error or a cancellation at any point leaves an index
// that answers as before. Errors of all: kCancelled, kDeadlineExceeded,
// kResourceExhausted, kDataLoss, those of the store.

// Packs what the delta has now into segments and deletes it there. Documents
// that a segment already has are left out. Reads the delta three times; memory:
// 16 bytes a document.
[[nodiscard]] absl::Status FoldDelta(storage::KvStore& kv, PostingIndex index,
                                     const FoldOptions& options);

// Makes one segment of these. Documents for which `keep` (may be null) says
// false are left out: nobody may come to use one between the caller's decision
// and the return of this without adding it again afterwards. Memory: a few
// pages a segment.
[[nodiscard]] absl::Status MergeSegments(
    storage::KvStore& kv, PostingIndex index,
    const std::vector<uint32_t>& segments, const FoldOptions& options,
    const std::function<bool(uint64_t document)>& keep = nullptr);

// Which segments to merge next: kSegmentFanIn or more of one size tier. Empty:
// none.
[[nodiscard]] std::vector<uint32_t> ChooseMerge(
    const PostingManifest& manifest);

// FoldDelta, then merges as long as there is one to choose.
[[nodiscard]] absl::Status Fold(storage::KvStore& kv, PostingIndex index,
                                const FoldOptions& options);

}  // namespace skg::text
