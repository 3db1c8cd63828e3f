#include "vector/embed/circuit_breaker.h"

#include <catch2/catch.hpp>

#include "support/test_support.h"

using skg::vector::CircuitBreaker;

namespace {
const absl::Time kStart = absl::FromUnixSeconds(1'000'000);
}

TEST_CASE("failures in a row open it, one success between them does not",
          "[embedders]") {
  CircuitBreaker breaker(3, absl::Seconds(30));
  for (int i = 0; i < 2; ++i) {
    REQUIRE_OK(breaker.Enter(kStart));
    breaker.Failed(kStart);
  }
  REQUIRE_OK(breaker.Enter(kStart));
  breaker.Succeeded();
  for (int i = 0; i < 3; ++i) {
    REQUIRE_OK(breaker.Enter(kStart));
    breaker.Failed(kStart);
  }
  const absl::Status refused = breaker.Enter(kStart + absl::Seconds(10));
  CHECK(absl::IsUnavailable(refused));
  CHECK_THAT(std::string(refused.message()), Catch::Contains("20s"));
}

TEST_CASE("after the pause one attempt decides", "[embedders]") {
  CircuitBreaker breaker(1, absl::Seconds(30));
  REQUIRE_OK(breaker.Enter(kStart));
  breaker.Failed(kStart);
  const absl::Time later = kStart + absl::Seconds(30);
  REQUIRE_OK(breaker.Enter(later));
  CHECK(absl::IsUnavailable(breaker.Enter(later)));  // somebody tries
  breaker.Failed(later);
  CHECK(absl::IsUnavailable(breaker.Enter(later + absl::Seconds(29))));
  REQUIRE_OK(breaker.Enter(later + absl::Seconds(30)));
  breaker.Succeeded();
  REQUIRE_OK(breaker.Enter(later + absl::Seconds(30)));
  REQUIRE_OK(breaker.Enter(later + absl::Seconds(30)));
}
