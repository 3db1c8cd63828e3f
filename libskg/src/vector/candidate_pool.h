// CandidatePool: the nearest rows that a search of a graph has met, in order.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace skg::vector {

// Rows are numbered below this: one bit of a candidate says whether its links
// were followed.
inline constexpr uint32_t kMostRows = uint32_t{1} << 31;

// A row and its distance in one number that compares as (distance, row).
class Candidate {
 public:
  Candidate() = default;
  Candidate(float distance, uint32_t row)
      : bits_(uint64_t{Ordered(distance)} << 32 | uint64_t{row} << 1) {}

  [[nodiscard]] uint32_t row() const {
    return static_cast<uint32_t>(bits_) >> 1;
  }
  [[nodiscard]] float distance() const {
    const auto high = static_cast<uint32_t>(bits_ >> 32);
    return std::bit_cast<float>((high & kSign) != 0 ? high ^ kSign : ~high);
  }
  [[nodiscard]] bool followed() const { return (bits_ & 1) != 0; }
  void Follow() { bits_ |= 1; }
  friend bool operator<(Candidate a, Candidate b) { return a.bits_ < b.bits_; }

 private:
  static constexpr uint32_t kSign = 0x80000000;
  static uint32_t Ordered(float distance) {
    const auto bits = std::bit_cast<uint32_t>(distance + 0.0f);  // no -0
    return (bits & kSign) != 0 ? ~bits : bits | kSign;
  }

  uint64_t bits_ = 0;
};

// At most `capacity` candidates, the nearest of all that were put in, sorted.
// What comes is merged a batch at a time: the cost of a batch is the part of
// the pool behind its nearest. Not thread-safe.
class CandidatePool {
 public:
  void Reset(size_t capacity) {
    capacity_ = capacity;
    size_ = next_ = 0;
    if (pool_.size() < capacity + kBatch) pool_.resize(capacity + kBatch);
  }

  [[nodiscard]] std::span<const Candidate> candidates() const {
    return {pool_.data(), size_};
  }
  // Whether what lies so far has a place here.
  [[nodiscard]] bool Wants(float distance) const {
    return size_ < capacity_ || Candidate(distance, 0) < pool_[size_ - 1];
  }

  void Add(const uint32_t* rows, const float* distances, size_t count) {
    for (size_t i = 0; i < count; i += kBatch) {
      AddBatch(rows + i, distances + i, std::min(kBatch, count - i));
    }
  }

  // The nearest whose links nobody has followed, which the caller now does;
  // null: there is none.
  [[nodiscard]] const Candidate* Next() {
    while (next_ < size_ && pool_[next_].followed()) ++next_;
    if (next_ == size_) return nullptr;
    pool_[next_].Follow();
    return &pool_[next_++];
  }
  // The one that Next gives if nothing nearer comes; null: none.
  [[nodiscard]] const Candidate* Peek() const {
    for (size_t i = next_; i < size_; ++i) {
      if (!pool_[i].followed()) return &pool_[i];
    }
    return nullptr;
  }

 private:
  static constexpr size_t kBatch = 64;

  void AddBatch(const uint32_t* rows, const float* distances, size_t count) {
    Candidate batch[kBatch];
    size_t kept = 0;
    const Candidate limit = size_ < capacity_ ? Candidate() : pool_[size_ - 1];
    for (size_t i = 0; i < count; ++i) {
      const Candidate candidate(distances[i], rows[i]);
      batch[kept] = candidate;
      kept += size_ < capacity_ || candidate < limit ? 1 : 0;
    }
    if (kept == 0) return;
    // Few: the sort of a few numbers.
    for (size_t i = 1; i < kept; ++i) {
      const Candidate candidate = batch[i];
      size_t j = i;
      for (; j > 0 && candidate < batch[j - 1]; --j) batch[j] = batch[j - 1];
      batch[j] = candidate;
    }
    size_t from = size_, to = size_ + kept;
    size_ = std::min(capacity_, to);
    for (size_t left = kept; left > 0;) {
      if (from > 0 && batch[left - 1] < pool_[from - 1]) {
        pool_[--to] = pool_[--from];
      } else {
        pool_[--to] = batch[--left];
      }
    }
    next_ = std::min(next_, to);
  }

  size_t capacity_ = 0;
  size_t size_ = 0;
  size_t next_ = 0;  // all before it were followed
  std::vector<Candidate> pool_;
};

}  // namespace skg::vector
