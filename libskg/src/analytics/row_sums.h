// Sums over the edges of each vertex, the work of the kernels that multiply by
// the matrix of edges, and the pieces that threads share it by.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "analytics/kernel_run.h"
#include "skg/graph_view.h"

namespace skg::analytics {

// The sum of values[target] times the weight, over the edges of `v`. Four sums
// that do not wait for each other: always the same four, so that the result
// does.
template <bool weighted, typename Value>
[[nodiscard]] inline double RowSum(const Adjacency& graph, Vertex v,
                                   const Value* values) {
  const Vertex* const targets = graph.targets.data();
  const float* const weights = graph.weights.data();
  const auto term = [&](uint64_t i) {
    const auto value = static_cast<double>(values[targets[i]]);
    if constexpr (weighted) return value * static_cast<double>(weights[i]);
    return value;
  };
  const uint64_t end = graph.offsets[size_t{v} + 1];
  uint64_t i = graph.offsets[v];
  double first = 0, second = 0, third = 0, fourth = 0;
  for (; i + 4 <= end; i += 4) {
    first += term(i);
    second += term(i + 1);
    third += term(i + 2);
    fourth += term(i + 3);
  }
  for (; i < end; ++i) first += term(i);
  return (first + second) + (third + fourth);
}

// The sum of the weights of the edges of `v`.
[[nodiscard]] inline double Strength(const Adjacency& graph, Vertex v) {
  if (!graph.weighted()) return static_cast<double>(graph.Degree(v));
  double sum = 0;
  for (const float weight : graph.Weights(v))
    sum += static_cast<double>(weight);
  return sum;
}

// All vertices in pieces of about as many edges; they depend on the graph
// alone, so that sums by piece do, too.
class EdgePieces {
 public:
  explicit EdgePieces(const Adjacency& graph) {
    const uint64_t work = graph.edges() + graph.vertices();
    Vertex v = 0;
    for (uint64_t start = 0; start < work; start += kWork) {
      // The first vertex whose edges start beyond that.
      Vertex low = v, high = graph.vertices();
      while (low < high) {
        const Vertex middle = low + (high - low) / 2;
        if (graph.offsets[middle] + middle < start) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      v = low;
      begins_.push_back(v);
    }
    begins_.push_back(graph.vertices());
  }

  [[nodiscard]] static size_t Bytes(const Adjacency& graph) {
    return ((graph.edges() + graph.vertices()) / kWork + 2) * sizeof(Vertex);
  }
  [[nodiscard]] size_t size() const { return begins_.size() - 1; }
  [[nodiscard]] Vertex begin(size_t piece) const { return begins_[piece]; }
  [[nodiscard]] Vertex end(size_t piece) const { return begins_[piece + 1]; }

  // Calls work(begin, end, piece) for each piece, on the run's threads, until
  // the run is stopped. To its progress this is step `step` of `steps`.
  template <typename Work>
  [[nodiscard]] absl::Status For(KernelRun& run, double step, double steps,
                                 const Work& work) const {
    const auto one = [&](uint64_t piece, uint64_t, size_t thread) {
      if (thread == 0) {
        const double part =
            static_cast<double>(piece) / static_cast<double>(size());
        if (!run.Check((step + part) / steps).ok()) return;
      } else if (run.Stopped()) {
        return;
      }
      work(begin(piece), end(piece), piece);
    };
    if (size() < kFewPieces) {
      for (size_t piece = 0; piece < size(); ++piece) one(piece, piece + 1, 0);
    } else {
      run.team().For(size(), 1, one);
    }
    return run.Check((step + 1) / steps);
  }

 private:
  // Tens of microseconds.
  static constexpr uint64_t kWork = uint64_t{1} << 15;
  // Fewer are done sooner than another thread wakes up.
  static constexpr size_t kFewPieces = 8;
  std::vector<Vertex> begins_;
};

}  // namespace skg::analytics
