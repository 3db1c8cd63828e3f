#include "tasks/worker_pool.h"

#include <atomic>
#include <catch2/catch.hpp>

#include "tasks/runner_fixture.h"

namespace skg::tasks::test {
namespace {

TEST_CASE("a worker pool drops what waits when it stops") {
  Gate gate;
  std::atomic<int> ran{0};
  WorkerPool pool(1, 10);
  REQUIRE_OK(pool.Post([&] {
    gate.Pass();
    ++ran;
  }));
  gate.AwaitArrivals(1);
  REQUIRE_OK(pool.Post([&] { ran += 10; }));
  std::thread stopper([&] { pool.Stop(); });
  // Full is not stopped.
  while (!absl::IsUnavailable(pool.Post([] {}))) std::this_thread::yield();
  gate.Open();
  stopper.join();
  CHECK(ran == 1);
  CHECK(pool.Post([] {}).code() == absl::StatusCode::kUnavailable);
}

TEST_CASE("a worker pool has at least one thread and at most as told") {
  Gate gate;
  std::atomic<int> ran{0};
  {
    WorkerPool pool(0, 100);
    for (int i = 0; i < 20; ++i) REQUIRE_OK(pool.Post([&] { ++ran; }));
    REQUIRE_OK(pool.Post([&] { gate.Pass(); }));
    gate.AwaitArrivals(1);
    CHECK(ran == 20);
    gate.Open();
  }
}

}  // namespace
}  // namespace skg::tasks::test
