// GraphView of edges that a caller gives; of a stored graph: engine's
// graph_view_test.
#include "skg/graph_view.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "support/test_support.h"

namespace skg {
namespace {

using Pair = std::pair<Vertex, Vertex>;

// What an Adjacency says, edge by edge.
std::map<Pair, float> EdgesOf(const Adjacency& graph) {
  std::map<Pair, float> edges;
  REQUIRE(graph.offsets.front() == 0);
  REQUIRE(graph.offsets.back() == graph.edges());
  for (Vertex v = 0; v < graph.vertices(); ++v) {
    for (uint64_t i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i) {
      if (i > graph.offsets[v]) {
        REQUIRE(graph.targets[i - 1] < graph.targets[i]);
      }
      edges[{v, graph.targets[i]}] = graph.Weight(i);
    }
  }
  return edges;
}

float Together(ParallelEdges rule, const std::vector<float>& weights) {
  double sum = 0;
  float least = weights[0], greatest = weights[0];
  for (const float weight : weights) {
    sum += weight;
    least = std::min(least, weight);
    greatest = std::max(greatest, weight);
  }
  switch (rule) {
    case ParallelEdges::kSum:
      return static_cast<float>(sum);
    case ParallelEdges::kMean:
      return static_cast<float>(sum / static_cast<double>(weights.size()));
    case ParallelEdges::kLeast:
      return least;
    case ParallelEdges::kGreatest:
      return greatest;
  }
  return 0;
}

TEST_CASE("A view of edges is what a map of them says, in all directions") {
  std::mt19937_64 random(test::Seed());
  for (int round = 0; round < 60; ++round) {
    const auto vertices = static_cast<Vertex>(1 + random() % 12);
    const bool weighted = random() % 2 == 0;
    const auto rule = static_cast<ParallelEdges>(random() % 4);
    std::vector<Edge> edges;
    std::map<Pair, std::vector<float>> expected;
    for (size_t i = random() % 60; i > 0; --i) {
      // Eighths: sums of them are exact in any sequence.
      const Edge edge{static_cast<Vertex>(random() % vertices),
                      static_cast<Vertex>(random() % vertices),
                      static_cast<float>(random() % 9) / 8};
      edges.push_back(edge);
      expected[{edge.source, edge.target}].push_back(weighted ? edge.weight
                                                              : 1.0f);
    }
    const auto view = GraphView::FromEdges(vertices, edges, weighted, rule);
    REQUIRE(view.ok());
    CHECK(view->vertices() == vertices);
    CHECK(view->edges() == expected.size());
    std::map<Pair, float> out, in;
    std::map<Pair, std::vector<float>> pairs;
    for (const auto& [pair, weights] : expected) {
      const float weight = weighted ? Together(rule, weights) : 1.0f;
      out[pair] = weight;
      in[{pair.second, pair.first}] = weight;
      pairs[pair].push_back(weight);
      if (pair.first != pair.second) {
        pairs[{pair.second, pair.first}].push_back(weight);
      }
    }
    std::map<Pair, float> both;
    for (const auto& [pair, weights] : pairs) {
      both[pair] = weighted ? Together(rule, weights) : 1.0f;
    }
    CHECK(EdgesOf(view->out()) == out);
    CHECK(EdgesOf(view->in().value()) == in);
    CHECK(EdgesOf(view->both().value()) == both);
  }
}

TEST_CASE("A view of no vertices and one without edges") {
  const auto empty = GraphView::FromEdges(0, {});
  REQUIRE(empty.ok());
  CHECK(empty->vertices() == 0);
  CHECK(empty->out().offsets.size() == 1);
  CHECK(empty->both()->edges() == 0);
  const auto lonely = GraphView::FromEdges(3, {});
  REQUIRE(lonely.ok());
  CHECK(lonely->vertices() == 3);
  CHECK(lonely->in()->Degree(2) == 0);
}

TEST_CASE("Edges that cannot be are refused with their place") {
  const auto message = [](std::vector<Edge> edges) {
    const auto view = GraphView::FromEdges(2, edges, true);
    REQUIRE(view.status().code() == absl::StatusCode::kInvalidArgument);
    return std::string(view.status().message());
  };
  CHECK(
      message({{0, 1, 1}, {0, 2, 1}}) ==
      "edge 1 leads from 0 to 2, but vertices are numbered from 0 to below 2");
  for (const float weight : {-1.0f, std::numeric_limits<float>::quiet_NaN(),
                             std::numeric_limits<float>::infinity()}) {
    CHECK_THAT(message({{0, 1, weight}}),
               Catch::Contains("edge 0 weighs") &&
                   Catch::Contains("a finite number and not negative"));
  }
}

TEST_CASE("Vertices of nobody's edges are called by their numbers") {
  const auto view = GraphView::FromEdges(3, std::vector<Edge>{{0, 2}});
  REQUIRE(view.ok());
  CHECK(view->Names(std::vector<Vertex>{2, 0}).value() ==
        std::vector<std::string>{"2", "0"});
  CHECK(view->Names(std::vector<Vertex>{3}).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(view->Find("1").value() == Vertex{1});
  CHECK_FALSE(view->Find("3").value());
  CHECK_FALSE(view->Find("x").value());
}

}  // namespace
}  // namespace skg
