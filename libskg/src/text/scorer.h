// Scorer: the documents of one query term in one part of an index, and what
// each is worth.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "text/bm25.h"
#include "text/posting_cursor.h"

namespace skg::text {

// The part of BM25 that depends on frequency and length: in [0, 1), rising with
// the frequency, falling with the length.
class TermSaturation {
 public:
  TermSaturation(const Bm25Parameters& parameters, double average_length);

  [[nodiscard]] double operator()(uint32_t frequency, uint32_t length) const {
    const double f = frequency;
    return f / (f + Norm(length));
  }
  // The most of any of these.
  [[nodiscard]] double Most(std::span<const Impact> impacts) const;

 private:
  [[nodiscard]] double Norm(uint32_t length) const {
    return length < norms_.size() ? norms_[length] : ComputeNorm(length);
  }
  [[nodiscard]] double ComputeNorm(uint32_t length) const {
    return base_ + slope_ * length;
  }

  double base_, slope_;
  std::array<double, 256> norms_;
};

// A cursor moves on its own to documents that may match: Confirm says whether
// they do. Ends before its reader. Not thread-safe.
class Scorer {
 public:
  virtual ~Scorer() = default;

  [[nodiscard]] uint64_t document() const { return document_; }
  virtual void Next() = 0;
  virtual void SeekTo(uint64_t document) = 0;

  // At most what the document scores; exactly that after Confirm, and for a
  // single token always.
  [[nodiscard]] virtual double Score() = 0;
  // False: the document does not match after all (or status() is not OK).
  [[nodiscard]] virtual bool Confirm() { return true; }

  // `score`: of no document from the given one (not before this one's) up to
  // `last` more.
  struct Bound {
    uint64_t last = kNoDocument;
    double score = 0;
  };
  [[nodiscard]] virtual Bound BlockBound(uint64_t document) = 0;
  [[nodiscard]] virtual Bound PageBound(uint64_t document) = 0;
  [[nodiscard]] double most() const { return most_; }  // of all

  // At least as many as it has documents.
  [[nodiscard]] uint64_t postings() const { return postings_; }
  [[nodiscard]] virtual absl::Status status() const = 0;

 protected:
  uint64_t document_ = 0;
  double most_ = 0;
  uint64_t postings_ = 0;
};

// `factor`: weight, idf and k1 + 1 together.
[[nodiscard]] std::unique_ptr<Scorer> MakeTokenScorer(
    std::unique_ptr<PostingCursor> cursor, double factor,
    const TermSaturation& saturation);
// Offsets of the words from the first, as many as cursors.
[[nodiscard]] std::unique_ptr<Scorer> MakePhraseScorer(
    std::vector<std::unique_ptr<PostingCursor>> cursors,
    std::vector<uint32_t> offsets, double factor,
    const TermSaturation& saturation);

}  // namespace skg::text
