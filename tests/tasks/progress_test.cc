#include <catch2/catch.hpp>

#include "tasks/runner_fixture.h"
#include "tasks/task.h"
#include "tasks/task_runner.h"

namespace skg::tasks::test {
namespace {

constexpr int64_t kStart = 1'800'000'000;

absl::Time At(int64_t seconds) {
  return absl::FromUnixSeconds(kStart + seconds);
}

TEST_CASE("rate and remaining time") {
  struct Case {
    const char* name;
    TaskState state;
    std::optional<int64_t> started, finished, reported;
    uint64_t done, total, done_at_start;
    double rate;
    absl::Duration remaining;
  };
  const absl::Duration unknown = absl::InfiniteDuration();
  const std::vector<Case> cases = {
      {"queued", TaskState::kQueued, {}, {}, {}, 0, 0, 0, 0, unknown},
      {"just started", TaskState::kRunning, 100, {}, {}, 0, 10, 0, 0, unknown},
      {"running",
       TaskState::kRunning,
       90,
       {},
       95,
       50,
       100,
       0,
       5,
       absl::Seconds(10)},
      {"total not known",
       TaskState::kRunning,
       90,
       {},
       95,
       50,
       0,
       0,
       5,
       unknown},
      {"resumed",
       TaskState::kRunning,
       90,
       {},
       95,
       50,
       100,
       30,
       2,
       absl::Seconds(25)},
      {"all done",
       TaskState::kRunning,
       90,
       {},
       95,
       100,
       100,
       0,
       10,
       absl::ZeroDuration()},
      {"more done than there was",
       TaskState::kRunning,
       90,
       {},
       95,
       120,
       100,
       0,
       12,
       absl::ZeroDuration()},
      {"the clock went back",
       TaskState::kRunning,
       200,
       {},
       95,
       50,
       100,
       0,
       0,
       unknown},
      {"succeeded", TaskState::kSucceeded, 50, 60, 55, 100, 100, 0, 10,
       unknown},
      {"interrupted", TaskState::kInterrupted, 50, 90, 70, 100, 200, 0, 5,
       unknown},
      {"interrupted at once",
       TaskState::kInterrupted,
       50,
       90,
       {},
       0,
       0,
       0,
       0,
       unknown},
  };
  for (const Case& one : cases) {
    DYNAMIC_SECTION(one.name) {
      TaskRecord record;
      record.info.state = one.state;
      if (one.started) record.info.started = At(*one.started);
      if (one.finished) record.info.finished = At(*one.finished);
      if (one.reported) record.progress_time = At(*one.reported);
      record.info.progress.done = one.done;
      record.info.progress.total = one.total;
      record.done_at_start = one.done_at_start;
      const TaskInfo info = Describe(record, At(100));
      CHECK(info.progress.rate == one.rate);
      CHECK(info.progress.remaining == one.remaining);
    }
  }
}

TEST_CASE("progress as text") {
  CHECK(ProgressText({.done = 5, .total = 10, .unit = "bytes"}) ==
        "5 of 10 bytes");
  CHECK(ProgressText({.done = 5}) == "5");
}

TEST_CASE("progress is seen at once and stored about once a second") {
  MemoryTaskStore store;
  Clock clock;
  const auto runner = OpenRunner(store, {.clock = clock.Function()});
  std::vector<std::pair<uint64_t, uint64_t>> seen;  // listed, stored
  const TaskHandle handle = MustSubmit(
      *runner, Spec(),
      [&](TaskContext& context) -> absl::StatusOr<std::string> {
        const auto report = [&](uint64_t done) {
          context.Progress(done, 100);
          seen.emplace_back(runner->Info(context.id())->progress.done,
                            store.rows().at(context.id()).info.progress.done);
        };
        report(1);
        clock.Advance(1);
        report(2);
        report(3);
        clock.Advance(1);
        report(4);
        report(5);
        return std::string();
      });
  MustWait(handle);
  using Seen = std::vector<std::pair<uint64_t, uint64_t>>;
  CHECK(seen == Seen{{1, 0}, {2, 2}, {3, 2}, {4, 4}, {5, 4}});
  CHECK(store.rows().at(1).info.progress.done == 5);
}

TEST_CASE("a resumed task may begin before its last report") {
  MemoryTaskStore store;
  Clock clock;
  TaskRecord row;
  row.info.id = 1;
  row.info.kind = "load";
  row.info.state = TaskState::kRunning;
  row.info.started = clock.Now();
  row.info.progress.done = 80;
  row.resumable = true;
  store.Put(row);
  const auto runner = OpenRunner(
      store,
      {.kinds = {{"load",
                  [&](TaskContext& context) -> absl::StatusOr<std::string> {
                    context.Progress(50, 100);
                    clock.Advance(10);
                    context.Progress(70, 100);
                    return std::string();
                  }}},
       .clock = clock.Function()});
  const auto info = runner->Wait(1, absl::InfiniteFuture());
  REQUIRE_OK(info);
  CHECK(info->progress.rate == 2);
}

}  // namespace
}  // namespace skg::tasks::test
