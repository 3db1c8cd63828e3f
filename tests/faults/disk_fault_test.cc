// A Store on a disk that runs full, or fails, at its n-th change.
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "base/status.h"
#include "faults/fault_script.h"
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
  absl::StatusOr<std::unique_ptr<Store>> Open(
      const storage::StoreOptions& options = {}) {
    SKG_ASSIGN_OR_RETURN(
        auto kv, storage::OpenRocksDb(
                     directory_ / "data",
                     {.memory_bytes = size_t{8} << 20, .env = disk_.env()}));
    return Store::Open(std::move(kv), options);
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

// The store stops at the first change of the disk that fails, so every later
// step is refused; what it was told before is there after the next open.
bool RunScriptOnDisk(const std::vector<Step>& steps, uint64_t n,
                     DiskFault fault, bool every_later_one) {
  FaultyDisk disk;
  Results results(steps.size());
  disk->FailChange(n, fault, every_later_one);
  if (auto store = disk.Open(ScriptOptions()); store.ok()) {
    for (size_t i = 0; i < steps.size(); ++i) {
      results[i] = steps[i].run(**store);
      (*store)->WaitForMaintenance();
      // Table files, so that compactions of RocksDB's own are under way too.
      (*store)->kv().Flush().IgnoreError();
      INFO(steps[i].name << ": " << *results[i]);
      CHECK((results[i]->ok() || IsStopped(*results[i]) ||
             absl::IsResourceExhausted(*results[i]) ||
             absl::IsNotFound(*results[i])));
    }
  }
  const bool fired = disk->fault_fired();
  disk->FailChange(0, fault, false);
  auto store = disk.Open(ScriptOptions());
  REQUIRE_OK(store);
  CompareWithResults(**store, steps, results);
  for (const Step& step : steps) {
    INFO("again: " << step.name);
    REQUIRE_OK(step.run(**store));
    CHECK(step.seen(**store) == step.whole);
  }
  return fired;
}

TEST_CASE("every kind of change survives a disk whose n-th change fails",
          "[faults]") {
  const auto fault = GENERATE(DiskFault::kNoSpace, DiskFault::kIoError);
  const bool every_later_one = GENERATE(false, true);
  auto random = Random(510);
  uint64_t n = 1;
  for (bool fired = true; fired; n += 1 + n / 3 + random() % (1 + n / 3)) {
    INFO("change " << n << ", every later one: " << every_later_one);
    REQUIRE(n < 20'000);
    fired = RunScriptOnDisk(Script(), n, fault, every_later_one);
  }
  CHECK(n > 100);
}

// RocksDB takes back files that it could not add to its manifest, though that
// may name them.
TEST_CASE("files that join the store survive a disk whose n-th change fails",
          "[faults]") {
  std::vector<Step> steps;
  for (Step& step : Script()) {
    if (step.name == "create main" || step.name == "large transaction")
      steps.push_back(std::move(step));
  }
  REQUIRE(steps.size() == 2);
  auto random = Random(511);
  uint64_t n = 1;
  for (bool fired = true; fired; n += 1 + random() % 3) {
    INFO("change " << n);
    REQUIRE(n < 20'000);
    // Only that one: what follows, and takes back files, succeeds.
    fired = RunScriptOnDisk(steps, n, DiskFault::kIoError, false);
  }
  CHECK(n > 50);
}

}  // namespace
}  // namespace skg::test
