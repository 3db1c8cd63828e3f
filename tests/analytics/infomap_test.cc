// The map equation of given partitions, and Infomap.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
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

// A walk as dense matrices.
struct Walk {
  std::vector<double> visits;
  test::Matrix steps;             // along edges
  std::vector<double> teleports;  // coded, to any vertex
};

Walk WalkOf(const test::SmallGraph& graph, const FlowOptions& options) {
  const size_t size = graph.edges.size();
  Walk walk{std::vector<double>(size),
            test::Matrix(size, std::vector<double>(size)),
            std::vector<double>(size)};
  const test::Matrix& edges = options.directed ? graph.edges : graph.both;
  std::vector<double> out(size);
  double all = 0;
  for (size_t u = 0; u < size; ++u) {
    for (size_t v = 0; v < size; ++v) {
      const int loops = !options.directed && u == v ? 2 : 1;
      out[u] += loops * edges[u][v];
      all += loops * edges[u][v];
    }
  }
  if (all == 0) return walk;
  if (!options.directed) {
    for (size_t u = 0; u < size; ++u) {
      walk.visits[u] = out[u] / all;
      for (size_t v = 0; v < size; ++v) {
        walk.steps[u][v] = edges[u][v] * (u == v ? 2 : 1) / all;
      }
    }
    return walk;
  }
  const double jump = options.teleportation;
  std::vector<double> rank(size, 1.0 / static_cast<double>(size));
  for (int round = 0; round < 2000; ++round) {
    std::vector<double> next(size);
    for (size_t u = 0; u < size; ++u) {
      for (size_t v = 0; v < size; ++v) {
        const double follow =
            out[u] > 0 ? edges[u][v] / out[u] : 1.0 / static_cast<double>(size);
        next[v] +=
            rank[u] * (jump / static_cast<double>(size) + (1 - jump) * follow);
      }
    }
    rank = next;
  }
  double sum = 0;
  for (size_t u = 0; u < size; ++u) {
    for (size_t v = 0; v < size && out[u] > 0; ++v) {
      walk.steps[u][v] = rank[u] * edges[u][v] / out[u];
      sum += walk.steps[u][v];
    }
  }
  for (size_t u = 0; u < size; ++u) {
    if (options.recorded_teleportation) {
      walk.visits[u] = rank[u];
      walk.teleports[u] = out[u] > 0 ? rank[u] * jump : rank[u];
    }
    for (size_t v = 0; v < size; ++v) {
      walk.steps[u][v] *= options.recorded_teleportation ? 1 - jump : 1 / sum;
      if (!options.recorded_teleportation) walk.visits[v] += walk.steps[u][v];
    }
  }
  return walk;
}

// -sum of shares of `all` times their logarithms.
double EntropyOf(const std::vector<double>& parts, double all) {
  double entropy = 0;
  for (const double part : parts) {
    if (part > 0) entropy -= part / all * std::log2(part / all);
  }
  return entropy;
}

// L = q H(Q) + sum of p_i H(P_i), as (1) of Rosvall and Bergstrom (2008).
double CodelengthOf(const Walk& walk, const Partition& partition) {
  const size_t size = walk.visits.size();
  const auto communities = size_t{partition.communities};
  std::vector<double> enter(communities), leave(communities);
  const auto step = [&](size_t from, size_t to, double flow) {
    if (partition.community[from] == partition.community[to]) return;
    leave[partition.community[from]] += flow;
    enter[partition.community[to]] += flow;
  };
  for (size_t u = 0; u < size; ++u) {
    for (size_t v = 0; v < size; ++v) {
      step(u, v, walk.steps[u][v]);
      step(u, v, walk.teleports[u] / static_cast<double>(size));
    }
  }
  const double q = std::accumulate(enter.begin(), enter.end(), 0.0);
  double length = q * EntropyOf(enter, q);
  for (size_t c = 0; c < communities; ++c) {
    std::vector<double> parts = {leave[c]};
    for (size_t v = 0; v < size; ++v) {
      if (partition.community[v] == c) parts.push_back(walk.visits[v]);
    }
    const double all = std::accumulate(parts.begin(), parts.end(), 0.0);
    if (all > 0) length += all * EntropyOf(parts, all);
  }
  return length;
}

FlowOptions RandomFlow(std::mt19937_64& random) {
  FlowOptions flow;
  flow.directed = random() % 3 > 0;
  flow.recorded_teleportation = random() % 2 == 0;
  flow.teleportation = std::vector<double>{0.05, 0.15, 0.5}[random() % 3];
  return flow;
}

