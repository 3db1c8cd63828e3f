#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "analytics/centrality_support.h"
#include "analytics/kernel_checks.h"
#include "skg/centrality.h"
#include "support/test_support.h"

namespace skg {
namespace {

using test::kFar;

struct Wanted {
  std::vector<double> closeness, without_reach, harmonic;
};

Wanted Oracle(const test::DenseMatrix& distances, DistanceKind kind) {
  const size_t n = distances.size();
  Wanted wanted{std::vector<double>(n), std::vector<double>(n),
                std::vector<double>(n)};
  for (size_t v = 0; v < n; ++v) {
    double reached = 0, sum = 0;
    for (size_t u = 0; u < n; ++u) {
      const double distance =
          kind == DistanceKind::kTo ? distances[u][v] : distances[v][u];
      if (u == v || distance == kFar) continue;
      ++reached;
      sum += distance;
      wanted.harmonic[v] += 1 / distance;
    }
    if (reached == 0) continue;
    wanted.without_reach[v] = reached / sum;
    wanted.closeness[v] =
        reached / sum * (reached / (static_cast<double>(n) - 1));
  }
  return wanted;
}

TEST_CASE("Closeness and harmonic centrality are what all distances give",
          "[centrality]") {
  auto random = test::Random(31);
  for (int round = 0; round < 400; ++round) {
    const auto graph = test::MakeRandomGraph(random, 25, random() % 2 == 0, 1);
    const GraphView view = graph.View();
    const bool directed = random() % 2 == 0, weighted = random() % 4 != 0;
    const auto kind =
        random() % 2 == 0 ? DistanceKind::kTo : DistanceKind::kFrom;
    const Adjacency edges = directed ? view.out() : view.both().value();
    const Wanted wanted = Oracle(
        test::Distances(test::Lengths(edges, graph.weighted && weighted)),
        kind);
    ClosenessOptions options{
        .directed = directed, .distances = kind, .weighted = weighted};
    const auto closeness = Closeness(view, options);
    REQUIRE_OK(closeness);
    CHECK(closeness->exact);
    CHECK(closeness->sources == graph.vertices);
    CHECK(closeness->error_bound == 0.0);
    CHECK(test::Furthest(closeness->scores, wanted.closeness) < 1e-12);
    options.by_reach = false;
    CHECK(test::Furthest(Closeness(view, options)->scores,
                         wanted.without_reach) < 1e-12);
    HarmonicOptions harmonic{.directed = directed,
                             .distances = kind,
                             .normalised = false,
                             .weighted = weighted};
    const auto sums = Harmonic(view, harmonic);
    REQUIRE_OK(sums);
    CHECK(test::Furthest(sums->scores, wanted.harmonic) < 1e-11);
    harmonic.normalised = true;
    CHECK(test::Furthest(Harmonic(view, harmonic)->scores,
                         test::Times(wanted.harmonic,
                                     1 / std::max(1.0, graph.vertices - 1.0))) <
          1e-12);
  }
}

// Of so many vertices that searches of more than 64 and 256 sources are begun,
// pushed and pulled.
GraphView MiddlingGraph(uint64_t stream, Vertex vertices, bool weighted) {
  auto random = test::Random(stream);
  std::vector<Edge> edges;
  for (uint64_t i = 0; i < uint64_t{5} * vertices; ++i) {
    const uint64_t draw = random() % vertices;
    edges.push_back({static_cast<Vertex>(draw * (random() % 1000) / 1000),
                     static_cast<Vertex>(random() % vertices),
                     static_cast<float>(1 + random() % 100) / 10});
  }
  // And a long path.
  for (Vertex v = 0; v + 1 < vertices / 10; ++v) edges.push_back({v, v + 1, 1});
  return GraphView::FromEdges(vertices, edges, weighted).value();
}

TEST_CASE("Many searches at once find what searches one by one do",
          "[centrality]") {
  // Equal lengths are found by Dijkstra's search.
  for (const Vertex vertices : {70, 300, 2500}) {
    const GraphView view = MiddlingGraph(33, vertices, false);
    std::vector<Edge> edges;
    for (Vertex v = 0; v < vertices; ++v) {
      for (const Vertex w : view.out().Targets(v)) edges.push_back({v, w, 2});
    }
    const auto lengths =
        GraphView::FromEdges(vertices, edges, true, ParallelEdges::kLeast)
            .value();
    for (const bool directed : {true, false}) {
      const auto steps = Closeness(view, {.directed = directed});
      const auto dijkstra =
          Closeness(lengths, {.directed = directed, .weighted = true});
      REQUIRE_OK(steps);
      REQUIRE_OK(dijkstra);
      CHECK(test::Furthest(steps->scores, test::Times(dijkstra->scores, 2)) <
            1e-12);
      const auto harmonic = Harmonic(view, {.directed = directed});
      CHECK(harmonic->scores.size() == vertices);
      for (Vertex v = 0; v < vertices; ++v) {
        REQUIRE(harmonic->scores[v] >= steps->scores[v] - 1e-12);
      }
    }
  }
}

TEST_CASE("Closeness of small and strange graphs", "[centrality]") {
  const GraphView empty = GraphView::FromEdges(0, {}).value();
  CHECK(Closeness(empty)->scores.empty());
  CHECK(Harmonic(empty)->scores.empty());
  const std::vector<Edge> loop = {{0, 0}};
  const GraphView one = GraphView::FromEdges(1, loop).value();
  CHECK(Closeness(one)->scores == std::vector<double>{0});
  CHECK(Harmonic(one)->scores == std::vector<double>{0});
  const GraphView apart = GraphView::FromEdges(3, {}).value();
  CHECK(Closeness(apart)->scores == std::vector<double>{0, 0, 0});
  CHECK(Harmonic(apart)->scores == std::vector<double>{0, 0, 0});
  // A star: the middle is next to all, leaves are two steps from each other.
  std::vector<Edge> edges;
  for (Vertex v = 1; v <= 500; ++v) edges.push_back({v, 0});
  const GraphView star = GraphView::FromEdges(501, edges).value();
  const auto both = Closeness(star, {.directed = false});
  CHECK(both->scores[0] == 1);
  CHECK(std::abs(both->scores[7] - 500.0 / (1 + 2 * 499)) < 1e-12);
  CHECK(Closeness(star)->scores[0] == 1);
  CHECK(Closeness(star)->scores[7] == 0);
  CHECK(Closeness(star, {.distances = DistanceKind::kFrom})->scores[0] == 0);
}

TEST_CASE("Closeness from some sources of a path of a million vertices",
          "[centrality]") {
  std::vector<Edge> edges;
  constexpr Vertex kVertices = 1'000'000;
  for (Vertex v = 0; v + 1 < kVertices; ++v) edges.push_back({v, v + 1, 1});
  for (const bool weighted : {false, true}) {
    const auto view = GraphView::FromEdges(kVertices, edges, weighted).value();
    const auto result = Harmonic(view, {.weighted = weighted, .sources = 4});
    REQUIRE_OK(result);
    CHECK(result->sources == 4);
    CHECK(result->error_bound.has_value() == !weighted);
    CHECK(result->scores[0] == 0);
    CHECK(result->scores[kVertices - 1] > 0);
  }
}

TEST_CASE("Closeness is the same for any number of threads", "[centrality]") {
  for (const bool weighted : {false, true}) {
    const GraphView view = MiddlingGraph(34, 2500, weighted);
    for (const size_t sources : {0, 1000}) {
      if (weighted && sources == 0) continue;
      HarmonicOptions harmonic{.weighted = weighted, .sources = sources};
      ClosenessOptions closeness{.weighted = weighted, .sources = sources};
      harmonic.run.threads = closeness.run.threads = 1;
      const auto one = Harmonic(view, harmonic);
      const auto other = Closeness(view, closeness);
      for (const size_t threads : {2, 3}) {
        harmonic.run.threads = closeness.run.threads = threads;
        CHECK(Harmonic(view, harmonic)->scores == one->scores);
        CHECK(Closeness(view, closeness)->scores == other->scores);
      }
    }
  }
}

TEST_CASE("Sampled harmonic centrality keeps its bound", "[centrality]") {
  const GraphView view = MiddlingGraph(35, 2000, false);
  const auto exact = Harmonic(view);
  const auto close = Closeness(view);
  int failed = 0;
  std::vector<double> mean(2000);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    HarmonicOptions options{.sources = 200, .seed = seed};
    const auto sampled = Harmonic(view, options);
    REQUIRE_OK(sampled);
    CHECK_FALSE(sampled->exact);
    CHECK(sampled->sources == 200);
    const double error = test::Furthest(sampled->scores, exact->scores);
    CHECK(error > 0);
    if (error > *sampled->error_bound) ++failed;
    CHECK(*sampled->error_bound < 0.2);
    options.normalised = false;
    CHECK(test::Furthest(Harmonic(view, options)->scores,
                         test::Times(sampled->scores, 1999)) < 1e-9);
    const auto closeness = Closeness(view, {.sources = 200, .seed = seed});
    CHECK_FALSE(closeness->error_bound.has_value());
    for (Vertex v = 0; v < 2000; ++v) mean[v] += closeness->scores[v] / 20;
  }
  CHECK(failed <= 6);  // two are expected at most
  CHECK(test::Furthest(mean, close->scores) < 0.03);
}

TEST_CASE("Closeness ends when it is told to", "[centrality]") {
  const GraphView steps = MiddlingGraph(36, 120'000, false);
  test::CheckThatItEnds(Closeness, steps, ClosenessOptions());
  test::CheckThatItEnds(Harmonic, steps, HarmonicOptions());
  const GraphView lengths = MiddlingGraph(36, 60'000, true);
  test::CheckThatItEnds(Closeness, lengths, ClosenessOptions{.weighted = true});
}

TEST_CASE("Closeness refuses what it cannot do", "[centrality]") {
  const std::vector<Edge> edges = {{0, 1, 1}, {1, 2, 0}};
  const GraphView view = GraphView::FromEdges(3, edges, true).value();
  test::CheckThatItRefuses(Closeness, view, ClosenessOptions{.weighted = true},
                           "from vertex 1 to 2 has the length 0");
  test::CheckThatItRefuses(Harmonic, view, HarmonicOptions{.weighted = true},
                           "has the length 0");
  test::CheckThatItRefuses(Harmonic, view, HarmonicOptions{.delta = 1},
                           "HarmonicOptions::delta is 1");
}

}  // namespace
}  // namespace skg
