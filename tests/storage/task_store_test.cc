#include "storage/task_store.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "skg_storage.pb.h"
#include "storage/keys.h"
#include "storage/memory_kv.h"
#include "storage/rocksdb_kv.h"
#include "storage/rows.h"
#include "support/fault_kv.h"
#include "support/test_support.h"
#include "tasks/runner_fixture.h"

namespace skg::storage {
namespace {

using tasks::Runner;
using tasks::RunnerOptions;
using tasks::TaskContext;
using tasks::TaskRecord;
using tasks::test::Contains;
using tasks::test::Gate;
using tasks::test::Message;
using tasks::test::MustSubmit;
using tasks::test::MustWait;
using tasks::test::OpenRunner;
using tasks::test::Spec;

TaskRecord Full() {
  TaskRecord record;
  TaskInfo& info = record.info;
  info.id = 300;
  info.kind = "load";
  info.pool = TaskPool::kImport;
  info.title = "caf\xE9.nt into acme/main";  // any bytes
  info.state = TaskState::kFailed;
  info.created = absl::FromUnixMicros(1'800'000'000'000'001);
  info.started = absl::FromUnixMicros(1'800'000'000'000'002);
  info.finished = absl::FromUnixMicros(1'800'000'000'000'003);
  info.attempts = 2;
  info.progress.done = 5;
  info.progress.total = 10;
  info.progress.unit = "bytes";
  info.result = "{}";
  info.error = absl::DataLossError("block 7");
  record.resumable = true;
  record.resume = std::string("\0\xFF", 2);
  record.crashes = 1;
  record.done_at_start = 3;
  record.progress_time = absl::FromUnixMicros(1'800'000'000'000'004);
  return record;
}

TEST_CASE("a task's row gives back all of it") {
  const TaskRecord record = Full();
  const auto decoded = DecodeTask(300, EncodeTask(record));
  REQUIRE_OK(decoded);
  const TaskInfo& info = decoded->info;
  CHECK(info.id == 300);
  CHECK(info.kind == record.info.kind);
  CHECK(info.pool == record.info.pool);
  CHECK(info.title == record.info.title);
  CHECK(info.state == record.info.state);
  CHECK(info.persistent);
  CHECK(info.created == record.info.created);
  CHECK(info.started == record.info.started);
  CHECK(info.finished == record.info.finished);
  CHECK(info.attempts == 2);
  CHECK(info.progress.done == 5);
  CHECK(info.progress.total == 10);
  CHECK(info.progress.unit == "bytes");
  CHECK(info.result == "{}");
  CHECK(info.error == record.info.error);
  CHECK(decoded->resumable);
  CHECK(decoded->resume == record.resume);
  CHECK(decoded->crashes == 1);
  CHECK(decoded->done_at_start == 3);
  CHECK(decoded->progress_time == record.progress_time);
  CHECK(EncodeTask(*decoded) == EncodeTask(record));

  TaskRecord bare;
  bare.info.kind = "fold";
  bare.info.created = absl::UnixEpoch();
  const auto again = DecodeTask(1, EncodeTask(bare));
  REQUIRE_OK(again);
  CHECK_FALSE(again->info.started);
  CHECK_FALSE(again->info.finished);
  CHECK_FALSE(again->progress_time);
  CHECK(again->info.error.ok());
}

TEST_CASE("a malformed row is told, never taken") {
  const auto changed = [](const std::function<void(proto::TaskRow&)>& change) {
    const std::string bytes = EncodeTask(Full());
    proto::TaskRow row;
    REQUIRE(row.ParseFromString(bytes.substr(1)));
    change(row);
    return std::string(1, kPlainFormat) + row.SerializeAsString();
  };
  const std::string good = EncodeTask(Full());
  const std::vector<std::string> rows = {
      "",
      "\x01",
      "\x02" + good.substr(1),
      good.substr(0, good.size() - 1),
      good + "\x07",
      changed([](proto::TaskRow& row) { row.set_pool(0); }),
      changed([](proto::TaskRow& row) { row.set_pool(5); }),
      changed([](proto::TaskRow& row) { row.set_state(0); }),
      changed([](proto::TaskRow& row) { row.set_state(7); }),
      changed([](proto::TaskRow& row) { row.set_kind(""); }),
      changed([](proto::TaskRow& row) { row.set_error_code(0); }),
      changed([](proto::TaskRow& row) { row.set_error_code(17); }),
      changed([](proto::TaskRow& row) { row.set_state(3); }),
  };
  for (const std::string& bytes : rows) {
    const auto decoded = DecodeTask(300, bytes);
    REQUIRE_FALSE(decoded.ok());
    CHECK(decoded.status().code() == absl::StatusCode::kDataLoss);
    CHECK(Contains(Message(decoded.status()), "task 300"));
  }
  // Any other change of a byte gives a task or an error.
  for (size_t i = 0; i < good.size(); ++i) {
    for (const char flip : {'\x01', '\x10', '\x80'}) {
      std::string bytes = good;
      bytes[i] = static_cast<char>(bytes[i] ^ flip);
      const auto decoded = DecodeTask(300, bytes);
      CHECK((decoded.ok() ||
             decoded.status().code() == absl::StatusCode::kDataLoss));
    }
  }
}

void Put(KvStore& kv, const std::string& key, const std::string& value) {
  const auto batch = kv.NewBatch();
  batch->Put(Family::kTasks, key, value);
  REQUIRE_OK(kv.Write(*batch, WriteMode::kBuffered));
}

TEST_CASE("damage among the rows is told at once") {
  const auto kv = MakeMemoryKv();
  KvTaskStore store(*kv);
  REQUIRE_OK(store.AllocateIds(500));
  REQUIRE_OK(store.Save(Full(), true));
  REQUIRE_OK(store.LoadAll());
  const auto damaged = [&](const std::string& what) {
    const auto records = store.LoadAll();
    REQUIRE_FALSE(records.ok());
    CHECK(records.status().code() == absl::StatusCode::kDataLoss);
    CHECK(Contains(Message(records.status()), what));
    CHECK(Runner::Open(store, {}).status() == records.status());
  };
  SECTION("a row") {
    Put(*kv, TaskKey(7), "?");
    damaged("task 7");
  }
  SECTION("a key") {
    Put(*kv, TaskKey(7) + "x", EncodeTask(Full()));
    damaged("key of a task");
  }
  SECTION("a number that was never given") {
    Put(*kv, TaskKey(501), EncodeTask(Full()));
    damaged("task 501: its number was never given");
  }
  SECTION("the next number") {
    Put(*kv, TaskKindKey(kNextTaskKind), "\x01");
    damaged("next task number");
    CHECK(store.AllocateIds(1).status().code() == absl::StatusCode::kDataLoss);
  }
}

TEST_CASE("a task row and its key, byte by byte") {
  // The example of libskg/docs/formats.md.
  CHECK(TaskKey(258) == std::string("\0\0\0\0T\0\0\0\0\0\0\x01\x02", 13));
  CHECK(TaskKindKey(kNextTaskKind) == std::string("\0\0\0\0X", 5));
}

// A disk, and what a crash of its process would leave of it.
class MemoryDisk {
 public:
  KvStore& kv() { return *kv_; }
  [[nodiscard]] std::unique_ptr<KvStore> AfterCrash() {
    auto copy = MakeMemoryKv();
    const auto batch = copy->NewBatch();
    const auto rows = kv_->NewIterator(Family::kTasks, {});
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      batch->Put(Family::kTasks, rows->key(), rows->value());
    }
    REQUIRE_OK(rows->status());
    REQUIRE_OK(copy->Write(*batch, WriteMode::kSync));
    return copy;
  }

 private:
  std::unique_ptr<KvStore> kv_ = MakeMemoryKv();
};

class RocksDisk {
 public:
  RocksDisk() : kv_(Open("data")) {}
  KvStore& kv() { return *kv_; }
  // The files as the kernel holds them.
  [[nodiscard]] std::unique_ptr<KvStore> AfterCrash() {
    const std::string name = "copy" + std::to_string(++copies_);
    std::filesystem::copy(directory_ / "data", directory_ / name,
                          std::filesystem::copy_options::recursive);
    return Open(name);
  }

 private:
  std::unique_ptr<KvStore> Open(const std::string& name) {
    auto kv =
        OpenRocksDb(directory_ / name, {.memory_bytes = size_t{16} << 20});
    REQUIRE_OK(kv);
    return *std::move(kv);
  }

  skg::test::TemporaryDirectory directory_;
  int copies_ = 0;
  std::unique_ptr<KvStore> kv_;
};

TEMPLATE_TEST_CASE("tasks outlive their process", "[tasks]", MemoryDisk,
                   RocksDisk) {
  TestType disk;
  std::unique_ptr<KvStore> crashed;
  {
    KvTaskStore store(disk.kv());
    Gate gate;
    const auto work = [&](TaskContext& context) -> absl::StatusOr<std::string> {
      if (const absl::Status saved = context.SaveResume("at 5"); !saved.ok())
        return saved;
      context.Progress(5, 10);
      gate.Pass();
      return std::string("10");
    };
    const auto runner =
        OpenRunner(store, {.save_interval = absl::ZeroDuration(),
                           .kinds = {{"resumable", work}}});
    MustWait(MustSubmit(*runner, Spec("ended"),
                        [](TaskContext&) -> absl::StatusOr<std::string> {
                          return absl::NotFoundError("no such file");
                        }));
    const auto first = MustSubmit(*runner, Spec("resumable"));
    const auto second = MustSubmit(*runner, Spec("other"), [&](TaskContext& c) {
      c.Progress(5, 10);
      gate.Pass();
      return absl::StatusOr<std::string>("10");
    });
    gate.AwaitArrivals(2);
    crashed = disk.AfterCrash();
    gate.Open();
    CHECK(MustWait(first).state == TaskState::kSucceeded);
    CHECK(MustWait(second).state == TaskState::kSucceeded);
  }
  SECTION("in order") {
    KvTaskStore store(disk.kv());
    const auto runner = OpenRunner(store);
    const std::vector<TaskInfo> tasks = runner->List();
    REQUIRE(tasks.size() == 3);
    CHECK(tasks[0].state == TaskState::kFailed);
    CHECK(tasks[0].error == absl::NotFoundError("no such file"));
    CHECK(tasks[1].state == TaskState::kSucceeded);
    CHECK(tasks[1].result == "10");
    CHECK(tasks[1].progress.done == 5);
    const auto next = MustSubmit(*runner, Spec(), [](TaskContext&) {
      return absl::StatusOr<std::string>("");
    });
    CHECK(next.id() > tasks[2].id);
    MustWait(next);

    const auto pruned = runner->Prune(absl::InfiniteFuture());
    REQUIRE_OK(pruned);
    CHECK(*pruned == 4);
    CHECK(store.LoadAll()->empty());
  }
  SECTION("in a crash") {
    KvTaskStore store(*crashed);
    const auto runner = OpenRunner(
        store,
        {.kinds = {{"resumable",
                    [](TaskContext& context) -> absl::StatusOr<std::string> {
                      return "\"from " + context.resume() + "\"";
                    }}}});
    const std::vector<TaskInfo> tasks = runner->List();
    REQUIRE(tasks.size() == 3);
    const auto resumed = runner->Wait(tasks[1].id, absl::InfiniteFuture());
    REQUIRE_OK(resumed);
    CHECK(resumed->result == "\"from at 5\"");
    CHECK(resumed->attempts == 2);
    CHECK(tasks[2].state == TaskState::kInterrupted);
    CHECK(tasks[2].progress.done == 5);
    CHECK(tasks[2].progress.total == 10);
  }
}

TEST_CASE("no write of a task is lost unheard, whichever fails") {
  for (uint64_t n = 1;; ++n) {
    const std::shared_ptr<KvStore> below = MakeMemoryKv();
    bool fired = false;
    bool heard = false;
    {
      skg::test::FaultKv kv(below, {.write = n});
      KvTaskStore store(kv);
      const auto runner = OpenRunner(store);
      const auto handle = runner->Submit(
          Spec(), [](TaskContext&) -> absl::StatusOr<std::string> {
            return std::string("1");
          });
      if (!handle.ok()) {
        heard = true;
      } else {
        const TaskInfo info = MustWait(*handle);
        CHECK(info.state == TaskState::kSucceeded);
        // That it began to run is superseded by how it ended.
        heard = !info.storage.ok() ||
                store.LoadAll()->at(0).info.state == TaskState::kSucceeded;
      }
      fired = kv.fired();
    }
    if (!fired) break;
    CHECK(heard);
    KvTaskStore store(*below);
    REQUIRE_OK(Runner::Open(store, {}));
    REQUIRE(n < 100);
  }
}

}  // namespace
}  // namespace skg::storage
