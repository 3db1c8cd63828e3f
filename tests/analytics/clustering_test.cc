// Triangles, clustering coefficients and the features of vertices.
#include <catch2/catch.hpp>

#include "skg/structure.h"
#include "structure_support.h"
#include "support/test_support.h"

namespace skg {
namespace {

using test::TestGraph;

// Every three vertices are looked at.
ClusteringResult Expected(const TestGraph& graph) {
  const auto edge = test::Matrix(graph, true);
  ClusteringResult expected;
  expected.triangles.assign(graph.vertices, 0);
  expected.coefficient.assign(graph.vertices, 0);
  for (Vertex a = 0; a < graph.vertices; ++a) {
    for (Vertex b = a + 1; b < graph.vertices; ++b) {
      for (Vertex c = b + 1; c < graph.vertices; ++c) {
        if (!edge[a][b] || !edge[b][c] || !edge[a][c]) continue;
        ++expected.triangle_count;
        for (const Vertex corner : {a, b, c}) ++expected.triangles[corner];
      }
    }
  }
  double pairs = 0;
  for (Vertex v = 0; v < graph.vertices; ++v) {
    double degree = 0;
    for (Vertex w = 0; w < graph.vertices; ++w) {
      if (w != v && edge[v][w]) ++degree;
    }
    if (degree < 2) continue;
    pairs += degree * (degree - 1) / 2;
    expected.coefficient[v] = static_cast<double>(expected.triangles[v]) /
                              (degree * (degree - 1) / 2);
    expected.average += expected.coefficient[v] / graph.vertices;
  }
  if (pairs > 0) {
    expected.transitivity =
        3 * static_cast<double>(expected.triangle_count) / pairs;
  }
  return expected;
}

TEST_CASE("Triangles are those among all threes of vertices", "[structure]") {
  auto random = test::Random();
  for (int round = 0; round < 200; ++round) {
    const TestGraph graph = test::RandomGraph(random, 24);
    const GraphView view = graph.View();
    const ClusteringResult expected = Expected(graph);
    for (const size_t threads : {1, 2, 3}) {
      const auto got = Clustering(view, {.run = {.threads = threads}}).value();
      CHECK(got.triangles == expected.triangles);
      CHECK(got.coefficient == expected.coefficient);
      CHECK(got.triangle_count == expected.triangle_count);
      CHECK(got.average == Approx(expected.average).margin(1e-14));
      CHECK(got.transitivity == Approx(expected.transitivity).margin(1e-14));
      CHECK(TriangleCount(view, {.run = {.threads = threads}})->triangles ==
            expected.triangle_count);
    }
  }
}

TEST_CASE("Triangles of larger graphs: names and threads do not matter",
          "[structure]") {
  auto random = test::Random();
  // Few hubs with most of the edges, and a dense core among them.
  TestGraph graph{20'000, {}};
  for (int i = 0; i < 200'000; ++i) {
    const auto source = static_cast<Vertex>(random() % (1 + random() % 20'000));
    const auto target = static_cast<Vertex>(random() % (1 + source));
    graph.edges.push_back({source, target});
  }
  const auto names = test::RandomNames(random, graph.vertices);
  const GraphView view = graph.View(), renamed = graph.Renamed(names).View();
  const auto one = Clustering(view, {.run = {.threads = 1}}).value();
  const auto three = Clustering(renamed, {.run = {.threads = 3}}).value();
  CHECK(one.triangle_count > 0);
  CHECK(one.triangle_count == three.triangle_count);
  CHECK(one.average == Approx(three.average));
  CHECK(one.transitivity == three.transitivity);
  for (Vertex v = 0; v < graph.vertices; ++v) {
    if (one.triangles[v] != three.triangles[names[v]] ||
        one.coefficient[v] != three.coefficient[names[v]]) {
      FAIL("vertex " << v);
    }
  }
  for (const size_t threads : {1, 2, 3}) {
    CHECK(TriangleCount(view, {.run = {.threads = threads}})->triangles ==
          one.triangle_count);
    CHECK(Clustering(view, {.run = {.threads = threads}})->average ==
          one.average);
  }
}

TEST_CASE("Triangles of no vertex, of loops, a star and a line",
          "[structure]") {
  const auto empty = Clustering(TestGraph{}.View()).value();
  CHECK(empty.triangle_count == 0);
  CHECK(empty.average == 0);
  CHECK(TriangleCount(TestGraph{}.View())->triangles == 0);
  const TestGraph looped{3, {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {1, 2}, {2, 0}}};
  const auto got = Clustering(looped.View()).value();
  CHECK(got.triangle_count == 1);
  CHECK(got.coefficient == std::vector<double>{1, 1, 1});
  CHECK(got.transitivity == 1);
  constexpr Vertex kMillion = 1'000'000;
  for (const TestGraph& graph : {test::Star(kMillion), test::Line(kMillion)}) {
    const auto none = Clustering(graph.View(), {.run = {.threads = 2}}).value();
    CHECK(none.triangle_count == 0);
    CHECK(none.average == 0);
    CHECK(none.transitivity == 0);
  }
}

TEST_CASE("Triangles stop when they are told to", "[structure]") {
  auto random = test::Random();
  const GraphView view = test::RandomGraph(random, 20'000, 200'000).View();
  test::CheckThatItStops([&](const KernelOptions& run) {
    return TriangleCount(view, {.run = run}).status();
  });
  test::CheckThatItStops([&](const KernelOptions& run) {
    return Clustering(view, {.run = run}).status();
  });
  test::CheckThatItStops([&](const KernelOptions& run) {
    return VertexFeatures(view, {.run = run}).status();
  });
}

TEST_CASE("Features are what the kernels give", "[structure]") {
  auto random = test::Random();
  const TestGraph graph = test::RandomGraph(random, 500, 1500);
  const GraphView view = graph.View();
  const auto got = VertexFeatures(view).value();
  const auto clustering = Clustering(view).value();
  CHECK(got.clustering == clustering.coefficient);
  CHECK(got.triangles == clustering.triangles);
  CHECK(got.core == CoreNumbers(view)->core);
  const auto components = WeaklyConnectedComponents(view).value();
  CHECK(got.component == components.component);
  const auto matrix = test::Matrix(graph, false);
  for (Vertex v = 0; v < graph.vertices; ++v) {
    uint32_t out = 0, in = 0, degree = 0;
    for (Vertex w = 0; w < graph.vertices; ++w) {
      out += matrix[v][w] ? 1 : 0;
      in += matrix[w][v] ? 1 : 0;
      degree += w != v && (matrix[v][w] || matrix[w][v]) ? 1 : 0;
    }
    CHECK(got.out_degree[v] == out);
    CHECK(got.in_degree[v] == in);
    CHECK(got.degree[v] == degree);
    CHECK(got.component_size[v] == components.sizes[components.component[v]]);
  }
  const auto few =
      VertexFeatures(
          view, {.degrees = false, .clustering = false, .component = false})
          .value();
  CHECK(few.core == got.core);
  CHECK(few.degree.empty());
  CHECK(few.clustering.empty());
  CHECK(few.component.empty());
}

TEST_CASE("Triangles, clustering and cores of real graphs are those counted",
          "[structure]") {
  struct Case {
    std::string name;
    uint64_t triangles;
    double clustering;
    uint32_t core;
  };
  const Case cases[] = {{"communities/karate", 45, .5706, 4},
                        {"communities/football", 810, .4032, 8},
                        {"communities/polblogs", 101'043, .2627, 36},
                        {"communities/eu-core", 105'461, .3994, 34},
                        {"graphs/email-Eu-core", 105'461, .3994, 34},
                        {"graphs/wiki-Vote", 608'389, .1409, 53},
                        {"graphs/bitcoin-otc", 33'493, .1775, 21},
                        {"graphs/grqc", 48'260, .5296, 43},
                        {"graphs/PGPgiantcompo", 54'788, .2659, 31},
                        {"graphs/astro-ph", 756'019, .6388, 56}};
  for (const Case& c : cases) {
    const auto graph = test::SharedGraph(c.name);
    if (!graph) return;
    INFO(c.name);
    const GraphView view = graph->View();
    const auto got = Clustering(view, {.run = {.threads = 2}}).value();
    CHECK(got.triangle_count == c.triangles);
    CHECK(got.average == Approx(c.clustering).margin(0.00005));
    CHECK(TriangleCount(view)->triangles == c.triangles);
    CHECK(CoreNumbers(view)->greatest == c.core);
  }
}

}  // namespace
}  // namespace skg
