#include "auth/rate_limiter.h"

#include <catch2/catch.hpp>
#include <string>

namespace skg::server {
namespace {

constexpr absl::Duration kBackoff = absl::Seconds(60);
const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

TEST_CASE("fixed window: the limit passes, the next waits for the window") {
  RateLimiter limiter(RateLimitAlgorithm::kFixedWindow, 20, kBackoff);
  for (uint32_t i = 0; i < 100; ++i) {
    const RateDecision decision =
        limiter.Take("a", 100, kStart + absl::Milliseconds(i));
    REQUIRE(decision.allowed);
    CHECK(decision.limit == 100);
    CHECK(decision.remaining == 99 - i);
    CHECK(decision.reset == kStart + absl::Minutes(1));
  }
  const RateDecision refused =
      limiter.Take("a", 100, kStart + absl::Seconds(45));
  CHECK_FALSE(refused.allowed);
  CHECK(refused.remaining == 0);
  CHECK(refused.retry_after == absl::Seconds(15));
  // Others are not touched, and the next window begins anew.
  CHECK(limiter.Take("b", 100, kStart + absl::Seconds(45)).allowed);
  const RateDecision next = limiter.Take("a", 100, kStart + absl::Seconds(60));
  CHECK(next.allowed);
  CHECK(next.remaining == 99);
}

TEST_CASE("fixed window: refused requests do not prolong the wait") {
  RateLimiter limiter(RateLimitAlgorithm::kFixedWindow, 20, kBackoff);
  REQUIRE(limiter.Take("a", 1, kStart).allowed);
  for (int second = 1; second < 60; ++second) {
    CHECK_FALSE(limiter.Take("a", 1, kStart + absl::Seconds(second)).allowed);
  }
  CHECK(limiter.Take("a", 1, kStart + absl::Seconds(60)).allowed);
}

TEST_CASE("fixed window: a clock set back does not lock anyone out") {
  RateLimiter limiter(RateLimitAlgorithm::kFixedWindow, 20, kBackoff);
  REQUIRE(limiter.Take("a", 1, kStart).allowed);
  CHECK(limiter.Take("a", 1, kStart - absl::Hours(1)).allowed);
}

TEST_CASE("token bucket: the burst at once, then a steady refill") {
  RateLimiter limiter(RateLimitAlgorithm::kTokenBucket, 5, kBackoff);
  for (int i = 0; i < 5; ++i) CHECK(limiter.Take("a", 60, kStart).allowed);
  const RateDecision refused = limiter.Take("a", 60, kStart);
  CHECK_FALSE(refused.allowed);
  CHECK(refused.retry_after == absl::Seconds(1));
  CHECK(limiter.Take("a", 60, kStart + absl::Seconds(1)).allowed);
  CHECK_FALSE(limiter.Take("a", 60, kStart + absl::Seconds(1)).allowed);
  // It never holds more than the burst.
  for (int i = 0; i < 5; ++i) {
    CHECK(limiter.Take("a", 60, kStart + absl::Hours(1)).allowed);
  }
  CHECK_FALSE(limiter.Take("a", 60, kStart + absl::Hours(1)).allowed);
}

TEST_CASE("a limit of nought is no limit") {
  RateLimiter limiter(RateLimitAlgorithm::kFixedWindow, 1, kBackoff);
  for (int i = 0; i < 1000; ++i) {
    const RateDecision decision = limiter.Take("a", 0, kStart);
    REQUIRE(decision.allowed);
    REQUIRE(decision.limit == 0);
  }
  CHECK(limiter.clients() == 0);
}

TEST_CASE("memory is bounded however many clients come") {
  RateLimiter limiter(RateLimitAlgorithm::kFixedWindow, 20, kBackoff);
  for (size_t i = 0; i < 3 * RateLimiter::kMaxClients; ++i) {
    (void)limiter.Take(std::to_string(i), 5, kStart);
  }
  CHECK(limiter.clients() <= RateLimiter::kMaxClients);
  // Once their windows are over, they make room for others.
  for (size_t i = 0; i < RateLimiter::kMaxClients; ++i) {
    (void)limiter.Take("late" + std::to_string(i), 5,
                       kStart + absl::Minutes(2));
  }
  CHECK(limiter.clients() <= RateLimiter::kMaxClients);
}

}  // namespace
}  // namespace skg::server
