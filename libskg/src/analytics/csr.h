// The arrays of a GraphView, and how they are made from each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "skg/graph_view.h"

namespace skg::analytics {

// An array that is not filled when it is made.
template <typename Value>
class Array {
 public:
  Array() = default;
  explicit Array(size_t size)
      : values_(std::make_unique_for_overwrite<Value[]>(size)), size_(size) {}

  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] size_t bytes() const { return size_ * sizeof(Value); }
  [[nodiscard]] Value* data() { return values_.get(); }
  [[nodiscard]] const Value* data() const { return values_.get(); }
  [[nodiscard]] Value& operator[](size_t i) { return values_[i]; }
  [[nodiscard]] const Value& operator[](size_t i) const { return values_[i]; }
  [[nodiscard]] std::span<const Value> span() const { return {data(), size_}; }
  [[nodiscard]] std::span<Value> span() { return {data(), size_}; }

 private:
  std::unique_ptr<Value[]> values_;
  size_t size_ = 0;
};

// See Adjacency.
struct Csr {
  Array<uint64_t> offsets;
  Array<Vertex> targets;
  Array<float> weights;  // empty: every edge weighs 1

  [[nodiscard]] Adjacency adjacency() const {
    return {offsets.span(), targets.span(), weights.span()};
  }
  [[nodiscard]] size_t bytes() const {
    return offsets.bytes() + targets.bytes() + weights.bytes();
  }
};

// What the weight of several edges is that become one, told one by one.
class WeightMerger {
 public:
  explicit WeightMerger(ParallelEdges rule) : rule_(rule) {}
  void Start(float weight) {
    value_ = weight;
    count_ = 1;
  }
  void Add(float weight);
  [[nodiscard]] float weight() const {
    return static_cast<float>(rule_ == ParallelEdges::kMean
                                  ? value_ / static_cast<double>(count_)
                                  : value_);
  }

 private:
  const ParallelEdges rule_;
  double value_ = 0;
  uint64_t count_ = 0;
};

// Of so many vertices and edges.
[[nodiscard]] size_t CsrBytes(uint64_t vertices, uint64_t edges, bool weighted);

// Edges in any sequence, those of equal ends together by the rule. Vertices and
// weights are right already.
[[nodiscard]] Csr CsrOfEdges(Vertex vertices, std::span<const Edge> edges,
                             bool weighted, ParallelEdges rule);
// The edges of vertex v are [starts[v], starts[v + 1]) of targets and weights
// (none: every edge weighs 1), in any sequence, perhaps several to one vertex.
[[nodiscard]] Csr CsrOfRows(const Array<uint64_t>& starts,
                            Array<Vertex> targets, Array<float> weights,
                            ParallelEdges rule);
// Each edge turned round.
[[nodiscard]] Csr Transpose(const Adjacency& graph);
// Each edge in both directions, loops once; in = Transpose(out).
[[nodiscard]] Csr Undirected(const Adjacency& out, const Adjacency& in,
                             ParallelEdges rule);

}  // namespace skg::analytics
