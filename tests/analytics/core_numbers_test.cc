#include <algorithm>
#include <catch2/catch.hpp>

#include "skg/structure.h"
#include "structure_support.h"
#include "support/test_support.h"

namespace skg {
namespace {

using test::TestGraph;

// By the definition: for each k, who is left when all with less than k
// neighbours are gone, and again.
std::vector<uint32_t> Expected(const TestGraph& graph) {
  const auto neighbours = test::Matrix(graph, true);
  std::vector<uint32_t> core(graph.vertices, 0);
  for (uint32_t k = 1; k < graph.vertices; ++k) {
    std::vector<bool> here(graph.vertices, true);
    for (bool changed = true; changed;) {
      changed = false;
      for (Vertex v = 0; v < graph.vertices; ++v) {
        uint32_t count = 0;
        for (Vertex w = 0; w < graph.vertices; ++w) {
          if (w != v && here[w] && neighbours[v][w]) ++count;
        }
        if (!here[v] || count >= k) continue;
        here[v] = false;
        changed = true;
      }
    }
    for (Vertex v = 0; v < graph.vertices; ++v) {
      if (here[v]) core[v] = k;
    }
  }
  return core;
}

TEST_CASE("Core numbers are those of the definition", "[structure]") {
  auto random = test::Random();
  for (int round = 0; round < 200; ++round) {
    const TestGraph graph = test::RandomGraph(random, 16);
    const auto got = CoreNumbers(graph.View()).value();
    const std::vector<uint32_t> expected = Expected(graph);
    CHECK(got.core == expected);
    CHECK(got.greatest == *std::max_element(expected.begin(), expected.end()));
    const auto names = test::RandomNames(random, graph.vertices);
    const auto renamed = CoreNumbers(graph.Renamed(names).View())->core;
    for (Vertex v = 0; v < graph.vertices; ++v) {
      CHECK(renamed[names[v]] == got.core[v]);
    }
  }
}

TEST_CASE("Core numbers of no vertex, a loop, a star and a line",
          "[structure]") {
  CHECK(CoreNumbers(TestGraph{}.View())->core.empty());
  CHECK(CoreNumbers(TestGraph{2, {{0, 0}}}.View())->core ==
        std::vector<uint32_t>{0, 0});
  constexpr Vertex kMillion = 1'000'000;
  for (const TestGraph& graph : {test::Star(kMillion), test::Line(kMillion)}) {
    const auto got = CoreNumbers(graph.View()).value();
    CHECK(got.greatest == 1);
    CHECK(got.core == std::vector<uint32_t>(graph.vertices, 1));
  }
}

TEST_CASE("Core numbers stop when they are told to", "[structure]") {
  const GraphView view = test::Line(400'000).View();
  test::CheckThatItStops([&](const KernelOptions& run) {
    return CoreNumbers(view, {.run = run}).status();
  });
}

}  // namespace
}  // namespace skg
