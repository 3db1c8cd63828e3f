// One shortest path and the k shortest, against all simple paths of small
// graphs.
#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <map>

#include "skg/paths.h"
#include "structure_support.h"
#include "support/test_support.h"

namespace skg {
namespace {

using test::TestGraph;

using Lengths = std::vector<std::map<Vertex, double>>;

Lengths LengthsOf(const GraphView& view, bool directed, EdgeLength length,
                  const EdgeFilter& filter) {
  const Adjacency edges = directed ? view.out() : *view.both();
  Lengths lengths(view.vertices());
  for (Vertex v = 0; v < view.vertices(); ++v) {
    for (uint64_t i = edges.offsets[v]; i < edges.offsets[v + 1]; ++i) {
      const double weight = edges.Weight(i);
      if (filter && !filter(v, edges.targets[i])) continue;
      if (length == EdgeLength::kInverseWeight && weight == 0) continue;
      lengths[v][edges.targets[i]] = length == EdgeLength::kOne ? 1
                                     : length == EdgeLength::kWeight
                                         ? weight
                                         : 1 / weight;
    }
  }
  return lengths;
}

// All paths without repeated vertices, in their order.
class AllPaths {
 public:
  AllPaths(const Lengths& lengths, Vertex source, Vertex target)
      : lengths_(lengths), target_(target), on_path_(lengths.size()) {
    Extend({{source}, 0});
    std::sort(paths.begin(), paths.end(),
              [](const WeightedPath& a, const WeightedPath& b) {
                return std::tuple(a.length, a.vertices.size(), a.vertices) <
                       std::tuple(b.length, b.vertices.size(), b.vertices);
              });
  }

  std::vector<WeightedPath> paths;

 private:
  void Extend(const WeightedPath& path) {
    const Vertex v = path.vertices.back();
    if (v == target_) {
      paths.push_back(path);
      return;
    }
    on_path_[v] = true;
    for (const auto& [w, length] : lengths_[v]) {
      if (on_path_[w]) continue;
      WeightedPath longer = path;
      longer.vertices.push_back(w);
      longer.length += length;
      Extend(longer);
    }
    on_path_[v] = false;
  }

