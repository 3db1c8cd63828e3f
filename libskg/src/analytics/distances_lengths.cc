// Dijkstra's searches from one source after the other.
#include <algorithm>
#include <limits>

#include "analytics/csr.h"
#include "analytics/distance_heap.h"
#include "analytics/distance_search.h"

namespace skg::analytics {
namespace {

constexpr double kFar = std::numeric_limits<double>::infinity();
constexpr uint64_t kWorkBetweenLooks = uint64_t{1} << 13;

class LengthDistanceSearch final : public DistanceSearch {
 public:
  explicit LengthDistanceSearch(const Adjacency& out)
      : out_(out),
        distances_(out.vertices()),
        settled_(out.vertices()),
        heap_(out.vertices()) {
    std::fill_n(distances_.data(), distances_.size(), kFar);
  }

  bool Run(std::span<const Vertex> sources, StopSign stop,
           AddDistances add) override {
    for (const Vertex source : sources) {
      if (!Search(source, stop)) return false;
      for (size_t i = 0; i < size_; ++i) {
        const Vertex v = settled_[i];
        if (i > 0) add(v, distances_[v], 1);
        distances_[v] = kFar;
      }
    }
    return true;
  }

 private:
  bool Search(Vertex source, StopSign stop) {
    size_ = 0;
    distances_[source] = 0;
    heap_.Push(source, 0);
    while (!heap_.empty()) {
      const Vertex v = heap_.Pop();
      settled_[size_++] = v;
      work_ += out_.Degree(v) + 1;
      if (work_ >= kWorkBetweenLooks) {
        work_ = 0;
        if (stop()) return false;
      }
      for (uint64_t i = out_.offsets[v]; i < out_.offsets[size_t{v} + 1]; ++i) {
        const Vertex w = out_.targets[i];
        const double distance =
            distances_[v] + static_cast<double>(out_.Weight(i));
        if (distance >= distances_[w]) continue;
        const bool found = distances_[w] != kFar;
        distances_[w] = distance;
        if (found) {
          heap_.Decrease(w, distance);
        } else {
          heap_.Push(w, distance);
        }
      }
    }
    return true;
  }

  const Adjacency out_;
  Array<double> distances_;  // kFar: not found
  Array<Vertex> settled_;    // nearest first
  size_t size_ = 0;
  DistanceHeap heap_;
  uint64_t work_ = 0;
};

}  // namespace

std::unique_ptr<DistanceSearch> LengthDistances(const Adjacency& out) {
  return std::make_unique<LengthDistanceSearch>(out);
}

size_t LengthDistancesBytes(const Adjacency& out) {
  return size_t{out.vertices()} * (sizeof(double) + sizeof(Vertex)) +
         DistanceHeap::Bytes(out.vertices());
}

}  // namespace skg::analytics
