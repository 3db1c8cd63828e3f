// The undirected graphs that methods for communities work on: the caller's, and
// smaller ones whose vertices are communities of those before.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "analytics/csr.h"
#include "analytics/kernel_run.h"
#include "base/status.h"
#include "skg/graph_view.h"

namespace skg::analytics {

// Of graphs in which every edge weighs 1.
struct UnitWeight {};

// Edges of vertex v: places begins[v] to below ends[v] of targets and weights;
// each edge is in the rows of both its ends.
template <typename Weight>
struct Rows {
  std::span<const uint64_t> begins, ends;
  const Vertex* targets = nullptr;
  const Weight* weights = nullptr;  // null of UnitWeight

  [[nodiscard]] Vertex vertices() const {
    return static_cast<Vertex>(begins.size());
  }
  [[nodiscard]] double WeightOf(uint64_t place) const {
    if constexpr (std::is_same_v<Weight, UnitWeight>) {
      return 1;
    } else {
      return static_cast<double>(weights[place]);
    }
  }
};
using AnyRows = std::variant<Rows<UnitWeight>, Rows<float>, Rows<double>>;

[[nodiscard]] Vertex VerticesOf(const AnyRows& rows);
// Of view.both(), or with `weighted` false as if it had no weights.
[[nodiscard]] AnyRows RowsOf(const Adjacency& graph, bool weighted);
// With weights of the caller's, one for each edge.
[[nodiscard]] AnyRows RowsOf(const Adjacency& graph, const double* weights);

// The sum of the weights of each vertex's edges, loops `loops` times.
// Errors: kDeadlineExceeded, kCancelled, kResourceExhausted.
[[nodiscard]] absl::StatusOr<Array<double>> Degrees(KernelRun& run,
                                                    const AnyRows& rows,
                                                    int loops);
// In sequence, so that the number of threads makes no difference.
[[nodiscard]] double Sum(std::span<const double> values);

// An array of at least so many, whatever was in it; takes what is more.
template <typename Value>
absl::Status Grow(KernelRun& run, Array<Value>& array, size_t size) {
  if (array.size() >= size) return absl::OkStatus();
  SKG_RETURN_IF_ERROR(run.Take((size - array.size()) * sizeof(Value)));
  array = Array<Value>();
  array = Array<Value>(size);
  return absl::OkStatus();
}

// Makes graphs of communities. A graph lives until the next but one is made,
// so that each can be made of the one before.
class Coarsener {
 public:
  explicit Coarsener(KernelRun& run) : run_(run) {}

  // The graph whose vertices are the communities 0 to communities - 1, and
  // whose edges weigh what those between their members do together. It has no
  // loops: what lies within a community is gone.
  // `done`: for KernelRun::Check.
  // Errors: kDeadlineExceeded, kCancelled, kResourceExhausted.
  [[nodiscard]] absl::StatusOr<AnyRows> Coarsen(
      const AnyRows& rows, std::span<const Vertex> community,
      Vertex communities, double done);

 private:
  struct Graph {
    Array<uint64_t> begins, ends;
    Array<Vertex> targets;
    Array<double> weights;
  };
  // What one thread has: the weight that leads to each community.
  struct Near {
    Array<double> weight;
    Array<Vertex> met;
  };

  template <typename Weight>
  absl::Status Fill(const Rows<Weight>& rows, std::span<const Vertex> community,
                    Vertex communities, double done, Graph& graph);
  template <typename Weight>
  void FillRow(const Rows<Weight>& rows, std::span<const Vertex> community,
               Vertex own, Near& near, Graph& graph) const;
  // Sorts the vertices by community, and leaves each row its room.
  template <typename Weight>
  void Place(const Rows<Weight>& rows, std::span<const Vertex> community,
             Vertex communities, Graph& graph);
  absl::Status Reserve(Graph& graph, Vertex vertices, Vertex communities,
                       uint64_t edges);

  KernelRun& run_;
  Graph graphs_[2];
  int next_ = 0;
  Array<Vertex> members_;          // by community
  Array<uint64_t> member_begins_;  // of each community, and the end
  std::vector<Near> near_;         // of each thread
};

}  // namespace skg::analytics
