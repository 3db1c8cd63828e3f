// The vertices that Dijkstra's search has found and not yet settled.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "analytics/csr.h"
#include "skg/graph_view.h"

namespace skg::analytics {

// A heap of four children each, by distance, that knows where each vertex is.
// Distances are not negative: as bits they are in the same order, and the least
// of four numbers is found without a branch to be guessed.
class DistanceHeap {
 public:
  explicit DistanceHeap(Vertex vertices)
      : heap_(size_t{vertices} + 4), places_(vertices) {
    for (size_t i = 0; i < heap_.size(); ++i) heap_[i].distance = kNone;
  }

  [[nodiscard]] static size_t Bytes(Vertex vertices) {
    return (size_t{vertices} + 4) * sizeof(Entry) +
           size_t{vertices} * sizeof(Vertex);
  }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  void Push(Vertex v, double distance) {
    Rise(size_++, {std::bit_cast<uint64_t>(distance), v});
  }
  // To less than it was.
  void Decrease(Vertex v, double distance) {
    Rise(places_[v], {std::bit_cast<uint64_t>(distance), v});
  }
  [[nodiscard]] Vertex Pop() {
    const Vertex first = heap_[0].vertex;
    const Entry last = heap_[--size_];
    heap_[size_].distance = kNone;
    if (size_ == 0) return first;
    // The hole goes down to a leaf, since the last entry is likely to end
    // there; behind the end are three entries at least that are never the
    // least.
    size_t hole = 0;
    for (size_t child = 1; child < size_; child = 4 * hole + 1) {
      const size_t left = Lesser(child, child + 1);
      const size_t right = Lesser(child + 2, child + 3);
      const size_t least = Lesser(left, right);
      Put(hole, heap_[least]);
      hole = least;
    }
    Rise(hole, last);
    return first;
  }

 private:
  struct Entry {
    uint64_t distance;  // the bits of a double
    Vertex vertex;
  };
  static constexpr uint64_t kNone = std::numeric_limits<uint64_t>::max();

  [[nodiscard]] size_t Lesser(size_t left, size_t right) const {
    return heap_[right].distance < heap_[left].distance ? right : left;
  }
  void Put(size_t place, const Entry& entry) {
    heap_[place] = entry;
    places_[entry.vertex] = static_cast<Vertex>(place);
  }
  void Rise(size_t place, const Entry& entry) {
    while (place > 0) {
      const size_t parent = (place - 1) / 4;
      if (heap_[parent].distance <= entry.distance) break;
      Put(place, heap_[parent]);
      place = parent;
    }
    Put(place, entry);
  }

  Array<Entry> heap_;
  Array<Vertex> places_;
  size_t size_ = 0;
};

}  // namespace skg::analytics
