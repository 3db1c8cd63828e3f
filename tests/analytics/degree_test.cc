#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "analytics/centrality_support.h"
#include "analytics/kernel_checks.h"
#include "skg/centrality.h"
#include "support/test_support.h"

namespace skg {
namespace {

// From the matrix of weights, or of ones.
std::vector<double> Oracle(const test::RandomGraph& graph, DegreeKind kind,
                           bool weighted) {
  std::vector<double> degrees(graph.vertices);
  const GraphView view = graph.View();
  const auto add = [&](const Adjacency& edges) {
    for (Vertex v = 0; v < graph.vertices; ++v) {
      for (size_t i = 0; i < edges.Degree(v); ++i) {
        degrees[v] += weighted && graph.weighted
                          ? static_cast<double>(edges.Weights(v)[i])
                          : 1.0;
      }
    }
  };
  if (kind == DegreeKind::kNeighbours) {
    add(view.both().value());
    return degrees;
  }
  for (const Edge& edge : graph.edges) {
    const double weight =
        weighted && graph.weighted ? static_cast<double>(edge.weight) : 1.0;
    if (kind != DegreeKind::kIn) degrees[edge.source] += weight;
    if (kind != DegreeKind::kOut) degrees[edge.target] += weight;
  }
  return degrees;
}

TEST_CASE("Degrees count the edges or their weights", "[centrality]") {
  auto random = test::Random(11);
  for (int round = 0; round < 200; ++round) {
    const auto graph = test::MakeRandomGraph(random, 20, random() % 2 == 0);
    for (const DegreeKind kind :
         {DegreeKind::kIn, DegreeKind::kOut, DegreeKind::kInAndOut,
          DegreeKind::kNeighbours}) {
      for (const bool weighted : {false, true}) {
        const auto wanted = Oracle(graph, kind, weighted);
        DegreeOptions options{
            .kind = kind, .normalised = false, .weighted = weighted};
        const auto plain = Degree(graph.View(), options);
        REQUIRE_OK(plain);
        CHECK(plain->scores == wanted);  // eighths: exact
        options.normalised = true;
        const auto shares = Degree(graph.View(), options);
        for (Vertex v = 0; v < graph.vertices; ++v) {
          CHECK(shares->scores[v] ==
                wanted[v] / std::max(1.0, graph.vertices - 1.0));
        }
      }
    }
  }
}

TEST_CASE("Degrees of small and strange graphs", "[centrality]") {
  CHECK(Degree(GraphView::FromEdges(0, {}).value())->scores.empty());
  CHECK(Degree(GraphView::FromEdges(1, {}).value())->scores ==
        std::vector<double>{0});
  const std::vector<Edge> edges = {{0, 0, 0}, {0, 1, 0}};
  const GraphView view = GraphView::FromEdges(2, edges, true).value();
  CHECK(Degree(view)->scores == std::vector<double>{0, 0});
  CHECK(Degree(view, {.weighted = false})->scores == std::vector<double>{3, 1});
}

TEST_CASE("Degree ends when it is told to", "[centrality]") {
  std::vector<Edge> edges;
  for (Vertex v = 0; v < 300'000; ++v) edges.push_back({v, v / 2, 1});
  const GraphView view = GraphView::FromEdges(300'000, edges, true).value();
  for (const bool weighted : {true, false}) {
    DegreeOptions options{.weighted = weighted};
    options.run.deadline = absl::Now() - absl::Seconds(1);
    CHECK(Degree(view, options).status().code() ==
          absl::StatusCode::kDeadlineExceeded);
    options.run.deadline = absl::InfiniteFuture();
    options.run.progress = [](double done) { return done < 0.1; };
    CHECK(Degree(view, options).status().code() ==
          absl::StatusCode::kCancelled);
  }
}

TEST_CASE("TopK gives the greatest first and breaks ties by number",
          "[centrality]") {
  CHECK(TopK({}, 3).empty());
  const std::vector<double> scores = {1, 3, 2, 3, 0};
  CHECK(TopK(scores, 0).empty());
  CHECK(TopK(scores, 3) == std::vector<Vertex>{1, 3, 2});
  CHECK(TopK(scores, 9) == std::vector<Vertex>{1, 3, 2, 0, 4});
  auto random = test::Random(12);
  for (int round = 0; round < 100; ++round) {
    std::vector<double> drawn(random() % 50);
    for (double& score : drawn) score = static_cast<double>(random() % 8);
    std::vector<Vertex> order(drawn.size());
    std::iota(order.begin(), order.end(), Vertex{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](Vertex a, Vertex b) { return drawn[a] > drawn[b]; });
    const size_t k = random() % 60;
    order.resize(std::min(k, order.size()));
    CHECK(TopK(drawn, k) == order);
  }
}

}  // namespace
}  // namespace skg
