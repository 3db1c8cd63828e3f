#include "analytics/forward_graph.h"

#include <algorithm>
#include <vector>

#include "analytics/pace.h"
#include "base/status.h"

namespace skg::analytics {
namespace {

// Vertices or ranks: the first ranks may have a million neighbours each.
constexpr uint64_t kGrain = 64;

// Counting sort: of equal degrees the least vertex first.
void SortByDegree(ForwardGraph& graph, uint32_t most, Array<Vertex>& rank) {
  std::vector<Vertex> next(size_t{most} + 2, 0);
  const size_t vertices = graph.degree.size();
  for (size_t v = 0; v < vertices; ++v) ++next[most - graph.degree[v] + 1];
  for (size_t d = 1; d < next.size(); ++d) next[d] += next[d - 1];
  for (size_t v = 0; v < vertices; ++v) {
    rank[v] = next[most - graph.degree[v]]++;
    graph.vertex[rank[v]] = static_cast<Vertex>(v);
  }
}

}  // namespace

absl::StatusOr<ForwardGraph> MakeForwardGraph(const Adjacency& both,
                                              KernelRun& run) {
  const size_t vertices = both.vertices();
  SKG_RETURN_IF_ERROR(run.Take(24 * vertices + 8));
  ForwardGraph graph;
  graph.vertex = Array<Vertex>(vertices);
  graph.degree = Array<uint32_t>(vertices);
  graph.offsets = Array<uint64_t>(vertices + 1);
  Array<Vertex> rank(vertices);
  // A loop is an edge to somebody of no lower rank: only degrees know of it.
  const auto for_all = [&](double done, auto&& work) {
    run.team().For(vertices, kGrain,
                   [&](uint64_t begin, uint64_t end, size_t thread) {
                     if (Stopped(run, thread, done)) return;
                     for (uint64_t i = begin; i < end; ++i) {
                       work(static_cast<Vertex>(i));
                     }
                   });
    return run.Check(done);
  };
  SKG_RETURN_IF_ERROR(for_all(0, [&](Vertex v) {
    const auto targets = both.Targets(v);
    const bool loop = std::binary_search(targets.begin(), targets.end(), v);
    graph.degree[v] = static_cast<uint32_t>(targets.size()) - (loop ? 1 : 0);
  }));
  uint32_t most = 0;
  for (const uint32_t degree : graph.degree.span()) {
    most = std::max(most, degree);
  }
  SortByDegree(graph, most, rank);
  graph.offsets[0] = 0;
  SKG_RETURN_IF_ERROR(for_all(0.01, [&](Vertex r) {
    uint64_t count = 0;
    for (const Vertex w : both.Targets(graph.vertex[r])) {
      count += rank[w] < r ? 1 : 0;
    }
    graph.offsets[r + 1] = count;
  }));
  for (size_t r = 0; r < vertices; ++r)
    graph.offsets[r + 1] += graph.offsets[r];
  SKG_RETURN_IF_ERROR(run.Take(sizeof(Vertex) * graph.offsets[vertices]));
  graph.neighbours = Array<Vertex>(graph.offsets[vertices]);
  SKG_RETURN_IF_ERROR(for_all(0.02, [&](Vertex r) {
    Vertex* const begin = graph.neighbours.data() + graph.offsets[r];
    Vertex* end = begin;
    for (const Vertex w : both.Targets(graph.vertex[r])) {
      if (rank[w] < r) *end++ = rank[w];
    }
    std::sort(begin, end);
  }));
  return graph;
}

}  // namespace skg::analytics
