#include "text/scorer.h"

#include <algorithm>
#include <utility>

namespace skg::text {

TermSaturation::TermSaturation(const Bm25Parameters& parameters,
                               double average_length)
    : base_(parameters.k1 * (1 - parameters.b)),
      slope_(parameters.k1 * parameters.b / average_length) {
  for (uint32_t i = 0; i < norms_.size(); ++i) norms_[i] = ComputeNorm(i);
}

double TermSaturation::Most(std::span<const Impact> impacts) const {
  double most = 0;
  for (const Impact& impact : impacts) {
    most = std::max(most, (*this)(impact.frequency, impact.length));
  }
  return most;
}

namespace {

class TokenScorer final : public Scorer {
 public:
  TokenScorer(std::unique_ptr<PostingCursor> cursor, double factor,
              const TermSaturation& saturation)
      : cursor_(std::move(cursor)), factor_(factor), saturation_(saturation) {
    document_ = cursor_->document();
    postings_ = cursor_->postings();
    most_ = factor_ * saturation_.Most(cursor_->impacts());
  }

  void Next() override {
    cursor_->Next();
    document_ = cursor_->document();
  }
  void SeekTo(uint64_t document) override {
    cursor_->SeekTo(document);
    document_ = cursor_->document();
  }
  [[nodiscard]] double Score() override {
    return factor_ * saturation_(cursor_->frequency(), cursor_->length());
  }
  [[nodiscard]] Bound BlockBound(uint64_t document) override {
    if (document <= block_.last && document >= block_from_) return block_;
    block_ = BoundOf(cursor_->BlockBound(document));
    block_from_ = document;
    return block_;
  }
  [[nodiscard]] Bound PageBound(uint64_t document) override {
    if (document <= page_.last && document >= page_from_) return page_;
    page_ = BoundOf(cursor_->PageBound(document));
    page_from_ = document;
    return page_;
  }
  [[nodiscard]] absl::Status status() const override {
    return cursor_->status();
  }

 private:
  [[nodiscard]] Bound BoundOf(const PostingCursor::Bound& bound) const {
    return {bound.last, factor_ * saturation_.Most(bound.impacts)};
  }

  const std::unique_ptr<PostingCursor> cursor_;
  const double factor_;
  const TermSaturation& saturation_;
  // The last answers.
  Bound block_{0, 0}, page_{0, 0};
  uint64_t block_from_ = 1, page_from_ = 1;
};

class PhraseScorer final : public Scorer {
 public:
  PhraseScorer(std::vector<std::unique_ptr<PostingCursor>> cursors,
               std::vector<uint32_t> offsets, double factor,
               const TermSaturation& saturation)
      : factor_(factor), saturation_(saturation) {
    for (size_t i = 0; i < cursors.size(); ++i) {
      words_.push_back({std::move(cursors[i]), offsets[i], {}});
    }
    // The rarest leads.
    std::stable_sort(words_.begin(), words_.end(),
                     [](const Word& a, const Word& b) {
                       return a.cursor->postings() < b.cursor->postings();
                     });
    postings_ = words_.front().cursor->postings();
    most_ = factor_ * saturation_.Most(words_.front().cursor->impacts());
    for (const Word& word : words_) {
      most_ =
          std::min(most_, factor_ * saturation_.Most(word.cursor->impacts()));
    }
    FindCommon();
  }

  void Next() override {
    words_.front().cursor->Next();
    FindCommon();
  }
  void SeekTo(uint64_t document) override {
    if (document <= document_) return;
    words_.front().cursor->SeekTo(document);
    FindCommon();
  }

  [[nodiscard]] double Score() override {
    uint32_t frequency = confirmed_;
    if (frequency == 0) {
      frequency = words_.front().cursor->frequency();
      for (const Word& word : words_) {
        frequency = std::min(frequency, word.cursor->frequency());
      }
    }
    return factor_ * saturation_(frequency, words_.front().cursor->length());
  }

  [[nodiscard]] bool Confirm() override {
    if (confirmed_ > 0) return true;
    for (Word& word : words_) {
      if (absl::Status read = word.cursor->ReadPositions(&word.positions);
          !read.ok()) {
        if (status_.ok()) status_ = std::move(read);
        return false;
      }
    }
    confirmed_ = CountOccurrences();
    return confirmed_ > 0;
  }

  [[nodiscard]] Bound BlockBound(uint64_t document) override {
    return LeastBound(document, &PostingCursor::BlockBound);
  }
  [[nodiscard]] Bound PageBound(uint64_t document) override {
    return LeastBound(document, &PostingCursor::PageBound);
  }
  [[nodiscard]] absl::Status status() const override {
    for (const Word& word : words_) {
      if (!word.cursor->status().ok()) return word.cursor->status();
    }
    return status_;
  }

 private:
  struct Word {
    std::unique_ptr<PostingCursor> cursor;
    uint32_t offset;
    std::vector<uint32_t> positions;
  };

  // To the first document that all have, from the leader's on.
  void FindCommon() {
    confirmed_ = 0;
    PostingCursor& leader = *words_.front().cursor;
    for (size_t i = 1; i < words_.size();) {
      words_[i].cursor->SeekTo(leader.document());
      if (words_[i].cursor->document() == leader.document()) {
        ++i;
        continue;
      }
      leader.SeekTo(words_[i].cursor->document());
      i = 1;
    }
    document_ = leader.document();
  }

  [[nodiscard]] uint32_t CountOccurrences() {
    uint32_t count = 0;
    const Word& leader = words_.front();
    for (const uint32_t position : leader.positions) {
      if (position < leader.offset) continue;
      const uint64_t begin = position - leader.offset;
      const bool all =
          std::all_of(words_.begin() + 1, words_.end(), [&](const Word& word) {
            return std::binary_search(word.positions.begin(),
                                      word.positions.end(),
                                      begin + word.offset);
          });
      if (all) ++count;
    }
    return count;
  }

  // A phrase is as frequent as its rarest word at most.
  [[nodiscard]] Bound LeastBound(
      uint64_t document, PostingCursor::Bound (PostingCursor::*of)(uint64_t)) {
    Bound least{kNoDocument, most_};
    for (const Word& word : words_) {
      PostingCursor& cursor = *word.cursor;
      const PostingCursor::Bound bound =
          (cursor.*of)(std::max(document, cursor.document()));
      least.last = std::min(least.last, bound.last);
      least.score =
          std::min(least.score, factor_ * saturation_.Most(bound.impacts));
    }
    return least;
  }

  std::vector<Word> words_;
  const double factor_;
  const TermSaturation& saturation_;
  uint32_t confirmed_ = 0;  // how often it occurs in the document; 0: unknown
  absl::Status status_;
};

}  // namespace

std::unique_ptr<Scorer> MakeTokenScorer(std::unique_ptr<PostingCursor> cursor,
                                        double factor,
                                        const TermSaturation& saturation) {
  return std::make_unique<TokenScorer>(std::move(cursor), factor, saturation);
}

std::unique_ptr<Scorer> MakePhraseScorer(
    std::vector<std::unique_ptr<PostingCursor>> cursors,
    std::vector<uint32_t> offsets, double factor,
    const TermSaturation& saturation) {
  return std::make_unique<PhraseScorer>(std::move(cursors), std::move(offsets),
                                        factor, saturation);
}

}  // namespace skg::text
