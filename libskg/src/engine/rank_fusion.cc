#include "engine/rank_fusion.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace skg::engine {
namespace {

float Share(const WeightedRanking& ranking, size_t at, Fusion fusion,
            float rank_constant) {
  if (fusion == Fusion::kReciprocalRank)
    return ranking.weight / (rank_constant + static_cast<float>(at + 1));
  const float best = ranking.nodes.front().score;
  const float score = ranking.nodes[at].score;
  return best > 0 && score > 0 ? ranking.weight * score / best : 0;
}

}  // namespace

std::vector<FusedNode> FuseRankings(
    const std::vector<WeightedRanking>& rankings, Fusion fusion,
    float rank_constant, size_t k) {
  absl::flat_hash_map<rdf::TermId, FusedNode> fused;
  for (size_t i = 0; i < rankings.size(); ++i) {
    const std::vector<RankedNode>& nodes = rankings[i].nodes;
    for (size_t at = 0; at < nodes.size(); ++at) {
      FusedNode& node = fused[nodes[at].node];
      if (node.parts.empty()) {
        node.node = nodes[at].node;
        node.parts.resize(rankings.size());
      }
      node.parts[i] = {at + 1, nodes[at].score,
                       Share(rankings[i], at, fusion, rank_constant)};
    }
  }
  std::vector<FusedNode> best;
  best.reserve(fused.size());
  for (auto& [id, node] : fused) {
    for (const HybridPart& part : node.parts) node.score += part.share;
    best.push_back(std::move(node));
  }
  const auto better = [](const FusedNode& a, const FusedNode& b) {
    return a.score != b.score ? a.score > b.score : a.node < b.node;
  };
  const size_t kept = std::min(k, best.size());
  std::partial_sort(best.begin(), best.begin() + static_cast<ptrdiff_t>(kept),
                    best.end(), better);
  best.resize(kept);
  return best;
}

}  // namespace skg::engine
