#include "vector/exact_search.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "support/test_support.h"
#include "vector/vector_support.h"

namespace skg::vector {
namespace {

FloatRows RowsOf(const test::Vectors& vectors) {
  return {vectors.components.data(), vectors.count(), vectors.dimension,
          vectors.dimension};
}

TEST_CASE("Exact search gives what a sort of all rows gives") {
  std::mt19937_64 random = test::Random();
  for (const VectorMetric metric :
       {VectorMetric::kCosine, VectorMetric::kInnerProduct,
        VectorMetric::kL2}) {
    for (const uint32_t count : {1u, 5u, 64u, 65u, 3000u}) {
      const test::Vectors vectors = test::Accepted(
          test::ClusteredVectors(count, 19, 5, 1, random), metric);
      const test::Vectors query =
          test::Accepted(test::ClusteredVectors(1, 19, 5, 1, random), metric);
      std::set<uint32_t> some;
      std::vector<uint64_t> words((count + 63) / 64);
      for (uint32_t row = 0; row < count; ++row) {
        if (random() % 3 != 0) continue;
        some.insert(row);
        words[row / 64] |= uint64_t{1} << (row % 64);
      }
      words.back() |= count % 64 == 0 ? 0 : ~uint64_t{0} << (count % 64);
      const AllowedRows allowed = {words, some.size()};
      for (const size_t k : {0, 1, 10, 100, 2500, 100000}) {
        for (const bool filtered : {false, true}) {
          const auto wanted = test::NaiveSearch(vectors, metric, query.row(0),
                                                filtered ? &some : nullptr);
          const auto hits =
              ExactSearch(RowsOf(vectors), metric, query.row(0).data(), k,
                          filtered ? &allowed : nullptr, nullptr);
          REQUIRE_OK(hits);
          REQUIRE(hits->size() == std::min(k, wanted.size()));
          for (size_t i = 0; i < hits->size(); ++i) {
            CHECK((*hits)[i].score == Approx(wanted[i].score).margin(1e-5));
            if (filtered) CHECK(some.count((*hits)[i].row) == 1);
          }
          CHECK(std::is_sorted(hits->begin(), hits->end()));
        }
      }
    }
  }
}

TEST_CASE("Equal scores are in the order of the rows") {
  test::Vectors vectors{2, {}};
  for (int i = 0; i < 500; ++i) {
    vectors.components.insert(vectors.components.end(), {1.0f, 0.0f});
  }
  const float query[] = {1, 0};
  for (const size_t k : {7, 400}) {
    const auto hits = ExactSearch(RowsOf(vectors), VectorMetric::kL2, query, k,
                                  nullptr, nullptr);
    REQUIRE_OK(hits);
    REQUIRE(hits->size() == k);
    for (uint32_t i = 0; i < k; ++i) CHECK((*hits)[i] == Hit{i, 1.0f});
  }
}

TEST_CASE("A short bitmap allows nothing behind its end") {
  const test::Vectors vectors{1, std::vector<float>(200, 1.0f)};
  const std::vector<uint64_t> words = {uint64_t{1} << 63};
  const AllowedRows allowed = {words, 1};
  const float query[] = {1};
  const auto hits = ExactSearch(RowsOf(vectors), VectorMetric::kInnerProduct,
                                query, 10, &allowed, nullptr);
  REQUIRE_OK(hits);
  CHECK(*hits == std::vector<Hit>{{63, 1.0f}});
  CHECK(allowed.Has(63));
  CHECK_FALSE(allowed.Has(62));
  CHECK_FALSE(allowed.Has(64));
}

TEST_CASE("A cancelled exact search ends") {
  const test::Vectors vectors{1, std::vector<float>(100000, 1.0f)};
  Cancellation cancellation;
  cancellation.Cancel();
  const float query[] = {1};
  const auto hits = ExactSearch(RowsOf(vectors), VectorMetric::kInnerProduct,
                                query, 10, nullptr, &cancellation);
  CHECK(hits.status().code() == absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace skg::vector
