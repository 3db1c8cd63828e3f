#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "analytics/centrality_support.h"
#include "analytics/graph_view_impl.h"
#include "analytics/kernel_checks.h"
#include "analytics/shared_graphs.h"
#include "skg/centrality.h"
#include "support/test_support.h"

namespace skg {
namespace {

using test::DenseMatrix;
using test::RandomGraph;

double Sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// The definition as a system of equations. `weights` are the edges as they
// count.
std::vector<double> Oracle(const DenseMatrix& weights,
                           const PageRankOptions& options) {
  const size_t n = weights.size();
  std::vector<double> shares(n, 1.0 / static_cast<double>(n));
  if (!options.personalisation.empty()) {
    double sum = 0;
    for (const auto& [v, share] : options.personalisation) sum += share;
    std::fill(shares.begin(), shares.end(), 0.0);
    for (const auto& [v, share] : options.personalisation) {
      shares[v] += share / sum;
    }
  }
  DenseMatrix matrix(n, std::vector<double>(n));
  std::vector<double> right(n);
  for (size_t v = 0; v < n; ++v) {
    right[v] = (1 - options.damping) * shares[v];
    for (size_t u = 0; u < n; ++u) {
      const double strength = Sum(weights[u]);
      const double dangling = options.dangling == DanglingMass::kEvenly
                                  ? 1.0 / static_cast<double>(n)
                                  : shares[v];
      matrix[v][u] = (u == v ? 1.0 : 0.0) -
                     options.damping *
                         (strength > 0 ? weights[u][v] / strength : dangling);
    }
  }
  return test::Solve(matrix, right);
}

TEST_CASE("PageRank is the solution of its equations", "[centrality]") {
  auto random = test::Random(1);
  for (int round = 0; round < 300; ++round) {
    const RandomGraph graph =
        test::MakeRandomGraph(random, 14, random() % 2 == 0);
    PageRankOptions options;
    options.damping = static_cast<double>(random() % 95) / 100;
    options.tolerance = 1e-13;
    options.max_iterations = 1000;
    options.directed = random() % 3 != 0;
    options.weighted = random() % 4 != 0;
    if (random() % 2 == 0) {
      for (uint64_t i = 0; i <= random() % 3; ++i) {
        options.personalisation.emplace_back(
            static_cast<Vertex>(random() % graph.vertices),
            static_cast<double>(1 + random() % 5));
      }
      if (random() % 2 == 0) options.dangling = DanglingMass::kPersonalised;
    }
    const GraphView view = graph.View();
    DenseMatrix weights(graph.vertices, std::vector<double>(graph.vertices));
    const Adjacency edges = options.directed ? view.out() : view.both().value();
    for (Vertex v = 0; v < graph.vertices; ++v) {
      for (uint64_t i = edges.offsets[v]; i < edges.offsets[v + 1]; ++i) {
        weights[v][edges.targets[i]] =
            options.weighted ? static_cast<double>(edges.Weight(i)) : 1.0;
      }
    }
    const auto result = PageRank(view, options);
    REQUIRE_OK(result);
    CHECK(result->converged);
    CHECK(result->residual <= 1e-13);
    CHECK(std::abs(Sum(result->scores) - 1) < 1e-12);
    CHECK(test::Furthest(result->scores, Oracle(weights, options)) < 1e-11);
  }
}

TEST_CASE("PageRank does not depend on what vertices are called",
          "[centrality]") {
  auto random = test::Random(2);
  for (int round = 0; round < 50; ++round) {
    const RandomGraph graph = test::MakeRandomGraph(random, 30, true);
    std::vector<Vertex> names(graph.vertices);
    std::iota(names.begin(), names.end(), Vertex{0});
    std::shuffle(names.begin(), names.end(), random);
    PageRankOptions options;
    options.tolerance = 1e-12;
    options.max_iterations = 500;
    const auto scores = PageRank(graph.View(), options)->scores;
    const auto renamed = PageRank(graph.Renamed(names).View(), options)->scores;
    std::vector<double> back(scores.size());
    for (Vertex v = 0; v < graph.vertices; ++v) back[v] = renamed[names[v]];
    CHECK(test::Furthest(scores, back) < 1e-11);
  }
}

TEST_CASE("PageRank of small and strange graphs", "[centrality]") {
  const auto empty = PageRank(GraphView::FromEdges(0, {}).value());
  REQUIRE_OK(empty);
  CHECK(empty->scores.empty());
  CHECK(empty->converged);
  const auto one = PageRank(GraphView::FromEdges(1, {}).value());
  CHECK(one->scores == std::vector<double>{1});
  const std::vector<Edge> loop = {{0, 0}};
  CHECK(PageRank(GraphView::FromEdges(1, loop).value())->scores ==
        std::vector<double>{1});
  // No weight leads anywhere: all mass is dangling.
  const std::vector<Edge> nothing = {{0, 1, 0}, {1, 2, 0}, {3, 0, 0}};
  const auto even = PageRank(GraphView::FromEdges(4, nothing, true).value());
  CHECK(test::Furthest(even->scores, {.25, .25, .25, .25}) < 1e-15);
  // What the personalisation never leads to has nothing.
  const std::vector<Edge> apart = {{0, 1}, {1, 0}, {2, 3}, {3, 2}};
  PageRankOptions options;
  options.personalisation = {{0, 2}};
  const auto part = PageRank(GraphView::FromEdges(4, apart).value(), options);
  CHECK(part->scores[2] == 0);
  CHECK(part->scores[3] == 0);
  options.max_iterations = 0;
  const auto start = PageRank(GraphView::FromEdges(4, apart).value(), options);
  CHECK_FALSE(start->converged);
  CHECK(start->scores == std::vector<double>{1, 0, 0, 0});
}

TEST_CASE("PageRank of a star of a million leaves", "[centrality]") {
  constexpr Vertex kLeaves = 1'000'000;
  std::vector<Edge> edges;
  for (Vertex v = 1; v <= kLeaves; ++v) edges.push_back({v, 0});
  const auto result =
      PageRank(GraphView::FromEdges(kLeaves + 1, edges).value());
  REQUIRE_OK(result);
  // leaf = (.15 + .85 hub) / n; hub = leaf + .85 leaves leaf.
  const double n = kLeaves + 1;
  const double to_hub = 1 + .85 * kLeaves;
  const double leaf = .15 / (n - .85 * to_hub);
  CHECK(result->converged);
  CHECK(std::abs(result->scores[0] - leaf * to_hub) < 1e-6);
  CHECK(std::abs(result->scores[kLeaves] - leaf) < 1e-12);
  CHECK(std::abs(Sum(result->scores) - 1) < 1e-9);
}

TEST_CASE("PageRank of weights of any scale", "[centrality]") {
  // A ring, with vertices enough for floats if there were no weights.
  constexpr Vertex kVertices = 120'000;
  for (const float scale : {1e-44f, 1e-30f, 1e30f, 1e38f}) {
    std::vector<Edge> edges;
    for (Vertex v = 0; v < kVertices; ++v) {
      edges.push_back({v, (v + 1) % kVertices, scale});
    }
    const auto result =
        PageRank(GraphView::FromEdges(kVertices, edges, true).value());
    REQUIRE_OK(result);
    CHECK(result->converged);
    CHECK(test::Furthest(result->scores,
                         std::vector<double>(kVertices, 1.0 / kVertices)) <
          1e-15);
  }
}

// Of more vertices than are ever ranked with doubles alone, and many pieces.
GraphView LargeGraph(uint64_t stream) {
  auto random = test::Random(stream);
  std::vector<Edge> edges;
  constexpr Vertex kVertices = 150'000;
  for (int i = 0; i < 900'000; ++i) {
    const uint64_t draw = random() % kVertices;
    edges.push_back({static_cast<Vertex>(draw * (random() % 1000) / 1000),
                     static_cast<Vertex>(random() % kVertices)});
  }
  return GraphView::FromEdges(kVertices, edges).value();
}

TEST_CASE("PageRank with floats keeps six digits", "[centrality]") {
  const GraphView view = LargeGraph(3);
  const auto quick = PageRank(view);
  REQUIRE_OK(quick);
  CHECK(quick->converged);
  PageRankOptions options;
  options.tolerance = 1e-12;
  options.max_iterations = 500;
  const auto exact = PageRank(view, options);
  REQUIRE_OK(exact);
  double sum = 0;
  for (Vertex v = 0; v < view.vertices(); ++v) {
    sum += std::abs(quick->scores[v] - exact->scores[v]);
  }
  // The residual is at most the tolerance, the error at most that times
  // damping / (1 - damping).
  CHECK(sum < 6e-6);
  PageRankOptions floats;
  floats.tolerance = 1e-7;
  const auto rounded = PageRank(view, floats);
  CHECK(rounded->converged);
  options.max_iterations = rounded->iterations;
  const auto doubles = PageRank(view, options);
  for (Vertex v = 0; v < view.vertices(); ++v) {
    REQUIRE(std::abs(rounded->scores[v] / doubles->scores[v] - 1) < 1e-6);
  }
}

TEST_CASE("PageRank is the same for any number of threads", "[centrality]") {
  const GraphView view = LargeGraph(4);
  for (const double tolerance : {1e-6, 1e-9}) {
    PageRankOptions options;
    options.tolerance = tolerance;
    options.run.threads = 1;
    const auto one = PageRank(view, options);
    for (const size_t threads : {2, 3}) {
      options.run.threads = threads;
      const auto more = PageRank(view, options);
      CHECK(more->scores == one->scores);
      CHECK(more->iterations == one->iterations);
      CHECK(more->residual == one->residual);
    }
  }
}

TEST_CASE("PageRank ends when it is told to", "[centrality]") {
  PageRankOptions options;
  options.tolerance = 0;
  options.damping = 0.9999;
  options.max_iterations = 1'000'000'000;
  test::CheckThatItEnds(PageRank, LargeGraph(5), options);
}

TEST_CASE("PageRank refuses what it cannot do", "[centrality]") {
  const GraphView view =
      GraphView::FromEdges(2, std::vector<Edge>{{0, 1}}).value();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double damping : {-0.1, 1.0, nan}) {
    PageRankOptions options;
    options.damping = damping;
    test::CheckThatItRefuses(PageRank, view, options,
                             "it must be at least 0 and below 1");
  }
  PageRankOptions options;
  options.tolerance = nan;
  test::CheckThatItRefuses(PageRank, view, options,
                           "PageRankOptions::tolerance is nan");
  options = {};
  options.personalisation = {{0, 1}, {2, 1}};
  test::CheckThatItRefuses(PageRank, view, options, "names vertex 2");
  options.personalisation = {{1, -1}};
  test::CheckThatItRefuses(PageRank, view, options, "of vertex 1 is -1");
  options.personalisation = {{1, 0}};
  test::CheckThatItRefuses(PageRank, view, options, "the sum of");
}

TEST_CASE("PageRank takes its memory from the view's budget", "[centrality]") {
  MemoryBudget budget(1 << 20);
  const std::vector<Edge> edges = {{0, 1}};
  const GraphView view =
      analytics::GraphViewImpl::Wrap(std::make_shared<analytics::GraphViewImpl>(
          analytics::CsrOfEdges(50'000, edges, false, ParallelEdges::kSum),
          false, ParallelEdges::kSum, analytics::ViewOrigin(), &budget,
          budget.Reserve("view", 1 << 19).value()));
  CHECK(PageRank(view).status().code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("PageRank of real graphs is what others counted", "[centrality]") {
  struct Case {
    const char* graph;
    std::vector<std::pair<const char*, double>> first;
  };
  // From the README of the data.
  const std::vector<Case> cases = {
      {"email-Eu-core", {{"1", .009981}, {"130", .007297}, {"160", .006738}}},
      {"wiki-Vote", {{"4037", .004607}, {"15", .003680}, {"6634", .003587}}},
      {"bitcoin-otc", {{"35", .015023}, {"2642", .010767}, {"1810", .006968}}}};
  for (const Case& wanted : cases) {
    const auto graph = test::ReadSharedGraph(wanted.graph);
    if (!graph) return;
    INFO(wanted.graph);
    const auto result = PageRank(graph->view);
    REQUIRE_OK(result);
    const std::vector<Vertex> first = TopK(result->scores, 3);
    for (size_t i = 0; i < 3; ++i) {
      CHECK(graph->names[first[i]] == wanted.first[i].first);
      CHECK(std::abs(result->scores[first[i]] - wanted.first[i].second) < 1e-6);
    }
  }
}

}  // namespace
}  // namespace skg
