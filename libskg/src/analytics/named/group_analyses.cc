// Groups of nodes: communities, components, and figures of a whole graph.
#include <algorithm>
#include <numeric>

#include "analytics/named/analyses.h"
#include "base/status.h"
#include "skg/communities.h"
#include "skg/structure.h"

namespace skg::analytics {
namespace {

constexpr AnalysisParameter kMinSize = {
    "min_size", ParameterType::kInteger,      "1", 1, 4294967295,
    {},         "smaller groups are left out"};
constexpr AnalysisParameter kResolution = {
    "resolution",
    ParameterType::kNumber,
    "1",
    0,
    kUnlimited,
    {},
    "the larger, the smaller the communities"};
constexpr AnalysisParameter kSeed = {
    "seed",
    ParameterType::kInteger,
    "42",
    0,
    kUnlimited,
    {},
    "of the order in which nodes are looked at"};

// Rows by group, and by vertex within one. Groups are numbered by falling size.
AnalysisTable Grouped(const char* column, const std::vector<uint32_t>& group,
                      size_t groups, uint64_t min_size, Summary summary) {
  std::vector<uint64_t> starts(groups + 1);
  for (const uint32_t g : group) ++starts[size_t{g} + 1];
  size_t kept = 0;
  while (kept < groups && starts[kept + 1] >= min_size) ++kept;
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  AnalysisTable table;
  table.rows = starts[kept];
  std::vector<Vertex> nodes(table.rows);
  std::vector<uint64_t> numbers(table.rows);
  for (Vertex v = 0; v < group.size(); ++v) {
    if (group[v] >= kept) continue;
    const uint64_t row = starts[group[v]]++;
    nodes[row] = v;
    numbers[row] = group[v];
  }
  table.columns.push_back({"entity", std::move(nodes)});
  table.columns.push_back({column, std::move(numbers)});
  table.summary = std::move(summary);
  return table;
}

AnalysisTable Communities(const Partition& partition, uint64_t min_size,
                          Summary summary) {
  summary.insert(summary.begin(),
                 {"community_count", uint64_t{partition.communities}});
  return Grouped("community", partition.community, partition.communities,
                 min_size, std::move(summary));
}

constexpr AnalysisParameter kLouvain[] = {kMinSize, kResolution, kSeed};

absl::StatusOr<AnalysisTable> RunLouvain(const GraphView& view,
                                         ParameterReader& reader,
                                         const KernelOptions& run) {
  LouvainOptions options;
  options.run = run;
  options.resolution = reader.Number("resolution");
  options.seed = reader.Integer("seed");
  const uint64_t min_size = reader.Integer("min_size");
  SKG_RETURN_IF_ERROR(reader.status());
  SKG_ASSIGN_OR_RETURN(const LouvainResult result, Louvain(view, options));
  return Communities(result.partition, min_size,
                     {{"modularity", result.modularity},
                      {"levels", uint64_t{result.levels.size()}}});
}

constexpr AnalysisParameter kLeiden[] = {
    kMinSize,
    kResolution,
    kSeed,
    {"iterations",
     ParameterType::kInteger,
     "2",
     0,
     1e6,
     {},
     "how often all is gone through; 0: until nothing is gained"}};

absl::StatusOr<AnalysisTable> RunLeiden(const GraphView& view,
                                        ParameterReader& reader,
                                        const KernelOptions& run) {
  LeidenOptions options;
  options.run = run;
  options.resolution = reader.Number("resolution");
  options.seed = reader.Integer("seed");
  options.iterations = reader.Integer("iterations");
  const uint64_t min_size = reader.Integer("min_size");
  SKG_RETURN_IF_ERROR(reader.status());
  SKG_ASSIGN_OR_RETURN(const LeidenResult result, Leiden(view, options));
  return Communities(result.partition, min_size,
                     {{"modularity", result.modularity},
                      {"iterations", uint64_t{result.iterations}}});
}

constexpr AnalysisParameter kInfomap[] = {
    kMinSize,
    kSeed,
    {"trials",
     ParameterType::kInteger,
     "1",
     1,
     1e6,
     {},
     "how often it is done anew; the shortest code is taken"},
    {"directed",
     ParameterType::kFlag,
     "false",
     0,
     0,
     {},
     "the walker follows edges forward only, and teleports"},
    {"teleportation",
     ParameterType::kNumber,
     "0.15",
     1e-9,
     0.999999,
     {},
     "how likely a step is to lead anywhere; where directed"}};

absl::StatusOr<AnalysisTable> RunInfomap(const GraphView& view,
                                         ParameterReader& reader,
                                         const KernelOptions& run) {
  InfomapOptions options;
  options.run = run;
  options.seed = reader.Integer("seed");
  options.trials = reader.Integer("trials");
  options.flow.directed = reader.Flag("directed");
  options.flow.teleportation = reader.Number("teleportation");
  const uint64_t min_size = reader.Integer("min_size");
  SKG_RETURN_IF_ERROR(reader.status());
  SKG_ASSIGN_OR_RETURN(const InfomapResult result, Infomap(view, options));
  ModularityOptions modularity;
  modularity.run = run;
  SKG_ASSIGN_OR_RETURN(const double value,
                       Modularity(view, result.partition, modularity));
  return Communities(result.partition, min_size,
                     {{"codelength", result.codelength},
                      {"one_community", result.one_community},
                      {"modularity", value}});
}

constexpr AnalysisParameter kLabelPropagation[] = {
    kMinSize,
    kSeed,
    {"max_iterations",
     ParameterType::kInteger,
     "100",
     1,
     1e9,
     {},
     "how often a node is looked at, on average and at most"}};

absl::StatusOr<AnalysisTable> RunLabelPropagation(const GraphView& view,
                                                  ParameterReader& reader,
                                                  const KernelOptions& run) {
  LabelPropagationOptions options;
  options.run = run;
  options.seed = reader.Integer("seed");
  options.max_iterations = reader.Integer("max_iterations");
  const uint64_t min_size = reader.Integer("min_size");
  SKG_RETURN_IF_ERROR(reader.status());
  SKG_ASSIGN_OR_RETURN(const LabelPropagationResult result,
                       LabelPropagation(view, options));
  ModularityOptions modularity;
  modularity.run = run;
  SKG_ASSIGN_OR_RETURN(const double value,
                       Modularity(view, result.partition, modularity));
  return Communities(result.partition, min_size,
                     {{"modularity", value}, {"converged", result.converged}});
}

constexpr AnalysisParameter kComponents[] = {
    kMinSize,
    {"strong",
     ParameterType::kFlag,
     "false",
     0,
     0,
     {},
     "each node leads to each other; else directions do not matter"}};

absl::StatusOr<AnalysisTable> RunComponents(const GraphView& view,
                                            ParameterReader& reader,
                                            const KernelOptions& run) {
  const bool strong = reader.Flag("strong");
  const uint64_t min_size = reader.Integer("min_size");
  SKG_RETURN_IF_ERROR(reader.status());
  SKG_ASSIGN_OR_RETURN(const ComponentsResult result,
                       strong ? StronglyConnectedComponents(view, {.run = run})
                              : WeaklyConnectedComponents(view, {.run = run}));
  return Grouped("component", result.component, result.sizes.size(), min_size,
                 {{"component_count", uint64_t{result.sizes.size()}}});
}

absl::StatusOr<AnalysisTable> RunTriangles(const GraphView& view,
                                           ParameterReader& reader,
                                           const KernelOptions& run) {
  SKG_RETURN_IF_ERROR(reader.status());
  SKG_ASSIGN_OR_RETURN(const TriangleCountResult result,
                       TriangleCount(view, {.run = run}));
  AnalysisTable table;
  table.summary = {{"triangles", result.triangles}};
  return table;
}

constexpr Analysis kAnalyses[] = {
    {{"components", AnalysisKind::kComponents,
      "nodes that are connected with each other", kComponents},
     RunComponents},
    {{"infomap", AnalysisKind::kCommunities,
      "groups in which a random walker stays long (map equation)", kInfomap},
     RunInfomap},
    {{"label_propagation", AnalysisKind::kCommunities,
      "each node joins what most of its neighbours are in", kLabelPropagation},
     RunLabelPropagation},
    {{"leiden", AnalysisKind::kCommunities,
      "connected groups of high modularity", kLeiden},
     RunLeiden},
    {{"louvain", AnalysisKind::kCommunities, "groups of high modularity",
      kLouvain},
     RunLouvain},
    {{"triangles",
      AnalysisKind::kFigures,
      "how many triples of nodes are all neighbours of each other",
      {}},
     RunTriangles},
};

}  // namespace

std::span<const Analysis> GroupAnalyses() { return kAnalyses; }

}  // namespace skg::analytics
