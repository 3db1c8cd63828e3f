#include "vector/hnsw_builder.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "support/test_support.h"
#include "vector/vector_support.h"

namespace skg::vector {
namespace {

constexpr size_t kDimension = 24;

FloatSpace SpaceOf(const test::Vectors& vectors) {
  return {vectors.components.data(), kDimension, kDimension, true};
}

bool Same(const OwnedHnswGraph& a, const OwnedHnswGraph& b) {
  const auto equal = [](const auto& x, const auto& y) {
    return std::equal(x.span().begin(), x.span().end(), y.span().begin(),
                      y.span().end());
  };
  return a.entry == b.entry && a.top_level == b.top_level &&
         equal(a.level0, b.level0) && equal(a.upper_at, b.upper_at) &&
         equal(a.upper, b.upper);
}

// Links lead to other rows, to none twice, of the same level; there is nothing
// behind the first place that is free.
void CheckLinks(const OwnedHnswGraph& owned) {
  const HnswGraph graph = owned.view();
  const auto check = [&](uint32_t row, uint32_t level,
                         std::span<const uint32_t> places) {
    const auto end = std::find(places.begin(), places.end(), kNoLink);
    CHECK(std::all_of(end, places.end(),
                      [](uint32_t to) { return to == kNoLink; }));
    const std::set<uint32_t> links(places.begin(), end);
    CHECK(links.size() == static_cast<size_t>(end - places.begin()));
    CHECK(links.count(row) == 0);
    for (const uint32_t to : links) {
      REQUIRE(to < graph.rows);
      if (level > 0) CHECK(graph.upper_at[to] != kNoLink);
    }
  };
  for (uint32_t row = 0; row < graph.rows; ++row) {
    check(row, 0, graph.Level0(row));
    if (graph.upper_at[row] != kNoLink) check(row, 1, graph.Upper(row, 1));
  }
}

size_t Reached(const HnswGraph& graph) {
  std::vector<bool> met(graph.rows);
  std::vector<uint32_t> open = {graph.entry};
  met[graph.entry] = true;
  size_t count = 1;
  while (!open.empty()) {
    const uint32_t row = open.back();
    open.pop_back();
    for (const uint32_t to : graph.Level0(row)) {
      if (to == kNoLink) break;
      if (met[to]) continue;
      met[to] = true;
      ++count;
      open.push_back(to);
    }
  }
  return count;
}

TEST_CASE("A graph has sound links and leads nearly everywhere") {
  std::mt19937_64 random = test::Random();
  for (const uint32_t rows : {1u, 2u, 40u, 4000u}) {
    const test::Vectors vectors =
        test::ClusteredVectors(rows, kDimension, 20, 1, random);
    for (const size_t threads : {1, 2, 4}) {
      const HnswOptions options = {
          .links = 8, .ef_construction = 60, .threads = threads};
      const auto graph = BuildHnsw(SpaceOf(vectors), rows, options, {});
      REQUIRE_OK(graph);
      CheckLinks(*graph);
      CHECK(Reached(graph->view()) >= rows - rows / 100);
      CHECK(HnswBuildBytes(rows, options) >=
            4 * (graph->level0.size() + graph->upper_at.size() +
                 graph->upper.size()));
    }
  }
}

TEST_CASE("One thread and the same seed: the same graph") {
  std::mt19937_64 random = test::Random(1);
  const test::Vectors vectors =
      test::ClusteredVectors(1500, kDimension, 10, 1, random);
  const auto build = [&](uint64_t seed) {
    auto graph =
        BuildHnsw(SpaceOf(vectors), vectors.count(),
                  {.links = 6, .ef_construction = 40, .seed = seed}, {});
    REQUIRE_OK(graph);
    return *std::move(graph);
  };
  const OwnedHnswGraph first = build(7);
  CHECK(Same(first, build(7)));
  CHECK_FALSE(Same(first, build(8)));
}

TEST_CASE("Rows that are all equal make a graph") {
  const test::Vectors vectors{kDimension,
                              std::vector<float>(800 * kDimension, 0.5f)};
  const auto graph =
      BuildHnsw(SpaceOf(vectors), 800, {.ef_construction = 50}, {});
  REQUIRE_OK(graph);
  CheckLinks(*graph);
}

TEST_CASE("A build tells how far it is and can be cancelled") {
  std::mt19937_64 random = test::Random(2);
  const test::Vectors vectors =
      test::ClusteredVectors(3000, kDimension, 10, 1, random);
  for (const size_t threads : {1, 2}) {
    uint64_t last = 0, calls = 0;
    bool all_grow = true;  // told by threads of the build
    BuildHooks hooks;
    hooks.progress = [&](uint64_t done, uint64_t rows) {
      all_grow = all_grow && rows == 3000 && done > last;
      last = done;
      ++calls;
    };
    REQUIRE_OK(BuildHnsw(SpaceOf(vectors), 3000,
                         {.ef_construction = 40, .threads = threads}, hooks));
    CHECK(all_grow);
    CHECK(last == 3000);
    CHECK(calls > 10);

    Cancellation cancellation;
    uint64_t reached = 0;
    hooks.cancellation = &cancellation;
    hooks.progress = [&](uint64_t done, uint64_t) {
      reached = done;
      if (done > 500) cancellation.Cancel();
    };
    const auto cancelled =
        BuildHnsw(SpaceOf(vectors), 3000,
                  {.ef_construction = 40, .threads = threads}, hooks);
    CHECK(cancelled.status().code() == absl::StatusCode::kCancelled);
    CHECK(reached < 1500);
  }
}

}  // namespace
}  // namespace skg::vector
