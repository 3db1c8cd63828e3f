#include "vector/visited_set.h"

#include <catch2/catch.hpp>
#include <set>

#include "support/test_support.h"

namespace skg::vector {
namespace {

TEST_CASE("A row is new once, until all is cleared") {
  std::mt19937_64 random = test::Random();
  for (const size_t rows : {size_t{1}, size_t{64}, size_t{65}, size_t{1000}}) {
    VisitedSet visited(rows);
    for (int round = 0; round < 5; ++round) {
      std::set<uint32_t> model;
      for (size_t i = 0; i < 2 * rows; ++i) {
        const auto row = static_cast<uint32_t>(random() % rows);
        CHECK(visited.Insert(row) == model.insert(row).second);
      }
      visited.Clear();
    }
  }
}

}  // namespace
}  // namespace skg::vector
