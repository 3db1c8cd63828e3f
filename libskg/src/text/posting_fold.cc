#include "text/posting_fold.h"

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/status.h"
#include "storage/keys.h"
#include "text/posting_block.h"
#include "text/segment_cursor.h"
#include "text/segment_rewrite.h"
#include "text/segment_writer.h"

namespace skg::text {

using storage::Family;
using storage::KvIterator;

namespace {

constexpr size_t kDeleteBatchBytes = 1 << 20;
// Below this a deleted range is left to the compactions that come anyway.
constexpr uint64_t kWorthCompactingBytes = 256 << 10;

// Looks at the cancellation about each millisecond.
class Pace {
 public:
  explicit Pace(const Cancellation* cancellation)
      : cancellation_(cancellation) {}
  [[nodiscard]] absl::Status Step() {
    if (++steps_ % 1024 != 0 || cancellation_ == nullptr)
      return absl::OkStatus();
    return cancellation_->Check();
  }

 private:
  const Cancellation* const cancellation_;
  size_t steps_ = 0;
};

// The rows of the delta with documents up to a last one.
class DeltaFold {
 public:
  DeltaFold(storage::KvStore& kv, PostingIndex index,
            const FoldOptions& options)
      : kv_(kv),
        index_(index),
        options_(options),
        pace_(options.cancellation) {}

  // True: there is more.
  [[nodiscard]] absl::StatusOr<bool> Run() {
    SKG_ASSIGN_OR_RETURN(SegmentRewrite rewrite,
                         SegmentRewrite::Begin(kv_, index_));
    snapshot_ = rewrite.snapshot();
    SKG_ASSIGN_OR_RETURN(const bool more, ChooseDocuments(rewrite.manifest()));
    if (!any_) return false;
    SegmentWriter writer(kv_, index_, rewrite.new_number());
    SKG_RETURN_IF_ERROR(WriteSegment(writer));
    SKG_ASSIGN_OR_RETURN(const SegmentEntry entry, writer.Finish());
    if (entry.documents > 0) {
      SKG_RETURN_IF_ERROR(rewrite.Publish(entry, {}));
    }
    SKG_RETURN_IF_ERROR(DeleteRows());
    return more;
  }

  // Of keys.
  [[nodiscard]] uint64_t deleted_bytes() const { return deleted_bytes_; }

 private:
  [[nodiscard]] std::unique_ptr<KvIterator> Rows(std::string prefix) const {
    std::string upper = storage::PrefixEnd(prefix);
    return kv_.NewIterator(Family::kPostings, {.snapshot = snapshot_,
                                               .lower = std::move(prefix),
                                               .upper = std::move(upper),
                                               .fill_cache = false});
  }

  // Sets last_ and known_. True: there are documents after the last.
  [[nodiscard]] absl::StatusOr<bool> ChooseDocuments(
      const PostingManifest& manifest) {
    std::vector<uint64_t> documents;
    const auto rows = Rows(DeltaTokenPrefix(index_, {}));
    for (rows->SeekToFirst();
         rows->Valid() && documents.size() < options_.most_documents;
         rows->Next()) {
      SKG_RETURN_IF_ERROR(pace_.Step());
      if (documents.size() == documents.capacity()) {
        SKG_RETURN_IF_ERROR(MakeRoom(documents));
      }
      std::string_view token;
      uint64_t document = 0;
      if (!SplitDeltaKey(rows->key(), &token, &document)) {
        return DamagedPostings("a key of its delta");
      }
      documents.push_back(document);
    }
    SKG_RETURN_IF_ERROR(rows->status());
    const bool more = rows->Valid();
    // Rows without their document's are what an earlier fold did not come to
    // delete.
    last_ = more ? documents.back() : kNoDocument;
    any_ = !documents.empty();
    if (!any_) {
      const auto left = Rows(KindPrefix(index_, kDeltaKind));
      left->SeekToFirst();
      SKG_RETURN_IF_ERROR(left->status());
      any_ = left->Valid();
    }
    SKG_ASSIGN_OR_RETURN(
        known_, DocumentsInSegments(kv_, index_, manifest, snapshot_, documents,
                                    options_.cancellation));
    documents_ = std::move(documents);
    return more;
  }

  // Twice as much, for these and for those that a segment has.
  [[nodiscard]] absl::Status MakeRoom(std::vector<uint64_t>& documents) {
    const size_t room = std::max<size_t>(kFoldDocuments, 2 * documents.size());
    if (options_.budget != nullptr) {
      const size_t bytes = 2 * room * sizeof(uint64_t);
      if (reserved_.bytes() == 0) {
        SKG_ASSIGN_OR_RETURN(reserved_,
                             options_.budget->Reserve("text fold", bytes));
      } else {
        SKG_RETURN_IF_ERROR(reserved_.Resize(bytes));
      }
    }
    documents.reserve(room);
    return absl::OkStatus();
  }

