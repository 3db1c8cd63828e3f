#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "absl/functional/function_ref.h"
#include "analytics/centrality_support.h"
#include "analytics/graph_view_impl.h"
#include "analytics/kernel_checks.h"
#include "analytics/shared_graphs.h"
#include "skg/centrality.h"
#include "support/test_support.h"

namespace skg {
namespace {

using test::Distances;
using test::kFar;
using test::Lengths;
using test::Times;

// Calls `each` with the vertices of every shortest path from path.back() to
// `target`.
void Enumerate(const test::DenseMatrix& lengths,
               const test::DenseMatrix& distances, size_t target,
               std::vector<size_t>& path,
               absl::FunctionRef<void(const std::vector<size_t>&)> each) {
  const size_t v = path.back();
  if (v == target) return each(path);
  for (size_t w = 0; w < lengths.size(); ++w) {
    if (w == v ||
        lengths[v][w] + distances[w][target] != distances[v][target]) {
      continue;
    }
    path.push_back(w);
    Enumerate(lengths, distances, target, path, each);
    path.pop_back();
  }
}

// By the definition: all shortest paths of all ordered pairs, one by one.
std::vector<double> Oracle(const test::DenseMatrix& lengths) {
  const size_t n = lengths.size();
  const test::DenseMatrix distances = Distances(lengths);
  std::vector<double> scores(n);
  for (size_t s = 0; s < n; ++s) {
    for (size_t t = 0; t < n; ++t) {
      if (s == t || distances[s][t] == kFar) continue;
      double paths = 0;
      std::vector<double> over(n);
      std::vector<size_t> path = {s};
      Enumerate(lengths, distances, t, path, [&](const auto& vertices) {
        ++paths;
        for (const size_t v : vertices) ++over[v];
      });
      for (size_t v = 0; v < n; ++v) {
        if (v != s && v != t) scores[v] += over[v] / paths;
      }
    }
  }
  return scores;
}

TEST_CASE("Betweenness is what counting all shortest paths gives",
          "[centrality]") {
  auto random = test::Random(21);
  for (int round = 0; round < 300; ++round) {
    const auto graph = test::MakeRandomGraph(random, 9, random() % 2 == 0, 1);
    const GraphView view = graph.View();
    BetweennessOptions options;
    options.directed = random() % 2 == 0;
    options.weighted = random() % 4 != 0;
    const Adjacency edges = options.directed ? view.out() : view.both().value();
    const double n = graph.vertices;
    std::vector<double> wanted =
        Oracle(Lengths(edges, graph.weighted && options.weighted));
    if (!options.directed) wanted = Times(wanted, .5);
    options.normalised = false;
    const auto plain = Betweenness(view, options);
    REQUIRE_OK(plain);
    CHECK(plain->exact);
    CHECK(plain->error_bound == 0.0);
    CHECK(plain->sources == graph.vertices);
    CHECK(test::Furthest(plain->scores, wanted) < 1e-12);
    options.normalised = true;
    const auto shares = Betweenness(view, options);
    const double pairs = (n - 1) * (n - 2) * (options.directed ? 1 : .5);
    CHECK(test::Furthest(shares->scores, Times(wanted, n < 3 ? 0 : 1 / pairs)) <
          1e-12);
  }
}

// Vertices in a grid, edges to the right and down: many paths of equal length.
GraphView Grid(Vertex rows, Vertex columns) {
  std::vector<Edge> edges;
  for (Vertex row = 0; row < rows; ++row) {
    for (Vertex column = 0; column < columns; ++column) {
      const Vertex v = row * columns + column;
      if (column + 1 < columns) edges.push_back({v, v + 1});
      if (row + 1 < rows) edges.push_back({v, v + columns});
    }
  }
  return GraphView::FromEdges(rows * columns, edges).value();
}

TEST_CASE("Betweenness by steps and by equal lengths is the same",
          "[centrality]") {
  auto random = test::Random(22);
  for (int round = 0; round < 30; ++round) {
    std::vector<Edge> edges;
    const auto vertices = static_cast<Vertex>(50 + random() % 400);
    for (size_t i = vertices * (1 + random() % 20); i > 0; --i) {
      edges.push_back({static_cast<Vertex>(random() % vertices),
                       static_cast<Vertex>(random() % vertices), 2});
    }
    BetweennessOptions options;
    options.directed = random() % 2 == 0;
    const auto steps =
        Betweenness(GraphView::FromEdges(vertices, edges).value(), options);
    options.weighted = true;
    const auto lengths = Betweenness(
        GraphView::FromEdges(vertices, edges, true, ParallelEdges::kLeast)
            .value(),
        options);
    REQUIRE_OK(lengths);
    CHECK(test::Furthest(steps->scores, lengths->scores) < 1e-12);
  }
}

TEST_CASE("Betweenness where paths are more than a double counts",
          "[centrality]") {
  // A chain of diamonds v -> a, b -> v': 2^diamonds paths; and beside it a
  // plain chain of the same length.
  constexpr Vertex kDiamonds = 1500;
  constexpr Vertex kEnd = 3 * kDiamonds;
  std::vector<Edge> edges;
  for (Vertex i = 0; i < kDiamonds; ++i) {
    const Vertex v = 3 * i;
    for (const Vertex middle : {v + 1, v + 2}) {
      edges.push_back({v, middle});
      edges.push_back({middle, v + 3});
    }
  }
  Vertex last = 0;
  for (Vertex v = kEnd + 1; v <= kEnd + 2 * kDiamonds; ++v) {
    edges.push_back({std::exchange(last, v), v});
  }
  const Vertex vertices = kEnd + 2 * kDiamonds + 1;
  for (const bool weighted : {false, true}) {
    const auto view = GraphView::FromEdges(vertices, edges, weighted).value();
    BetweennessOptions options;
    options.normalised = false;
    options.weighted = weighted;
    const auto result = Betweenness(view, options);
    REQUIRE_OK(result);
    for (Vertex i = 0; i < kDiamonds; ++i) {
      // All pairs before and after a tip; half of them over each middle.
      const double before = 3 * i, after = 3 * (kDiamonds - i);
      const double chain = kEnd + 1 + i;
      if (i > 0) {
        REQUIRE(std::abs(result->scores[3 * i] / (before * after) - 1) < 1e-9);
      }
      const double over = (before + 1) * (after - 2) / 2;
      REQUIRE(std::abs(result->scores[3 * i + 1] / over - 1) < 1e-9);
      const double on_chain = (i + 1.0) * (2.0 * kDiamonds - i - 1);
      REQUIRE(std::abs(result->scores[static_cast<Vertex>(chain)] / on_chain -
                       1) < 1e-9);
    }
  }
}

TEST_CASE("Betweenness of small and strange graphs", "[centrality]") {
  CHECK(Betweenness(GraphView::FromEdges(0, {}).value())->scores.empty());
  const std::vector<Edge> pair = {{0, 1}, {1, 1}};
  CHECK(Betweenness(GraphView::FromEdges(2, pair).value())->scores ==
        std::vector<double>{0, 0});
  CHECK(Betweenness(GraphView::FromEdges(4, {}).value())->scores ==
        std::vector<double>{0, 0, 0, 0});
  // Everything goes through the middle of a star.
  std::vector<Edge> edges;
  for (Vertex v = 1; v <= 1000; ++v) edges.push_back({v, 0});
  const GraphView star = GraphView::FromEdges(1001, edges).value();
  const auto middle = Betweenness(star, {.directed = false});
  CHECK(middle->scores[0] == 1);
  CHECK(middle->scores[1] == 0);
  CHECK(Betweenness(star)->scores[0] == 0);
  // Vertices in a row: one level each.
  std::vector<Edge> row;
  for (Vertex v = 0; v + 1 < 3000; ++v) row.push_back({v, v + 1});
  const auto line = Betweenness(GraphView::FromEdges(3000, row).value(),
                                {.normalised = false});
  for (Vertex v = 0; v < 3000; ++v) {
    REQUIRE(line->scores[v] == v * (2999.0 - v));
  }
}

TEST_CASE("Betweenness of a star of a million leaves", "[centrality]") {
  constexpr Vertex kLeaves = 1'000'000;
  std::vector<Edge> edges;
  for (Vertex v = 1; v <= kLeaves; ++v) edges.push_back({v, 0});
  const auto result =
      Betweenness(GraphView::FromEdges(kLeaves + 1, edges).value(),
                  {.directed = false, .sources = 5});
  REQUIRE_OK(result);
  CHECK(std::abs(result->scores[0] - 1) < 1e-5);
  CHECK(*std::max_element(result->scores.begin() + 1, result->scores.end()) ==
        0);
}

TEST_CASE("Betweenness does not depend on what vertices are called",
          "[centrality]") {
  auto random = test::Random(27);
  for (int round = 0; round < 50; ++round) {
    const auto graph = test::MakeRandomGraph(random, 40, true, 1);
    std::vector<Vertex> names(graph.vertices);
    std::iota(names.begin(), names.end(), Vertex{0});
    std::shuffle(names.begin(), names.end(), random);
    const BetweennessOptions options{.weighted = random() % 2 == 0};
    const auto scores = Betweenness(graph.View(), options)->scores;
    const auto renamed =
        Betweenness(graph.Renamed(names).View(), options)->scores;
    std::vector<double> back(scores.size());
    for (Vertex v = 0; v < graph.vertices; ++v) back[v] = renamed[names[v]];
    CHECK(test::Furthest(scores, back) < 1e-13);
  }
}

TEST_CASE("Betweenness of a path of a million vertices ends", "[centrality]") {
  std::vector<Edge> edges;
  constexpr Vertex kVertices = 1'000'000;
  for (Vertex v = 0; v + 1 < kVertices; ++v) edges.push_back({v, v + 1, 1});
  for (const bool weighted : {false, true}) {
    const auto view = GraphView::FromEdges(kVertices, edges, weighted).value();
    const auto result = Betweenness(view, {.weighted = weighted, .sources = 3});
    REQUIRE_OK(result);
    CHECK(result->sources == 3);
    CHECK_FALSE(result->exact);
    CHECK(result->scores[kVertices - 2] > 0);
  }
}

GraphView MiddlingGraph(uint64_t stream, bool weighted) {
  auto random = test::Random(stream);
  std::vector<Edge> edges;
  constexpr Vertex kVertices = 2000;
  for (int i = 0; i < 10'000; ++i) {
    const uint64_t draw = random() % kVertices;
    edges.push_back({static_cast<Vertex>(draw * (random() % 1000) / 1000),
                     static_cast<Vertex>(random() % kVertices),
                     static_cast<float>(1 + random() % 100) / 10});
  }
  return GraphView::FromEdges(kVertices, edges, weighted).value();
}

TEST_CASE("Betweenness is the same for any number of threads", "[centrality]") {
  for (const bool weighted : {false, true}) {
    const GraphView view = MiddlingGraph(23, weighted);
    for (const double epsilon : {0.0, 0.1}) {
      BetweennessOptions options;
      options.weighted = weighted;
      options.sources = epsilon > 0 || weighted ? 500 : 0;
      options.epsilon = epsilon;
      options.run.threads = 1;
      const auto one = Betweenness(view, options);
      for (const size_t threads : {2, 3}) {
        options.run.threads = threads;
        const auto more = Betweenness(view, options);
        CHECK(more->scores == one->scores);
        CHECK(more->sources == one->sources);
        CHECK(more->error_bound == one->error_bound);
      }
    }
  }
}

TEST_CASE("Sampled betweenness keeps its bound", "[centrality]") {
  for (const bool directed : {true, false}) {
    const GraphView view = MiddlingGraph(24, false);
    const auto exact = Betweenness(view, {.directed = directed});
    int failed = 0;
    double last = INFINITY;
    for (uint64_t seed = 0; seed < 8; ++seed) {
      BetweennessOptions options{.directed = directed, .sources = 300};
      options.seed = seed;
      const auto sampled = Betweenness(view, options);
      REQUIRE_OK(sampled);
      CHECK_FALSE(sampled->exact);
      CHECK(sampled->sources == 300);
      REQUIRE(sampled->error_bound);
      CHECK(*sampled->error_bound < 0.2);
      const double error = test::Furthest(sampled->scores, exact->scores);
      if (error > *sampled->error_bound) ++failed;
      CHECK(error > 0);
      last = std::min(last, error);
      options.normalised = false;
      const auto counts = Betweenness(view, options);
      const double pairs = 1999.0 * 1998 * (directed ? 1 : .5);
      CHECK(test::Furthest(counts->scores, Times(sampled->scores, pairs)) <
            1e-6);
      CHECK(std::abs(*counts->error_bound / (*sampled->error_bound * pairs) -
                     1) < 1e-9);
    }
    CHECK(failed <= 4);  // one is expected at most
    // The mean of samples comes close.
    CHECK(last < 0.02);
  }
}

TEST_CASE("Sampled betweenness ends at its epsilon", "[centrality]") {
  const GraphView view = MiddlingGraph(25, false);
  const auto exact = Betweenness(view);
  BetweennessOptions options{.sources = 1900, .epsilon = 0.1};
  const auto sampled = Betweenness(view, options);
  REQUIRE_OK(sampled);
  CHECK(*sampled->error_bound <= 0.1);
  CHECK(sampled->sources < 1900);
  CHECK(test::Furthest(sampled->scores, exact->scores) <= 0.1);
  options.epsilon = 1e-6;
  const auto all = Betweenness(view, options);
  CHECK(all->sources == 1900);
  CHECK(*all->error_bound > 1e-6);
}

TEST_CASE("Betweenness ends when it is told to", "[centrality]") {
  auto random = test::Random(26);
  std::vector<Edge> edges;
  for (int i = 0; i < 400'000; ++i) {
    edges.push_back({static_cast<Vertex>(random() % 50'000),
                     static_cast<Vertex>(random() % 50'000), 1});
  }
  for (const bool weighted : {false, true}) {
    const auto view = GraphView::FromEdges(50'000, edges, weighted).value();
    test::CheckThatItEnds(Betweenness, view,
                          BetweennessOptions{.weighted = weighted});
  }
}

TEST_CASE("Betweenness refuses what it cannot do", "[centrality]") {
  const std::vector<Edge> edges = {{0, 1, 1}, {1, 2, 0}};
  const GraphView view = GraphView::FromEdges(3, edges, true).value();
  test::CheckThatItRefuses(Betweenness, view,
                           BetweennessOptions{.weighted = true},
                           "from vertex 1 to 2 has the length 0");
  CHECK(Betweenness(view).ok());
  test::CheckThatItRefuses(Betweenness, view, BetweennessOptions{.delta = 0},
                           "BetweennessOptions::delta is 0");
  test::CheckThatItRefuses(Betweenness, view, BetweennessOptions{.epsilon = -1},
                           "BetweennessOptions::epsilon is -1");
}

TEST_CASE("Betweenness does with the memory that there is", "[centrality]") {
  const auto with = [](size_t free_bytes) {
    MemoryBudget budget(1'000'000 + free_bytes);
    const GraphView grid = Grid(50, 40);
    std::vector<Edge> edges;
    for (Vertex v = 0; v < grid.vertices(); ++v) {
      for (const Vertex w : grid.out().Targets(v)) edges.push_back({v, w});
    }
    const GraphView view = analytics::GraphViewImpl::Wrap(
        std::make_shared<analytics::GraphViewImpl>(
            analytics::CsrOfEdges(grid.vertices(), edges, false,
                                  ParallelEdges::kSum),
            false, ParallelEdges::kSum, analytics::ViewOrigin(), &budget,
            budget.Reserve("view", 1'000'000).value()));
    BetweennessOptions options;
    options.run.threads = 3;
    return Betweenness(view, options);
  };
  // in() takes 32,000 bytes, the sums 48,000, each worker 72,000.
  CHECK(with(100'000).status().code() == absl::StatusCode::kResourceExhausted);
  const auto one = with(180'000);
  REQUIRE_OK(one);
  const auto more = with(10'000'000);
  REQUIRE_OK(more);
  CHECK(one->scores == more->scores);
}

}  // namespace
}  // namespace skg
