// `skg tasks` over a directory with tasks of every state in it.
#include <catch2/catch.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "server/subprocess.h"
#include "skg/engine.h"
#include "storage/rocksdb_kv.h"
#include "storage/task_store.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

tasks::TaskRecord Record(uint64_t id, TaskState state, std::string title) {
  tasks::TaskRecord record;
  TaskInfo& info = record.info;
  info.id = id;
  info.kind = "load";
  info.pool = TaskPool::kImport;
  info.title = std::move(title);
  info.state = state;
  info.created = absl::Now() - absl::Seconds(100);
  info.progress.unit = "bytes";
  if (state != TaskState::kQueued) {
    info.started = info.created + absl::Seconds(1);
    info.attempts = 1;
    info.progress.done = 12'345;
    info.progress.total = 50'000;
    record.progress_time = *info.started + absl::Seconds(5);
  }
  if (TaskEnded(state)) info.finished = *info.started + absl::Seconds(10);
  return record;
}

// 1 succeeded, 2 failed, 3 ran when its process ended, 4 waits to be resumed.
struct TaskPlace {
  TaskPlace() {
    REQUIRE_OK(Engine::Open(data).status());
    auto kv = storage::OpenRocksDb(data, {});
    REQUIRE_OK(kv);
    storage::KvTaskStore store(**kv);
    REQUIRE_OK(store.AllocateIds(4));
    tasks::TaskRecord record =
        Record(1, TaskState::kSucceeded, "a.nt into public/main");
    record.info.result = R"({"inserted": 7})";
    REQUIRE_OK(store.Save(record, true));
    record = Record(2, TaskState::kFailed, "b\x1b[2J.nt");
    record.info.error = absl::NotFoundError("b.nt is gone");
    REQUIRE_OK(store.Save(record, true));
    REQUIRE_OK(store.Save(Record(3, TaskState::kRunning, "c.nt"), true));
    record = Record(4, TaskState::kQueued, "d.nt");
    record.resumable = true;
    record.resume = "here";
    REQUIRE_OK(store.Save(record, true));
  }

  [[nodiscard]] ProcessResult Run(std::vector<std::string> words) const {
    words.insert(words.begin(), {"tasks", "--data", data});
    return RunSkg(words);
  }
  [[nodiscard]] std::string Must(const std::vector<std::string>& words) const {
    const ProcessResult result = Run(words);
    INFO(result.err);
    REQUIRE(result.status == 0);
    CHECK(result.err.empty());
    return result.out;
  }
  [[nodiscard]] nlohmann::json Json(std::vector<std::string> words) const {
    words.emplace_back("--json");
    return nlohmann::json::parse(Must(words));
  }

  TemporaryDirectory directory;
  std::string data = directory / "data";
};

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("tasks lists what the directory remembers") {
  const TaskPlace place;
  const std::string table = place.Must({});
  CHECK(place.Must({"list"}) == table);
  CHECK(Contains(table, "1     load  succeeded    12,345 of 50,000 bytes"));
  CHECK(Contains(table, "interrupted"));
  CHECK(Contains(table, "b\\u001b[2J.nt\n"));
  CHECK(Contains(table, "(4 rows)"));

  const nlohmann::json tasks = place.Json({})["tasks"];
  REQUIRE(tasks.size() == 4);
  CHECK(tasks[0]["result"]["inserted"] == 7);
  CHECK(tasks[0]["progress"]["total"] == 50'000);
  CHECK(tasks[1]["error"]["code"] == "NOT_FOUND");
  CHECK(tasks[2]["state"] == "interrupted");
  CHECK(tasks[2]["progress"]["done"] == 12'345);
  CHECK(tasks[3]["state"] == "queued");
  CHECK(nlohmann::json::parse(place.Must({"--results", "json"}))["tasks"] ==
        tasks);
}

TEST_CASE("tasks shows one of them") {
  const TaskPlace place;
  const std::string text = place.Must({"show", "2"});
  CHECK(Contains(text, "task:       2\n"));
  CHECK(Contains(text, "title:      b\\u001b[2J.nt\n"));
  CHECK(Contains(text, "state:      failed\n"));
  CHECK(Contains(text, "error:      NOT_FOUND: b.nt is gone\n"));
  CHECK_FALSE(Contains(text, "result:"));
  CHECK(Contains(place.Must({"show", "1"}), "result:     {\"inserted\": 7}\n"));
  CHECK(place.Json({"show", "2"})["id"] == 2);

  const ProcessResult absent = place.Run({"show", "99"});
  CHECK(absent.status == 1);
  CHECK(absent.out.empty());
  CHECK(absent.err.rfind("skg: there is no task 99", 0) == 0);
}

TEST_CASE("tasks cancels one that waits to be resumed, for good") {
  const TaskPlace place;
  CHECK(place.Must({"cancel", "4"}) == "task 4 is cancelled\n");
  CHECK(place.Json({"show", "4"})["state"] == "cancelled");
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"4", "has ended: cancelled"},
      {"1", "has ended: succeeded"},
      {"3", "has ended: interrupted"},
      {"99", "there is no task 99"}};
  for (const auto& [id, message] : refused) {
    const ProcessResult result = place.Run({"cancel", id});
    CHECK(result.status == 1);
    CHECK(result.out.empty());
    CHECK(Contains(result.err, message));
  }
}

TEST_CASE("tasks prunes those that have ended") {
  const TaskPlace place;
  CHECK(place.Must({"prune"}) == "3 tasks forgotten\n");
  const nlohmann::json tasks = place.Json({"list"})["tasks"];
  REQUIRE(tasks.size() == 1);
  CHECK(tasks[0]["id"] == 4);
  CHECK(place.Json({"prune"})["pruned"] == 0);
}

TEST_CASE("other verbs leave tasks that wait to be resumed alone") {
  const TaskPlace place;
  for (const char* verb : {"stats", "check"}) {
    CHECK(RunSkg({verb, "--data", place.data}).status == 0);
  }
  CHECK(place.Json({"show", "4"})["state"] == "queued");
}

TEST_CASE("tasks of a directory that is not there") {
  const TemporaryDirectory directory;
  const ProcessResult result = RunSkg({"tasks", "--data", directory / "none"});
  CHECK(result.status == 1);
  CHECK(result.out.empty());
  CHECK(Contains(result.err, "no such data directory"));
}

}  // namespace
}  // namespace skg::test
