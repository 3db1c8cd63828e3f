#include <algorithm>
#include <utility>
#include <vector>

#include "analytics/csr.h"
#include "analytics/kernel_run.h"
#include "analytics/pace.h"
#include "base/status.h"
#include "skg/structure.h"

namespace skg {
namespace analytics {
namespace {

// Vertices by the number of neighbours that they have left, those of each
// number in a row of their own.
class Buckets {
 public:
  Buckets(const std::vector<uint32_t>& degrees, uint32_t greatest)
      : begin_(size_t{greatest} + 2, 0),
        vertices_(degrees.size()),
        place_(degrees.size()) {
    for (const uint32_t degree : degrees) ++begin_[size_t{degree} + 1];
    for (size_t d = 1; d < begin_.size(); ++d) begin_[d] += begin_[d - 1];
    std::vector<Vertex> next(begin_.begin(), begin_.end() - 1);
    for (Vertex v = 0; v < degrees.size(); ++v) {
      place_[v] = next[degrees[v]]++;
      vertices_[place_[v]] = v;
    }
  }

  [[nodiscard]] Vertex At(size_t place) const { return vertices_[place]; }

  // Moves v from the bucket `degree` to the one below: to the front of its own,
  // whose border then passes it.
  void Lower(Vertex v, uint32_t degree) {
    const Vertex front = begin_[degree]++;
    const Vertex other = vertices_[front];
    std::swap(vertices_[place_[v]], vertices_[front]);
    std::swap(place_[v], place_[other]);
  }

 private:
  std::vector<Vertex> begin_;  // of the bucket of each degree
  Array<Vertex> vertices_;     // by bucket
  Array<Vertex> place_;        // of each vertex in them
};

bool HasLoop(const Adjacency& edges, Vertex v) {
  const auto targets = edges.Targets(v);
  return std::binary_search(targets.begin(), targets.end(), v);
}

}  // namespace
}  // namespace analytics

absl::StatusOr<CoreNumbersResult> CoreNumbers(
    const GraphView& view, const CoreNumbersOptions& options) {
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(run.Check(0));
  SKG_ASSIGN_OR_RETURN(const Adjacency edges, view.both());
  // Buckets: three numbers a vertex, and the builder's.
  SKG_RETURN_IF_ERROR(run.Take(4 * sizeof(Vertex) * size_t{view.vertices()}));
  CoreNumbersResult result;
  std::vector<uint32_t>& left = result.core;  // neighbours, in the end the core
  left.resize(edges.vertices());
  uint32_t most = 0;
  for (Vertex v = 0; v < edges.vertices(); ++v) {
    left[v] = static_cast<uint32_t>(edges.Degree(v)) -
              (analytics::HasLoop(edges, v) ? 1 : 0);
    most = std::max(most, left[v]);
  }
  analytics::Buckets buckets(left, most);
  analytics::Pace pace;
  for (size_t place = 0; place < left.size(); ++place) {
    const Vertex v = buckets.At(place);
    for (const Vertex w : edges.Targets(v)) {
      if (left[w] > left[v]) buckets.Lower(w, left[w]--);
    }
    result.greatest = left[v];  // they rise
    if (!pace.Due(1 + edges.Degree(v))) continue;
    SKG_RETURN_IF_ERROR(run.Check(static_cast<double>(place) /
                                  static_cast<double>(left.size())));
  }
  return result;
}

}  // namespace skg
