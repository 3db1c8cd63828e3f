// What becomes of tasks when their process ends, by a shutdown or a crash.
#include <catch2/catch.hpp>
#include <thread>

#include "tasks/runner_fixture.h"
#include "tasks/task_runner.h"

namespace skg::tasks::test {
namespace {

// A row as a process that crashed leaves it.
TaskRecord Row(uint64_t id, TaskState state, bool resumable = true) {
  TaskRecord record;
  record.info.id = id;
  record.info.kind = "load";
  record.info.pool = TaskPool::kImport;
  record.info.title = "people.nt";
  record.info.state = state;
  record.info.created = absl::FromUnixSeconds(1'800'000'000 - 100);
  record.info.progress.unit = "bytes";
  record.resumable = resumable;
  if (state == TaskState::kRunning) {
    record.info.started = absl::FromUnixSeconds(1'800'000'000 - 90);
    record.info.attempts = 1;
    record.info.progress.done = 40;
    record.info.progress.total = 100;
    record.progress_time = absl::FromUnixSeconds(1'800'000'000 - 80);
    record.resume = "at 40";
  }
  return record;
}

// Goes on from its payload and gives it as its result.
TaskFunction GoesOn() {
  return [](TaskContext& context) -> absl::StatusOr<std::string> {
    return "\"" + context.resume() + "\"";
  };
}

TEST_CASE("after a crash a resumable task goes on from its payload") {
  MemoryTaskStore store;
  Clock clock;
  store.Put(Row(1, TaskState::kRunning));
  store.Put(Row(2, TaskState::kQueued));
  const auto runner = OpenRunner(
      store, {.kinds = {{"load", GoesOn()}}, .clock = clock.Function()});
  const auto first = runner->Wait(1, absl::InfiniteFuture());
  REQUIRE_OK(first);
  CHECK(first->state == TaskState::kSucceeded);
  CHECK(first->result == "\"at 40\"");
  CHECK(first->attempts == 2);
  CHECK(first->progress.done == 40);
  const auto second = runner->Wait(2, absl::InfiniteFuture());
  REQUIRE_OK(second);
  CHECK(second->result == "\"\"");
  CHECK(second->attempts == 1);
  CHECK(store.rows().at(1).resume.empty());
}

TEST_CASE("nothing resumes before the start") {
  MemoryTaskStore store;
  store.Put(Row(1, TaskState::kRunning));
  auto runner = Runner::Open(store, {.kinds = {{"load", GoesOn()}}});
  REQUIRE_OK(runner);
  CHECK((*runner)->Info(1)->state == TaskState::kQueued);
  CHECK(store.rows().at(1).info.state == TaskState::kQueued);
  (*runner)->Start();
  CHECK((*runner)->Wait(1, absl::InfiniteFuture())->state ==
        TaskState::kSucceeded);
}

TEST_CASE("after a crash other tasks are interrupted, with what was done") {
  struct Case {
    const char* name;
    TaskRecord row;
    const char* message;
  };
  TaskRecord unknown = Row(1, TaskState::kRunning);
  unknown.info.kind = "of-a-newer-program";
  TaskRecord deadly = Row(1, TaskState::kRunning);
  deadly.crashes = 2;
  const std::vector<Case> cases = {
      {"running", Row(1, TaskState::kRunning, false),
       "while the task ran, after 40 of 100 bytes; it cannot be resumed"},
      {"queued", Row(1, TaskState::kQueued, false), "before the task ran"},
      {"of an unknown kind", unknown, "cannot resume its kind"},
      {"that ended the process again and again", deadly, "3 times"},
  };
  for (const Case& one : cases) {
    DYNAMIC_SECTION(one.name) {
      MemoryTaskStore store;
      Clock clock;
      store.Put(one.row);
      const auto runner = OpenRunner(
          store, {.kinds = {{"load", GoesOn()}}, .clock = clock.Function()});
      const auto info = runner->Info(1);
      REQUIRE_OK(info);
      CHECK(info->state == TaskState::kInterrupted);
      CHECK(info->error.code() == absl::StatusCode::kAborted);
      CHECK(Contains(Message(info->error), one.message));
      CHECK(info->progress.done == one.row.info.progress.done);
      CHECK(info->progress.total == one.row.info.progress.total);
      // 40 bytes in the ten seconds that are known of.
      CHECK(info->progress.rate ==
            (one.row.info.state == TaskState::kRunning ? 4 : 0));
      CHECK(*info->finished == clock.Now());
      CHECK(store.rows().at(1).info.state == TaskState::kInterrupted);
      CHECK(runner->Wait(1, absl::InfinitePast()).ok());
    }
  }
}

TEST_CASE("a task that ends its process again and again stops at last") {
  MemoryTaskStore store;
  store.Put(Row(1, TaskState::kRunning));
  const RunnerOptions options = {.kinds = {{"load", GoesOn()}}};
  for (uint32_t crashes = 1; crashes <= 2; ++crashes) {
    // Opened, but the process ends before the task does.
    const auto runner = Runner::Open(store, options);
    REQUIRE_OK(runner);
    CHECK(store.rows().at(1).crashes == crashes);
    TaskRecord row = store.rows().at(1);
    row.info.state = TaskState::kRunning;
    store.Put(row);
  }
  const auto runner = OpenRunner(store, options);
  CHECK(runner->Info(1)->state == TaskState::kInterrupted);
}

TEST_CASE("a new resume point forgets the crashes, the same one does not") {
  for (const bool moves : {true, false}) {
    MemoryTaskStore store;
    TaskRecord row = Row(1, TaskState::kRunning);
    row.crashes = 1;
    store.Put(row);
    const auto runner = OpenRunner(
        store,
        {.kinds = {
             {"load", [&](TaskContext& context) -> absl::StatusOr<std::string> {
                const absl::Status saved =
                    context.SaveResume(moves ? "at 50" : "at 40");
                if (!saved.ok()) return saved;
                return std::to_string(store.rows().at(1).crashes);
              }}}});
    CHECK(runner->Wait(1, absl::InfiniteFuture())->result ==
          (moves ? "0" : "2"));
  }
}

TEST_CASE("a shutdown leaves resumable tasks to the next process") {
  MemoryTaskStore store;
  Gate begun;
  const TaskFunction work =
      [&](TaskContext& context) -> absl::StatusOr<std::string> {
    if (!context.resume().empty()) return "\"" + context.resume() + "\"";
    context.Progress(40, 100);
    if (const absl::Status saved = context.SaveResume("at 40"); !saved.ok())
      return saved;
    return UntilCancelled(begun)(context);
  };
  const RunnerOptions options = {.threads = {1, 1, 1, 1},
                                 .kinds = {{"load", work}}};
  {
    const auto runner = OpenRunner(store, options);
    const TaskHandle running =
        MustSubmit(*runner, Spec("load", TaskPool::kImport));
    const TaskHandle queued =
        MustSubmit(*runner, Spec("load", TaskPool::kImport));
    const TaskHandle other =
        MustSubmit(*runner, Spec("work", TaskPool::kImport), GoesOn());
    begun.Pass();
    runner->Shutdown();
    // Who waits is told, and nothing is taken any more.
    CHECK(running.Wait().status().code() == absl::StatusCode::kUnavailable);
    CHECK(queued.Wait().status().code() == absl::StatusCode::kUnavailable);
    CHECK(MustWait(other).state == TaskState::kInterrupted);
    CHECK(runner->Submit(Spec("load")).status().code() ==
          absl::StatusCode::kUnavailable);
    runner->Shutdown();
  }
  const auto rows = store.rows();
  REQUIRE(rows.size() == 3);
  CHECK(rows.at(1).info.state == TaskState::kQueued);
  CHECK(rows.at(1).resume == "at 40");
  CHECK(rows.at(1).info.progress.done == 40);
  CHECK(rows.at(2).info.state == TaskState::kQueued);
  CHECK(rows.at(3).info.state == TaskState::kInterrupted);

  const auto runner = OpenRunner(store, options);
  const auto resumed = runner->Wait(1, absl::InfiniteFuture());
  REQUIRE_OK(resumed);
  CHECK(resumed->state == TaskState::kSucceeded);
  CHECK(resumed->result == "\"at 40\"");
  CHECK(resumed->attempts == 2);
  CHECK(store.rows().at(1).crashes == 0);
  // The other one begins, and this runner's end leaves it again.
  begun.Pass();
}

TEST_CASE("a shutdown interrupts what cannot be resumed") {
  MemoryTaskStore store;
  Gate begun;
  TaskSpec transient = Spec("fold", TaskPool::kIndex);
  transient.persistent = false;
  std::optional<TaskHandle> waiting;
  const auto runner = OpenRunner(store, {.threads = {1, 1, 1, 1}});
  MustSubmit(*runner, Spec("work", TaskPool::kIndex), UntilCancelled(begun));
  waiting = MustSubmit(*runner, transient, GoesOn());
  begun.Pass();
  runner->Shutdown();
  CHECK(runner->Info(1)->state == TaskState::kInterrupted);
  CHECK(runner->Info(1)->error.code() == absl::StatusCode::kAborted);
  CHECK(waiting->Info().state == TaskState::kInterrupted);
  CHECK(store.rows().size() == 1);
  CHECK(store.rows().at(1).info.state == TaskState::kInterrupted);
}

TEST_CASE("a task that ends during the shutdown has ended") {
  MemoryTaskStore store;
  Gate begun;
  const auto runner =
      OpenRunner(store, {.kinds = {{"load", [&](TaskContext& context) {
                                      (void)UntilCancelled(begun)(context);
                                      return absl::StatusOr<std::string>("1");
                                    }}}});
  MustSubmit(*runner, Spec("load"));
  begun.Pass();
  runner->Shutdown();
  CHECK(runner->Info(1)->state == TaskState::kSucceeded);
  CHECK(store.rows().at(1).info.state == TaskState::kSucceeded);
}

TEST_CASE("what was cancelled before the shutdown stays cancelled") {
  MemoryTaskStore store;
  Gate begun;
  const auto runner =
      OpenRunner(store, {.kinds = {{"load", UntilCancelled(begun)}}});
  const TaskHandle handle = MustSubmit(*runner, Spec("load"));
  begun.Pass();
  REQUIRE_OK(handle.Cancel());
  runner->Shutdown();
  CHECK(store.rows().at(1).info.state == TaskState::kCancelled);
}

TEST_CASE("who waits is woken by the shutdown") {
  MemoryTaskStore store;
  store.Put(Row(1, TaskState::kQueued));
  const auto runner = OpenRunner(store, {.resume = false});
  absl::Status status;
  std::thread waiter(
      [&] { status = runner->Wait(1, absl::InfiniteFuture()).status(); });
  runner->Shutdown();
  waiter.join();
  CHECK(status.code() == absl::StatusCode::kUnavailable);
}

TEST_CASE("a process that does not resume leaves resumable tasks alone") {
  MemoryTaskStore store;
  store.Put(Row(1, TaskState::kRunning));
  store.Put(Row(2, TaskState::kQueued));
  store.Put(Row(3, TaskState::kRunning, false));
  {
    const auto runner = OpenRunner(store, {.resume = false});
    CHECK(runner->Info(1)->state == TaskState::kQueued);
    CHECK(runner->Info(2)->state == TaskState::kQueued);
    CHECK(runner->Info(3)->state == TaskState::kInterrupted);
    CHECK(runner->Wait(1, absl::InfinitePast()).status().code() ==
          absl::StatusCode::kDeadlineExceeded);
    REQUIRE_OK(runner->Cancel(2));
    CHECK(runner->Info(2)->state == TaskState::kCancelled);
    // New ones run.
    MustWait(MustSubmit(*runner, Spec(), GoesOn()));
  }
  const auto rows = store.rows();
  CHECK(rows.at(1).info.state == TaskState::kRunning);  // as it was
  CHECK(rows.at(1).resume == "at 40");
  CHECK(rows.at(2).info.state == TaskState::kCancelled);
  CHECK(rows.at(3).info.state == TaskState::kInterrupted);
  const auto runner = OpenRunner(store, {.kinds = {{"load", GoesOn()}}});
  CHECK(runner->Wait(1, absl::InfiniteFuture())->result == "\"at 40\"");
  CHECK(runner->Info(2)->state == TaskState::kCancelled);
}

}  // namespace
}  // namespace skg::tasks::test
