// VisitedSet: which rows a search has met.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace skg::vector {

// One bit a row, so that it stays in the nearest cache. Clear costs what was
// put in, not the number of rows. Not thread-safe.
class VisitedSet {
 public:
  explicit VisitedSet(size_t rows)
      : words_((rows + 63) / 64), touched_(words_.size() + 1) {}

  // Whether it was not there yet. Without a branch: nobody can predict it.
  bool Insert(uint32_t row) {
    uint64_t& word = words_[row / 64];
    const uint64_t bit = uint64_t{1} << (row % 64);
    const bool is_new = (word & bit) == 0;
    touched_[touched_count_] = row / 64;
    touched_count_ += word == 0 ? 1 : 0;
    word |= bit;
    return is_new;
  }
  void Clear() {
    for (size_t i = 0; i < touched_count_; ++i) words_[touched_[i]] = 0;
    touched_count_ = 0;
  }

 private:
  std::vector<uint64_t> words_;
  std::vector<uint32_t> touched_;
  size_t touched_count_ = 0;
};

}  // namespace skg::vector
