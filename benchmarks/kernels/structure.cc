#include "skg/structure.h"

#include <algorithm>

#include "kernels/kernels.h"
#include "skg/paths.h"

namespace skg::bench {
namespace {

using Answer = absl::StatusOr<nlohmann::json>;

// The first vertex that an edge leaves.
Vertex FirstSource(const GraphView& view) {
  Vertex source = 0;
  while (source + 1 < view.vertices() && view.out().Degree(source) == 0) {
    ++source;
  }
  return source;
}

template <typename Result>
Answer Components(const absl::StatusOr<Result>& result) {
  if (!result.ok()) return result.status();
  return nlohmann::json{
      {"components", result->sizes.size()},
      {"largest", result->sizes.empty() ? 0 : result->sizes.front()}};
}

Answer Weak(const GraphView& view, const KernelOptions& run) {
  return Components(WeaklyConnectedComponents(view, {.run = run}));
}

Answer Strong(const GraphView& view, const KernelOptions& run) {
  return Components(StronglyConnectedComponents(view, {.run = run}));
}

Answer Cores(const GraphView& view, const KernelOptions& run) {
  const auto result = CoreNumbers(view, {.run = run});
  if (!result.ok()) return result.status();
  return nlohmann::json{{"greatest", result->greatest}};
}

Answer Triangles(const GraphView& view, const KernelOptions& run) {
  const auto result = TriangleCount(view, {.run = run});
  if (!result.ok()) return result.status();
  return nlohmann::json{{"triangles", result->triangles}};
}

Answer Coefficients(const GraphView& view, const KernelOptions& run) {
  const auto result = Clustering(view, {.run = run});
  if (!result.ok()) return result.status();
  return nlohmann::json{{"triangles", result->triangle_count},
                        {"average", result->average},
                        {"transitivity", result->transitivity}};
}

Answer Breadth(const GraphView& view, const KernelOptions& run) {
  const auto result = BreadthFirstSearch(view, FirstSource(view), {.run = run});
  if (!result.ok()) return result.status();
  return nlohmann::json{{"reached", result->reached}, {"depth", result->depth}};
}

}  // namespace

std::vector<KernelCase> StructureKernels() {
  return {{"weak-components", Weak},
          {"strong-components", Strong},
          {"cores", Cores},
          {"triangles", Triangles},
          {"clustering", Coefficients},
          {"bfs", Breadth}};
}

}  // namespace skg::bench
