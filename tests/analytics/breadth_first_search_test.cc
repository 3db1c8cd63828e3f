#include <catch2/catch.hpp>
#include <deque>

#include "analytics/graph_view_impl.h"
#include "skg/paths.h"
#include "structure_support.h"
#include "support/test_support.h"

namespace skg {
namespace {

using test::TestGraph;

// Which vertices each may be left for, ascending and each once.
std::vector<std::vector<Vertex>> Steps(const TestGraph& graph,
                                       WalkDirection direction) {
  const GraphView view = graph.View();
  const Adjacency edges = direction == WalkDirection::kOut  ? view.out()
                          : direction == WalkDirection::kIn ? *view.in()
                                                            : *view.both();
  std::vector<std::vector<Vertex>> steps;
  for (Vertex v = 0; v < graph.vertices; ++v) {
    const auto targets = edges.Targets(v);
    steps.emplace_back(targets.begin(), targets.end());
  }
  return steps;
}

BreadthFirstSearchResult Expected(const std::vector<std::vector<Vertex>>& steps,
                                  Vertex source, uint32_t max_depth) {
  BreadthFirstSearchResult expected;
  expected.distance.assign(steps.size(), kUnreached);
  expected.parent.assign(steps.size(), kNoVertex);
  expected.distance[source] = 0;
  std::deque<Vertex> queue = {source};
  for (; !queue.empty(); queue.pop_front()) {
    const Vertex v = queue.front();
    ++expected.reached;
    expected.depth = expected.distance[v];
    if (expected.depth == max_depth) continue;
    for (const Vertex w : steps[v]) {
      if (expected.distance[w] != kUnreached) continue;
      expected.distance[w] = expected.depth + 1;
      queue.push_back(w);
    }
  }
  for (Vertex v = 0; v < steps.size(); ++v) {
    if (expected.distance[v] == kUnreached) continue;
    for (const Vertex w : steps[v]) {
      if (expected.distance[w] == expected.distance[v] + 1) {
        expected.parent[w] = std::min(expected.parent[w], v);
      }
    }
  }
  return expected;
}

void CheckEqual(const BreadthFirstSearchResult& got,
                const BreadthFirstSearchResult& expected) {
  CHECK(got.distance == expected.distance);
  CHECK(got.parent == expected.parent);
  CHECK(got.reached == expected.reached);
  CHECK(got.depth == expected.depth);
}

TEST_CASE("Breadth-first search gives what a queue does", "[paths]") {
  auto random = test::Random();
  struct Size {
    Vertex vertices;
    size_t edges;
    int rounds;
  };
  // Sparse and dense, small and so large that frontiers are shared and turned.
  for (const Size size : {Size{1, 2, 3},
                          {12, 20, 60},
                          {12, 60, 60},
                          {400, 500, 20},
                          {400, 3000, 20},
                          {20'000, 25'000, 2},
                          {20'000, 200'000, 2}}) {
    for (int round = 0; round < size.rounds; ++round) {
      const TestGraph graph =
          test::RandomGraph(random, size.vertices, size.edges);
      for (const WalkDirection direction :
           {WalkDirection::kOut, WalkDirection::kIn, WalkDirection::kBoth}) {
        const auto steps = Steps(graph, direction);
        const auto source = static_cast<Vertex>(random() % size.vertices);
        for (const uint32_t max_depth : {kAnyLength, 2u, 0u}) {
          const auto expected = Expected(steps, source, max_depth);
          const GraphView view = graph.View();
          for (const size_t threads : {1, 2, 3}) {
            CheckEqual(BreadthFirstSearch(view, source,
                                          {.run = {.threads = threads},
                                           .direction = direction,
                                           .max_depth = max_depth})
                           .value(),
                       expected);
          }
        }
      }
    }
  }
}

TEST_CASE("Breadth-first search without parents has none", "[paths]") {
  const auto got =
      BreadthFirstSearch(test::Line(3).View(), 0, {.parents = false}).value();
  CHECK(got.parent.empty());
  CHECK(got.distance == std::vector<uint32_t>{0, 1, 2});
}

TEST_CASE("Breadth-first search does without memory for the edges turned round",
          "[paths]") {
  auto random = test::Random();
  const TestGraph graph = test::RandomGraph(random, 2000, 30'000);
  const auto expected = BreadthFirstSearch(graph.View(), 0).value();
  // Room for the arrays of a search, not for as many edges again.
  MemoryBudget budget(size_t{64} << 10);
  const GraphView view =
      analytics::GraphViewImpl::Wrap(std::make_shared<analytics::GraphViewImpl>(
          analytics::CsrOfEdges(graph.vertices, graph.edges, false,
                                ParallelEdges::kSum),
          false, ParallelEdges::kSum, analytics::ViewOrigin(), &budget,
          budget.Reserve("views", 1).value()));
  REQUIRE(view.in().status().code() == absl::StatusCode::kResourceExhausted);
  CheckEqual(BreadthFirstSearch(view, 0).value(), expected);
}

TEST_CASE("Breadth-first search of a star and a line of a million vertices",
          "[paths]") {
  constexpr Vertex kMillion = 1'000'000;
  const auto star = BreadthFirstSearch(test::Star(kMillion).View(), 7,
                                       {.direction = WalkDirection::kBoth})
                        .value();
  CHECK(star.reached == kMillion + 1);
  CHECK(star.depth == 2);
  CHECK(star.parent[8] == 0);
  const auto line = BreadthFirstSearch(test::Line(kMillion).View(), 0).value();
  CHECK(line.depth == kMillion - 1);
  CHECK(line.parent[kMillion - 1] == kMillion - 2);
}

TEST_CASE("Breadth-first search of nobody is refused", "[paths]") {
  const auto status = BreadthFirstSearch(test::Line(3).View(), 3).status();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(status.message() ==
        "source: there is no vertex 3; the graph has 3, numbered from 0");
  CHECK_FALSE(BreadthFirstSearch(TestGraph{}.View(), 0).ok());
}

TEST_CASE("Breadth-first search stops when it is told to", "[paths]") {
  const GraphView view = test::Line(400'000).View();
  test::CheckThatItStops([&](const KernelOptions& run) {
    return BreadthFirstSearch(view, 0, {.run = run}).status();
  });
}

}  // namespace
}  // namespace skg
