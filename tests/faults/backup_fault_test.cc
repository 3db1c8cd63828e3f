// Backups and restores over a store, or a disk, whose n-th operation fails:
// what is there afterwards is whole, and the next try succeeds.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <thread>

#include "base/status.h"
#include "faults/store_workload.h"
#include "storage/backup_directory.h"
#include "storage/graph_file_support.h"
#include "storage/memory_kv.h"
#include "storage/rocksdb_kv.h"
#include "storage/store.h"
#include "storage/store_model.h"
#include "support/fault_kv.h"
#include "support/power_loss_env.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

namespace fs = std::filesystem;
using storage::BackupDirectory;
using storage::GraphStore;
using storage::Store;
using storage::test::AddOne;
using storage::test::CreateGraph;
using storage::test::Model;
using storage::test::MustSave;
using storage::test::RowsOfGraphs;
using storage::test::SourceOf;

constexpr uint64_t kNever = 1 << 20;

std::string SampleFile(uint64_t stream, Model* model) {
  storage::test::Run run(stream);
  const auto store = storage::test::OpenMemoryStore();
  GraphStore graph = CreateGraph(*store);
  for (int i = 0; i < 10; ++i) storage::test::RandomCommit(run, graph, *model);
  return MustSave(*store, graph);
}

// ---- restores of a graph ----------------------------------------------------

