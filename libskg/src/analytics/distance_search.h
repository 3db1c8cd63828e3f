// The distances from some sources to all vertices, on which closeness is built.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "absl/functional/function_ref.h"
#include "analytics/ordered_pieces.h"
#include "skg/graph_view.h"

namespace skg::analytics {

// Gets a vertex, a distance greater than 0 and how many sources are at it.
using AddDistances =
    absl::FunctionRef<void(Vertex v, double distance, size_t sources)>;

// Not thread-safe: one for each thread.
class DistanceSearch {
 public:
  virtual ~DistanceSearch() = default;
  // From different sources, at most kMostSources. False: stopped, and the
  // object is used up.
  [[nodiscard]] virtual bool Run(std::span<const Vertex> sources, StopSign stop,
                                 AddDistances add) = 0;
  static constexpr size_t kMostSources = 256;
};

// Every edge is one step. in: `out` turned round. Of at most `most_sources` at
// once; up to 64 need a quarter of the memory and time that more do.
[[nodiscard]] std::unique_ptr<DistanceSearch> StepDistances(
    const Adjacency& out, const Adjacency& in, size_t most_sources);
[[nodiscard]] size_t StepDistancesBytes(const Adjacency& out,
                                        size_t most_sources);

// Weights are lengths, all greater than 0.
[[nodiscard]] std::unique_ptr<DistanceSearch> LengthDistances(
    const Adjacency& out);
[[nodiscard]] size_t LengthDistancesBytes(const Adjacency& out);

}  // namespace skg::analytics
