#include "text/posting_reader.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "text/delta_cursor.h"
#include "text/segment_cursor.h"

namespace skg::text {

absl::StatusOr<std::unique_ptr<PostingReader>> PostingReader::Open(
    const storage::KvStore& kv, PostingIndex index,
    const storage::KvSnapshot* snapshot, MemoryBudget* budget) {
  auto reader = std::unique_ptr<PostingReader>(new PostingReader());
  reader->kv_ = &kv;
  reader->index_ = index;
  reader->snapshot_ = snapshot;
  reader->budget_ = budget;
  SKG_ASSIGN_OR_RETURN(reader->manifest_, LoadManifest(kv, index, snapshot));
  uint64_t length = 0;
  for (const SegmentEntry& segment : reader->manifest_.segments) {
    reader->documents_ += segment.documents;
    length += segment.length;
  }
  SKG_ASSIGN_OR_RETURN(const auto delta,
                       OpenDeltaList(kv, index, {}, snapshot, budget));
  if (delta != nullptr) {
    if (budget != nullptr) {
      SKG_ASSIGN_OR_RETURN(
          reader->reserved_,
          budget->Reserve("text search", delta->postings() * 8));
    }
    reader->delta_documents_.reserve(delta->postings());
    for (; delta->document() != kNoDocument; delta->Next()) {
      reader->delta_documents_.push_back(delta->document());
      length += delta->length();
    }
    reader->documents_ += reader->delta_documents_.size();
  }
  if (length > 0) {
    reader->average_length_ =
        static_cast<double>(length) / static_cast<double>(reader->documents_);
  }
  return reader;
}

absl::StatusOr<std::unique_ptr<PostingCursor>> PostingReader::OpenList(
    size_t part, std::string_view token) const {
  if (part == 0) {
    if (delta_documents_.empty()) return nullptr;
    return OpenDeltaList(*kv_, index_, token, snapshot_, budget_);
  }
  return OpenSegmentList({.kv = kv_,
                          .snapshot = snapshot_,
                          .index = index_,
                          .segment = manifest_.segments[part - 1].number},
                         token);
}

bool PostingReader::InDelta(uint64_t document) const {
  return std::binary_search(delta_documents_.begin(), delta_documents_.end(),
                            document);
}

absl::StatusOr<bool> PostingReader::Contains(uint64_t document) const {
  if (InDelta(document)) return true;
  return InSegment(document);
}

absl::StatusOr<bool> PostingReader::InSegment(uint64_t document) const {
  for (size_t part = 1; part < part_count(); ++part) {
    SKG_ASSIGN_OR_RETURN(const auto list, OpenList(part, {}));
    if (list == nullptr) continue;
    list->SeekTo(document);
    SKG_RETURN_IF_ERROR(list->status());
    if (list->document() == document) return true;
  }
  return false;
}

absl::StatusOr<TokenStream> PostingReader::Tokens(
    std::string_view prefix) const {
  return TokenStream::Open(*kv_, index_, manifest_, prefix, snapshot_);
}

}  // namespace skg::text
