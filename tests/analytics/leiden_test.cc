#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <vector>

#include "absl/time/clock.h"
#include "community_oracle.h"
#include "known_graphs.h"
#include "skg/communities.h"
#include "support/test_support.h"

namespace skg {
namespace {

TEST_CASE("Leiden is between the singletons and the best of all partitions",
          "[communities]") {
  std::mt19937_64 random = test::Random(20);
  int best_found = 0;
  for (int round = 0; round < 60; ++round) {
    const auto vertices = static_cast<Vertex>(1 + random() % 8);
    const auto edges =
        test::RandomEdges(vertices, random() % (3 * vertices), random);
    const test::SmallGraph graph =
        test::GraphOf(vertices, edges, random() % 2 == 0);
    const double resolution = static_cast<double>(random() % 4) / 2;
    const auto result =
        Leiden(graph.view, {.resolution = resolution, .seed = random()});
    REQUIRE_OK(result);
    CHECK(result->modularity ==
          Approx(test::UndirectedModularity(
                     graph.both, result->partition.community, resolution))
              .margin(1e-12));
    CHECK(result->partition == PartitionOf(result->partition.community));
    double best = -10;
    test::ForEachPartition(vertices, [&](const Partition& partition) {
      best = std::max(best, test::UndirectedModularity(
                                graph.both, partition.community, resolution));
      if (partition.communities < vertices) return;
      CHECK(result->modularity >=
            test::UndirectedModularity(graph.both, partition.community,
                                       resolution) -
                1e-12);
    });
    CHECK(result->modularity <= best + 1e-12);
    best_found += result->modularity > best - 1e-9 ? 1 : 0;
  }
  CHECK(best_found >= 30);
}

TEST_CASE("Leiden's communities are connected, whatever the graph",
          "[communities]") {
  std::mt19937_64 random = test::Random(21);
  for (int round = 0; round < 300; ++round) {
    const auto vertices = static_cast<Vertex>(2 + random() % 80);
    const auto edges =
        test::RandomEdges(vertices, random() % (3 * vertices), random);
    const auto view =
        GraphView::FromEdges(vertices, edges, random() % 2 == 0).value();
    LeidenOptions options;
    options.resolution = std::vector<double>{0, 0.1, 1, 3}[random() % 4];
    options.seed = random();
    options.iterations = random() % 3;
    const auto result = Leiden(view, options);
    REQUIRE_OK(result);
    CHECK(test::Connected(view.both().value(), result->partition));
  }
}

TEST_CASE("Leiden on graphs that have hardly anything", "[communities]") {
  CHECK(Leiden(GraphView::FromEdges(0, {}).value())->partition == Partition{});
  CHECK(Leiden(GraphView::FromEdges(1, {}).value())->partition ==
        Partition{{0}, 1});
  const std::vector<Edge> edges = {{0, 1, 0}, {1, 2, 0}, {2, 2, 0}};
  const auto zero = GraphView::FromEdges(3, edges, true).value();
  CHECK(Leiden(zero)->partition == Partition{{0, 1, 2}, 3});
  CHECK(Leiden(zero)->modularity == 0);
  CHECK(Leiden(zero, {.weighted = false})->modularity ==
        Modularity(zero, Leiden(zero, {.weighted = false})->partition,
                   {.weighted = false})
            .value());
}

TEST_CASE("Leiden on a star and a path of many vertices", "[communities]") {
  constexpr Vertex kVertices = 200'000;
  std::vector<Edge> star, path;
  for (Vertex v = 1; v < kVertices; ++v) {
    star.push_back({0, v});
    path.push_back({v - 1, v});
  }
  const auto of_star = Leiden(GraphView::FromEdges(kVertices, star).value());
  REQUIRE_OK(of_star);
  CHECK(of_star->partition.communities == 1);
  const auto view = GraphView::FromEdges(kVertices, path).value();
  const auto of_path = Leiden(view);
  REQUIRE_OK(of_path);
  CHECK(of_path->modularity > 0.99);
  CHECK(test::Connected(view.both().value(), of_path->partition));
}

TEST_CASE(
    "Leiden is the same for any number of threads, and gains with "
    "iterations",
    "[communities]") {
  std::mt19937_64 random = test::Random(22);
  const auto view = GraphView::FromEdges(
                        20'000, test::RandomEdges(20'000, 80'000, random), true)
                        .value();
  const auto one = Leiden(view, {.run = {.threads = 1}, .seed = 7});
  REQUIRE_OK(one);
  CHECK(one->iterations == 2);
  CHECK(test::Connected(view.both().value(), one->partition));
  for (const size_t threads : {size_t{2}, size_t{3}}) {
    const auto more = Leiden(view, {.run = {.threads = threads}, .seed = 7});
    REQUIRE_OK(more);
    CHECK(more->partition == one->partition);
    CHECK(more->modularity == one->modularity);
  }
  const auto first = Leiden(view, {.seed = 7, .iterations = 1});
  REQUIRE_OK(first);
  CHECK(first->modularity <= one->modularity);
  const auto all = Leiden(view, {.seed = 7, .iterations = 0});
  REQUIRE_OK(all);
  CHECK(all->iterations > 2);
  CHECK(all->modularity >= one->modularity);
}

TEST_CASE("Leiden ends with its deadline, or when it is cancelled",
          "[communities]") {
  std::mt19937_64 random = test::Random(23);
  const auto view =
      GraphView::FromEdges(200'000, test::RandomEdges(200'000, 800'000, random))
          .value();
  REQUIRE_OK(view.both());
  for (const int milliseconds : {10, 100}) {
    const absl::Time end = absl::Now() + absl::Milliseconds(milliseconds);
    const auto late = Leiden(view, {.run = {.deadline = end}});
    CHECK(late.status().code() == absl::StatusCode::kDeadlineExceeded);
    CHECK(absl::Now() - end < absl::Milliseconds(500));
  }
  std::vector<double> heard;
  const auto cancelled = Leiden(view, {.run = {.progress = [&](double done) {
                                         heard.push_back(done);
                                         return heard.size() < 500;
                                       }}});
  CHECK(cancelled.status().code() == absl::StatusCode::kCancelled);
  CHECK(std::is_sorted(heard.begin(), heard.end()));
  CHECK(heard.back() <= 1);
}

TEST_CASE("Leiden ends at the greatest resolution there is", "[communities]") {
  std::mt19937_64 random = test::Random(13);
  const auto view =
      GraphView::FromEdges(50, test::RandomEdges(50, 200, random), true)
          .value();
  const auto result =
      Leiden(view, {.resolution = std::numeric_limits<double>::max()});
  REQUIRE_OK(result);
  CHECK(result->partition.communities == 50);
}

TEST_CASE("Leiden refuses options out of their range", "[communities]") {
  const auto view = GraphView::FromEdges(2, std::vector<Edge>{{0, 1}}).value();
  CHECK(Leiden(view, {.resolution = -1}).status().message() ==
        "resolution is -1; it is a finite number of at least 0");
  CHECK(Leiden(view, {.tolerance = std::numeric_limits<double>::infinity()})
            .status()
            .code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("Leiden on real graphs", "[communities]") {
  struct Known {
    const char* name;
    double modularity;  // the best that is known, or Louvain's best of five
  };
  for (const Known& known :
       {Known{"karate.gml", 0.4198}, Known{"football.gml", 0.6046},
        Known{"polblogs.gml", 0.4271}, Known{"eu-core.gml", 0.4155}}) {
    INFO(known.name);
    const auto graph = test::ReadKnownGraph(known.name);
    if (!graph) return;
    double best = -1;
    for (uint64_t seed = 0; seed < 20; ++seed) {
      const auto result = Leiden(graph->view, {.seed = seed, .iterations = 0});
      REQUIRE_OK(result);
      best = std::max(best, result->modularity);
      CHECK(test::Connected(graph->view.both().value(), result->partition));
    }
    CHECK(best > known.modularity - 0.0001);
  }
}

}  // namespace
}  // namespace skg