void CheckAllOrNothing(Store& store, const Model& model, bool restored) {
  auto graph = store.OpenGraph("public", "copy", nullptr);
  CHECK(graph.ok() == restored);
  if (graph.ok()) {
    storage::test::Compare(*graph->Latest(), model);
  } else {
    CHECK(absl::IsNotFound(graph.status()));
    // Its rows are removed by now, or in the background.
    for (int i = 0; i < 1000 && RowsOfGraphs(store) > 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    CHECK(RowsOfGraphs(store) == 0);
  }
  CheckClean(store);
}

// True: the fault was met.
bool RestoreWithFault(const std::string& bytes, const Model& model,
                      const FaultPlan& plan) {
  const std::shared_ptr<storage::KvStore> disk = storage::MakeMemoryKv();
  REQUIRE_OK(Store::Open(std::make_unique<FaultKv>(disk), {}));
  bool fired = false, restored = false;
  {
    auto faulty = std::make_unique<FaultKv>(disk, plan);
    const FaultKv& counters = *faulty;
    auto store = Store::Open(std::move(faulty), {});
    if (store.ok()) {
      // Small pieces, so that more is written and read.
      const auto copy = (*store)->RestoreGraph(
          "public", "copy", SourceOf(bytes), {.sort_bytes = 2000});
      restored = copy.ok();
      INFO(copy.status());
      CHECK((copy.ok() || copy.status().code() == plan.error.code()));
    }
    fired = counters.fired();
    CHECK((fired || restored));
  }
  auto store = Store::Open(std::make_unique<FaultKv>(disk), {});
  REQUIRE_OK(store);
  CheckAllOrNothing(**store, model, restored);
  if (!restored) {
    REQUIRE_OK((*store)->RestoreGraph("public", "copy", SourceOf(bytes), {}));
    CheckAllOrNothing(**store, model, true);
  }
  return fired;
}

TEST_CASE("a restore whose n-th write fails is all there or absent",
          "[faults]") {
  const bool every_later_one = GENERATE(false, true);
  Model model;
  const std::string bytes = SampleFile(700, &model);
  uint64_t n = 1;
  for (bool fired = true; fired; ++n) {
    INFO("write " << n << ", every later one: " << every_later_one);
    REQUIRE(n < 1000);
    fired = RestoreWithFault(
        bytes, model,
        {.write = n,
         .every_later_one = every_later_one,
         .error = absl::ResourceExhaustedError("injected fault")});
  }
  CHECK(n > 6);
}

TEST_CASE("a restore whose n-th read fails is all there or absent",
          "[faults]") {
  const bool every_later_one = GENERATE(false, true);
  Model model;
  const std::string bytes = SampleFile(701, &model);
  uint64_t n = 1, met = 0;
  for (bool fired = true; fired; n += 1 + n / 30, ++met) {
    INFO("read " << n << ", every later one: " << every_later_one);
    REQUIRE(met < 1000);
    fired = RestoreWithFault(bytes, model,
                             {.read = n,
                              .every_later_one = every_later_one,
                              .error = absl::DataLossError("injected fault")});
  }
  CHECK(met > 30);
}

TEST_CASE("a save whose n-th read fails says so, and never ends a file",
          "[faults]") {
  storage::test::Run run(702);
  const std::shared_ptr<storage::KvStore> disk = storage::MakeMemoryKv();
  uint64_t commit = 0;
  {
    auto store = Store::Open(std::make_unique<FaultKv>(disk),
                             {.fold_rows = kNever, .run_rows = 8});
    REQUIRE_OK(store);
    GraphStore graph = CreateGraph(**store);
    Model model;
    for (int i = 0; i < 12; ++i) storage::test::RandomCommit(run, graph, model);
    REQUIRE_OK(graph.TrimLog(9));
    commit = 7;  // whose log entry has to be made anew
  }
  for (const bool past : {false, true}) {
    bool fired = true;
    for (uint64_t n = 1; fired; n += 1 + n / 30) {
      INFO("read " << n << ", of the past: " << past);
      REQUIRE(n < 100000);
      auto faulty = std::make_unique<FaultKv>(
          disk,
          FaultPlan{.read = n, .error = absl::DataLossError("injected fault")});
      const FaultKv& counters = *faulty;
      const auto store = Store::Open(std::move(faulty), {});
      if (!store.ok()) continue;
      const auto graph = (*store)->OpenGraph("public", "main", nullptr);
      if (!graph.ok()) continue;
      const auto view = past ? graph->AsOf(commit) : graph->Latest();
      if (!view.ok()) continue;
      const bool before = counters.fired();
      std::string bytes;
      const auto saved = (*store)->SaveGraph(*view,
                                             [&](std::string_view piece) {
                                               bytes += piece;
                                               return absl::OkStatus();
                                             },
                                             {});
      fired = counters.fired();
      if (fired && !before) {
        CHECK(absl::IsDataLoss(saved.status()));
        CHECK(absl::IsDataLoss(
            storage::test::Restore(*storage::test::OpenMemoryStore(), "copy",
                                   bytes)
                .status()));
      } else {
        REQUIRE_OK(saved);
      }
    }
  }
}

// ---- backups of a directory -------------------------------------------------

// A store on a good disk, backups on one that fails.
struct Disk {
  Disk() : failing(Scratch(), Seed()) {
    failing.SetSyncTime(std::chrono::microseconds(0));
    store = storage::test::OpenRocksStore(directory / "data");
    graph.emplace(CreateGraph(*store));
  }
  fs::path Scratch() {
    fs::create_directory(directory / "scratch");
    return directory / "scratch";
  }
  // What a restore of the newest backup holds; its number.
  uint64_t CheckNewest(uint64_t at_least) {
    const auto findings = backups().Verify(0, {});
    REQUIRE_OK(findings);
    CHECK(findings->empty());
    const std::string target = directory / "restored";
    const auto restored = backups().Restore(0, target, {});
    REQUIRE_OK(restored);
    {
      const auto copy = storage::test::OpenRocksStore(target);
      CheckClean(*copy);
      const auto there = copy->OpenGraph("public", "main", nullptr);
      REQUIRE_OK(there);
      CHECK(there->last_commit() >= at_least);
    }
    fs::remove_all(target);
    return restored->number;
  }
  BackupDirectory backups() {
    return BackupDirectory(directory / "backups", failing.env());
  }

  TemporaryDirectory directory;
  PowerLossEnv failing;
  std::unique_ptr<Store> store;
  std::optional<GraphStore> graph;
};

TEST_CASE(
    "a backup whose n-th change of the disk fails is not there, the "
    "others are",
    "[faults]") {
  const auto fault = GENERATE(DiskFault::kNoSpace, DiskFault::kIoError);
  const bool every_later_one = GENERATE(false, true);
  Disk disk;
  AddOne(*disk.graph, "a", "p", "b");
  REQUIRE_OK(disk.backups().Create(disk.store->kv(), 0, {}));
  uint64_t number = 1;
  bool fired = true;
  for (uint64_t n = 1; fired; ++n) {
    INFO("change " << n << ", every later one: " << every_later_one);
    REQUIRE(n < 1000);
    AddOne(*disk.graph, "a", "p", std::to_string(n));
    disk.failing.FailChange(n, fault, every_later_one);
    // Now and then old ones are to go as well.
    const auto made =
        disk.backups().Create(disk.store->kv(), n % 3 == 0 ? 2 : 0, {});
    fired = disk.failing.fault_fired();
    disk.failing.FailChange(0, fault, false);
    INFO(made.status());
    if (made.ok()) number = made->number;
    CHECK((made.ok() || fired));
    const auto list = disk.backups().List();
    REQUIRE_OK(list);
    REQUIRE_FALSE(list->empty());
    CHECK(list->back().number >= number);
    const auto findings = disk.backups().Verify(0, {});
    REQUIRE_OK(findings);
    CHECK(findings->empty());
  }
  disk.CheckNewest(2);
  const auto again = disk.backups().Create(disk.store->kv(), 1, {});
  REQUIRE_OK(again);
  CHECK(disk.CheckNewest(disk.graph->last_commit()) == again->number);
}

TEST_CASE("a restore whose n-th change of the disk fails leaves no store",
          "[faults]") {
  const bool every_later_one = GENERATE(false, true);
  Disk disk;
  AddOne(*disk.graph, "a", "p", "b");
  REQUIRE_OK(disk.backups().Create(disk.store->kv(), 0, {}));
  const std::string target = disk.directory / "target";
  bool fired = true;
  for (uint64_t n = 1; fired; ++n) {
    INFO("change " << n << ", every later one: " << every_later_one);
    REQUIRE(n < 1000);
    disk.failing.FailChange(n, DiskFault::kIoError, every_later_one);
    const auto restored = disk.backups().Restore(0, target, {});
    fired = disk.failing.fault_fired();
    disk.failing.FailChange(0, DiskFault::kIoError, false);
    CHECK((restored.ok() || fired));
    if (!restored.ok() && fs::exists(target + "/CURRENT")) {
      // It failed to say that it was done: then it is whole.
      CheckClean(*storage::test::OpenRocksStore(target));
      fs::remove_all(target);
    } else if (!restored.ok()) {
      CHECK_FALSE(storage::OpenRocksDb(target, {.create = false}).ok());
      // The next try makes good what the failed one left.
      REQUIRE_OK(disk.backups().Restore(0, target, {}));
    }
    if (fs::exists(target)) {
      CheckClean(*storage::test::OpenRocksStore(target));
      fs::remove_all(target);
    }
  }
}

TEST_CASE("backups that were acknowledged survive a power loss", "[faults]") {
  auto random = Random(703);
  Disk disk;
  uint64_t acknowledged = 0, commits = 0;
  for (int round = 0; round < 25; ++round) {
    INFO("round " << round);
    for (int i = 0; i < 20; ++i)
      AddOne(*disk.graph, "r" + std::to_string(round), "p", std::to_string(i));
    if (round % 4 == 0) REQUIRE_OK(disk.store->kv().Flush());
    std::thread power([&, wait = random() % 6000] {
      std::this_thread::sleep_for(std::chrono::microseconds(wait));
      disk.failing.CutPower();
    });
    const auto made =
        disk.backups().Create(disk.store->kv(), round % 3 == 0 ? 2 : 0, {});
    if (made.ok()) {
      acknowledged = made->number;
      commits = disk.graph->last_commit();
    }
    power.join();
    REQUIRE_OK(disk.failing.Restore());
    if (acknowledged == 0) continue;
    CHECK(disk.CheckNewest(commits) >= acknowledged);
  }
  // With the power on it goes on from there.
  const auto made = disk.backups().Create(disk.store->kv(), 1, {});
  REQUIRE_OK(made);
  CHECK(disk.CheckNewest(disk.graph->last_commit()) == made->number);
}

TEST_CASE("a store whose own disk fails during a backup gives none",
          "[faults]") {
  auto random = Random(704);
  for (int round = 0; round < 12; ++round) {
    TemporaryDirectory directory;
    fs::create_directory(directory / "scratch");
    PowerLossEnv failing(directory / "scratch", random());
    BackupDirectory backups(directory / "backups");
    {
      auto kv = storage::OpenRocksDb(
          directory / "data",
          {.memory_bytes = size_t{8} << 20, .env = failing.env()});
      REQUIRE_OK(kv);
      auto store = Store::Open(*std::move(kv), {});
      REQUIRE_OK(store);
      const GraphStore graph = CreateGraph(**store);
      // Enough that the checkpoint has to flush.
      for (int i = 0; i < 12; ++i) {
        storage::test::RequestBuilder builder(graph);
        builder.Add(storage::test::Name("s" + std::to_string(i)),
                    storage::test::Name("p"),
                    rdf::Term::Literal(std::string(200'000, 'x')));
        builder.Commit();
      }
      failing.FailChange(1 + static_cast<uint64_t>(round), DiskFault::kIoError,
                         true);
      const auto made = backups.Create((*store)->kv(), 0, {});
      INFO(made.status());
      CHECK((made.ok() || absl::IsUnavailable(made.status())));
      CHECK(backups.List()->size() == (made.ok() ? 1 : 0));
      failing.FailChange(0, DiskFault::kIoError, false);
    }
    auto kv = storage::OpenRocksDb(directory / "data", {.env = failing.env()});
    REQUIRE_OK(kv);
    auto store = Store::Open(*std::move(kv), {});
    REQUIRE_OK(store);
    CheckClean(**store);
    REQUIRE_OK(backups.Create((*store)->kv(), 0, {}));
    CHECK(backups.Verify(0, {})->empty());
  }
}

}  // namespace
}  // namespace skg::test
