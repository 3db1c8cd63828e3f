// Modularity and conductance of given partitions.
#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <numeric>
#include <vector>

#include "absl/time/clock.h"
#include "community_oracle.h"
#include "known_graphs.h"
#include "skg/communities.h"
#include "support/test_support.h"

namespace skg {
namespace {

TEST_CASE("Modularity is its definition, written down pair by pair",
          "[communities]") {
  std::mt19937_64 random = test::Random(2);
  for (int round = 0; round < 150; ++round) {
    const auto vertices = static_cast<Vertex>(1 + random() % 12);
    const auto edges = test::RandomEdges(vertices, random() % 40, random);
    const test::SmallGraph graph =
        test::GraphOf(vertices, edges, random() % 2 == 0);
    const Partition partition = test::RandomPartition(vertices, 4, random);
    const double resolution = static_cast<double>(random() % 5) / 2;
    CHECK(
        Modularity(graph.view, partition, {.resolution = resolution}).value() ==
        Approx(test::UndirectedModularity(graph.both, partition.community,
                                          resolution))
            .margin(1e-12));
    CHECK(Modularity(graph.view, partition,
                     {.resolution = resolution, .directed = true})
              .value() ==
          Approx(test::DirectedModularity(graph.edges, partition.community,
                                          resolution))
              .margin(1e-12));
  }
}

TEST_CASE("Weights are left out on demand", "[communities]") {
  const std::vector<Edge> edges = {{0, 1, 5}, {1, 2, 1}, {2, 2, 3}};
  const auto view = GraphView::FromEdges(3, edges, true).value();
  const auto plain = GraphView::FromEdges(3, edges).value();
  const Partition partition = PartitionOf(std::vector<Vertex>{0, 0, 1});
  for (const bool directed : {false, true}) {
    CHECK(Modularity(view, partition, {.weighted = false, .directed = directed})
              .value() ==
          Modularity(plain, partition, {.directed = directed}).value());
  }
  CHECK(Conductance(view, partition, {.weighted = false}).value() ==
        Conductance(plain, partition).value());
  CHECK(Modularity(view, partition).value() !=
        Modularity(plain, partition).value());
}

TEST_CASE("Modularity and conductance do not depend on names or threads",
          "[communities]") {
  std::mt19937_64 random = test::Random(3);
  constexpr Vertex kVertices = 10'000;  // more than one piece
  std::vector<Edge> edges = test::RandomEdges(kVertices, 40'000, random);
  const Partition partition = test::RandomPartition(kVertices, 50, random);
  const auto view = GraphView::FromEdges(kVertices, edges, true).value();
  std::vector<Vertex> name(kVertices), renamed(kVertices);
  std::iota(name.begin(), name.end(), Vertex{0});
  std::shuffle(name.begin(), name.end(), random);
  for (Edge& edge : edges) {
    edge.source = name[edge.source];
    edge.target = name[edge.target];
  }
  for (Vertex v = 0; v < kVertices; ++v) {
    renamed[name[v]] = partition.community[v];
  }
  const auto other = GraphView::FromEdges(kVertices, edges, true).value();
  for (const bool directed : {false, true}) {
    const double one = Modularity(view, partition,
                                  {.run = {.threads = 1}, .directed = directed})
                           .value();
    for (const size_t threads : {size_t{2}, size_t{3}}) {
      CHECK(Modularity(view, partition,
                       {.run = {.threads = threads}, .directed = directed})
                .value() == one);
    }
    CHECK(Modularity(other, {renamed, partition.communities},
                     {.directed = directed})
              .value() == Approx(one).margin(1e-12));
  }
  const auto one = Conductance(view, partition, {.run = {.threads = 1}});
  CHECK(Conductance(view, partition, {.run = {.threads = 3}}).value() ==
        one.value());
  const auto others = Conductance(other, {renamed, partition.communities});
  for (Vertex c = 0; c < partition.communities; ++c) {
    CHECK(others.value()[c] == Approx(one.value()[c]));
  }
}

TEST_CASE("Conductance is what leaves over the smaller side", "[communities]") {
  std::mt19937_64 random = test::Random(4);
  for (int round = 0; round < 100; ++round) {
    const auto vertices = static_cast<Vertex>(1 + random() % 12);
    const auto edges = test::RandomEdges(vertices, random() % 30, random);
    const test::SmallGraph graph = test::GraphOf(vertices, edges, true);
    const Partition partition = test::RandomPartition(vertices, 4, random);
    const auto conductance = Conductance(graph.view, partition).value();
    REQUIRE(conductance.size() == partition.communities);
    for (Vertex c = 0; c < partition.communities; ++c) {
      double leaving = 0, inside = 0, outside = 0;
      for (Vertex u = 0; u < vertices; ++u) {
        for (Vertex v = 0; v < vertices; ++v) {
          const double weight = graph.both[u][v] * (u == v ? 2 : 1);
          (partition.community[u] == c ? inside : outside) += weight;
          if (partition.community[u] == c && partition.community[v] != c) {
            leaving += weight;
          }
        }
      }
      const double want =
          leaving == 0 ? 0 : leaving / std::min(inside, outside);
      CHECK(conductance[c] == Approx(want).margin(1e-12));
    }
  }
}

TEST_CASE("Modularity of nothing is 0, of one community 1 - resolution",
          "[communities]") {
  const auto empty = GraphView::FromEdges(0, {}).value();
  CHECK(Modularity(empty, {}).value() == 0);
  CHECK(Modularity(empty, {}, {.directed = true}).value() == 0);
  CHECK(Conductance(empty, {}).value().empty());
  const auto zero =
      GraphView::FromEdges(2, std::vector<Edge>{{0, 1, 0}, {1, 1, 0}}, true)
          .value();
  const Partition one = PartitionOf(std::vector<Vertex>{0, 0});
  CHECK(Modularity(zero, one).value() == 0);
  CHECK(Conductance(zero, one).value() == std::vector<double>{0});
  const auto loop = GraphView::FromEdges(1, std::vector<Edge>{{0, 0}}).value();
  CHECK(Modularity(loop, PartitionOf(std::vector<Vertex>{0}),
                   {.resolution = 0.25})
            .value() == 0.75);
}

TEST_CASE("What is no partition of the graph is refused", "[communities]") {
  const auto view = GraphView::FromEdges(2, std::vector<Edge>{{0, 1}}).value();
  const auto refused = [&](const Partition& partition,
                           const ModularityOptions& options = {}) {
    const auto result = Modularity(view, partition, options);
    REQUIRE(result.status().code() == absl::StatusCode::kInvalidArgument);
    return std::string(result.status().message());
  };
  CHECK(refused({{0}, 1}) == "partition is of 1 vertices, but the graph has 2");
  CHECK(refused({{0, 3}, 3}) ==
        "partition has vertex 1 in community 3, but its communities are "
        "numbered from 0 to below 3");
  for (const double resolution :
       {-0.5, std::numeric_limits<double>::quiet_NaN(),
        std::numeric_limits<double>::infinity()}) {
    CHECK_THAT(refused({{0, 0}, 1}, {.resolution = resolution}),
               Catch::Contains("resolution is"));
  }
  CHECK(Conductance(view, {{0}, 1}).status().code() ==
        absl::StatusCode::kInvalidArgument);
  const auto late = Modularity(
      view, {{0, 0}, 1}, {.run = {.deadline = absl::Now() - absl::Seconds(1)}});
  CHECK(late.status().code() == absl::StatusCode::kDeadlineExceeded);
}

TEST_CASE("Modularity of the known communities of real graphs",
          "[communities]") {
  struct Known {
    const char* name;
    Vertex communities;
    double modularity;
  };
  for (const Known& known :
       {Known{"karate.gml", 2, 0.3715}, Known{"football.gml", 12, 0.5540},
        Known{"polblogs.gml", 2, 0.4053}, Known{"eu-core.gml", 42, 0.2880}}) {
    INFO(known.name);
    const auto graph = test::ReadKnownGraph(known.name);
    if (!graph) return;
    CHECK(graph->truth.communities == known.communities);
    CHECK(Modularity(graph->view, graph->truth).value() ==
          Approx(known.modularity).margin(5e-5));
  }
}

}  // namespace
}  // namespace skg
