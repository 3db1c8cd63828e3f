// Tasks as the public Engine shows them.
#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "engine/engine_impl.h"
#include "engine/open_graph.h"
#include "storage/keys.h"
#include "storage/rocksdb_kv.h"
#include "storage/task_store.h"
#include "tasks/runner_fixture.h"

namespace skg::test {
namespace {

using tasks::test::Gate;
using tasks::test::MustSubmit;
using tasks::test::MustWait;
using tasks::test::Spec;
using tasks::test::UntilCancelled;

// What the doors of the engine that begin tasks use.
std::unique_ptr<engine::EngineImpl> OpenImpl(const std::string& directory) {
  EngineOptions options;
  options.memory_budget_bytes = size_t{64} << 20;
  auto impl = engine::EngineImpl::Open(directory, options);
  REQUIRE_OK(impl);
  return *std::move(impl);
}

TEST_CASE("an engine remembers its tasks") {
  TemporaryDirectory directory;
  {
    const auto impl = OpenImpl(directory / "data");
    MustWait(MustSubmit(impl->tasks(), Spec("fold"), [](tasks::TaskContext&) {
      return absl::StatusOr<std::string>(R"({"rows": 3})");
    }));
    // Running when the engine closes.
    Gate begun;
    MustSubmit(impl->tasks(), Spec("backup"), UntilCancelled(begun));
    begun.Pass();
  }
  const auto engine = OpenEngine(directory / "data");
  const std::vector<TaskInfo> tasks = engine->Tasks();
  REQUIRE(tasks.size() == 2);
  CHECK(tasks[0].state == TaskState::kSucceeded);
  CHECK(tasks[0].result == R"({"rows": 3})");
  CHECK(tasks[1].kind == "backup");
  CHECK(tasks[1].state == TaskState::kInterrupted);

  const auto one = engine->GetTask(tasks[0].id);
  REQUIRE_OK(one);
  CHECK(one->kind == "fold");
  REQUIRE_OK(engine->WaitTask(tasks[0].id));
  CHECK(engine->CancelTask(tasks[0].id).code() ==
        absl::StatusCode::kFailedPrecondition);
  for (const uint64_t id : {uint64_t{0}, tasks[1].id + 1, UINT64_MAX}) {
    CHECK(absl::IsNotFound(engine->GetTask(id).status()));
    CHECK(absl::IsNotFound(engine->CancelTask(id)));
    CHECK(absl::IsNotFound(engine->WaitTask(id).status()));
  }
  const auto none = engine->PruneTasks(absl::InfinitePast());
  REQUIRE_OK(none);
  CHECK(*none == 0);
  const auto pruned = engine->PruneTasks();
  REQUIRE_OK(pruned);
  CHECK(*pruned == 2);
  CHECK(engine->Tasks().empty());
  CHECK(engine->Check(true)->findings.empty());
}

TEST_CASE("resumable tasks wait for an engine that resumes") {
  TemporaryDirectory directory;
  const std::string data = directory / "data";
  OpenEngine(data).reset();
  {
    auto kv = storage::OpenRocksDb(data, {});
    REQUIRE_OK(kv);
    storage::KvTaskStore store(**kv);
    REQUIRE_OK(store.AllocateIds(2));
    tasks::TaskRecord record;
    record.info.kind = "of another program";
    record.info.created = absl::Now();
    record.resumable = true;
    for (record.info.id = 1; record.info.id <= 2; ++record.info.id) {
      REQUIRE_OK(store.Save(record, true));
    }
  }
  EngineOptions options;
  options.resume_tasks = false;
  for (int process = 0; process < 2; ++process) {
    const auto engine = Engine::Open(data, options);
    REQUIRE_OK(engine);
    CHECK((*engine)->GetTask(1)->state == TaskState::kQueued);
    CHECK(absl::IsDeadlineExceeded(
        (*engine)->WaitTask(1, absl::InfinitePast()).status()));
    if (process == 0) REQUIRE_OK((*engine)->CancelTask(2));
    CHECK((*engine)->GetTask(2)->state == TaskState::kCancelled);
  }
  const auto engine = OpenEngine(data);
  CHECK(engine->GetTask(1)->state == TaskState::kInterrupted);
  CHECK(engine->GetTask(2)->state == TaskState::kCancelled);
}

TEST_CASE("a damaged task row is told when the directory is opened") {
  TemporaryDirectory directory;
  const std::string data = directory / "data";
  OpenEngine(data).reset();
  {
    auto kv = storage::OpenRocksDb(data, {});
    REQUIRE_OK(kv);
    storage::KvTaskStore store(**kv);
    REQUIRE_OK(store.AllocateIds(1));
    const auto batch = (*kv)->NewBatch();
    batch->Put(storage::Family::kTasks, storage::TaskKey(1), "?");
    REQUIRE_OK((*kv)->Write(*batch, storage::WriteMode::kSync));
  }
  const auto engine = Engine::Open(data);
  REQUIRE_FALSE(engine.ok());
  CHECK(engine.status().code() == absl::StatusCode::kDataLoss);
  CHECK(Message(engine.status()).find("task 1") != std::string::npos);
}

// A slow disk is not needed: the bound makes a merge last.
TEST_CASE("a merge tells its rows, and keeps to the bound of the background") {
  TemporaryDirectory directory;
  EngineOptions options;
  options.durability = Durability::kNone;
  options.memory_budget_bytes = size_t{64} << 20;
  options.background_io_bytes = uint64_t{1} << 20;
  auto engine = Engine::Open(directory / "data", options);
  REQUIRE_OK(engine);
  Graph graph = OpenGraph(**engine);
  constexpr size_t kRuns = 8, kEach = 6000;  // as many as a merge wants
  for (size_t run = 0; run < kRuns; ++run) {
    std::vector<NewStatement> batch;
    for (size_t i = 0; i < kEach; ++i) {
      batch.push_back(Triple("s" + std::to_string((i * 7919) % 10'007), "p",
                             std::to_string(run * kEach + i)));
    }
    MustAddAll(graph, batch);
  }
  TaskProgress seen;
  const absl::Time deadline = absl::Now() + absl::Minutes(1);
  bool running = true;
  while (running && absl::Now() < deadline) {
    running = false;
    for (const TaskInfo& task : (*engine)->Tasks()) {
      if (task.kind != "fold") continue;
      running = true;
      if (task.progress.done > seen.done) seen = task.progress;
    }
    absl::SleepFor(absl::Milliseconds(1));
  }
  CHECK(seen.unit == "rows");
  CHECK(seen.done > 0);
  CHECK(seen.total == 3 * kRuns * kEach);
  CHECK(seen.done <= seen.total);
  CHECK(seen.rate > 0);
  CHECK((*engine)->write_counters().background_bytes > 100'000);
  CHECK(MustCount(graph) == kRuns * kEach);
}

}  // namespace
}  // namespace skg::test
