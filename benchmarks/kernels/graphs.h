// Graphs that kernels are measured on, made from a seed.
#pragma once

#include <cstdint>
#include <ostream>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "skg/graph_view.h"

namespace skg::bench {

struct EdgeList {
  Vertex vertices = 0;
  std::vector<Edge> edges;
};

// By a text:
//   rmat:SCALE          2^SCALE vertices, 16 times as many edges drawn by
//                       recursive matrices (.57 .19 .19 .05), vertices shuffled
//                       (the Kronecker generator of Graph500 and GAPBS)
//   rmat-both:SCALE     the same with each edge in both directions (as GAPBS
//                       builds it)
//   sbm:V:E:GROUPS:MIX  degree-corrected stochastic blocks: E edges among V
//                       vertices with Zipfian degrees, a share MIX of them
//                       drawn without looking at the groups; in both directions
//   random:V:E          E edges drawn uniformly
//   FILE                lines "source target [weight]", numbered from 0
// Errors: kInvalidArgument, kNotFound.
[[nodiscard]] absl::StatusOr<EdgeList> MakeGraph(std::string_view spec,
                                                 uint64_t seed);

// Lines "source target", as FILE above; each edge once.
void WriteEdges(const EdgeList& graph, std::ostream& out);

}  // namespace skg::bench