  [[nodiscard]] bool IsNew(uint64_t document) const {
    return document <= last_ &&
           !std::binary_search(known_.begin(), known_.end(), document) &&
           std::binary_search(documents_.begin(), documents_.end(), document);
  }

  [[nodiscard]] absl::Status WriteSegment(SegmentWriter& writer) {
    const auto rows = Rows(KindPrefix(index_, kDeltaKind));
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      SKG_RETURN_IF_ERROR(pace_.Step());
      std::string_view token, positions;
      Posting posting;
      if (!SplitDeltaKey(rows->key(), &token, &posting.document)) {
        return DamagedPostings("a key of its delta");
      }
      if (!IsNew(posting.document)) continue;
      if (!ReadDeltaValue(rows->value(), token.empty(), &posting, &positions)) {
        return DamagedPostings("a new posting");
      }
      SKG_RETURN_IF_ERROR(writer.Add(token, posting, positions));
    }
    return rows->status();
  }

  // What is written again meanwhile is deleted too: a segment has it.
  [[nodiscard]] absl::Status DeleteRows() {
    const auto batch = kv_.NewBatch();
    const auto rows = Rows(KindPrefix(index_, kDeltaKind));
    const auto write = [&]() -> absl::Status {
      if (batch->empty()) return absl::OkStatus();
      const size_t size = batch->size_bytes();
      deleted_bytes_ += size;
      kv_.AdmitBackgroundWrite(size);
      SKG_RETURN_IF_ERROR(kv_.Write(*batch, storage::WriteMode::kBuffered));
      batch->Clear();
      return absl::OkStatus();
    };
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      SKG_RETURN_IF_ERROR(pace_.Step());
      std::string_view token;
      uint64_t document = 0;
      if (!SplitDeltaKey(rows->key(), &token, &document)) {
        return DamagedPostings("a key of its delta");
      }
      if (document > last_) continue;
      batch->Delete(Family::kPostings, rows->key());
      if (batch->size_bytes() >= kDeleteBatchBytes)
        SKG_RETURN_IF_ERROR(write());
    }
    SKG_RETURN_IF_ERROR(rows->status());
    return write();
  }

  storage::KvStore& kv_;
  const PostingIndex index_;
  const FoldOptions& options_;
  Pace pace_;
  MemoryReservation reserved_;
  const storage::KvSnapshot* snapshot_ = nullptr;
  uint64_t deleted_bytes_ = 0;
  bool any_ = false;
  uint64_t last_ = 0;
  // Rising: of this fold, and those of them that a segment has.
  std::vector<uint64_t> documents_, known_;
};

// The lists of one segment, token by token.
class SegmentLists {
 public:
  explicit SegmentLists(const SegmentSource& source)
      : source_(source),
        prefix_(SegmentKindPrefix(source.index, source.segment, kListKind)),
        rows_(source.kv->NewIterator(Family::kPostings,
                                     {.snapshot = source.snapshot,
                                      .lower = prefix_,
                                      .upper = storage::PrefixEnd(prefix_),
                                      .fill_cache = false})) {
    rows_->SeekToFirst();
  }
  [[nodiscard]] bool valid() const { return rows_->Valid(); }
  [[nodiscard]] absl::Status status() const { return rows_->status(); }
  [[nodiscard]] std::string_view token() const {
    return rows_->key().substr(prefix_.size());
  }
  [[nodiscard]] absl::StatusOr<std::unique_ptr<PostingCursor>> Open() const {
    return OpenSegmentRow(source_, token(), rows_->value());
  }
  void Next() { rows_->Next(); }

 private:
  const SegmentSource source_;
  const std::string prefix_;
  const std::unique_ptr<KvIterator> rows_;
};

using Cursors = std::vector<std::unique_ptr<PostingCursor>>;

// Documents of all lists in order; no two have the same.
absl::Status MergeLists(std::string_view token, Cursors& cursors,
                        const std::function<bool(uint64_t)>& keep,
                        SegmentWriter& writer, Pace& pace) {
  for (;;) {
    PostingCursor* least = nullptr;
    for (const auto& cursor : cursors) {
      if (least == nullptr || cursor->document() < least->document())
        least = cursor.get();
    }
    if (least == nullptr || least->document() == kNoDocument) break;
    SKG_RETURN_IF_ERROR(pace.Step());
    const uint64_t document = least->document();
    if (keep == nullptr || keep(document)) {
      std::string_view positions;
      SKG_RETURN_IF_ERROR(least->PositionBytes(&positions));
      SKG_RETURN_IF_ERROR(writer.Add(
          token, {document, least->frequency(), least->length()}, positions));
    }
    least->Next();
  }
  for (const auto& cursor : cursors) SKG_RETURN_IF_ERROR(cursor->status());
  return absl::OkStatus();
}

