// Parts of communities that Leiden goes on with, on any communities: the method
// itself hardly ever makes disconnected ones.
#include "analytics/refinement.h"

#include <catch2/catch.hpp>
#include <map>
#include <vector>

#include "community_oracle.h"
#include "support/test_support.h"

namespace skg::analytics {
namespace {

// Whether `fine` splits communities of `coarse` and joins none.
bool Within(std::span<const Vertex> fine, std::span<const Vertex> coarse) {
  std::map<Vertex, Vertex> community;
  for (size_t v = 0; v < fine.size(); ++v) {
    if (community.emplace(fine[v], coarse[v]).first->second != coarse[v]) {
      return false;
    }
  }
  return true;
}

TEST_CASE("Disconnected communities are split, connected ones are not",
          "[communities]") {
  std::mt19937_64 random = test::Random(50);
  bool met_disconnected = false;
  for (int round = 0; round < 100; ++round) {
    const auto vertices = static_cast<Vertex>(1 + random() % 40);
    const auto view =
        GraphView::FromEdges(
            vertices, test::RandomEdges(vertices, random() % 80, random), true)
            .value();
    const Adjacency both = view.both().value();
    const Partition before = test::RandomPartition(vertices, 5, random);
    met_disconnected |= !test::Connected(both, before);
    const KernelOptions options;
    KernelRun run(view, options);
    std::vector<Vertex> split = before.community;
    const auto parts = SplitDisconnected(run, RowsOf(both, true), split, 0);
    REQUIRE_OK(parts);
    CHECK(test::Connected(both, {split, *parts}));
    CHECK(Within(split, before.community));
    // As few as there are connected parts: splitting again changes nothing.
    std::vector<Vertex> again = split;
    CHECK(SplitDisconnected(run, RowsOf(both, true), again, 0).value() ==
          *parts);
    CHECK(PartitionOf(again) == PartitionOf(split));
    if (test::Connected(both, before)) {
      CHECK(PartitionOf(split) == before);
    }
  }
  CHECK(met_disconnected);
}

TEST_CASE("Parts are connected, within communities, and gain modularity",
          "[communities]") {
  std::mt19937_64 random = test::Random(51);
  size_t merged = 0;
  for (int round = 0; round < 100; ++round) {
    const auto vertices = static_cast<Vertex>(1 + random() % 40);
    const test::SmallGraph graph = test::GraphOf(
        vertices, test::RandomEdges(vertices, random() % 160, random), true);
    const Adjacency both = graph.view.both().value();
    const AnyRows rows = RowsOf(both, true);
    const KernelOptions options;
    KernelRun run(graph.view, options);
    const Array<double> degrees = Degrees(run, rows, 2).value();
    const double all = Sum(degrees.span());
    if (all == 0) continue;
    const Partition communities = test::RandomPartition(vertices, 3, random);
    Refinement refinement(run);
    REQUIRE_OK(refinement.Reserve(vertices));
    SplitMix order(random());
    std::vector<Vertex> part(vertices);
    REQUIRE_OK(refinement.Refine(rows, degrees.span(), communities.community,
                                 1 / all, order, 0, part));
    const Partition parts = PartitionOf(part);
    CHECK(Within(part, communities.community));
    CHECK(test::Connected(both, parts));
    std::vector<Vertex> alone(vertices);
    for (Vertex v = 0; v < vertices; ++v) alone[v] = v;
    CHECK(test::UndirectedModularity(graph.both, part, 1) >=
          test::UndirectedModularity(graph.both, alone, 1) - 1e-12);
    merged += vertices - parts.communities;
    // Who was merged was well connected with its community.
    for (Vertex v = 0; v < vertices; ++v) {
      if (part[v] == v) continue;
      double to_rest = 0, rest = 0;
      for (Vertex u = 0; u < vertices; ++u) {
        if (u == v || communities.community[u] != communities.community[v]) {
          continue;
        }
        to_rest += graph.both[v][u];
        rest += degrees[u];
      }
      CHECK(to_rest >= degrees[v] * rest / all - 1e-12);
    }
  }
  CHECK(merged > 0);
}

}  // namespace
}  // namespace skg::analytics
