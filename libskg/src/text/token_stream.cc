#include "text/token_stream.h"

#include <utility>

#include "base/status.h"
#include "storage/keys.h"
#include "text/posting_block.h"
#include "text/posting_rows.h"
#include "text/segment_writer.h"

namespace skg::text {

using storage::Family;

namespace {

class SegmentTokens final : public PartTokens {
 public:
  [[nodiscard]] absl::Status Open(const storage::KvStore& kv,
                                  std::string kind_prefix,
                                  std::string_view prefix,
                                  const storage::KvSnapshot* snapshot) {
    prefix_ = prefix;
    rows_ = kv.NewIterator(Family::kPostings,
                           {.snapshot = snapshot,
                            .lower = kind_prefix,
                            .upper = storage::PrefixEnd(kind_prefix)});
    // The first of them may stand within the row before.
    const std::string from = kind_prefix + prefix_;
    rows_->Seek(from);
    if (!rows_->Valid() || rows_->key() != from) {
      if (rows_->Valid()) {
        rows_->Prev();
      } else {
        SKG_RETURN_IF_ERROR(rows_->status());
        rows_->SeekToLast();
      }
      if (!rows_->Valid()) {
        SKG_RETURN_IF_ERROR(rows_->status());
        rows_->SeekToFirst();
      }
    }
    SKG_RETURN_IF_ERROR(BeginRow());
    while (valid_ && std::string_view(token_) < prefix_) {
      SKG_RETURN_IF_ERROR(Step());
    }
    CheckPrefix();
    return absl::OkStatus();
  }

  [[nodiscard]] absl::Status Next() override {
    SKG_RETURN_IF_ERROR(Step());
    CheckPrefix();
    return absl::OkStatus();
  }

 private:
  void CheckPrefix() {
    if (valid_ && !token_.starts_with(prefix_)) valid_ = false;
  }
  [[nodiscard]] absl::Status BeginRow() {
    valid_ = rows_->Valid();
    if (!valid_) return rows_->status();
    rest_ = ByteReader(rows_->value());
    token_.clear();
    if (rest_.BigEndian<uint8_t>() != kPostingFormat) {
      return DamagedPostings("its vocabulary");
    }
    return ReadToken();
  }
  [[nodiscard]] absl::Status Step() {
    if (!rest_.empty()) return ReadToken();
    rows_->Next();
    return BeginRow();
  }
  [[nodiscard]] absl::Status ReadToken() {
    const uint64_t shared = rest_.Varint();
    const std::string_view own = rest_.Bytes(rest_.Varint());
    postings_ = rest_.Varint();
    if (!rest_.ok() || shared > token_.size()) {
      return DamagedPostings("its vocabulary");
    }
    token_.resize(shared);
    token_ += own;
    return absl::OkStatus();
  }

  std::string prefix_;
  std::unique_ptr<storage::KvIterator> rows_;
  ByteReader rest_{{}};
};

class DeltaTokens final : public PartTokens {
 public:
  [[nodiscard]] absl::Status Open(const storage::KvStore& kv,
                                  PostingIndex index, std::string_view prefix,
                                  const storage::KvSnapshot* snapshot) {
    std::string lower = KindPrefix(index, kDeltaKind);
    const std::string all = lower;
    // Past the rows of documents, whose token is empty.
    lower += prefix.empty() ? std::string_view("\x01", 1) : prefix;
    rows_ = kv.NewIterator(
        Family::kPostings,
        {.snapshot = snapshot,
         .lower = lower,
         .upper = storage::PrefixEnd(prefix.empty() ? all : lower)});
    rows_->SeekToFirst();
    return Next();
  }

  [[nodiscard]] absl::Status Next() override {
    valid_ = rows_->Valid();
    if (!valid_) return rows_->status();
    std::string_view token;
    uint64_t document = 0;
    for (postings_ = 0; rows_->Valid(); rows_->Next(), ++postings_) {
      if (!SplitDeltaKey(rows_->key(), &token, &document)) {
        return DamagedPostings("a key of its delta");
      }
      if (postings_ == 0) {
        token_ = token;
      } else if (token != token_) {
        return absl::OkStatus();
      }
    }
    return rows_->status();
  }

 private:
  std::unique_ptr<storage::KvIterator> rows_;
};

}  // namespace

absl::StatusOr<TokenStream> TokenStream::Open(
    const storage::KvStore& kv, PostingIndex index,
    const PostingManifest& manifest, std::string_view prefix,
    const storage::KvSnapshot* snapshot) {
  TokenStream stream;
  auto delta = std::make_unique<DeltaTokens>();
  SKG_RETURN_IF_ERROR(delta->Open(kv, index, prefix, snapshot));
  stream.parts_.push_back(std::move(delta));
  for (const SegmentEntry& segment : manifest.segments) {
    auto tokens = std::make_unique<SegmentTokens>();
    SKG_RETURN_IF_ERROR(tokens->Open(
        kv, SegmentKindPrefix(index, segment.number, kVocabularyKind), prefix,
        snapshot));
    stream.parts_.push_back(std::move(tokens));
  }
  SKG_RETURN_IF_ERROR(stream.Next());
  return stream;
}

absl::Status TokenStream::Next() {
  const PartTokens* least = nullptr;
  for (const auto& part : parts_) {
    if (part->valid() && (least == nullptr || part->token() < least->token()))
      least = part.get();
  }
  valid_ = least != nullptr;
  if (!valid_) return absl::OkStatus();
  token_ = least->token();
  postings_ = 0;
  for (const auto& part : parts_) {
    if (!part->valid() || part->token() != token_) continue;
    postings_ += part->postings();
    SKG_RETURN_IF_ERROR(part->Next());
  }
  return absl::OkStatus();
}

}  // namespace skg::text
