#include "text/segment_rewrite.h"

#include <algorithm>

#include "base/status.h"
#include "storage/keys.h"
#include "text/segment_cursor.h"
#include "text/segment_writer.h"

namespace skg::text {

using storage::Family;

absl::StatusOr<SegmentRewrite> SegmentRewrite::Begin(storage::KvStore& kv,
                                                     PostingIndex index) {
  SegmentRewrite rewrite(kv, index);
  rewrite.snapshot_ = kv.NewSnapshot();
  SKG_ASSIGN_OR_RETURN(rewrite.manifest_,
                       LoadManifest(kv, index, rewrite.snapshot_.get()));
  const std::string begin = SegmentPrefix(index, rewrite.new_number());
  const std::string end = storage::PrefixEnd(KindPrefix(index, kSegmentKind));
  const auto rows = kv.NewIterator(
      Family::kPostings,
      {.snapshot = rewrite.snapshot_.get(), .lower = begin, .upper = end});
  rows->SeekToFirst();
  SKG_RETURN_IF_ERROR(rows->status());
  if (rows->Valid()) {
    const auto batch = kv.NewBatch();
    batch->DeleteRange(Family::kPostings, begin, end);
    SKG_RETURN_IF_ERROR(kv.Write(*batch, storage::WriteMode::kBuffered));
  }
  return rewrite;
}

absl::Status SegmentRewrite::Publish(const SegmentEntry& added,
                                     std::span<const uint32_t> removed) {
  PostingManifest next = manifest_;
  const auto batch = kv_->NewBatch();
  for (const uint32_t number : removed) {
    std::erase_if(next.segments, [&](const SegmentEntry& segment) {
      return segment.number == number;
    });
    const std::string prefix = SegmentPrefix(index_, number);
    batch->DeleteRange(Family::kPostings, prefix, storage::PrefixEnd(prefix));
  }
  if (added.documents > 0) {
    next.segments.push_back(added);
    next.next_segment = added.number + 1;
  }
  batch->Put(Family::kPostings, ManifestKey(index_), EncodeManifest(next));
  SKG_RETURN_IF_ERROR(kv_->Write(*batch, storage::WriteMode::kSync));
  manifest_ = std::move(next);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<uint64_t>> DocumentsInSegments(
    const storage::KvStore& kv, PostingIndex index,
    const PostingManifest& manifest, const storage::KvSnapshot* snapshot,
    std::span<const uint64_t> documents, const Cancellation* cancellation) {
  std::vector<uint64_t> found;
  for (const SegmentEntry& segment : manifest.segments) {
    SKG_ASSIGN_OR_RETURN(const auto list,
                         OpenSegmentList({.kv = &kv,
                                          .snapshot = snapshot,
                                          .index = index,
                                          .segment = segment.number},
                                         {}));
    if (list == nullptr) continue;
    size_t looked_at = 0;
    for (const uint64_t document : documents) {
      if (++looked_at % 1024 == 0 && cancellation != nullptr) {
        SKG_RETURN_IF_ERROR(cancellation->Check());
      }
      list->SeekTo(document);
      if (list->document() == document) found.push_back(document);
      if (list->document() == kNoDocument) break;
    }
    SKG_RETURN_IF_ERROR(list->status());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace skg::text
