// Figures of nodes that tell how they hang together: cores, clustering.
#include <algorithm>
#include <type_traits>

#include "analytics/named/analyses.h"
#include "analytics/named/ranked.h"
#include "base/status.h"
#include "skg/centrality.h"
#include "skg/structure.h"

namespace skg::analytics {
namespace {

constexpr AnalysisParameter kOnlyLimit[] = {kLimit};

absl::StatusOr<AnalysisTable> RunCores(const GraphView& view,
                                       ParameterReader& reader,
                                       const KernelOptions& run) {
  const uint64_t limit = reader.Integer("limit");
  SKG_RETURN_IF_ERROR(reader.status());
  SKG_ASSIGN_OR_RETURN(const CoreNumbersResult result,
                       CoreNumbers(view, {.run = run}));
  const std::vector<double> scores(result.core.begin(), result.core.end());
  AnalysisTable table =
      Ranked(scores, limit, {{"greatest", uint64_t{result.greatest}}});
  table.columns[1] = {
      "core", Take<uint64_t>(result.core, std::get<std::vector<Vertex>>(
                                              table.columns[0].values))};
  return table;
}

absl::StatusOr<AnalysisTable> RunClustering(const GraphView& view,
                                            ParameterReader& reader,
                                            const KernelOptions& run) {
  const uint64_t limit = reader.Integer("limit");
  SKG_RETURN_IF_ERROR(reader.status());
  SKG_ASSIGN_OR_RETURN(const ClusteringResult result,
                       Clustering(view, {.run = run}));
  AnalysisTable table = Ranked(result.coefficient, limit,
                               {{"triangle_count", result.triangle_count},
                                {"average", result.average},
                                {"transitivity", result.transitivity}});
  table.columns.push_back(
      {"triangles",
       Take<uint64_t>(result.triangles,
                      std::get<std::vector<Vertex>>(table.columns[0].values))});
  return table;
}

absl::StatusOr<AnalysisTable> RunFeatures(const GraphView& view,
                                          ParameterReader& reader,
                                          const KernelOptions& run) {
  const uint64_t limit = reader.Integer("limit");
  SKG_RETURN_IF_ERROR(reader.status());
  SKG_ASSIGN_OR_RETURN(const VertexFeaturesResult features,
                       VertexFeatures(view, {.run = run}));
  PageRankOptions page_rank;
  page_rank.run = run;
  SKG_ASSIGN_OR_RETURN(const IteratedScores ranks, PageRank(view, page_rank));
  AnalysisTable table = Ranked(ranks.scores, limit, {});
  const auto nodes = std::get<std::vector<Vertex>>(table.columns[0].values);
  table.columns[1].name = "pagerank";
  const auto add = [&](const char* name, const auto& column) {
    using Value = typename std::decay_t<decltype(column)>::value_type;
    using Shown =
        std::conditional_t<std::is_floating_point_v<Value>, double, uint64_t>;
    table.columns.push_back({name, Take<Shown>(column, nodes)});
  };
  add("out_degree", features.out_degree);
  add("in_degree", features.in_degree);
  add("degree", features.degree);
  add("clustering", features.clustering);
  add("triangles", features.triangles);
  add("core", features.core);
  add("component", features.component);
  add("component_size", features.component_size);
  return table;
}

constexpr Analysis kAnalyses[] = {
    {{"clustering", AnalysisKind::kScores,
      "which share of a node's neighbours are neighbours of each other",
      kOnlyLimit},
     RunClustering},
    {{"core_numbers", AnalysisKind::kScores,
      "the greatest k for which a node lies in a k-core", kOnlyLimit},
     RunCores},
    {{"features", AnalysisKind::kScores,
      "several figures of each node at once, by falling PageRank", kOnlyLimit},
     RunFeatures},
};

}  // namespace

std::span<const Analysis> StructureAnalyses() { return kAnalyses; }

}  // namespace skg::analytics
