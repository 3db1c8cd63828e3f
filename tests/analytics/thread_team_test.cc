#include "analytics/thread_team.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <vector>

namespace skg::analytics {
namespace {

TEST_CASE("A loop meets every piece once, whatever the number of threads") {
  for (const size_t threads : {size_t{1}, size_t{2}, size_t{3}, size_t{0}}) {
    ThreadTeam team(threads);
    for (const uint64_t count : {0, 1, 7, 64, 1000}) {
      std::vector<std::atomic<int>> met(count);
      std::atomic<bool> aligned = true;
      for (int round = 0; round < 20; ++round) {
        team.For(count, 7, [&](uint64_t begin, uint64_t end, size_t thread) {
          if (begin % 7 != 0 || end <= begin || end - begin > 7 ||
              thread >= team.most()) {
            aligned = false;
          }
          for (uint64_t i = begin; i < end; ++i) ++met[i];
        });
      }
      CHECK(aligned);
      for (const auto& times : met) CHECK(times == 20);
    }
  }
}

TEST_CASE("Run calls once on each thread and the caller is the first") {
  ThreadTeam team(4);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::atomic<int>> calls(team.most());
    team.Run([&](size_t thread) { ++calls[thread]; });
    CHECK(calls[0] == 1);
    for (const auto& times : calls) CHECK(times <= 1);
  }
}

TEST_CASE("Many teams at once stay within what the process may start") {
  std::vector<std::thread> callers;
  std::atomic<uint64_t> sum{0};
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      ThreadTeam team(8);
      for (int round = 0; round < 20; ++round) {
        team.For(100, 1,
                 [&](uint64_t begin, uint64_t, size_t) { sum += begin; });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(sum == 8 * 20 * 4950);
}

}  // namespace
}  // namespace skg::analytics
