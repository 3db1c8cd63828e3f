#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <vector>

#include "absl/time/clock.h"
#include "community_oracle.h"
#include "known_graphs.h"
#include "skg/communities.h"
#include "support/test_support.h"

namespace skg {
namespace {

TEST_CASE("No label outweighs a vertex's own among its neighbours",
          "[communities]") {
  std::mt19937_64 random = test::Random(40);
  for (int round = 0; round < 100; ++round) {
    const auto vertices = static_cast<Vertex>(1 + random() % 60);
    const auto edges =
        test::RandomEdges(vertices, random() % (3 * vertices), random);
    const test::SmallGraph graph =
        test::GraphOf(vertices, edges, random() % 2 == 0);
    const auto result = LabelPropagation(graph.view, {.seed = random()});
    REQUIRE_OK(result);
    CHECK(result->converged);
    const Partition& partition = result->partition;
    CHECK(partition == PartitionOf(partition.community));
    for (Vertex v = 0; v < vertices; ++v) {
      std::map<Vertex, double> weight = {{partition.community[v], 0}};
      for (Vertex u = 0; u < vertices; ++u) {
        if (u != v) weight[partition.community[u]] += graph.both[v][u];
      }
      for (const auto& [label, sum] : weight) {
        CHECK(sum <= weight[partition.community[v]]);
      }
    }
  }
}

TEST_CASE("Label propagation on graphs that have hardly anything",
          "[communities]") {
  const auto of = [](Vertex vertices, const std::vector<Edge>& edges) {
    return LabelPropagation(GraphView::FromEdges(vertices, edges, true).value())
        .value()
        .partition;
  };
  CHECK(of(0, {}) == Partition{});
  CHECK(of(2, {}) == Partition{{0, 1}, 2});
  CHECK(of(2, {{0, 0, 5}, {0, 1, 1}}) == Partition{{0, 0}, 1});
  CHECK(of(3, {{0, 1, 0}, {1, 2, 0}}) == Partition{{0, 1, 2}, 3});
  // Stars with weights: the leaf between goes with the heavier edge.
  CHECK(of(5, {{0, 1, 1}, {0, 2, 1}, {2, 3, 3}, {3, 4, 1}, {0, 4, 3}}) ==
        Partition{{0, 0, 1, 1, 0}, 2});
}

TEST_CASE("A star of many leaves takes one label", "[communities]") {
  std::vector<Edge> star;
  for (Vertex v = 1; v < 1'000'000; ++v) star.push_back({0, v});
  const auto result =
      LabelPropagation(GraphView::FromEdges(1'000'000, star).value());
  REQUIRE_OK(result);
  CHECK(result->converged);
  CHECK(result->partition.communities == 1);
}

TEST_CASE("Label propagation: seed, threads, limits", "[communities]") {
  std::mt19937_64 random = test::Random(41);
  const auto view =
      GraphView::FromEdges(100'000, test::RandomEdges(100'000, 200'000, random))
          .value();
  REQUIRE_OK(view.both());
  const auto one = LabelPropagation(view, {.run = {.threads = 1}});
  REQUIRE_OK(one);
  CHECK(LabelPropagation(view, {.run = {.threads = 3}})->partition ==
        one->partition);
  CHECK(LabelPropagation(view, {.seed = 3})->partition != one->partition);
  CHECK_FALSE(LabelPropagation(view, {.max_iterations = 1})->converged);
  CHECK(LabelPropagation(view, {.max_iterations = 0}).status().message() ==
        "max_iterations is 0; it is at least 1");
  const absl::Time end = absl::Now() + absl::Milliseconds(2);
  const auto late = LabelPropagation(view, {.run = {.deadline = end}});
  CHECK(late.status().code() == absl::StatusCode::kDeadlineExceeded);
  CHECK(absl::Now() - end < absl::Milliseconds(500));
  const auto cancelled = LabelPropagation(
      view, {.run = {.progress = [](double) { return false; }}});
  CHECK(cancelled.status().code() == absl::StatusCode::kCancelled);
}

TEST_CASE("Label propagation finds most of the conferences", "[communities]") {
  const auto football = test::ReadKnownGraph("football.gml");
  if (!football) return;
  double best = 0;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    const auto result = LabelPropagation(football->view, {.seed = seed});
    REQUIRE_OK(result);
    best = std::max(
        best, NormalizedMutualInformation(result->partition, football->truth)
                  .value());
  }
  CHECK(best > 0.85);
}

}  // namespace
}  // namespace skg
