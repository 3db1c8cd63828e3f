#include "skg/structure.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "kernels/kernels.h"
#include "skg/paths.h"

namespace skg::bench {
namespace {

using Answer = absl::StatusOr<nlohmann::json>;

// The first vertex that an edge leaves. peers/structure.py looks for the same.
Vertex FirstSource(const GraphView& view) {
  Vertex source = 0;
  while (source + 1 < view.vertices() && view.out().Degree(source) == 0) {
    ++source;
  }
  return source;
}

// The last vertex that an edge leads to.
Vertex LastTarget(const GraphView& view) {
  Vertex last = 0;
  for (const Vertex target : view.out().targets) last = std::max(last, target);
  return last;
}

// Calls the kernel with `run` and these further options, and tells of its
// result what `tell` does.
template <typename Call, typename Tell>
KernelCase Case(std::string name, Call call, Tell tell) {
  return {
      std::move(name),
      [call, tell](const GraphView& view, const KernelOptions& run) -> Answer {
        const auto result = call(view, run);
        if (!result.ok()) return result.status();
        return tell(*result);
      }};
}

nlohmann::json Components(const ComponentsResult& result) {
  uint64_t squares = 0;
  for (const uint64_t size : result.sizes) squares += size * size;
  return {{"components", result.sizes.size()},
          {"largest", result.sizes.empty() ? 0 : result.sizes.front()},
          {"squares", squares}};
}

nlohmann::json Cores(const CoreNumbersResult& result) {
  return {{"greatest", result.greatest},
          {"sum", std::accumulate(result.core.begin(), result.core.end(),
                                  uint64_t{0})}};
}

nlohmann::json Coefficients(const ClusteringResult& result) {
  return {{"triangles", result.triangle_count},
          {"average", result.average},
          {"transitivity", result.transitivity}};
}

nlohmann::json Hops(const BreadthFirstSearchResult& result) {
  uint64_t sum = 0;
  for (const uint32_t distance : result.distance) {
    if (distance != kUnreached) sum += distance;
  }
  return {{"reached", result.reached}, {"depth", result.depth}, {"sum", sum}};
}

nlohmann::json Order(const DepthFirstSearchResult& result) {
  constexpr uint64_t kPrime = (uint64_t{1} << 31) - 1;
  uint64_t hash = 0;
  for (const auto* order : {&result.preorder, &result.postorder}) {
    for (const Vertex v : *order) hash = (hash * 31 + v) % kPrime;
  }
  return {{"met", result.preorder.size()}, {"hash", hash}};
}

nlohmann::json Distances(const SingleSourceShortestPathsResult& result) {
  double sum = 0;
  uint64_t reached = 0;
  for (const double distance : result.distance) {
    if (!std::isfinite(distance)) continue;
    sum += distance;
    ++reached;
  }
  return {{"reached", reached}, {"sum", sum}};
}

nlohmann::json PathsTold(const AllShortestPathsResult& result) {
  return {{"length", result.length}, {"count", result.count}};
}

nlohmann::json Lengths(const KShortestPathsResult& result) {
  nlohmann::json lengths = nlohmann::json::array();
  for (const WeightedPath& path : result.paths) lengths.push_back(path.length);
  return {{"lengths", std::move(lengths)}};
}

}  // namespace

std::vector<KernelCase> StructureKernels() {
  using View = const GraphView&;
  using Run = const KernelOptions&;
  return {
      Case(
          "weak-components",
          [](View v, Run run) {
            return WeaklyConnectedComponents(v, {.run = run});
          },
          Components),
      Case(
          "strong-components",
          [](View v, Run run) {
            return StronglyConnectedComponents(v, {.run = run});
          },
          Components),
      Case(
          "cores", [](View v, Run run) { return CoreNumbers(v, {.run = run}); },
          Cores),
      Case(
          "triangles",
          [](View v, Run run) { return TriangleCount(v, {.run = run}); },
          [](const TriangleCountResult& result) {
            return nlohmann::json{{"triangles", result.triangles}};
          }),
      Case(
          "clustering",
          [](View v, Run run) { return Clustering(v, {.run = run}); },
          Coefficients),
      Case(
          "bfs",
          [](View v, Run run) {
            return BreadthFirstSearch(v, FirstSource(v), {.run = run});
          },
          Hops),
      Case(
          "dfs",
          [](View v, Run run) {
            return DepthFirstSearch(v, FirstSource(v), {.run = run});
          },
          Order),
      Case(
          "sssp",
          [](View v, Run run) {
            return SingleSourceShortestPaths(v, FirstSource(v), {.run = run});
          },
          Distances),
      Case(
          "all-shortest-paths",
          [](View v, Run run) {
            return AllShortestPaths(v, FirstSource(v), LastTarget(v),
                                    {.run = run});
          },
          PathsTold),
      Case(
          "shortest-path",
          [](View v, Run run) {
            return ShortestPath(v, FirstSource(v), LastTarget(v), {.run = run});
          },
          [](const ShortestPathResult& result) {
            return nlohmann::json{{"length", result.path.length}};
          }),
      Case(
          "k-shortest-paths",
          [](View v, Run run) {
            return KShortestPaths(v, FirstSource(v), LastTarget(v),
                                  {.run = run, .k = 10});
          },
          Lengths),
  };
}

}  // namespace skg::bench
