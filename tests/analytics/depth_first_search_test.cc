#include <catch2/catch.hpp>

#include "skg/paths.h"
#include "structure_support.h"
#include "support/test_support.h"

namespace skg {
namespace {

using test::TestGraph;

// The definition, which calls itself.
class Recursion {
 public:
  Recursion(const Adjacency& edges, Vertex source, bool all) : edges_(edges) {
    result.parent.assign(edges.vertices(), kNoVertex);
    met_.assign(edges.vertices(), false);
    Visit(source);
    for (Vertex v = 0; v < edges.vertices() && all; ++v) {
      if (!met_[v]) Visit(v);
    }
  }

  DepthFirstSearchResult result;

 private:
  void Visit(Vertex v) {
    met_[v] = true;
    result.preorder.push_back(v);
    for (const Vertex w : edges_.Targets(v)) {
      if (met_[w]) continue;
      result.parent[w] = v;
      Visit(w);
    }
    result.postorder.push_back(v);
  }

  const Adjacency edges_;
  std::vector<bool> met_;
};

TEST_CASE("Depth-first search gives what the recursive definition does",
          "[paths]") {
  auto random = test::Random();
  for (int round = 0; round < 300; ++round) {
    const TestGraph graph = test::RandomGraph(random, 30);
    const GraphView view = graph.View();
    const auto source = static_cast<Vertex>(random() % graph.vertices);
    const bool all = random() % 2 == 0;
    const std::pair<WalkDirection, Adjacency> directions[] = {
        {WalkDirection::kOut, view.out()},
        {WalkDirection::kIn, *view.in()},
        {WalkDirection::kBoth, *view.both()}};
    for (const auto& [direction, edges] : directions) {
      const auto expected = Recursion(edges, source, all).result;
      const auto got =
          DepthFirstSearch(view, source, {.direction = direction, .all = all})
              .value();
      CHECK(got.preorder == expected.preorder);
      CHECK(got.postorder == expected.postorder);
      CHECK(got.parent == expected.parent);
    }
  }
}

TEST_CASE("Depth-first search goes down a line of a million vertices",
          "[paths]") {
  constexpr Vertex kMillion = 1'000'000;
  const GraphView view = test::Line(kMillion).View();
  const auto got = DepthFirstSearch(view, 0).value();
  CHECK(got.preorder.back() == kMillion - 1);
  CHECK(got.postorder.front() == kMillion - 1);
  CHECK(got.postorder.size() == kMillion);
  const auto star = DepthFirstSearch(test::Star(kMillion).View(), 5,
                                     {.direction = WalkDirection::kBoth})
                        .value();
  CHECK(star.preorder.size() == kMillion + 1);
  CHECK(star.parent[6] == 0);
  CHECK(star.parent[0] == 5);
  test::CheckThatItStops([&](const KernelOptions& run) {
    return DepthFirstSearch(view, 0, {.run = run}).status();
  });
  CHECK(DepthFirstSearch(view, kMillion).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace skg
