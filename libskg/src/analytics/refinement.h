// Parts of communities, for Leiden.
#pragma once

#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "analytics/community_graph.h"
#include "analytics/csr.h"
#include "analytics/kernel_run.h"
#include "analytics/vertex_queue.h"

namespace skg::analytics {

// Merges single vertices, in shuffled sequence and each once at most, into
// parts of their communities: those that gain modularity, where both the vertex
// and the part are well connected with the rest of the community (Traag,
// Waltman, van Eck 2019, algorithm A.2, RefinePartition and MergeNodesSubset).
// Every part is connected.
class Refinement {
 public:
  explicit Refinement(KernelRun& run) : run_(run) {}
  [[nodiscard]] absl::Status Reserve(Vertex vertices);

  // Gives `part` of each vertex, numbered by one of its members. `expected`:
  // resolution / 2m. `community`: below the number of vertices. `done`: for
  // KernelRun::Check.
  [[nodiscard]] absl::Status Refine(const AnyRows& rows,
                                    std::span<const double> degrees,
                                    std::span<const Vertex> community,
                                    double expected, SplitMix& random,
                                    double done, std::span<Vertex> part);

 private:
  void SortByCommunity(std::span<const Vertex> community, SplitMix& random);
  template <typename Weight>
  absl::Status MergeAll(const Rows<Weight>& rows,
                        std::span<const Vertex> community, double done,
                        std::span<Vertex> part);
  template <typename Weight>
  void Merge(const Rows<Weight>& rows, std::span<const Vertex> community,
             Vertex v, std::span<Vertex> part);
  template <typename Weight>
  void Start(const Rows<Weight>& rows, std::span<const Vertex> community,
             Vertex v);
  // Of a part with so much weight to the rest of its community, whose degrees
  // are `of_community`.
  [[nodiscard]] bool WellConnected(double to_rest, double degrees,
                                   double of_community) const {
    return to_rest >= expected_ * degrees * (of_community - degrees);
  }

  struct Part {
    double near = 0;
    double degrees = 0;
    double to_rest = 0;  // the weight to the rest of its community
  };

  KernelRun& run_;
  double expected_ = 0;
  Array<Part> parts_;
  Array<double> of_community_;  // degrees
  Array<Vertex> joined_;        // 1: the vertex's part has other members
  Array<Vertex> order_, met_;
};

// Splits communities that are disconnected: gives each connected part a number
// of its own, from 0 on, and how many there are.
[[nodiscard]] absl::StatusOr<Vertex> SplitDisconnected(
    KernelRun& run, const AnyRows& rows, std::span<Vertex> community,
    double done);

}  // namespace skg::analytics
