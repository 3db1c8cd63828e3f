// Paths between two nodes, and distances from one.
#include <algorithm>
#include <limits>
#include <optional>

#include "analytics/named/analyses.h"
#include "base/status.h"
#include "skg/paths.h"

namespace skg::analytics {
namespace {

constexpr AnalysisParameter kSource = {
    "source", ParameterType::kNode, {}, 0, 0, {}, "where the paths begin"};
constexpr AnalysisParameter kTarget = {"target", ParameterType::kNode, {}, 0, 0,
                                       {},       "where they end"};
constexpr AnalysisParameter kDirected = {
    "directed",
    ParameterType::kFlag,
    "true",
    0,
    0,
    {},
    "edges lead from subject to object only; false: both ways"};
constexpr AnalysisParameter kLength = {
    "length",
    ParameterType::kChoice,
    "weight",
    0,
    0,
    "one|weight|inverse_weight",
    "what an edge adds to a path: a step, its weight, or 1 / its weight"};
constexpr EdgeLength kLengths[] = {EdgeLength::kOne, EdgeLength::kWeight,
                                   EdgeLength::kInverseWeight};
constexpr AnalysisParameter kLimit = {
    "limit", ParameterType::kInteger, "1000", 1, 1e9,
    {},      "how many paths at most"};

// Paths one after the other; `lengths` is empty or has one for each.
class PathRows {
 public:
  void Add(const std::vector<Vertex>& path) {
    for (size_t i = 0; i < path.size(); ++i) {
      paths_.push_back(count_);
      steps_.push_back(i);
      nodes_.push_back(path[i]);
    }
    ++count_;
  }
  void Add(const WeightedPath& path) {
    Add(path.vertices);
    lengths_.insert(lengths_.end(), path.vertices.size(), path.length);
  }
  AnalysisTable Table(ParameterReader& reader, Summary summary) && {
    AnalysisTable table;
    table.rows = nodes_.size();
    table.columns.push_back({"path", std::move(paths_)});
    table.columns.push_back({"step", std::move(steps_)});
    table.columns.push_back({"entity", std::move(nodes_)});
    if (!lengths_.empty())
      table.columns.push_back({"length", std::move(lengths_)});
    table.summary = std::move(summary);
    table.nodes = {{"source", reader.Text("source")},
                   {"target", reader.Text("target")}};
    return table;
  }

