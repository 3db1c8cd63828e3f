#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "analytics/graph_view_impl.h"
#include "base/memory_budget.h"
#include "community_oracle.h"
#include "known_graphs.h"
#include "skg/communities.h"
#include "support/test_support.h"

namespace skg {
namespace {

Partition Singletons(Vertex vertices) {
  std::vector<Vertex> labels(vertices);
  std::iota(labels.begin(), labels.end(), Vertex{0});
  return PartitionOf(labels);
}

TEST_CASE("Louvain is between the singletons and the best of all partitions",
          "[communities]") {
  std::mt19937_64 random = test::Random(10);
  int best_found = 0;
  for (int round = 0; round < 60; ++round) {
    const auto vertices = static_cast<Vertex>(1 + random() % 8);
    const auto edges =
        test::RandomEdges(vertices, random() % (3 * vertices), random);
    const test::SmallGraph graph =
        test::GraphOf(vertices, edges, random() % 2 == 0);
    const double resolution = static_cast<double>(random() % 4) / 2;
    const auto result =
        Louvain(graph.view, {.resolution = resolution, .seed = random()});
    REQUIRE_OK(result);
    CHECK(result->modularity ==
          Approx(test::UndirectedModularity(
                     graph.both, result->partition.community, resolution))
              .margin(1e-12));
    CHECK(result->partition == PartitionOf(result->partition.community));
    CHECK(result->modularity >=
          test::UndirectedModularity(graph.both, Singletons(vertices).community,
                                     resolution) -
              1e-12);
    double best = -10;
    test::ForEachPartition(vertices, [&](const Partition& partition) {
      best = std::max(best, test::UndirectedModularity(
                                graph.both, partition.community, resolution));
    });
    CHECK(result->modularity <= best + 1e-12);
    best_found += result->modularity > best - 1e-9 ? 1 : 0;
  }
  CHECK(best_found >= 30);
}

TEST_CASE("Louvain finds cliques on a ring", "[communities]") {
  constexpr Vertex kCliques = 12, kSize = 6;
  std::vector<Edge> edges;
  for (Vertex clique = 0; clique < kCliques; ++clique) {
    const Vertex first = clique * kSize;
    for (Vertex a = 0; a < kSize; ++a) {
      for (Vertex b = a + 1; b < kSize; ++b) {
        edges.push_back({first + a, first + b});
      }
    }
    edges.push_back({first, (first + kSize + 1) % (kCliques * kSize)});
  }
  const auto view = GraphView::FromEdges(kCliques * kSize, edges).value();
  const auto result = Louvain(view);
  REQUIRE_OK(result);
  REQUIRE(result->partition.communities == kCliques);
  for (Vertex v = 0; v < kCliques * kSize; ++v) {
    CHECK(result->partition.community[v] == v / kSize);
  }
  REQUIRE_FALSE(result->levels.empty());
  CHECK(result->levels.back() == kCliques);
  CHECK(std::is_sorted(result->levels.rbegin(), result->levels.rend()));
  // A resolution near zero merges all, a great one nothing.
  CHECK(Louvain(view, {.resolution = 0})->partition.communities == 1);
  CHECK(Louvain(view, {.resolution = 100})->partition.communities ==
        kCliques * kSize);
  const auto first = Louvain(view, {.max_levels = 1});
  CHECK(first->levels.size() == 1);
}

TEST_CASE("Louvain on graphs that have hardly anything", "[communities]") {
  const auto empty = GraphView::FromEdges(0, {}).value();
  CHECK(Louvain(empty)->partition == Partition{});
  const auto alone = GraphView::FromEdges(1, {}).value();
  CHECK(Louvain(alone)->partition == Partition{{0}, 1});
  const auto loop = GraphView::FromEdges(2, std::vector<Edge>{{0, 0}}).value();
  CHECK(Louvain(loop)->partition == Partition{{0, 1}, 2});
  CHECK(Louvain(loop)->modularity == 0);
  const auto zero =
      GraphView::FromEdges(3, std::vector<Edge>{{0, 1, 0}, {1, 2, 0}}, true)
          .value();
  CHECK(Louvain(zero)->partition == Singletons(3));
  CHECK(Louvain(zero)->modularity == 0);
  CHECK(Louvain(zero, {.weighted = false})->partition.communities == 1);
  // A zero weight among others holds nothing together.
  const auto some =
      GraphView::FromEdges(3, std::vector<Edge>{{0, 1, 1}, {1, 2, 0}}, true)
          .value();
  CHECK(Louvain(some)->partition == Partition{{0, 0, 1}, 2});
}

TEST_CASE("Louvain on a star and a path of many vertices", "[communities]") {
  constexpr Vertex kVertices = 200'000;
  std::vector<Edge> star, path;
  for (Vertex v = 1; v < kVertices; ++v) {
    star.push_back({0, v});
    path.push_back({v - 1, v});
  }
  const auto of_star = Louvain(GraphView::FromEdges(kVertices, star).value());
  REQUIRE_OK(of_star);
  CHECK(of_star->partition.communities == 1);
  const auto of_path = Louvain(GraphView::FromEdges(kVertices, path).value());
  REQUIRE_OK(of_path);
  CHECK(of_path->modularity > 0.99);
}

TEST_CASE("Louvain is the same for any number of threads", "[communities]") {
  std::mt19937_64 random = test::Random(11);
  const auto view = GraphView::FromEdges(
                        20'000, test::RandomEdges(20'000, 80'000, random), true)
                        .value();
  const auto one = Louvain(view, {.run = {.threads = 1}, .seed = 7});
  REQUIRE_OK(one);
  for (const size_t threads : {size_t{2}, size_t{3}}) {
    const auto more = Louvain(view, {.run = {.threads = threads}, .seed = 7});
    REQUIRE_OK(more);
    CHECK(more->partition == one->partition);
    CHECK(more->modularity == one->modularity);
    CHECK(more->levels == one->levels);
  }
  const auto other = Louvain(view, {.seed = 8});
  REQUIRE_OK(other);
  CHECK(other->partition != one->partition);
  CHECK(other->modularity == Approx(one->modularity).epsilon(0.02));
}

TEST_CASE("Louvain ends with its deadline, or when it is cancelled",
          "[communities]") {
  std::mt19937_64 random = test::Random(12);
  const auto view =
      GraphView::FromEdges(200'000, test::RandomEdges(200'000, 800'000, random))
          .value();
  REQUIRE_OK(view.both());
  const absl::Time start = absl::Now();
  const auto late =
      Louvain(view, {.run = {.deadline = start + absl::Milliseconds(10)}});
  CHECK(late.status().code() == absl::StatusCode::kDeadlineExceeded);
  CHECK(absl::Now() - start < absl::Milliseconds(500));
  std::vector<double> heard;
  const auto cancelled = Louvain(view, {.run = {.progress = [&](double done) {
                                          heard.push_back(done);
                                          return heard.size() < 5;
                                        }}});
  CHECK(cancelled.status().code() == absl::StatusCode::kCancelled);
  REQUIRE(heard.size() == 5);
  CHECK(std::is_sorted(heard.begin(), heard.end()));
  CHECK(heard.front() >= 0);
  CHECK(heard.back() <= 1);
}

TEST_CASE("Louvain ends at the greatest resolution there is", "[communities]") {
  std::mt19937_64 random = test::Random(13);
  const auto view =
      GraphView::FromEdges(50, test::RandomEdges(50, 200, random), true)
          .value();
  const auto result =
      Louvain(view, {.resolution = std::numeric_limits<double>::max()});
  REQUIRE_OK(result);
  CHECK(result->partition.communities == 50);
}

TEST_CASE("No method or measure takes more memory than the budget has",
          "[communities]") {
  std::mt19937_64 random = test::Random(14);
  const auto edges = test::RandomEdges(2000, 8000, random);
  MemoryBudget budget(size_t{10} << 20);
  const GraphView view =
      analytics::GraphViewImpl::Wrap(std::make_shared<analytics::GraphViewImpl>(
          analytics::CsrOfEdges(2000, edges, false, ParallelEdges::kSum), false,
          ParallelEdges::kSum, analytics::ViewOrigin(), &budget,
          budget.Reserve("test", 1).value()));
  REQUIRE_OK(view.both());
  const Partition all = PartitionOf(std::vector<Vertex>(2000));
  const auto codes = [&] {
    return std::vector<absl::StatusCode>{
        Louvain(view).status().code(),
        Leiden(view).status().code(),
        Infomap(view).status().code(),
        Infomap(view, {.flow = {.directed = true}}).status().code(),
        LabelPropagation(view).status().code(),
        Modularity(view, all).status().code(),
        Conductance(view, all).status().code(),
        Codelength(view, all).status().code(),
    };
  };
  const size_t free = budget.free_bytes();
  for (const absl::StatusCode code : codes()) {
    CHECK(code == absl::StatusCode::kOk);
  }
  CHECK(budget.free_bytes() == free);
  const auto rest = budget.Reserve("test", free - 4000).value();
  for (const absl::StatusCode code : codes()) {
    CHECK(code == absl::StatusCode::kResourceExhausted);
  }
  CHECK(budget.free_bytes() == 4000);
}

TEST_CASE("Louvain refuses options out of their range", "[communities]") {
  const auto view = GraphView::FromEdges(2, std::vector<Edge>{{0, 1}}).value();
  const auto bad = Louvain(view, {.resolution = -1});
  CHECK(bad.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(bad.status().message() ==
        "resolution is -1; it is a finite number of at least 0");
  CHECK(Louvain(view, {.tolerance = std::numeric_limits<double>::quiet_NaN()})
            .status()
            .code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("Louvain on real graphs", "[communities]") {
  struct Known {
    const char* name;
    double modularity;  // best of five runs elsewhere
  };
  for (const Known& known :
       {Known{"karate.gml", 0.4188}, Known{"football.gml", 0.6044},
        Known{"polblogs.gml", 0.4271}, Known{"eu-core.gml", 0.4155}}) {
    INFO(known.name);
    const auto graph = test::ReadKnownGraph(known.name);
    if (!graph) return;
    double best = -1;
    for (uint64_t seed = 0; seed < 20; ++seed) {
      const auto result = Louvain(graph->view, {.seed = seed});
      REQUIRE_OK(result);
      best = std::max(best, result->modularity);
      CHECK(result->modularity ==
            Modularity(graph->view, result->partition).value());
    }
    CHECK(best > known.modularity - 0.001);
  }
}

}  // namespace
}  // namespace skg
