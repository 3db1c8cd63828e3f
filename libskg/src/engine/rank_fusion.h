// FuseRankings: several rankings as one.
#pragma once

#include <cstddef>
#include <vector>

#include "rdf/term_id.h"
#include "skg/search.h"

namespace skg::engine {

struct RankedNode {
  rdf::TermId node;
  float score = 0;
};

struct WeightedRanking {
  std::vector<RankedNode> nodes;  // best first, each once
  float weight = 1;
};

struct FusedNode {
  rdf::TermId node;
  float score = 0;
  std::vector<HybridPart> parts;  // by ranking; rank 0: it is not in it
};

// The k best, best first, of equal ones the least node. See Fusion.
[[nodiscard]] std::vector<FusedNode> FuseRankings(
    const std::vector<WeightedRanking>& rankings, Fusion fusion,
    float rank_constant, size_t k);

}  // namespace skg::engine
