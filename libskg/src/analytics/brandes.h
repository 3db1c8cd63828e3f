// The dependencies of one source, on which betweenness is built: for a source s
// and each vertex v the sum over t of the share of shortest paths from s to t
// that lead over v.
#pragma once

#include <cstddef>
#include <memory>

#include "absl/functional/function_ref.h"
#include "analytics/ordered_pieces.h"
#include "skg/graph_view.h"

namespace skg::analytics {

enum class SourceEnd : uint8_t {
  kDone,
  kStopped,       // as the stop sign said; the object is used up
  kTooManyPaths,  // more than its numbers hold; none was given
};

// Gets a vertex that the source reaches (never the source) and its dependency.
using AddDependency = absl::FunctionRef<void(Vertex v, double dependency)>;

// Not thread-safe: one for each thread.
class SourceDependencies {
 public:
  virtual ~SourceDependencies() = default;
  [[nodiscard]] virtual SourceEnd Run(Vertex source, StopSign stop,
                                      AddDependency add) = 0;
};

// Every edge is one step. in: `out` turned round.
[[nodiscard]] std::unique_ptr<SourceDependencies> StepDependencies(
    const Adjacency& out, const Adjacency& in);
[[nodiscard]] size_t StepDependenciesBytes(const Adjacency& out);

// Weights are lengths, all greater than 0.
[[nodiscard]] std::unique_ptr<SourceDependencies> LengthDependencies(
    const Adjacency& out);
// The same for any number of paths, more slowly.
[[nodiscard]] std::unique_ptr<SourceDependencies> ManyPathDependencies(
    const Adjacency& out);
[[nodiscard]] size_t LengthDependenciesBytes(const Adjacency& out);
[[nodiscard]] size_t ManyPathDependenciesBytes(const Adjacency& out);

}  // namespace skg::analytics
