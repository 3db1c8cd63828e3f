#include <catch2/catch.hpp>
#include <limits>

#include "skg/paths.h"
#include "structure_support.h"
#include "support/test_support.h"

namespace skg {
namespace {

using test::TestGraph;
using Path = std::vector<Vertex>;

// All paths of the fewest edges, by trying all of one length after the other.
std::vector<Path> Expected(const std::vector<std::vector<bool>>& leads,
                           Vertex source, Vertex target) {
  std::vector<Path> level = {{source}};
  for (size_t length = 0; length <= leads.size(); ++length) {
    std::vector<Path> paths, longer;
    for (const Path& path : level) {
      if (path.back() == target) paths.push_back(path);
      for (Vertex w = 0; w < leads.size(); ++w) {
        if (!leads[path.back()][w]) continue;
        if (std::find(path.begin(), path.end(), w) != path.end()) continue;
        longer.push_back(path);
        longer.back().push_back(w);
      }
    }
    if (!paths.empty()) return paths;
    level = std::move(longer);
  }
  return {};
}

TEST_CASE("All shortest paths are those that an enumeration finds", "[paths]") {
  auto random = test::Random();
  for (int round = 0; round < 400; ++round) {
    const TestGraph graph = test::RandomGraph(random, 9);
    const bool directed = random() % 2 == 0, filtered = random() % 3 == 0;
    auto leads = test::Matrix(graph, !directed);
    const uint64_t forbidden = random();
    const auto may_go = [&](Vertex from, Vertex to) {
      return (forbidden >> ((from * 7 + to) % 64) & 1) == 0;
    };
    for (Vertex v = 0; v < graph.vertices && filtered; ++v) {
      for (Vertex w = 0; w < graph.vertices; ++w) {
        if (!may_go(v, w)) leads[v][w] = false;
      }
    }
    const GraphView view = graph.View();
    for (Vertex source = 0; source < graph.vertices; ++source) {
      for (Vertex target = 0; target < graph.vertices; ++target) {
        const std::vector<Path> expected = Expected(leads, source, target);
        AllShortestPathsOptions options;
        options.directed = directed;
        if (filtered) options.edge_filter = may_go;
        const auto got =
            AllShortestPaths(view, source, target, options).value();
        CHECK(got.paths == expected);
        CHECK(got.count == expected.size());
        CHECK_FALSE(got.more);
        if (expected.empty()) continue;
        CHECK(got.length == expected[0].size() - 1);
        if (got.length == 0) continue;
        options.max_length = got.length;
        CHECK(AllShortestPaths(view, source, target, options)->paths ==
              expected);
        options.max_length = got.length - 1;
        CHECK(AllShortestPaths(view, source, target, options)->paths.empty());
      }
    }
  }
}

// A row of diamonds: 2^n paths.
TestGraph Diamonds(Vertex count) {
  TestGraph graph{3 * count + 1, {}};
  for (Vertex v = 0; v < 3 * count; v += 3) {
    graph.edges.insert(
        graph.edges.end(),
        {{v, v + 1}, {v, v + 2}, {v + 1, v + 3}, {v + 2, v + 3}});
  }
  return graph;
}

TEST_CASE("Of many shortest paths the first come, and how many there are",
          "[paths]") {
  const GraphView view = Diamonds(20).View();
  const auto some = AllShortestPaths(view, 0, 60, {.limit = 3}).value();
  CHECK(some.count == 1 << 20);
  CHECK(some.more);
  CHECK(some.length == 40);
  REQUIRE(some.paths.size() == 3);
  CHECK(std::is_sorted(some.paths.begin(), some.paths.end()));
  CHECK(some.paths[0][39] == 58);
  CHECK(some.paths[1][39] == 59);
  CHECK(some.paths[2][37] == 56);
  CHECK(AllShortestPaths(view, 0, 60)->paths.size() == 1000);
  const auto none = AllShortestPaths(view, 0, 60, {.limit = 0}).value();
  CHECK(none.paths.empty());
  CHECK(none.more);

  const auto beyond = AllShortestPaths(Diamonds(70).View(), 0, 210).value();
  CHECK(beyond.count == std::numeric_limits<uint64_t>::max());
}

TEST_CASE("Shortest paths come one at a time until they are not wanted",
          "[paths]") {
  const GraphView view = Diamonds(10).View();
  std::vector<Path> seen;
  const auto visit = [&](std::span<const Vertex> path) {
    seen.emplace_back(path.begin(), path.end());
    return seen.size() < 5;
  };
  const auto result = VisitShortestPaths(view, 0, 30, visit).value();
  CHECK(result.paths.empty());
  CHECK(result.more);
  CHECK(result.count == 1024);
  CHECK(seen == AllShortestPaths(view, 0, 30, {.limit = 5})->paths);
  CHECK(VisitShortestPaths(view, 0, 30, nullptr).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("Shortest paths to oneself, to nobody and of nobody", "[paths]") {
  const GraphView view = TestGraph{3, {{0, 0}, {0, 1}}}.View();
  const auto self = AllShortestPaths(view, 0, 0, {.max_length = 0}).value();
  CHECK(self.paths == std::vector<Path>{{0}});
  CHECK(self.count == 1);
  CHECK(self.length == 0);
  CHECK(AllShortestPaths(view, 1, 0)->paths.empty());
  CHECK(AllShortestPaths(view, 1, 0, {.directed = false})->paths ==
        std::vector<Path>{{1, 0}});
  CHECK(AllShortestPaths(view, 0, 2)->count == 0);
  CHECK(AllShortestPaths(view, 3, 0).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(AllShortestPaths(view, 0, 3).status().message() ==
        "target: there is no vertex 3; the graph has 3, numbered from 0");
}

TEST_CASE("Shortest paths through a star and along a line of a million",
          "[paths]") {
  constexpr Vertex kMillion = 1'000'000;
  const GraphView star = test::Star(kMillion).View();
  CHECK(AllShortestPaths(star, 5, 9, {.directed = false})->paths ==
        std::vector<Path>{{5, 0, 9}});
  const GraphView line = test::Line(kMillion).View();
  const auto path = AllShortestPaths(line, 0, kMillion - 1).value();
  CHECK(path.length == kMillion - 1);
  CHECK(path.paths.size() == 1);
  test::CheckThatItStops([&](const KernelOptions& run) {
    return AllShortestPaths(line, 0, kMillion - 1, {.run = run}).status();
  });
}

}  // namespace
}  // namespace skg
