#include "vector/segment_search.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <set>
#include <vector>

#include "support/test_support.h"
#include "vector/hnsw_builder.h"
#include "vector/vector_support.h"

namespace skg::vector {
namespace {

constexpr size_t kDimension = 24;
constexpr uint32_t kCount = 5000;
constexpr uint32_t kClusters = 50;

struct Searched {
  test::Vectors vectors;
  test::Vectors queries;
  OwnedHnswGraph graph;

  [[nodiscard]] FloatSpace space() const {
    return {vectors.components.data(), kDimension, kDimension, true};
  }
};

Searched Make(std::mt19937_64& random) {
  Searched made;
  made.vectors =
      test::ClusteredVectors(kCount, kDimension, kClusters, 1, random);
  made.queries = test::ClusteredVectors(50, kDimension, kClusters, 1, random);
  auto graph =
      BuildHnsw(made.space(), kCount, {.links = 12, .ef_construction = 80}, {});
  REQUIRE_OK(graph);
  made.graph = *std::move(graph);
  return made;
}

std::vector<uint64_t> Words(const std::set<uint32_t>& rows) {
  std::vector<uint64_t> words((kCount + 63) / 64);
  for (const uint32_t row : rows) words[row / 64] |= uint64_t{1} << (row % 64);
  return words;
}

std::set<uint32_t> Some(const std::function<bool(uint32_t row)>& allows) {
  std::set<uint32_t> rows;
  for (uint32_t row = 0; row < kCount; ++row) {
    if (allows(row)) rows.insert(row);
  }
  return rows;
}

double Found(std::span<const Candidate> candidates,
             const std::vector<Hit>& wanted, size_t k) {
  size_t found = 0;
  for (size_t i = 0; i < k; ++i) {
    found += std::count_if(candidates.begin(), candidates.end(),
                           [&](Candidate candidate) {
                             return candidate.row() == wanted[i].row;
                           }) != 0
                 ? 1
                 : 0;
  }
  return static_cast<double>(found) / static_cast<double>(k);
}

TEST_CASE("A search over allowed rows alone finds their nearest") {
  std::mt19937_64 random = test::Random();
  const Searched made = Make(random);
  const FloatSpace space = made.space();
  SearchScratch scratch(kCount);
  for (const uint32_t percent : {5, 10, 20, 50}) {
    INFO(percent << " %");
    const std::set<uint32_t> rows =
        Some([&](uint32_t) { return random() % 100 < percent; });
    const std::vector<uint64_t> words = Words(rows);
    const AllowedRows allowed = {words, rows.size()};
    double recall = 0;
    for (uint32_t q = 0; q < made.queries.count(); ++q) {
      const FloatSpace::Query query = {made.queries.row(q).data()};
      SearchLevel0(made.graph.view(), space, query, made.graph.entry, 80,
                   scratch);
      const std::vector<Candidate> seeds(scratch.pool.candidates().begin(),
                                         scratch.pool.candidates().end());
      SearchAllowed(made.graph.view(), space, query, 50, allowed, seeds,
                    scratch);
      std::set<uint32_t> met;
      for (const Candidate candidate : scratch.pool.candidates()) {
        CHECK(rows.count(candidate.row()) == 1);
        CHECK(met.insert(candidate.row()).second);
      }
      recall += Found(scratch.pool.candidates(),
                      test::NaiveSearch(made.vectors, VectorMetric::kL2,
                                        made.queries.row(q), &rows),
                      10);
    }
    CHECK(recall / made.queries.count() >= 0.95);
  }
}

TEST_CASE("Whatever the filter and its cost, the nearest allowed are found") {
  std::mt19937_64 random = test::Random(1);
  const Searched made = Make(random);
  const FloatSpace space = made.space();
  SearchScratch scratch(kCount);
  struct Filter {
    const char* name;
    std::set<uint32_t> rows;
  };
  const Filter filters[] = {
      {"a tenth", Some([&](uint32_t) { return random() % 10 == 0; })},
      {"a quarter", Some([&](uint32_t) { return random() % 4 == 0; })},
      {"half", Some([&](uint32_t) { return random() % 2 == 0; })},
      {"one cluster in ten",
       Some([](uint32_t row) { return row % kClusters < kClusters / 10; })},
      {"half of the clusters",
       Some([](uint32_t row) { return row % kClusters < kClusters / 2; })},
      {"the even rows of one cluster in five", Some([](uint32_t row) {
         return row % 2 == 0 && row % kClusters < kClusters / 5;
       })},
  };
  for (const Filter& filter : filters) {
    const std::vector<uint64_t> words = Words(filter.rows);
    // The count says what a way costs: with larger ones the graph is tried for
    // longer.
    for (const size_t times : {1, 10, 1000}) {
      const AllowedRows allowed = {words, filter.rows.size() * times};
      double recall = 0;
      for (uint32_t q = 0; q < made.queries.count(); ++q) {
        std::vector<Candidate> found;
        REQUIRE_OK(SearchGraph(
            made.graph.view(), space, {made.queries.row(q).data()},
            {.k = 10, .ef = 60, .allowed = &allowed}, scratch, found));
        REQUIRE(found.size() >= 10);
        CHECK(std::is_sorted(found.begin(), found.end()));
        for (const Candidate candidate : found) {
          CHECK(filter.rows.count(candidate.row()) == 1);
        }
        recall += Found(found,
                        test::NaiveSearch(made.vectors, VectorMetric::kL2,
                                          made.queries.row(q), &filter.rows),
                        10);
      }
      INFO(filter.name << ", count times " << times);
      if (times == 1) CHECK(recall / made.queries.count() >= 0.95);
    }
  }
}

}  // namespace
}  // namespace skg::vector
