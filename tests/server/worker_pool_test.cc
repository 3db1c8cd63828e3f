#include "http/worker_pool.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "support/test_support.h"

namespace skg::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A queue of functions as the pool's work.
class Queue {
 public:
  void* Take() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return ended_ || !work_.empty(); });
    if (work_.empty()) return nullptr;
    auto* taken = new std::function<void()>(std::move(work_.front()));
    work_.pop_front();
    return taken;
  }
  static void Handle(void* taken) {
    auto* work = static_cast<std::function<void()>*>(taken);
    (*work)();
    delete work;
  }
  void Add(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
    filled_.notify_one();
  }
  void End() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    filled_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<std::function<void()>> work_;
  bool ended_ = false;
};

// A pool over a queue; ends both at the end.
class Fixture {
 public:
  Fixture(size_t base, size_t max)
      : pool_(
            base, max, [this] { return queue_.Take(); }, &Queue::Handle) {
    REQUIRE_OK(pool_.Start());
  }
  ~Fixture() {
    queue_.End();
    pool_.Stop();
  }
  Queue& queue() { return queue_; }
  WorkerPool& pool() { return pool_; }

 private:
  Queue queue_;
  WorkerPool pool_;
};

bool WaitFor(const std::function<bool()>& condition) {
  const auto limit = std::chrono::steady_clock::now() + seconds(20);
  while (!condition() && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  return condition();
}

TEST_CASE("everything is handled once") {
  std::atomic<int> handled{0};
  {
    Fixture fixture(2, 8);
    for (int i = 0; i < 10000; ++i) {
      fixture.queue().Add([&handled, i] {
        if (i % 7 == 0) WorkerPool::WillWait();
        ++handled;
      });
    }
    REQUIRE(WaitFor([&] { return handled == 10000; }));
  }
  CHECK(handled == 10000);
}

TEST_CASE("work that waits is stood in for, said or not, up to the limit") {
  const bool says = GENERATE(true, false);
  std::atomic<bool> go{false};
  std::atomic<int> waiting{0};
  std::atomic<bool> other{false};
  Fixture fixture(2, 12);
  for (int i = 0; i < 11; ++i) {
    fixture.queue().Add([&, says] {
      ++waiting;
      if (says) WorkerPool::WillWait();
      while (!go) std::this_thread::sleep_for(milliseconds(1));
    });
  }
  REQUIRE(WaitFor([&] { return waiting == 11; }));
  fixture.queue().Add([&] { other = true; });
  CHECK(WaitFor([&] { return other.load(); }));
  CHECK(fixture.pool().size() <= 12);
  go = true;
}

TEST_CASE("workers that are too many go") {
  Fixture fixture(2, 32);
  std::atomic<int> waiting{0};
  std::atomic<bool> go{false};
  for (int i = 0; i < 20; ++i) {
    fixture.queue().Add([&] {
      ++waiting;
      WorkerPool::WillWait();
      while (!go) std::this_thread::sleep_for(milliseconds(1));
    });
  }
  REQUIRE(WaitFor([&] { return waiting == 20; }));
  CHECK(fixture.pool().size() >= 20);
  go = true;
  CHECK(WaitFor([&] { return fixture.pool().size() <= 2; }));
  // And it still works.
  std::atomic<bool> handled{false};
  fixture.queue().Add([&] { handled = true; });
  CHECK(WaitFor([&] { return handled.load(); }));
}

TEST_CASE("a limit below the base is kept") {
  Fixture fixture(4, 1);
  std::atomic<int> handled{0};
  for (int i = 0; i < 100; ++i) fixture.queue().Add([&] { ++handled; });
  REQUIRE(WaitFor([&] { return handled == 100; }));
  CHECK(fixture.pool().size() == 1);
}

TEST_CASE("outside a pool, to say that one waits does nothing") {
  WorkerPool::WillWait();
  SUCCEED();
}

}  // namespace
}  // namespace skg::server
