// VertexQueue: which vertices are to be looked at, each waiting once at most.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "absl/status/status.h"
#include "analytics/community_graph.h"
#include "analytics/csr.h"
#include "analytics/kernel_run.h"
#include "base/status.h"

namespace skg::analytics {

// Steele, Lea, Flood: "Fast splittable pseudorandom number generators" (2014).
// The standard library's draws differ from one to another; these do not.
class SplitMix {
 public:
  explicit SplitMix(uint64_t seed) : state_(seed) {}
  uint64_t operator()() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  // Below `bound`, at most 2^32.
  uint64_t Below(uint64_t bound) { return ((*this)() >> 32) * bound >> 32; }

 private:
  uint64_t state_;
};

// Numbers from 0 on, each sequence as likely as any other.
inline void Shuffle(std::span<Vertex> order, SplitMix& random) {
  for (size_t i = 0; i < order.size(); ++i) {
    const uint64_t at = random.Below(i + 1);
    order[i] = order[at];
    order[at] = static_cast<Vertex>(i);
  }
}

class VertexQueue {
 public:
  // Room for so many.
  [[nodiscard]] absl::Status Reserve(KernelRun& run, Vertex vertices) {
    SKG_RETURN_IF_ERROR(Grow(run, ring_, vertices));
    return Grow(run, waiting_, vertices);
  }

  // All of [0, vertices), shuffled.
  void Fill(Vertex vertices, SplitMix& random) {
    capacity_ = vertices;
    size_ = vertices;
    head_ = 0;
    Shuffle(ring_.span().first(vertices), random);
    std::fill_n(waiting_.data(), vertices, uint8_t{1});
  }

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] Vertex size() const { return size_; }
  // The one that comes `ahead` after the first; any where there is none.
  [[nodiscard]] Vertex Peek(Vertex ahead) const {
    const uint64_t at = uint64_t{head_} + ahead;
    return ring_[at < capacity_ ? at : 0];
  }

  Vertex Pop() {
    const Vertex v = ring_[head_];
    waiting_[v] = 0;
    head_ = head_ + 1 == capacity_ ? 0 : head_ + 1;
    --size_;
    return v;
  }
  void Push(Vertex v) {
    if (waiting_[v] != 0) return;
    waiting_[v] = 1;
    const uint64_t at = uint64_t{head_} + size_;
    ring_[at < capacity_ ? at : at - capacity_] = v;
    ++size_;
  }

 private:
  Array<Vertex> ring_;
  Array<uint8_t> waiting_;
  Vertex capacity_ = 0, head_ = 0, size_ = 0;
};

}  // namespace skg::analytics
