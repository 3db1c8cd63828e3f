#include "vector/vector_values.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "support/test_support.h"

namespace skg::vector {
namespace {

TEST_CASE("The cosine keeps directions, the others keep vectors") {
  const std::vector<float> v = {3, 0, -4};
  const auto unit = AcceptVector(v, 3, VectorMetric::kCosine);
  REQUIRE_OK(unit);
  CHECK(*unit == std::vector<float>{0.6f, 0, -0.8f});
  for (const VectorMetric metric :
       {VectorMetric::kInnerProduct, VectorMetric::kL2}) {
    const auto same = AcceptVector(v, 3, metric);
    REQUIRE_OK(same);
    CHECK(*same == v);
  }
  // Lengths whose square is no float.
  const auto tiny =
      AcceptVector(std::vector<float>{1e-30f, 0}, 2, VectorMetric::kCosine);
  REQUIRE_OK(tiny);
  CHECK(*tiny == std::vector<float>{1, 0});
}

TEST_CASE("A vector that no index can keep is refused with the reason") {
  struct Case {
    std::string name;
    std::vector<float> vector;
    std::string says;
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const Case cases[] = {
      {"too short", {1, 2}, "has 2 components; the index wants 3"},
      {"empty", {}, "has 0 components"},
      {"too long", {1, 2, 3, 4}, "has 4 components"},
      {"not a number", {1, nan, 3}, "component 1"},
      {"infinite", {1, 2, -infinity}, "component 2"},
      {"too large", {3e17f, 2, 1}, "component 0"},
      {"zero", {0, -0.0f, 0}, "no direction"},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    const auto result = AcceptVector(c.vector, 3, VectorMetric::kCosine);
    REQUIRE(result.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(result.status().ToString(), Catch::Contains(c.says));
  }
  REQUIRE_OK(AcceptVector(cases[6].vector, 3, VectorMetric::kL2));
}

TEST_CASE("Options out of range are refused by name") {
  REQUIRE_OK(CheckOptions({}));
  struct Case {
    VectorIndexOptions options;
    std::string says;
  };
  const Case cases[] = {
      {{.dimension = 0}, "dimension is 0"},
      {{.dimension = 4097}, "dimension is 4097"},
      {{.links = 3}, "links is 3"},
      {{.links = 129}, "links is 129"},
      {{.links = 32, .ef_construction = 31}, "ef_construction is 31"},
      {{.ef_construction = 4097}, "ef_construction is 4097"},
      {{.ef_search = 0}, "ef_search is 0"},
      {{.metric = static_cast<VectorMetric>(9)}, "metric"},
      {{.kind = static_cast<VectorIndexKind>(9)}, "kind"},
  };
  for (const Case& c : cases) {
    const absl::Status status = CheckOptions(c.options);
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(status.ToString(), Catch::Contains(c.says));
  }
}

TEST_CASE("A score is more where it is nearer") {
  CHECK(ScoreOf(VectorMetric::kCosine, -0.5f) == 0.5f);
  CHECK(ScoreOf(VectorMetric::kInnerProduct, -7) == 7);
  CHECK(ScoreOf(VectorMetric::kL2, 0) == 1);
  CHECK(ScoreOf(VectorMetric::kL2, 3) == 0.25f);
}

}  // namespace
}  // namespace skg::vector
