#include <catch2/catch.hpp>

#include "skg/task.h"

namespace skg {
namespace {

TaskInfo Info() {
  TaskInfo info;
  info.id = 7;
  info.kind = "load";
  info.pool = TaskPool::kImport;
  info.title = "people.nt into \"acme/main\"";
  info.graph = "acme/main";
  info.created = absl::FromUnixSeconds(1'800'000'000);
  info.progress.unit = "bytes";
  return info;
}

TEST_CASE("a queued task as JSON") {
  CHECK(TaskJson(Info()) ==
        R"({"id":7,"kind":"load","pool":"import",)"
        R"("title":"people.nt into \"acme/main\"","graph":"acme/main",)"
        R"("state":"queued",)"
        R"("persistent":true,"created":"2027-01-15T08:00:00.000000Z",)"
        R"("started":null,"finished":null,"attempts":0,)"
        R"("progress":{"done":0,"total":null,"unit":"bytes","rate":null,)"
        R"("remaining_seconds":null},"result":null,"error":null,)"
        R"("storage_error":null})");
}

TEST_CASE("an ended task as JSON") {
  TaskInfo info = Info();
  info.title = "caf\xE9";  // not UTF-8
  info.graph.clear();
  info.state = TaskState::kFailed;
  info.persistent = false;
  info.started = info.created + absl::Milliseconds(1);
  info.finished = info.created + absl::Seconds(2);
  info.attempts = 2;
  info.progress = {.done = 5,
                   .total = 10,
                   .unit = "bytes",
                   .rate = 2.5,
                   .remaining = absl::Seconds(2)};
  info.result = R"({"inserted": [1, 2]})";
  info.error = absl::DataLossError("block 7");
  info.storage = absl::ResourceExhaustedError("disk full");
  CHECK(TaskJson(info) ==
        "{\"id\":7,\"kind\":\"load\",\"pool\":\"import\","
        "\"title\":\"caf\xEF\xBF\xBD\","
        R"("graph":null,"state":"failed","persistent":false,)"
        R"("created":"2027-01-15T08:00:00.000000Z",)"
        R"("started":"2027-01-15T08:00:00.001000Z",)"
        R"("finished":"2027-01-15T08:00:02.000000Z","attempts":2,)"
        R"("progress":{"done":5,"total":10,"unit":"bytes","rate":2.5,)"
        R"("remaining_seconds":2.0},"result":{"inserted":[1,2]},)"
        R"("error":{"code":"DATA_LOSS","message":"block 7"},)"
        R"("storage_error":{"code":"RESOURCE_EXHAUSTED",)"
        R"("message":"disk full"}})");
  info.result = "no JSON";
  CHECK(TaskJson(info).find(R"("result":"no JSON")") != std::string::npos);
}

TEST_CASE("names of pools and states") {
  for (const TaskPool pool : {TaskPool::kImport, TaskPool::kIndex,
                              TaskPool::kAnalytics, TaskPool::kMaintenance}) {
    CHECK_FALSE(TaskPoolName(pool).empty());
  }
  CHECK(TaskStateName(TaskState::kInterrupted) == "interrupted");
  CHECK_FALSE(TaskEnded(TaskState::kQueued));
  CHECK_FALSE(TaskEnded(TaskState::kRunning));
  for (const TaskState state :
       {TaskState::kSucceeded, TaskState::kFailed, TaskState::kCancelled,
        TaskState::kInterrupted}) {
    CHECK(TaskEnded(state));
  }
}

}  // namespace
}  // namespace skg
