#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "skg/structure.h"
#include "structure_support.h"
#include "support/test_support.h"

namespace skg {
namespace {

using test::TestGraph;

// Whether one vertex leads to another, by Warshall's algorithm.
std::vector<std::vector<bool>> Closure(std::vector<std::vector<bool>> leads) {
  for (size_t v = 0; v < leads.size(); ++v) leads[v][v] = true;
  for (size_t k = 0; k < leads.size(); ++k) {
    for (size_t i = 0; i < leads.size(); ++i) {
      for (size_t j = 0; j < leads.size() && leads[i][k]; ++j) {
        if (leads[k][j]) leads[i][j] = true;
      }
    }
  }
  return leads;
}

ComponentsResult Expected(const TestGraph& graph, bool strong) {
  const auto leads = Closure(test::Matrix(graph, !strong));
  std::vector<std::vector<Vertex>> components;
  std::vector<bool> met(graph.vertices);
  for (Vertex v = 0; v < graph.vertices; ++v) {
    if (met[v]) continue;
    components.emplace_back();
    for (Vertex w = v; w < graph.vertices; ++w) {
      if (!leads[v][w] || !leads[w][v]) continue;
      met[w] = true;
      components.back().push_back(w);
    }
  }
  std::stable_sort(
      components.begin(), components.end(),
      [](const auto& a, const auto& b) { return a.size() > b.size(); });
  ComponentsResult expected;
  expected.component.resize(graph.vertices);
  for (size_t i = 0; i < components.size(); ++i) {
    expected.sizes.push_back(static_cast<uint32_t>(components[i].size()));
    for (const Vertex v : components[i]) {
      expected.component[v] = static_cast<uint32_t>(i);
    }
  }
  return expected;
}

ComponentsResult Weak(const GraphView& view, size_t threads = 1) {
  return WeaklyConnectedComponents(view, {.run = {.threads = threads}}).value();
}

ComponentsResult Strong(const GraphView& view) {
  return StronglyConnectedComponents(view).value();
}

void CheckEqual(const ComponentsResult& got, const ComponentsResult& expected) {
  CHECK(got.component == expected.component);
  CHECK(got.sizes == expected.sizes);
}

TEST_CASE("Components are those of the transitive closure", "[structure]") {
  auto random = test::Random();
  for (int round = 0; round < 300; ++round) {
    const TestGraph graph = test::RandomGraph(random, 24);
    const GraphView view = graph.View();
    const ComponentsResult weak = Expected(graph, false);
    for (const size_t threads : {1, 2, 3}) {
      CheckEqual(Weak(view, threads), weak);
      if (threads == 2) REQUIRE_OK(view.in());  // the other way through it
    }
    CheckEqual(Strong(view), Expected(graph, true));
  }
}

TEST_CASE("Components of larger graphs do not depend on threads or on in()",
          "[structure]") {
  auto random = test::Random();
  for (const size_t edges : {20'000, 60'000, 400'000}) {
    const TestGraph graph = test::RandomGraph(random, 50'000, edges);
    const GraphView view = graph.View();
    const ComponentsResult weak = Weak(view);
    CheckEqual(Weak(view, 3), weak);
    REQUIRE_OK(view.in());
    CheckEqual(Weak(view), weak);
    CheckEqual(Weak(view, 3), weak);
    for (const Edge& edge : graph.edges) {
      if (weak.component[edge.source] != weak.component[edge.target]) {
        FAIL("an edge leads out of its component");
      }
    }
  }
}

// Who is with whom, as sets of names.
std::set<std::set<Vertex>> Sets(const ComponentsResult& result,
                                const std::vector<Vertex>& names) {
  std::map<uint32_t, std::set<Vertex>> sets;
  for (Vertex v = 0; v < names.size(); ++v) {
    sets[result.component[names[v]]].insert(v);
  }
  std::set<std::set<Vertex>> all;
  for (auto& [number, set] : sets) {
    CHECK(result.sizes[number] == set.size());
    all.insert(std::move(set));
  }
  return all;
}

TEST_CASE("Components follow their vertices to other names", "[structure]") {
  auto random = test::Random();
  const std::vector<Vertex> same = [] {
    std::vector<Vertex> names(3000);
    for (Vertex v = 0; v < 3000; ++v) names[v] = v;
    return names;
  }();
  for (const size_t edges : {1000, 3000, 5000}) {
    const TestGraph graph = test::RandomGraph(random, 3000, edges);
    const std::vector<Vertex> names = test::RandomNames(random, 3000);
    const GraphView view = graph.View(), renamed = graph.Renamed(names).View();
    CHECK(Sets(Weak(view), same) == Sets(Weak(renamed), names));
    CHECK(Sets(Strong(view), same) == Sets(Strong(renamed), names));
  }
}

TEST_CASE("Components of no vertex, of one, and of a million in a line",
          "[structure]") {
  const GraphView empty = TestGraph{}.View();
  CHECK(Weak(empty).sizes.empty());
  CHECK(Strong(empty).component.empty());
  const GraphView loop = TestGraph{1, {{0, 0}}}.View();
  CHECK(Weak(loop).sizes == std::vector<uint32_t>{1});
  CHECK(Strong(loop).sizes == std::vector<uint32_t>{1});

  constexpr Vertex kMillion = 1'000'000;
  TestGraph line = test::Line(kMillion);
  CHECK(Weak(line.View(), 2).sizes == std::vector<uint32_t>{kMillion});
  const ComponentsResult single = Strong(line.View());
  CHECK(single.sizes.size() == kMillion);
  CHECK(std::is_sorted(single.component.begin(), single.component.end()));
  line.edges.push_back({kMillion - 1, 0});
  CHECK(Strong(line.View()).sizes == std::vector<uint32_t>{kMillion});

  const GraphView star = test::Star(kMillion).View();
  CHECK(Weak(star, 2).sizes == std::vector<uint32_t>{kMillion + 1});
  CHECK(Strong(star).sizes.size() == kMillion + 1);
}

TEST_CASE("Edges of weight 0 connect", "[structure]") {
  const GraphView view = TestGraph{3, {{0, 1, 0}, {1, 0, 0}}}.View(true);
  CHECK(Weak(view).sizes == std::vector<uint32_t>{2, 1});
  CHECK(Strong(view).sizes == std::vector<uint32_t>{2, 1});
}

TEST_CASE("Components stop when they are told to", "[structure]") {
  const GraphView view = test::Line(400'000).View();
  test::CheckThatItStops([&](const KernelOptions& run) {
    return WeaklyConnectedComponents(view, {.run = run}).status();
  });
  test::CheckThatItStops([&](const KernelOptions& run) {
    return StronglyConnectedComponents(view, {.run = run}).status();
  });
}

TEST_CASE("Components of real graphs are those counted", "[structure]") {
  struct Case {
    std::string name;
    size_t weak, largest_weak, strong, largest_strong;
  };
  const Case cases[] = {{"graphs/email-Eu-core", 20, 986, 203, 803},
                        {"graphs/wiki-Vote", 24, 7066, 5816, 1300},
                        {"graphs/bitcoin-otc", 4, 5875, 1144, 4709},
                        {"graphs/grqc", 355, 4158, 355, 4158},
                        {"graphs/PGPgiantcompo", 1, 10680, 1, 10680},
                        {"graphs/astro-ph", 1029, 14845, 1029, 14845}};
  for (const Case& c : cases) {
    const auto graph = test::SharedGraph(c.name);
    if (!graph) return;
    INFO(c.name);
    const GraphView view = graph->View();
    const ComponentsResult weak = Weak(view, 2), strong = Strong(view);
    CHECK(weak.sizes.size() == c.weak);
    CHECK(weak.sizes.front() == c.largest_weak);
    CHECK(strong.sizes.size() == c.strong);
    CHECK(strong.sizes.front() == c.largest_strong);
  }
}

}  // namespace
}  // namespace skg
