#include "query/plan/statistics_cache.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstdint>

namespace skg::query::plan {
namespace {

TEST_CASE("numbers of rows hold for their commit", "[query][plan]") {
  StatisticsCache cache;
  const StatisticsCache::Key key = {0, 0, 0, 7, 0}, other = {0, 0, 0, 8, 0};
  CHECK(!cache.Rows(key, 3));
  cache.SetRows(key, 3, 41);
  CHECK(cache.Rows(key, 3) == 41);
  CHECK(!cache.Rows(key, 4));
  CHECK(!cache.Rows(other, 3));
  cache.SetRows(key, 4, 42);
  CHECK(cache.Rows(key, 4) == 42);
  CHECK(!cache.Rows(key, 3));
}

TEST_CASE("numbers of values hold while there are about as many rows",
          "[query][plan]") {
  StatisticsCache cache;
  const StatisticsCache::Key key = {0, 0, 0, 7, 0};
  cache.SetRows(key, 3, 1000);
  CHECK(!cache.Distinct(key, 1000));
  const std::array<double, 3> distinct = {10, 1, 500};
  cache.SetDistinct(key, 1000, distinct);
  CHECK(cache.Distinct(key, 1000) == distinct);
  CHECK(cache.Distinct(key, 1050) == distinct);
  CHECK(!cache.Distinct(key, 1200));
  CHECK(!cache.Distinct(key, 800));
  // Beside each other.
  CHECK(cache.Rows(key, 3) == 1000);
}

TEST_CASE("a cache of statistics stays small", "[query][plan]") {
  StatisticsCache cache;
  constexpr uint64_t kLast = 2 * StatisticsCache::kMostEntries;
  for (uint64_t i = 0; i <= kLast; ++i) cache.SetRows({0, 0, i, 0, 0}, 1, 5);
  size_t kept = 0;
  for (uint64_t i = 0; i <= kLast; ++i) {
    if (cache.Rows({0, 0, i, 0, 0}, 1)) ++kept;
  }
  CHECK(kept <= StatisticsCache::kMostEntries);
  CHECK(cache.Rows({0, 0, kLast, 0, 0}, 1) == 5);
}

}  // namespace
}  // namespace skg::query::plan
