#include "text/delta_cursor.h"

#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "storage/keys.h"
#include "text/posting_block.h"

namespace skg::text {

using storage::Family;

namespace {

// So many postings' memory is reserved at once.
constexpr size_t kReservedPostings = 4096;

class DeltaCursor final : public PostingCursor {
 public:
  DeltaCursor(const storage::KvStore& kv, PostingIndex index,
              std::string_view token, const storage::KvSnapshot* snapshot)
      : kv_(kv), index_(index), token_(token), snapshot_(snapshot) {}

  [[nodiscard]] absl::Status Open(MemoryBudget* budget) {
    const std::string prefix = DeltaTokenPrefix(index_, token_);
    const auto rows = kv_.NewIterator(Family::kPostings,
                                      {.snapshot = snapshot_,
                                       .lower = prefix,
                                       .upper = storage::PrefixEnd(prefix)});
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      std::string_view token, positions;
      uint64_t document = 0;
      Posting posting;
      if (!SplitDeltaKey(rows->key(), &token, &document) || token != token_ ||
          !ReadDeltaValue(rows->value(), token_.empty(), &posting,
                          &positions)) {
        return Damaged();
      }
      if (budget != nullptr && all_documents_.size() % kReservedPostings == 0) {
        SKG_RETURN_IF_ERROR(Reserve(*budget));
      }
      all_documents_.push_back(document);
      all_frequencies_.push_back(posting.frequency);
      all_lengths_.push_back(posting.length);
      impacts_.Add({posting.frequency, posting.length});
    }
    SKG_RETURN_IF_ERROR(rows->status());
    postings_ = all_documents_.size();
    LoadFrom(0);
    return absl::OkStatus();
  }

  [[nodiscard]] absl::Status PositionBytes(std::string_view* bytes) override {
    *bytes = {};
    if (token_.empty() || document_ == kNoDocument) return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(
        const bool found,
        kv_.Get(Family::kPostings, DeltaKey(index_, token_, document_), &value_,
                snapshot_));
    Posting posting;
    if (!found || !ReadDeltaValue(value_, false, &posting, bytes)) {
      return Damaged();
    }
    return absl::OkStatus();
  }

  [[nodiscard]] Bound BlockBound(uint64_t document) override {
    if (all_documents_.empty() || all_documents_.back() < document) return {};
    return {all_documents_.back(), impacts_.view()};
  }
  [[nodiscard]] Bound PageBound(uint64_t document) override {
    return BlockBound(document);
  }

 private:
  [[nodiscard]] absl::Status Damaged() const {
    return DamagedPostings("a new posting of \"" + token_ + "\"");
  }
  [[nodiscard]] absl::Status Reserve(MemoryBudget& budget) {
    const size_t bytes =
        (all_documents_.size() + kReservedPostings) * 3 * sizeof(uint64_t);
    if (reserved_.bytes() == 0) {
      SKG_ASSIGN_OR_RETURN(reserved_, budget.Reserve("text search", bytes));
      return absl::OkStatus();
    }
    // A vector that grows holds up to twice as much.
    return reserved_.Resize(bytes * 2);
  }

  void Load(uint64_t document) override {
    if (all_documents_.empty() || all_documents_.back() < document)
      return End();
    SetBlock(all_documents_.data(),
             static_cast<uint32_t>(all_documents_.size()));
    LoadRest();
  }
  void LoadRest() override {
    frequencies_ = all_frequencies_.data();
    lengths_ = all_lengths_.data();
  }

  const storage::KvStore& kv_;
  const PostingIndex index_;
  const std::string token_;
  const storage::KvSnapshot* const snapshot_;
  std::string value_;
  MemoryReservation reserved_;
  std::vector<uint64_t> all_documents_, all_frequencies_, all_lengths_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PostingCursor>> OpenDeltaList(
    const storage::KvStore& kv, PostingIndex index, std::string_view token,
    const storage::KvSnapshot* snapshot, MemoryBudget* budget) {
  auto cursor = std::make_unique<DeltaCursor>(kv, index, token, snapshot);
  SKG_RETURN_IF_ERROR(cursor->Open(budget));
  if (cursor->postings() == 0) return nullptr;
  return cursor;
}

}  // namespace skg::text
