#include "faults/power_loss_rounds.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "faults/store_workload.h"
#include "storage/rocksdb_kv.h"
#include "storage/store.h"
#include "support/power_loss_env.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

using storage::Store;

constexpr int kWritersPerGraph = 3;
// A disk's history is this long; then the next begins with an empty one.
constexpr int kLossesPerDisk = 5;

// What was told of settings and of graphs that come and go.
struct CatalogFacts {
  uint64_t setting = 0;                        // the last acknowledged value
  std::optional<bool> visitor_exists = false;  // unset: a change was under way
};

class DiskHistory {
 public:
  explicit DiskHistory(uint64_t seed)
      : random_(seed),
        disk_(MakeScratch(), random_()),
        path_(directory_ / "data") {}

  void LosePowerOnce(int round) {
    // From the first change of an opening to a few thousand commits.
    const uint64_t cut = 1 + random_() % (uint64_t{1} << (1 + random_() % 13));
    INFO("power cut at change " << cut);
    disk_.SetSyncTime(
        std::chrono::microseconds(random_() % 4 == 0 ? 2000 : 50));
    disk_.FailChange(cut, DiskFault::kIoError, true);
    if (auto store = Open(); store.ok()) Write(**store, round);
    REQUIRE(disk_.fault_fired());
    disk_.CutPower();
    REQUIRE_OK(disk_.Restore());
    disk_.FailChange(0, DiskFault::kIoError, false);
    Check();
  }

 private:
  std::filesystem::path MakeScratch() {
    std::filesystem::create_directory(directory_ / "scratch");
    return directory_ / "scratch";
  }
  absl::StatusOr<std::unique_ptr<Store>> Open() {
    SKG_ASSIGN_OR_RETURN(
        auto kv, storage::OpenRocksDb(path_, {.memory_bytes = size_t{8} << 20,
                                              .env = disk_.env()}));
    // Small enough that folds and merges are under way when power goes.
    return Store::Open(std::move(kv), {.fold_rows = 60});
  }

  // Until the disk fails.
  void Write(Store& store, int round) {
    const std::atomic<bool> never{false};
    std::vector<std::thread> threads;
    std::vector<storage::GraphStore> graphs;
    const Store::CreateOptions create;
    for (int habit = 0; habit < kHabits; ++habit) {
      auto graph = store.OpenGraph(
          "faults", GraphName(static_cast<GraphHabit>(habit)), &create);
      if (!graph.ok()) return;
      graphs.push_back(*graph);
    }
    for (int habit = 0; habit < kHabits; ++habit) {
      for (int w = 0; w < kWritersPerGraph; ++w) {
        threads.emplace_back(
            [&, habit, seed = random_(),
             writer = absl::StrCat("round", round, "writer", w)] {
              const auto h = static_cast<size_t>(habit);
              WriteUntilFailure(graphs[h], static_cast<GraphHabit>(habit),
                                writer, seed, never, told_[h])
                  .IgnoreError();
            });
      }
    }
    threads.emplace_back([&, seed = random_()] { ChangeCatalog(store, seed); });
    for (std::thread& thread : threads) thread.join();
  }

  // Settings, graphs that come and go, flushes.
  void ChangeCatalog(Store& store, uint64_t seed) {
    std::mt19937_64 random(seed);
    for (;;) {
      switch (random() % 4) {
        case 0:
          if (!store.PutSetting("setting", std::to_string(catalog_.setting + 1))
                   .ok())
            return;
          ++catalog_.setting;
          break;
        case 1: {
          const bool exists =
              *std::exchange(catalog_.visitor_exists, std::nullopt);
          const Store::CreateOptions create;
          const bool changed =
              exists ? store.DropGraph("faults", "visitor").ok()
                     : store.OpenGraph("faults", "visitor", &create).ok();
          if (!changed) return;
          catalog_.visitor_exists = !exists;
          break;
        }
        case 2:
          if (random() % 8 == 0 && !store.kv().Flush().ok()) return;
          break;
        default:
          if (!store.Sync().ok()) return;
      }
    }
  }

  void Check() {
    auto store = Open();
    REQUIRE_OK(store);
    for (int habit = 0; habit < kHabits; ++habit) {
      CheckPrefix(**store, static_cast<GraphHabit>(habit), false,
                  told_[static_cast<size_t>(habit)]);
    }
    const auto setting = (*store)->GetSetting("setting");
    const uint64_t value = setting.ok() ? std::stoull(*setting) : 0;
    CHECK((value == catalog_.setting || value == catalog_.setting + 1));
    catalog_.setting = value;
    const bool visitor = (*store)->OpenGraph("faults", "visitor", nullptr).ok();
    if (catalog_.visitor_exists.has_value())
      CHECK(visitor == *catalog_.visitor_exists);
    catalog_.visitor_exists = visitor;
    CheckClean(**store);
  }

  std::mt19937_64 random_;
  TemporaryDirectory directory_;
  PowerLossEnv disk_;
  const std::string path_;
  Acknowledgements told_[kHabits];
  CatalogFacts catalog_;
};

}  // namespace

void RunPowerLossRounds(int first, int rounds) {
  std::unique_ptr<DiskHistory> history;
  for (int round = first; round < first + rounds; ++round) {
    INFO("round " << round);
    if (round % kLossesPerDisk == 0) {
      auto random = Random(400 + static_cast<uint64_t>(round));
      history = std::make_unique<DiskHistory>(random());
    }
    history->LosePowerOnce(round);
  }
}

}  // namespace skg::test
