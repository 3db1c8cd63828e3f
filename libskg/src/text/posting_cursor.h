// PostingCursor: goes through the postings of one token in one part of an index
// (the delta or a segment), documents rising, and says of what lies ahead how
// much it may be worth.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "text/posting.h"

namespace skg::text {

// Begins at the first document. Moves never fail: where a row cannot be read
// the cursor is at its end, and status() must be asked there. Not thread-safe;
// ends before its reader.
class PostingCursor {
 public:
  virtual ~PostingCursor() = default;
  PostingCursor(const PostingCursor&) = delete;
  PostingCursor& operator=(const PostingCursor&) = delete;

  // kNoDocument: at the end.
  [[nodiscard]] uint64_t document() const { return document_; }
  [[nodiscard]] uint64_t postings() const { return postings_; }
  [[nodiscard]] const absl::Status& status() const { return status_; }

  void Next() {
    if (++at_ < count_) {
      document_ = documents_[at_];
    } else if (document_ != kNoDocument) {
      LoadFrom(document_ + 1);
    }
  }
  // To the first document >= this one; never back.
  void SeekTo(uint64_t document) {
    if (document <= document_) return;
    if (count_ > 0 && document <= documents_[count_ - 1]) {
      at_ = FindInBlock(document);
      document_ = documents_[at_];
    } else {
      LoadFrom(document);
    }
  }

  // Of the posting the cursor is at.
  [[nodiscard]] uint32_t frequency() {
    if (frequencies_ == nullptr) LoadRest();
    return static_cast<uint32_t>(frequencies_[at_]);
  }
  [[nodiscard]] uint32_t length() {
    if (lengths_ == nullptr) LoadRest();
    return static_cast<uint32_t>(lengths_[at_]);
  }
  // Replaces `out`, rising. Errors: kDataLoss, those of the store.
  [[nodiscard]] absl::Status ReadPositions(std::vector<uint32_t>* out);
  // The same as posting_block.h has them encoded; valid until the next move or
  // call.
  [[nodiscard]] virtual absl::Status PositionBytes(std::string_view* bytes) = 0;

  // What postings from `document` (not before the cursor) up to `last` may be
  // worth. No impacts: there are none up to the end. Valid until the next call
  // of either. A page's bound reads nothing; a block's may read its page.
  struct Bound {
    uint64_t last = kNoDocument;
    std::span<const Impact> impacts;
  };
  [[nodiscard]] virtual Bound BlockBound(uint64_t document) = 0;
  [[nodiscard]] virtual Bound PageBound(uint64_t document) = 0;
  // Of all postings.
  [[nodiscard]] std::span<const Impact> impacts() const {
    return impacts_.view();
  }

 protected:
  PostingCursor() = default;

  // Makes the block with the first document >= `document` the current one (see
  // SetBlock), or ends (End, Fail).
  virtual void Load(uint64_t document) = 0;
  // Sets frequencies_ and lengths_ of the current block.
  virtual void LoadRest() = 0;

  void SetBlock(const uint64_t* documents, uint32_t count) {
    documents_ = documents;
    frequencies_ = lengths_ = nullptr;
    count_ = count;
    at_ = 0;
  }
  void End() {
    static constexpr uint64_t kNothing = 0;
    documents_ = nullptr;
    frequencies_ = lengths_ = &kNothing;
    count_ = at_ = 0;
    document_ = kNoDocument;
  }
  void Fail(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
    End();
  }
  void LoadFrom(uint64_t document);
  [[nodiscard]] uint32_t FindInBlock(uint64_t document) const;

  uint64_t document_ = 0;
  const uint64_t* documents_ = nullptr;
  const uint64_t* frequencies_ = nullptr;
  const uint64_t* lengths_ = nullptr;
  uint32_t at_ = 0, count_ = 0;
  uint64_t postings_ = 0;
  ImpactSet impacts_;
  absl::Status status_;
};

}  // namespace skg::text
