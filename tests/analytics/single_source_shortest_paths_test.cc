#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <queue>

#include "skg/paths.h"
#include "structure_support.h"
#include "support/test_support.h"

namespace skg {
namespace {

using test::TestGraph;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Adjacency EdgesOf(const GraphView& view, WalkDirection direction) {
  return direction == WalkDirection::kOut  ? view.out()
         : direction == WalkDirection::kIn ? *view.in()
                                           : *view.both();
}

double LengthOf(const Adjacency& edges, uint64_t i, EdgeLength length) {
  if (length == EdgeLength::kOne) return 1;
  const double weight = edges.Weight(i);
  return length == EdgeLength::kWeight ? weight : 1 / weight;
}

std::vector<double> Dijkstra(const Adjacency& edges, Vertex source,
                             EdgeLength length) {
  std::vector<double> distance(edges.vertices(), kInfinity);
  using Entry = std::pair<double, Vertex>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  distance[source] = 0;
  for (queue.push({0, source}); !queue.empty();) {
    const auto [from, v] = queue.top();
    queue.pop();
    if (from > distance[v]) continue;
    for (uint64_t i = edges.offsets[v]; i < edges.offsets[v + 1]; ++i) {
      const double longer = from + LengthOf(edges, i, length);
      if (longer >= distance[edges.targets[i]]) continue;
      distance[edges.targets[i]] = longer;
      queue.push({longer, edges.targets[i]});
    }
  }
  return distance;
}

// What the docstring says of parents, edge by edge.
void CheckParents(const Adjacency& edges, EdgeLength length, Vertex source,
                  const SingleSourceShortestPathsResult& got) {
  const auto& distance = got.distance;
  std::vector<Vertex> nearer(edges.vertices(), kNoVertex);
  std::vector<std::vector<Vertex>> level_with(edges.vertices());
  for (Vertex v = 0; v < edges.vertices(); ++v) {
    for (uint64_t i = edges.offsets[v]; i < edges.offsets[v + 1]; ++i) {
      const Vertex w = edges.targets[i];
      if (distance[v] + LengthOf(edges, i, length) != distance[w]) continue;
      if (distance[w] == kInfinity) continue;
      if (distance[v] < distance[w]) nearer[w] = std::min(nearer[w], v);
      if (distance[v] == distance[w]) level_with[w].push_back(v);
    }
  }
  std::vector<uint32_t> steps(edges.vertices(), kUnreached);
  for (Vertex v = 0; v < edges.vertices(); ++v) {
    if (v == source || nearer[v] != kNoVertex) steps[v] = 0;
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (Vertex v = 0; v < edges.vertices(); ++v) {
      for (const Vertex u : level_with[v]) {
        if (steps[u] == kUnreached || steps[u] + 1 >= steps[v]) continue;
        steps[v] = steps[u] + 1;
        changed = true;
      }
    }
  }
  for (Vertex v = 0; v < edges.vertices(); ++v) {
    Vertex expected = v == source ? kNoVertex : nearer[v];
    for (const Vertex u : level_with[v]) {
      if (steps[v] == 0 || steps[v] == kUnreached) continue;
      if (steps[u] + 1 == steps[v]) expected = std::min(expected, u);
    }
    CHECK(got.parent[v] == expected);
  }
}

TEST_CASE("Distances are Dijkstra's to the last bit, for any threads and delta",
          "[paths]") {
  auto random = test::Random();
  struct Size {
    Vertex vertices;
    size_t edges;
    int rounds;
  };
  for (const Size size :
       {Size{1, 2, 2}, {10, 20, 60}, {300, 1500, 15}, {20'000, 100'000, 1}}) {
    for (int round = 0; round < size.rounds; ++round) {
      TestGraph graph = test::RandomGraph(random, size.vertices, size.edges);
      const auto kind = random() % 5;
      for (Edge& edge : graph.edges) {
        const auto draw =
            static_cast<float>(random() >> 40) / static_cast<float>(1 << 24);
        if (kind == 0) edge.weight = draw;
        if (kind == 1) edge.weight = 0;
        if (kind == 2) edge.weight = std::pow(draw, 30.0f);  // any range
        if (kind == 3) edge.weight = static_cast<float>(random() % 2);
      }
      const GraphView view = graph.View(true);
      const auto source = static_cast<Vertex>(random() % size.vertices);
      for (const WalkDirection direction :
           {WalkDirection::kOut, WalkDirection::kIn, WalkDirection::kBoth}) {
        for (const EdgeLength length : {EdgeLength::kOne, EdgeLength::kWeight,
                                        EdgeLength::kInverseWeight}) {
          const Adjacency edges = EdgesOf(view, direction);
          const auto expected = Dijkstra(edges, source, length);
          for (const size_t threads : {1, 2, 3}) {
            for (const double delta : {0.0, 0.01, 1e9}) {
              SingleSourceShortestPathsOptions options;
              options.run.threads = threads;
              options.length = length;
              options.direction = direction;
              options.delta = delta;
              const auto got =
                  SingleSourceShortestPaths(view, source, options).value();
              if (got.distance != expected) FAIL("distances differ");
              if (size.vertices < 1000 && delta == 0) {
                CheckParents(edges, length, source, got);
              }
            }
          }
        }
      }
    }
  }
}

TEST_CASE("Distances of one source: a star, a line, what is refused",
          "[paths]") {
  constexpr Vertex kMillion = 1'000'000;
  const GraphView line = test::Line(kMillion).View();
  const auto got = SingleSourceShortestPaths(line, 0).value();
  CHECK(got.distance.back() == kMillion - 1);
  CHECK(got.parent.back() == kMillion - 2);
  const auto star = SingleSourceShortestPaths(
                        test::Star(kMillion).View(), 3,
                        {.direction = WalkDirection::kBoth, .parents = false})
                        .value();
  CHECK(star.parent.empty());
  CHECK(star.distance[4] == 2);
  const auto refused = [](const auto& result) {
    CHECK(result.status().code() == absl::StatusCode::kInvalidArgument);
  };
  refused(SingleSourceShortestPaths(line, kMillion));
  refused(SingleSourceShortestPaths(line, 0, {.delta = -1}));
  refused(SingleSourceShortestPaths(line, 0, {.delta = kInfinity}));
  test::CheckThatItStops([&](const KernelOptions& run) {
    return SingleSourceShortestPaths(line, 0, {.run = run}).status();
  });
}

}  // namespace
}  // namespace skg
