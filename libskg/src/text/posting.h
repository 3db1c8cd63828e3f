// Posting: that a token occurs in a document, how often, and in how long a one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace skg::text {

// A document is a number whose text never changes: a posting never becomes
// wrong. The greatest number is not a document.
inline constexpr uint64_t kNoDocument = ~uint64_t{0};

struct Posting {
  uint64_t document = kNoDocument;
  uint32_t frequency = 0;  // of the token in the document, at least 1
  uint32_t length = 0;     // of the document, in tokens
  friend bool operator==(const Posting&, const Posting&) = default;
};

// A pair of frequency and length. A ranking that grows with the frequency and
// falls with the length is, for each posting of a set, at most that of one of
// the set's impacts.
struct Impact {
  uint32_t frequency = 0;
  uint32_t length = 0;
  friend bool operator==(const Impact&, const Impact&) = default;
};

// So many impacts stand for a set at most; where there are more, two that are
// next to each other become one that is at least as strong as both.
inline constexpr size_t kMaxImpacts = 4;

// The impacts of a set of postings, frequency and length rising. Ding and Suel,
// "Faster top-k document retrieval using block-max indexes" (2011), keep one
// score a block; pairs stay right when the average length changes.
class ImpactSet {
 public:
  void Clear() { size_ = 0; }
  void Add(Impact impact);
  [[nodiscard]] std::span<const Impact> view() const {
    return {impacts_, size_};
  }
  [[nodiscard]] uint32_t max_frequency() const {
    return size_ == 0 ? 0 : impacts_[size_ - 1].frequency;
  }

 private:
  Impact impacts_[kMaxImpacts + 1];
  size_t size_ = 0;
};

}  // namespace skg::text