absl::Status MergeAll(std::vector<std::unique_ptr<SegmentLists>>& lists,
                      const std::function<bool(uint64_t)>& keep,
                      SegmentWriter& writer, Pace& pace) {
  Cursors cursors;
  std::string token;
  for (;;) {
    const SegmentLists* least = nullptr;
    for (const auto& list : lists) {
      if (!list->valid()) {
        SKG_RETURN_IF_ERROR(list->status());
      } else if (least == nullptr || list->token() < least->token()) {
        least = list.get();
      }
    }
    if (least == nullptr) return absl::OkStatus();
    token = least->token();
    cursors.clear();
    for (const auto& list : lists) {
      if (!list->valid() || list->token() != token) continue;
      SKG_ASSIGN_OR_RETURN(auto cursor, list->Open());
      cursors.push_back(std::move(cursor));
      list->Next();
    }
    SKG_RETURN_IF_ERROR(MergeLists(token, cursors, keep, writer, pace));
  }
}

// Sizes within a factor of the fan-in are of one tier.
int TierOf(const SegmentEntry& segment) {
  return static_cast<int>(
             std::bit_width((segment.documents + kFoldDocuments - 1) /
                            kFoldDocuments) -
             1) /
         3;
}

}  // namespace

absl::Status FoldDelta(storage::KvStore& kv, PostingIndex index,
                       const FoldOptions& options) {
  if (options.most_documents == 0) {
    return absl::InvalidArgumentError(
        "text index: a fold of no documents at a time; allow at least one");
  }
  uint64_t deleted_bytes = 0;
  for (bool more = true; more;) {
    DeltaFold fold(kv, index, options);
    SKG_ASSIGN_OR_RETURN(more, fold.Run());
    deleted_bytes += fold.deleted_bytes();
  }
  // Else searches step over what is deleted for as long as it lies there.
  if (deleted_bytes < kWorthCompactingBytes) return absl::OkStatus();
  const std::string prefix = KindPrefix(index, kDeltaKind);
  return kv.Compact(Family::kPostings, prefix, storage::PrefixEnd(prefix),
                    nullptr);
}

absl::Status MergeSegments(storage::KvStore& kv, PostingIndex index,
                           const std::vector<uint32_t>& segments,
                           const FoldOptions& options,
                           const std::function<bool(uint64_t)>& keep) {
  if (segments.empty()) return absl::OkStatus();
  constexpr size_t kSegmentBytes = 256 << 10;
  MemoryReservation reserved;
  if (options.budget != nullptr) {
    SKG_ASSIGN_OR_RETURN(
        reserved,
        options.budget->Reserve("text merge", kSegmentBytes * segments.size()));
  }
  SKG_ASSIGN_OR_RETURN(SegmentRewrite rewrite,
                       SegmentRewrite::Begin(kv, index));
  std::vector<std::unique_ptr<SegmentLists>> lists;
  for (const uint32_t segment : segments) {
    lists.push_back(std::make_unique<SegmentLists>(
        SegmentSource{.kv = &kv,
                      .snapshot = rewrite.snapshot(),
                      .index = index,
                      .segment = segment}));
  }
  Pace pace(options.cancellation);
  SegmentWriter writer(kv, index, rewrite.new_number());
  SKG_RETURN_IF_ERROR(MergeAll(lists, keep, writer, pace));
  SKG_ASSIGN_OR_RETURN(const SegmentEntry entry, writer.Finish());
  return rewrite.Publish(entry, segments);
}

std::vector<uint32_t> ChooseMerge(const PostingManifest& manifest) {
  std::map<int, std::vector<uint32_t>> tiers;
  for (const SegmentEntry& segment : manifest.segments) {
    tiers[TierOf(segment)].push_back(segment.number);
  }
  for (const auto& [tier, segments] : tiers) {
    if (segments.size() >= kSegmentFanIn) return segments;
  }
  return {};
}

absl::Status Fold(storage::KvStore& kv, PostingIndex index,
                  const FoldOptions& options) {
  SKG_RETURN_IF_ERROR(FoldDelta(kv, index, options));
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const PostingManifest manifest,
                         LoadManifest(kv, index, nullptr));
    const std::vector<uint32_t> segments = ChooseMerge(manifest);
    if (segments.empty()) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(MergeSegments(kv, index, segments, options));
  }
}

}  // namespace skg::text