TEST_CASE("Codelength is the map equation, written down code by code",
          "[communities]") {
  std::mt19937_64 random = test::Random(30);
  for (int round = 0; round < 150; ++round) {
    const auto vertices = static_cast<Vertex>(1 + random() % 10);
    const auto edges = test::RandomEdges(vertices, random() % 30, random);
    const test::SmallGraph graph =
        test::GraphOf(vertices, edges, random() % 2 == 0);
    const FlowOptions flow = RandomFlow(random);
    const Partition partition = test::RandomPartition(vertices, 4, random);
    CHECK(Codelength(graph.view, partition, {.flow = flow}).value() ==
          Approx(CodelengthOf(WalkOf(graph, flow), partition)).margin(1e-9));
  }
}

TEST_CASE(
    "Infomap's code is no longer than the obvious ones, and no shorter "
    "than the best",
    "[communities]") {
  std::mt19937_64 random = test::Random(31);
  int best_found = 0;
  for (int round = 0; round < 60; ++round) {
    const auto vertices = static_cast<Vertex>(1 + random() % 7);
    const auto edges =
        test::RandomEdges(vertices, random() % (3 * vertices), random);
    const test::SmallGraph graph =
        test::GraphOf(vertices, edges, random() % 2 == 0);
    const FlowOptions flow = RandomFlow(random);
    const auto result =
        Infomap(graph.view, {.flow = flow, .seed = random(), .tolerance = 0});
    REQUIRE_OK(result);
    CHECK(result->partition == PartitionOf(result->partition.community));
    const Walk walk = WalkOf(graph, flow);
    CHECK(result->codelength ==
          Approx(CodelengthOf(walk, result->partition)).margin(1e-9));
    CHECK(result->codelength <= result->one_community + 1e-9);
    double best = 100;
    test::ForEachPartition(vertices, [&](const Partition& partition) {
      const double length = CodelengthOf(walk, partition);
      best = std::min(best, length);
      if (partition.communities == 1) {
        CHECK(result->one_community == Approx(length).margin(1e-9));
      }
      if (partition.communities == vertices) {
        CHECK(result->codelength <= length + 1e-9);
      }
    });
    CHECK(result->codelength >= best - 1e-9);
    best_found += result->codelength < best + 1e-7 ? 1 : 0;
  }
  CHECK(best_found >= 30);
}

TEST_CASE("Codelength does not depend on names", "[communities]") {
  std::mt19937_64 random = test::Random(32);
  std::vector<Edge> edges = test::RandomEdges(60, 200, random);
  const auto view = GraphView::FromEdges(60, edges, true).value();
  const Partition partition = test::RandomPartition(60, 8, random);
  std::vector<Vertex> name(60), renamed(60);
  std::iota(name.begin(), name.end(), Vertex{0});
  std::shuffle(name.begin(), name.end(), random);
  for (Edge& edge : edges) {
    edge = {name[edge.source], name[edge.target], edge.weight};
  }
  for (Vertex v = 0; v < 60; ++v) renamed[name[v]] = partition.community[v];
  const auto other = GraphView::FromEdges(60, edges, true).value();
  for (int round = 0; round < 6; ++round) {
    const FlowOptions flow = RandomFlow(random);
    CHECK(Codelength(other, {renamed, partition.communities}, {.flow = flow})
              .value() ==
          Approx(Codelength(view, partition, {.flow = flow}).value())
              .margin(1e-12));
  }
}

// Directed cycles of four, from one to the next: what flows decides, not how
// many edges there are.
TEST_CASE("Infomap finds where the walker goes round", "[communities]") {
  std::vector<Edge> edges;
  for (Vertex c = 0; c < 8; ++c) {
    for (Vertex i = 0; i < 4; ++i) {
      edges.push_back({4 * c + i, 4 * c + (i + 1) % 4, 4});
    }
    edges.push_back({4 * c, (4 * c + 6) % 32, 1});
  }
  const auto view = GraphView::FromEdges(32, edges, true).value();
  for (const bool recorded : {false, true}) {
    const auto result =
        Infomap(view, {.flow = {.directed = true,
                                .teleportation = 0.05,
                                .recorded_teleportation = recorded}});
    REQUIRE_OK(result);
    REQUIRE(result->partition.communities == 8);
    for (Vertex v = 0; v < 32; ++v) {
      CHECK(result->partition.community[v] == v / 4);
    }
  }
}

