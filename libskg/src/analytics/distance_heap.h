// The vertices that Dijkstra's search has found and not yet settled.
#pragma once

#include <cstddef>
#include <limits>

#include "analytics/csr.h"
#include "skg/graph_view.h"

namespace skg::analytics {

// A heap of four children each, by distance and then by vertex, that knows
// where each vertex is. The distances are the caller's.
class DistanceHeap {
 public:
  DistanceHeap(Vertex vertices, const Array<double>& distances)
      : distances_(distances), heap_(vertices), places_(vertices) {}

  [[nodiscard]] static size_t Bytes(Vertex vertices) {
    return size_t{vertices} * 2 * sizeof(Vertex);
  }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  void Push(Vertex v) { Rise(size_++, v); }
  // After its distance became less.
  void Decrease(Vertex v) { Rise(places_[v], v); }
  [[nodiscard]] Vertex Pop() {
    const Vertex first = heap_[0];
    if (--size_ > 0) Sink(heap_[size_]);
    return first;
  }

 private:
  [[nodiscard]] bool Before(Vertex left, Vertex right) const {
    if (distances_[left] != distances_[right]) {
      return distances_[left] < distances_[right];
    }
    return left < right;
  }
  void Put(size_t place, Vertex v) {
    heap_[place] = v;
    places_[v] = static_cast<Vertex>(place);
  }
  void Rise(size_t place, Vertex v) {
    while (place > 0) {
      const size_t parent = (place - 1) / 4;
      if (!Before(v, heap_[parent])) break;
      Put(place, heap_[parent]);
      place = parent;
    }
    Put(place, v);
  }
  // From the top.
  void Sink(Vertex v) {
    size_t place = 0;
    for (;;) {
      const size_t first = 4 * place + 1;
      if (first >= size_) break;
      size_t least = first;
      for (size_t i = first + 1; i < first + 4 && i < size_; ++i) {
        if (Before(heap_[i], heap_[least])) least = i;
      }
      if (!Before(heap_[least], v)) break;
      Put(place, heap_[least]);
      place = least;
    }
    Put(place, v);
  }

  const Array<double>& distances_;
  Array<Vertex> heap_, places_;
  size_t size_ = 0;
};

}  // namespace skg::analytics
