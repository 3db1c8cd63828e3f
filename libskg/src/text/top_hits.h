// TopHits: the best k of the hits that are offered.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "text/bm25.h"

namespace skg::text {

// Whether `a` stands before `b` among the hits.
[[nodiscard]] inline bool HitBefore(const SearchHit& a, const SearchHit& b) {
  return a.score != b.score ? a.score > b.score : a.document < b.document;
}

class TopHits {
 public:
  // k >= 1. `after`: only what stands after it counts.
  TopHits(size_t k, const std::optional<SearchHit>& after)
      : k_(k), after_(after) {}

  // Whether none of documents >= `document` with at most this score counts.
  [[nodiscard]] bool CanSkip(double score, uint64_t document) const {
    return hits_.size() == k_ &&
           (score < hits_.front().score || (score == hits_.front().score &&
                                            document > hits_.front().document));
  }
  // What scores less cannot count; below 0: anything can.
  [[nodiscard]] double threshold() const {
    return hits_.size() == k_ ? hits_.front().score : -1;
  }
  [[nodiscard]] bool Counts(const SearchHit& hit) const {
    return (!after_ || HitBefore(*after_, hit)) &&
           (hits_.size() < k_ || HitBefore(hit, hits_.front()));
  }
  // `hit` counts, and was not added before.
  void Add(const SearchHit& hit) {
    if (hits_.size() == k_) {
      std::pop_heap(hits_.begin(), hits_.end(), HitBefore);
      hits_.pop_back();
    }
    hits_.push_back(hit);
    std::push_heap(hits_.begin(), hits_.end(), HitBefore);
  }
  [[nodiscard]] std::vector<SearchHit> Take() {
    std::sort(hits_.begin(), hits_.end(), HitBefore);
    return std::move(hits_);
  }

 private:
  const size_t k_;
  const std::optional<SearchHit> after_;
  std::vector<SearchHit> hits_;  // a heap, the last of them in front
};

}  // namespace skg::text