 private:
  uint64_t count_ = 0;
  std::vector<uint64_t> paths_, steps_;
  std::vector<Vertex> nodes_;
  std::vector<double> lengths_;
};

constexpr AnalysisParameter kShortestPaths[] = {
    kSource,
    kTarget,
    {"max_length",
     ParameterType::kInteger,
     "4294967295",
     0,
     4294967295,
     {},
     "longer paths are none, in edges"},
    kDirected,
    kLimit};

absl::StatusOr<AnalysisTable> RunShortestPaths(const GraphView& view,
                                               ParameterReader& reader,
                                               const KernelOptions& run) {
  const std::optional<Vertex> source = reader.Node("source");
  const std::optional<Vertex> target = reader.Node("target");
  AllShortestPathsOptions options;
  options.run = run;
  options.directed = reader.Flag("directed");
  options.max_length = static_cast<uint32_t>(reader.Integer("max_length"));
  options.limit = reader.Integer("limit");
  SKG_RETURN_IF_ERROR(reader.status());
  PathRows rows;
  if (!source || !target) return std::move(rows).Table(reader, {});
  SKG_ASSIGN_OR_RETURN(const AllShortestPathsResult result,
                       AllShortestPaths(view, *source, *target, options));
  for (const std::vector<Vertex>& path : result.paths) rows.Add(path);
  return std::move(rows).Table(reader, {{"length", uint64_t{result.length}},
                                        {"path_count", result.count},
                                        {"more", result.more}});
}

constexpr AnalysisParameter kKShortestPaths[] = {
    kSource,
    kTarget,
    {"k", ParameterType::kInteger, "10", 1, 1e6, {}, "how many paths"},
    kLength,
    kDirected};

absl::StatusOr<AnalysisTable> RunKShortestPaths(const GraphView& view,
                                                ParameterReader& reader,
                                                const KernelOptions& run) {
  const std::optional<Vertex> source = reader.Node("source");
  const std::optional<Vertex> target = reader.Node("target");
  KShortestPathsOptions options;
  options.run = run;
  options.k = static_cast<uint32_t>(reader.Integer("k"));
  options.length = kLengths[reader.Choice("length")];
  options.directed = reader.Flag("directed");
  SKG_RETURN_IF_ERROR(reader.status());
  PathRows rows;
  if (!source || !target) return std::move(rows).Table(reader, {});
  SKG_ASSIGN_OR_RETURN(const KShortestPathsResult result,
                       KShortestPaths(view, *source, *target, options));
  for (const WeightedPath& path : result.paths) rows.Add(path);
  return std::move(rows).Table(reader, {});
}

constexpr AnalysisParameter kShortestPath[] = {kSource, kTarget, kLength,
                                               kDirected};

absl::StatusOr<AnalysisTable> RunShortestPath(const GraphView& view,
                                              ParameterReader& reader,
                                              const KernelOptions& run) {
  const std::optional<Vertex> source = reader.Node("source");
  const std::optional<Vertex> target = reader.Node("target");
  ShortestPathOptions options;
  options.run = run;
  options.length = kLengths[reader.Choice("length")];
  options.directed = reader.Flag("directed");
  SKG_RETURN_IF_ERROR(reader.status());
  PathRows rows;
  if (!source || !target) return std::move(rows).Table(reader, {});
  SKG_ASSIGN_OR_RETURN(const ShortestPathResult result,
                       ShortestPath(view, *source, *target, options));
  if (!result.path.vertices.empty()) rows.Add(result.path);
  return std::move(rows).Table(reader, {});
}

constexpr AnalysisParameter kDistances[] = {
    kSource,
    kLength,
    {"direction", ParameterType::kChoice, "out", 0, 0, "out|in|both",
     "which way edges are walked"},
    {"limit",
     ParameterType::kInteger,
     "0",
     0,
     kUnlimited,
     {},
     "how many nodes at most, the nearest first; 0: all"}};

// Nodes within reach, the nearest first.
absl::StatusOr<AnalysisTable> RunDistances(const GraphView& view,
                                           ParameterReader& reader,
                                           const KernelOptions& run) {
  constexpr WalkDirection kWays[] = {WalkDirection::kOut, WalkDirection::kIn,
                                     WalkDirection::kBoth};
  const std::optional<Vertex> source = reader.Node("source");
  SingleSourceShortestPathsOptions options;
  options.run = run;
  options.length = kLengths[reader.Choice("length")];
  options.direction = kWays[reader.Choice("direction")];
  options.parents = false;
  const uint64_t limit = reader.Integer("limit");
  SKG_RETURN_IF_ERROR(reader.status());
  std::vector<Vertex> nodes;
  std::vector<double> distances;
  if (source) {
    SKG_ASSIGN_OR_RETURN(const SingleSourceShortestPathsResult result,
                         SingleSourceShortestPaths(view, *source, options));
    for (Vertex v = 0; v < view.vertices(); ++v) {
      if (result.distance[v] < kUnlimited) nodes.push_back(v);
    }
    std::stable_sort(nodes.begin(), nodes.end(), [&](Vertex a, Vertex b) {
      return result.distance[a] < result.distance[b];
    });
    if (limit != 0 && nodes.size() > limit) nodes.resize(limit);
    distances.reserve(nodes.size());
    for (const Vertex v : nodes) distances.push_back(result.distance[v]);
  }
  AnalysisTable table;
  table.rows = nodes.size();
  table.columns.push_back({"entity", std::move(nodes)});
  table.columns.push_back({"distance", std::move(distances)});
  table.nodes = {{"source", reader.Text("source")}};
  return table;
}

constexpr Analysis kAnalyses[] = {
    {{"distances", AnalysisKind::kDistances,
      "how far it is from a node to those within reach", kDistances},
     RunDistances},
    {{"k_shortest_paths", AnalysisKind::kPaths,
      "the k shortest paths without repeated nodes", kKShortestPaths},
     RunKShortestPaths},
    {{"shortest_path", AnalysisKind::kPaths,
      "the shortest path by the lengths of edges", kShortestPath},
     RunShortestPath},
    {{"shortest_paths", AnalysisKind::kPaths, "all paths with the fewest edges",
      kShortestPaths},
     RunShortestPaths},
};

}  // namespace

std::span<const Analysis> PathAnalyses() { return kAnalyses; }

}  // namespace skg::analytics