  const Lengths& lengths_;
  const Vertex target_;
  std::vector<bool> on_path_;
};

bool Same(const WeightedPath& a, const WeightedPath& b) {
  return a.vertices == b.vertices && a.length == b.length;
}

void CheckSame(const std::vector<WeightedPath>& got,
               std::vector<WeightedPath> expected, size_t k) {
  expected.resize(std::min(k, expected.size()));
  REQUIRE(got.size() == expected.size());
  for (size_t i = 0; i < got.size(); ++i) CHECK(Same(got[i], expected[i]));
}

TEST_CASE("Shortest paths are the first of all simple paths", "[paths]") {
  auto random = test::Random();
  for (int round = 0; round < 250; ++round) {
    TestGraph graph = test::RandomGraph(random, 7);
    const auto kind = random() % 4;
    for (Edge& edge : graph.edges) {
      if (kind == 0) edge.weight = 0;
      // Powers of two: sums of their inverses are exact, too.
      if (kind == 1) edge.weight = std::ldexp(1.0f, -int(random() % 5));
      if (kind == 2) edge.weight = static_cast<float>(random() % 2);
    }
    const GraphView view = graph.View(random() % 4 != 0);
    const bool directed = random() % 2 == 0;
    const auto length = static_cast<EdgeLength>(random() % (kind == 3 ? 2 : 3));
    const uint64_t forbidden = random();
    EdgeFilter filter = nullptr;
    if (random() % 3 == 0) {
      filter = [&](Vertex from, Vertex to) {
        return (forbidden >> ((from * 7 + to) % 64) & 1) == 0;
      };
    }
    const Lengths lengths = LengthsOf(view, directed, length, filter);
    for (Vertex source = 0; source < graph.vertices; ++source) {
      for (Vertex target = 0; target < graph.vertices; ++target) {
        const auto all = AllPaths(lengths, source, target).paths;
        ShortestPathOptions one;
        one.length = length;
        one.directed = directed;
        one.edge_filter = filter;
        const auto path = ShortestPath(view, source, target, one)->path;
        CHECK(path.vertices.empty() == all.empty());
        if (!all.empty()) CHECK(Same(path, all[0]));

        KShortestPathsOptions some;
        some.length = length;
        some.directed = directed;
        some.edge_filter = filter;
        some.k = static_cast<uint32_t>(1 + random() % 12);
        CheckSame(KShortestPaths(view, source, target, some)->paths, all,
                  some.k);
        if (all.empty()) continue;
        // A limit on the length takes those away that are beyond it.
        some.k = 1000;
        some.max_length = all[all.size() / 2].length;
        const auto within = std::count_if(
            all.begin(), all.end(),
            [&](const WeightedPath& p) { return p.length <= some.max_length; });
        CheckSame(KShortestPaths(view, source, target, some)->paths, all,
                  static_cast<size_t>(within));
        if (all[0].length == 0) continue;
        one.max_length = std::nextafter(all[0].length, 0);
        CHECK(ShortestPath(view, source, target, one)->path.vertices.empty());
      }
    }
  }
}

// Any weights, whose sums are rounded: the first paths of a larger graph, by
// asking for one after the other in another way.
TEST_CASE(
    "The k shortest paths are ascending, simple, and begin with the "
    "shortest",
    "[paths]") {
  auto random = test::Random();
  for (int round = 0; round < 20; ++round) {
    TestGraph graph = test::RandomGraph(random, 300, 1500);
    std::uniform_real_distribution<float> weight(0, 1);
    for (Edge& edge : graph.edges) edge.weight = weight(random);
    const GraphView view = graph.View(true);
    const auto got = KShortestPaths(view, 0, 1, {.k = 50}).value();
    const auto first = ShortestPath(view, 0, 1).value();
    if (first.path.vertices.empty()) {
      CHECK(got.paths.empty());
      continue;
    }
    REQUIRE(!got.paths.empty());
    CHECK(Same(got.paths[0], first.path));
    const auto fewer = KShortestPaths(view, 0, 1, {.k = 20}).value();
    CheckSame(fewer.paths, got.paths, 20);
    for (size_t i = 0; i < got.paths.size(); ++i) {
      std::vector<Vertex> vertices = got.paths[i].vertices;
      if (i > 0) {
        CHECK(got.paths[i - 1].length <= got.paths[i].length);
        CHECK(got.paths[i - 1].vertices != vertices);
      }
      std::sort(vertices.begin(), vertices.end());
      CHECK(std::unique(vertices.begin(), vertices.end()) == vertices.end());
    }
  }
}

TEST_CASE("Weighted paths to oneself, to nobody and of nobody", "[paths]") {
  const GraphView view = TestGraph{3, {{0, 0, 1}, {0, 1, 0.5}}}.View(true);
  CHECK(Same(ShortestPath(view, 0, 0)->path, {{0}, 0}));
  CHECK(ShortestPath(view, 1, 0)->path.vertices.empty());
  CHECK(ShortestPath(view, 0, 2)->path.vertices.empty());
  const auto back = ShortestPath(
      view, 1, 0, {.length = EdgeLength::kInverseWeight, .directed = false});
  CHECK(Same(back->path, {{1, 0}, 2}));
  CHECK(KShortestPaths(view, 0, 0)->paths.size() == 1);
  CHECK(KShortestPaths(view, 1, 2)->paths.empty());
  const auto refused = [](const auto& result) {
    CHECK(result.status().code() == absl::StatusCode::kInvalidArgument);
  };
  refused(ShortestPath(view, 3, 0));
  refused(ShortestPath(view, 0, 3));
  refused(ShortestPath(view, 0, 1, {.max_length = -1}));
  refused(ShortestPath(
      view, 0, 1, {.max_length = std::numeric_limits<double>::quiet_NaN()}));
  refused(KShortestPaths(view, 0, 3));
  refused(KShortestPaths(view, 0, 1, {.k = 0}));
  refused(KShortestPaths(view, 0, 1, {.max_length = -1}));
}

TEST_CASE("Weighted paths through a star and along a line of a million",
          "[paths]") {
  constexpr Vertex kMillion = 1'000'000;
  const GraphView star = test::Star(kMillion).View();
  CHECK(Same(ShortestPath(star, 5, 9, {.directed = false})->path,
             {{5, 0, 9}, 2}));
  CHECK(KShortestPaths(star, 5, 9, {.directed = false})->paths.size() == 1);
  const GraphView line = test::Line(kMillion).View();
  const auto path = ShortestPath(line, 0, kMillion - 1)->path;
  CHECK(path.length == kMillion - 1);
  CHECK(path.vertices.size() == kMillion);
  CHECK(KShortestPaths(line, 0, kMillion - 1, {.k = 2})->paths.size() == 1);
  test::CheckThatItStops([&](const KernelOptions& run) {
    return ShortestPath(line, 0, kMillion - 1, {.run = run}).status();
  });
  test::CheckThatItStops([&](const KernelOptions& run) {
    return KShortestPaths(line, 0, kMillion - 1, {.run = run}).status();
  });
}

}  // namespace
}  // namespace skg