TEST_CASE("Infomap on graphs that have hardly anything", "[communities]") {
  for (const bool directed : {false, true}) {
    const InfomapOptions options = {.flow = {.directed = directed}};
    const auto empty = GraphView::FromEdges(0, {}).value();
    CHECK(Infomap(empty, options)->partition == Partition{});
    CHECK(Codelength(empty, {}, {.flow = options.flow}).value() == 0);
    const auto alone = GraphView::FromEdges(2, {}).value();
    CHECK(Infomap(alone, options)->partition == Partition{{0, 1}, 2});
    CHECK(Infomap(alone, options)->codelength == 0);
    const auto loop =
        GraphView::FromEdges(1, std::vector<Edge>{{0, 0}}).value();
    CHECK(Infomap(loop, options)->codelength == 0);
    const std::vector<Edge> edges = {{0, 1, 0}, {1, 2, 0}};
    const auto zero = GraphView::FromEdges(3, edges, true).value();
    CHECK(Infomap(zero, options)->partition == Partition{{0, 1, 2}, 3});
    // Two pairs of vertices: a bit a step says which of the pair.
    const auto pairs = GraphView::FromEdges(
        4, std::vector<Edge>{{0, 1}, {1, 0}, {2, 3}, {3, 2}});
    const auto result = Infomap(*pairs, options);
    CHECK(result->partition == Partition{{0, 0, 1, 1}, 2});
    CHECK(result->codelength == Approx(1));
    CHECK(result->one_community == Approx(2));
  }
}

TEST_CASE(
    "Infomap is the same for any number of threads, and no worse with "
    "trials",
    "[communities]") {
  std::mt19937_64 random = test::Random(33);
  const auto view = GraphView::FromEdges(
                        10'000, test::RandomEdges(10'000, 30'000, random), true)
                        .value();
  for (const bool directed : {false, true}) {
    InfomapOptions options = {
        .run = {.threads = 1}, .flow = {.directed = directed}, .seed = 5};
    const auto one = Infomap(view, options);
    REQUIRE_OK(one);
    CHECK(
        one->codelength ==
        Approx(
            Codelength(view, one->partition, {.flow = options.flow}).value()));
    for (const size_t threads : {size_t{2}, size_t{3}}) {
      options.run.threads = threads;
      const auto more = Infomap(view, options);
      REQUIRE_OK(more);
      CHECK(more->partition == one->partition);
      CHECK(more->codelength == one->codelength);
    }
    options.trials = 3;
    CHECK(Infomap(view, options)->codelength <= one->codelength);
  }
}

TEST_CASE("Infomap ends with its deadline, or when it is cancelled",
          "[communities]") {
  std::mt19937_64 random = test::Random(34);
  const auto view =
      GraphView::FromEdges(200'000, test::RandomEdges(200'000, 800'000, random))
          .value();
  REQUIRE_OK(view.both());
  for (const bool directed : {false, true}) {
    const absl::Time end = absl::Now() + absl::Milliseconds(50);
    const auto late = Infomap(
        view, {.run = {.deadline = end}, .flow = {.directed = directed}});
    CHECK(late.status().code() == absl::StatusCode::kDeadlineExceeded);
    CHECK(absl::Now() - end < absl::Milliseconds(500));
    std::vector<double> heard;
    const auto cancelled =
        Infomap(view, {.run = {.progress =
                                   [&](double done) {
                                     heard.push_back(done);
                                     return heard.size() < 400;
                                   }},
                       .flow = {.directed = directed}});
    CHECK(cancelled.status().code() == absl::StatusCode::kCancelled);
    CHECK(std::is_sorted(heard.begin(), heard.end()));
    CHECK(heard.back() <= 1);
  }
}

TEST_CASE("Infomap refuses options out of their range", "[communities]") {
  const auto view = GraphView::FromEdges(2, std::vector<Edge>{{0, 1}}).value();
  for (const double teleportation :
       {0.0, 1.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THAT(
        std::string(Infomap(view, {.flow = {.teleportation = teleportation}})
                        .status()
                        .message()),
        Catch::Contains("teleportation is"));
    CHECK(Codelength(view, {{0, 0}, 1},
                     {.flow = {.teleportation = teleportation}})
              .status()
              .code() == absl::StatusCode::kInvalidArgument);
  }
  CHECK(Infomap(view, {.trials = 0}).status().message() ==
        "trials is 0; it is at least 1");
  CHECK(Codelength(view, {{0}, 1}).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("Infomap on real graphs", "[communities]") {
  const auto karate = test::ReadKnownGraph("karate.gml");
  if (!karate) return;
  const auto result = Infomap(karate->view, {.trials = 20, .tolerance = 0});
  REQUIRE_OK(result);
  // What the authors' program prints for this graph.
  CHECK(result->codelength == Approx(4.31179).margin(5e-6));
  CHECK(result->partition.communities == 3);
  const auto football = test::ReadKnownGraph("football.gml");
  REQUIRE(football);
  const auto conferences = Infomap(football->view, {.trials = 5});
  REQUIRE_OK(conferences);
  CHECK(NormalizedMutualInformation(conferences->partition, football->truth)
            .value() > 0.9);
}

}  // namespace
}  // namespace skg
