#include "base/memory_budget.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "base/memory_status.h"

namespace skg {
namespace {

using Uses = std::vector<std::pair<std::string, size_t>>;

TEST_CASE("a budget gives what is free and gets it back") {
  MemoryBudget budget(1000);
  CHECK(budget.limit_bytes() == 1000);
  {
    auto cache = budget.Reserve("cache", 600);
    REQUIRE(cache.ok());
    auto sort = budget.Reserve("sort", 300);
    REQUIRE(sort.ok());
    auto another = budget.Reserve("sort", 100);
    REQUIRE(another.ok());
    CHECK(budget.free_bytes() == 0);
    CHECK(budget.Uses() == Uses{{"cache", 600}, {"sort", 400}});
    const absl::Status refused = budget.Reserve("load", 1).status();
    CHECK(absl::IsResourceExhausted(refused));
    CHECK(IsOutOfMemoryBudget(refused));
    for (const char* part : {"load", "1 bytes", "0 of the budget of 1000"})
      CHECK(std::string(refused.message()).find(part) != std::string::npos);
    const MemoryReservation moved = *std::move(sort);
    CHECK(moved.bytes() == 300);
    CHECK(budget.free_bytes() == 0);
  }
  CHECK(budget.free_bytes() == 1000);
  CHECK(budget.Uses().empty());
  CHECK(!IsOutOfMemoryBudget(absl::ResourceExhaustedError("disk full")));
  CHECK(!IsOutOfMemoryBudget(absl::OkStatus()));
  CHECK(budget.Reserve("all", 1000).ok());
  CHECK(!budget.Reserve("more", 1001).ok());
}

TEST_CASE("a reservation grows and shrinks") {
  MemoryBudget budget(100);
  auto reservation = budget.Reserve("x", 10);
  REQUIRE(reservation.ok());
  CHECK(reservation->Resize(100).ok());
  CHECK(budget.free_bytes() == 0);
  CHECK(absl::IsResourceExhausted(reservation->Resize(101)));
  CHECK(reservation->bytes() == 100);
  CHECK(reservation->Resize(1).ok());
  CHECK(budget.free_bytes() == 99);
  *reservation = MemoryReservation();
  CHECK(budget.free_bytes() == 100);
  CHECK(!MemoryReservation().Resize(1).ok());
}

TEST_CASE("a reservation may give all back before its end") {
  MemoryBudget budget(100);
  {
    auto reservation = budget.Reserve("use", 40);
    REQUIRE(reservation.ok());
    CHECK(reservation->Resize(0).ok());
    CHECK(budget.Uses().empty());
    CHECK(reservation->Resize(0).ok());
  }
  CHECK(budget.free_bytes() == 100);
}

TEST_CASE("a share is half of what is free, within its bounds") {
  MemoryBudget budget(1000);
  auto first = budget.ReserveShare("a", 10'000, 1);
  REQUIRE(first.ok());
  CHECK(first->bytes() == 500);
  auto second = budget.ReserveShare("b", 100, 1);
  REQUIRE(second.ok());
  CHECK(second->bytes() == 100);
  auto third = budget.ReserveShare("c", 10'000, 300);
  REQUIRE(third.ok());
  CHECK(third->bytes() == 300);
  CHECK(absl::IsResourceExhausted(
      budget.ReserveShare("d", 10'000, 101).status()));
}

TEST_CASE("what is kept for later is asked back before anybody is refused") {
  MemoryBudget budget(100);
  std::vector<MemoryReservation> kept;
  int asked = 0;
  budget.SetReclaim([&] {
    ++asked;
    kept.clear();
  });
  const auto keep = [&] { kept.push_back(budget.Reserve("kept", 60).value()); };
  keep();
  CHECK(budget.Reserve("call", 40).ok());
  CHECK(asked == 0);
  auto more = budget.Reserve("call", 50);
  REQUIRE(more.ok());
  CHECK(asked == 1);
  CHECK(budget.free_bytes() == 50);
  CHECK_FALSE(budget.Reserve("call", 51).ok());
  CHECK(asked == 2);
  *more = MemoryReservation();
  keep();
  CHECK(budget.ReserveShare("share", 100, 41).ok());
  CHECK(asked == 3);
  MemoryBudget part(100, &budget, "part");
  keep();
  CHECK(part.Reserve("call", 90).ok());
  CHECK(asked == 4);
}

TEST_CASE("a cache lends what calls lack, and is the first to get it back") {
  MemoryBudget budget(1000);
  size_t lent = 0;
  const auto cache = budget.Reserve("cache", 600);
  REQUIRE(cache.ok());
  budget.SetLender("cache", 320, [&](size_t bytes) { lent = bytes; });
  {
    auto first = budget.Reserve("call", 400);
    REQUIRE(first.ok());
    CHECK(lent == 0);
    auto second = budget.Reserve("call", 1);
    REQUIRE(second.ok());
    CHECK(lent == 20);  // by steps
    CHECK(budget.free_bytes() == 19);
    CHECK(budget.Uses() == Uses{{"cache", 580}, {"call", 401}});
    const absl::Status refused = budget.Reserve("call", 320).status();
    CHECK(IsOutOfMemoryBudget(refused));
    CHECK(lent == 20);
    REQUIRE(second->Resize(320).ok());
    CHECK(lent == 320);
    CHECK_FALSE(budget.Reserve("call", 1).ok());
    REQUIRE(first->Resize(381).ok());  // less than a step comes back
    CHECK(lent == 320);
    REQUIRE(first->Resize(380).ok());
    CHECK(lent == 300);
    CHECK(budget.free_bytes() == 0);
    CHECK(budget.ReserveShare("share", 100, 10).ok());
    CHECK(lent == 300);
  }
  CHECK(lent == 0);
  CHECK(budget.Uses() == Uses{{"cache", 600}});
  CHECK(budget.free_bytes() == 400);
}

TEST_CASE("threads never take more than there is") {
  MemoryBudget budget(50);
  std::atomic<int> held = 0, most = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) {
        const auto reservation = budget.Reserve("x", 20);
        if (!reservation.ok()) continue;
        const int now = ++held;
        for (int seen = most;
             now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        --held;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(most <= 2);
  CHECK(budget.free_bytes() == 50);
}

}  // namespace
}  // namespace skg
