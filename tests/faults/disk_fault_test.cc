// A Store on a disk that runs full, or fails, at its n-th change.
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "base/status.h"
#include "faults/store_workload.h"
#include "storage/rocksdb_kv.h"
#include "storage/store.h"
#include "support/power_loss_env.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

using storage::Store;

class FaultyDisk {
 public:
  FaultyDisk() : disk_(MakeScratch(), Seed()) {}
  PowerLossEnv* operator->() { return &disk_; }
  absl::StatusOr<std::unique_ptr<Store>> Open() {
    SKG_ASSIGN_OR_RETURN(
        auto kv, storage::OpenRocksDb(
                     directory_ / "data",
                     {.memory_bytes = size_t{8} << 20, .env = disk_.env()}));
    return Store::Open(std::move(kv), {});
  }

 private:
  std::filesystem::path MakeScratch() {
    std::filesystem::create_directory(directory_ / "scratch");
    return directory_ / "scratch";
  }

  TemporaryDirectory directory_;
  PowerLossEnv disk_;
};

bool IsStopped(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable;
}

TEST_CASE("writers on a disk that runs full lose nothing acknowledged",
          "[faults]") {
  const auto fault = GENERATE(DiskFault::kNoSpace, DiskFault::kIoError);
  auto random = Random(500);
  for (int round = 0; round < 8; ++round) {
    FaultyDisk disk;
    Acknowledgements told[kHabits];
    // The change that fails comes after some commits, then earlier each time.
    const uint64_t n = 1 + random() % (uint64_t{2000} >> round);
    INFO("round " << round << ", change " << n);
    {
      auto store = disk.Open();
      REQUIRE_OK(store);
      std::vector<storage::GraphStore> graphs;
      const Store::CreateOptions create;
      for (int habit = 0; habit < kHabits; ++habit) {
        auto graph = (*store)->OpenGraph(
            "faults", GraphName(static_cast<GraphHabit>(habit)), &create);
        REQUIRE_OK(graph);
        graphs.push_back(*graph);
      }
      disk->FailChange(n, fault, true);
      const std::atomic<bool> never{false};
      std::vector<std::thread> threads;
      std::vector<absl::Status> ends(kHabits);
      for (size_t habit = 0; habit < kHabits; ++habit) {
        threads.emplace_back([&, habit, seed = random()] {
          ends[habit] =
              WriteUntilFailure(graphs[habit], static_cast<GraphHabit>(habit),
                                "writer", seed, never, told[habit]);
        });
      }
      for (std::thread& thread : threads) thread.join();
      for (const absl::Status& end : ends) {
        INFO(end);
        const bool expected =
            fault == DiskFault::kNoSpace
                ? absl::IsResourceExhausted(end) || IsStopped(end)
                : IsStopped(end);
        CHECK(expected);
      }
      // Space comes back, the store does not: it has to be reopened.
      disk->FailChange(0, fault, false);
      CHECK(IsStopped((*store)->PutSetting("name", "value")));
      CHECK(IsStopped((*store)->Sync()));
      for (auto& graph : graphs) REQUIRE_OK(graph.Latest());  // reading goes on
    }
    auto store = disk.Open();
    REQUIRE_OK(store);
    for (size_t habit = 0; habit < kHabits; ++habit) {
      CheckPrefix(**store, static_cast<GraphHabit>(habit), true, told[habit]);
    }
    CheckClean(**store);
    REQUIRE_OK((*store)->PutSetting("name", "value"));
  }
}

}  // namespace
}  // namespace skg::test
