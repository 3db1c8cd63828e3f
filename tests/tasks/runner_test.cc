#include <catch2/catch.hpp>
#include <optional>
#include <stdexcept>
#include <thread>

#include "tasks/runner_fixture.h"
#include "tasks/task_runner.h"

namespace skg::tasks::test {
namespace {

TaskFunction Gives(std::string result) {
  return
      [result](TaskContext&) -> absl::StatusOr<std::string> { return result; };
}

// Passes the gate, then succeeds.
TaskFunction Through(Gate& gate) {
  return [&gate](TaskContext&) -> absl::StatusOr<std::string> {
    gate.Pass();
    return std::string();
  };
}

TEST_CASE("a task runs, and its result is kept") {
  MemoryTaskStore store;
  Clock clock;
  const auto runner = OpenRunner(store, {.clock = clock.Function()});
  const TaskHandle handle =
      MustSubmit(*runner, Spec("fold"), [&](TaskContext& context) {
        clock.Advance(5);
        context.Progress(10, 10);
        return absl::StatusOr<std::string>(R"({"runs": 1})");
      });
  const TaskInfo info = MustWait(handle);
  CHECK(info.id == 1);
  CHECK(handle.id() == 1);
  CHECK(info.kind == "fold");
  CHECK(info.title == "public/main");
  CHECK(info.pool == TaskPool::kMaintenance);
  CHECK(info.state == TaskState::kSucceeded);
  CHECK(info.result == R"({"runs": 1})");
  CHECK(info.attempts == 1);
  CHECK(info.error.ok());
  CHECK(info.storage.ok());
  CHECK(info.progress.done == 10);
  CHECK(info.progress.rate == 2);
  CHECK(*info.finished - *info.started == absl::Seconds(5));

  // Queued and ended are durable; that it runs, and how far, is only noted.
  using Saved = std::pair<TaskState, bool>;
  const std::vector<Saved> saved = {{TaskState::kQueued, true},
                                    {TaskState::kRunning, false},
                                    {TaskState::kRunning, false},
                                    {TaskState::kSucceeded, true}};
  CHECK((store.saved() == saved));
  const auto found = runner->Info(1);
  REQUIRE_OK(found);
  CHECK(found->state == TaskState::kSucceeded);
  CHECK(runner->List().size() == 1);
}

TEST_CASE("what a task function does wrong is the task's error") {
  struct Case {
    const char* name;
    TaskFunction function;
    absl::StatusCode code;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"an error",
       [](TaskContext&) -> absl::StatusOr<std::string> {
         return absl::DataLossError("block 7 is damaged");
       },
       absl::StatusCode::kDataLoss, "block 7 is damaged"},
      {"an exception",
       [](TaskContext&) -> absl::StatusOr<std::string> {
         throw std::runtime_error("oops");
       },
       absl::StatusCode::kInternal, "oops"},
      {"anything thrown",
       [](TaskContext&) -> absl::StatusOr<std::string> { throw 7; },
       absl::StatusCode::kInternal, "threw"},
      {"cancelled, though nobody asked",
       [](TaskContext&) -> absl::StatusOr<std::string> {
         return absl::CancelledError("I give up");
       },
       absl::StatusCode::kCancelled, "I give up"},
      {"a result too large",
       [](TaskContext&) -> absl::StatusOr<std::string> {
         return std::string(kMaxResultBytes + 1, '1');
       },
       absl::StatusCode::kResourceExhausted, "its result has 65537 bytes"},
      {"a message without end",
       [](TaskContext&) -> absl::StatusOr<std::string> {
         return absl::UnknownError(std::string(1 << 20, 'x'));
       },
       absl::StatusCode::kUnknown, "xxx..."},
  };
  for (const Case& one : cases) {
    DYNAMIC_SECTION(one.name) {
      MemoryTaskStore store;
      Lines log;
      const auto runner = OpenRunner(store, {.log = log.Function()});
      const TaskInfo info = MustWait(MustSubmit(*runner, Spec(), one.function));
      CHECK(info.state == TaskState::kFailed);
      CHECK(info.error.code() == one.code);
      CHECK(Contains(Message(info.error), one.message));
      CHECK(info.error.message().size() <= kMaxErrorBytes);
      CHECK(info.result.empty());
      CHECK(store.rows().at(info.id).info.state == TaskState::kFailed);
      REQUIRE(log.all().size() == 1);
      CHECK(Contains(log.all()[0], "work \"public/main\" (task 1) failed"));
      // The pool works on.
      CHECK(MustWait(MustSubmit(*runner, Spec(), Gives("2"))).result == "2");
    }
  }
}

TEST_CASE("submit refuses what cannot be a task") {
  MemoryTaskStore store;
  const auto runner = OpenRunner(store);
  const auto refused = [&](const TaskSpec& spec, TaskFunction function) {
    const auto handle = runner->Submit(spec, std::move(function));
    REQUIRE_FALSE(handle.ok());
    CHECK(handle.status().code() == absl::StatusCode::kInvalidArgument);
  };
  TaskSpec spec = Spec();
  spec.kind = "";
  refused(spec, Gives("1"));
  refused(Spec(std::string(kMaxKindBytes + 1, 'k')), Gives("1"));
  refused(Spec("nobody-registered-this"), nullptr);
  spec = Spec();
  spec.title = std::string(kMaxTitleBytes + 1, 't');
  refused(spec, Gives("1"));
  spec = Spec();
  spec.resume = std::string(kMaxResumeBytes + 1, 'r');
  refused(spec, Gives("1"));
  CHECK(runner->List().empty());
  CHECK(store.rows().empty());
}

TEST_CASE("each pool runs as many tasks as it has threads") {
  MemoryTaskStore store;
  const auto runner = OpenRunner(store, {.threads = {1, 3, 1, 1}});
  Gate index, import;
  std::atomic<int> running{0}, most{0};
  std::vector<TaskHandle> handles;
  for (int i = 0; i < 10; ++i) {
    handles.push_back(
        MustSubmit(*runner, Spec("build", TaskPool::kIndex),
                   [&](TaskContext&) -> absl::StatusOr<std::string> {
                     const int now = ++running;
                     for (int seen = most; seen < now;) {
                       if (most.compare_exchange_weak(seen, now)) break;
                     }
                     index.Pass();
                     --running;
                     return std::string();
                   }));
  }
  index.AwaitArrivals(3);
  CHECK(running == 3);
  // A full pool holds nobody else back.
  handles.push_back(
      MustSubmit(*runner, Spec("load", TaskPool::kImport), Through(import)));
  import.AwaitArrivals(1);
  import.Open();
  CHECK(MustWait(handles.back()).state == TaskState::kSucceeded);
  index.Open();
  for (const TaskHandle& handle : handles) {
    CHECK(MustWait(handle).state == TaskState::kSucceeded);
  }
  CHECK(most == 3);
}

TEST_CASE("a pool runs its tasks in the order they came") {
  MemoryTaskStore store;
  const auto runner = OpenRunner(store, {.threads = {1, 1, 1, 1}});
  Gate gate;
  std::vector<int> order;  // by one thread at a time
  std::vector<TaskHandle> handles = {
      MustSubmit(*runner, Spec(), Through(gate))};
  for (int i = 0; i < 5; ++i) {
    handles.push_back(
        MustSubmit(*runner, Spec(),
                   [&order, i](TaskContext&) -> absl::StatusOr<std::string> {
                     order.push_back(i);
                     return std::string();
                   }));
  }
  gate.AwaitArrivals(1);
  CHECK(runner->Info(1)->state == TaskState::kRunning);
  for (uint64_t id = 2; id <= 6; ++id) {
    CHECK(runner->List()[id - 1].state == TaskState::kQueued);
  }
  gate.Open();
  for (const TaskHandle& handle : handles) MustWait(handle);
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
}

TEST_CASE("a queue has an end") {
  MemoryTaskStore store;
  const auto runner =
      OpenRunner(store, {.threads = {1, 1, 1, 1}, .max_queued = 2});
  Gate gate;
  std::vector<TaskHandle> handles = {
      MustSubmit(*runner, Spec(), Through(gate))};
  gate.AwaitArrivals(1);
  handles.push_back(MustSubmit(*runner, Spec(), Gives("1")));
  handles.push_back(MustSubmit(*runner, Spec(), Gives("1")));
  const auto refused = runner->Submit(Spec(), Gives("1"));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.status().code() == absl::StatusCode::kResourceExhausted);
  CHECK(runner->List().size() == 3);
  CHECK(store.rows().size() == 3);
  gate.Open();
  for (const TaskHandle& handle : handles) MustWait(handle);
}

TEST_CASE("a queued task that is cancelled never runs") {
  MemoryTaskStore store;
  const auto runner = OpenRunner(store, {.threads = {1, 1, 1, 1}});
  Gate gate;
  const TaskHandle first = MustSubmit(*runner, Spec(), Through(gate));
  gate.AwaitArrivals(1);
  bool ran = false;
  const TaskHandle second = MustSubmit(
      *runner, Spec(), [&](TaskContext&) -> absl::StatusOr<std::string> {
        ran = true;
        return std::string();
      });
  REQUIRE_OK(runner->Cancel(second.id()));
  CHECK(store.rows().at(second.id()).info.state == TaskState::kCancelled);
  const TaskInfo info = MustWait(second);
  CHECK(info.state == TaskState::kCancelled);
  CHECK(absl::IsCancelled(info.error));
  CHECK_FALSE(info.started);
  gate.Open();
  MustWait(first);
  MustWait(MustSubmit(*runner, Spec(), Gives("1")));
  CHECK_FALSE(ran);

  const absl::Status again = runner->Cancel(second.id());
  CHECK(again.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(Contains(Message(again), "cancelled"));
  CHECK(runner->Cancel(first.id()).code() ==
        absl::StatusCode::kFailedPrecondition);
  CHECK(runner->Cancel(99).code() == absl::StatusCode::kNotFound);
  CHECK(runner->Cancel(0).code() == absl::StatusCode::kNotFound);
}

TEST_CASE("a running task is asked to end") {
  MemoryTaskStore store;
  const auto runner = OpenRunner(store);
  Gate begun;
  const TaskHandle handle = MustSubmit(*runner, Spec(), UntilCancelled(begun));
  begun.Pass();
  REQUIRE_OK(handle.Cancel());
  const TaskInfo info = MustWait(handle);
  CHECK(info.state == TaskState::kCancelled);
  CHECK(absl::IsCancelled(info.error));
  CHECK(store.rows().at(1).info.state == TaskState::kCancelled);
}

TEST_CASE("a task that ends before it hears of the cancellation has ended so") {
  struct Case {
    const char* name;
    absl::StatusOr<std::string> result;
    TaskState state;
  };
  const std::vector<Case> cases = {
      {"well", std::string("1"), TaskState::kSucceeded},
      {"badly", absl::DataLossError("damaged"), TaskState::kFailed},
  };
  for (const Case& one : cases) {
    DYNAMIC_SECTION(one.name) {
      MemoryTaskStore store;
      const auto runner = OpenRunner(store);
      Gate gate;
      const TaskHandle handle = MustSubmit(*runner, Spec(), [&](TaskContext&) {
        gate.Pass();
        return one.result;
      });
      gate.AwaitArrivals(1);
      REQUIRE_OK(handle.Cancel());
      gate.Open();
      CHECK(MustWait(handle).state == one.state);
    }
  }
}

TEST_CASE("a wait ends at its deadline and says where the task stands") {
  MemoryTaskStore store;
  const auto runner = OpenRunner(store);
  Gate gate;
  const TaskHandle handle =
      MustSubmit(*runner, Spec(),
                 [&](TaskContext& context) -> absl::StatusOr<std::string> {
                   context.Progress(3, 8);
                   gate.Pass();
                   return std::string();
                 });
  gate.AwaitArrivals(1);
  const auto late = runner->Wait(handle.id(), absl::InfinitePast());
  REQUIRE_FALSE(late.ok());
  CHECK(late.status().code() == absl::StatusCode::kDeadlineExceeded);
  CHECK(Contains(Message(late.status()), "running: 3 of 8 statements"));
  CHECK(runner->Wait(99, absl::InfinitePast()).status().code() ==
        absl::StatusCode::kNotFound);
  gate.Open();
  MustWait(handle);
  CHECK(runner->Wait(handle.id(), absl::InfinitePast()).ok());
}

TEST_CASE("a transient task is listed while it is alive and writes nothing") {
  MemoryTaskStore store;
  const auto runner = OpenRunner(store);
  Gate gate;
  TaskSpec spec = Spec("fold");
  spec.persistent = false;
  absl::Status saved_resume;
  const TaskHandle handle = MustSubmit(
      *runner, spec, [&](TaskContext& context) -> absl::StatusOr<std::string> {
        context.Progress(1, 2);
        saved_resume = context.SaveResume("x");
        gate.Pass();
        return std::string("7");
      });
  gate.AwaitArrivals(1);
  CHECK(saved_resume.code() == absl::StatusCode::kFailedPrecondition);
  REQUIRE(runner->List().size() == 1);
  CHECK_FALSE(runner->List()[0].persistent);
  CHECK(runner->List()[0].progress.done == 1);
  gate.Open();
  CHECK(MustWait(handle).result == "7");
  CHECK(handle.Info().state == TaskState::kSucceeded);
  CHECK(runner->List().empty());
  CHECK(runner->Info(handle.id()).status().code() ==
        absl::StatusCode::kNotFound);
  CHECK(store.saved().empty());

  // Thousands of them take a handful of ids' rows.
  for (int i = 0; i < 2000; ++i) {
    MustWait(MustSubmit(*runner, spec, Gives("")));
  }
  CHECK(store.saved().empty());
  CHECK(store.allocations() <= 12);
}

TEST_CASE("ids are never given again") {
  MemoryTaskStore store;
  uint64_t last = 0;
  for (int process = 0; process < 3; ++process) {
    const auto runner = OpenRunner(store);
    for (int i = 0; i < 5; ++i) {
      const TaskHandle handle = MustSubmit(*runner, Spec(), Gives("1"));
      CHECK(handle.id() > last);
      last = handle.id();
      MustWait(handle);
    }
  }
  CHECK(store.rows().size() == 15);
}

TEST_CASE("what ended long ago, or before many others, is forgotten") {
  MemoryTaskStore store;
  Clock clock;
  const RunnerOptions options = {.keep_ended = 3,
                                 .keep_ended_for = absl::Hours(1),
                                 .clock = clock.Function()};
  {
    const auto runner = OpenRunner(store, options);
    for (int i = 0; i < 5; ++i) {
      MustWait(MustSubmit(*runner, Spec(), Gives("1")));
      clock.Advance(60);
    }
    REQUIRE(runner->List().size() == 3);
    CHECK(runner->List()[0].id == 3);
    CHECK(runner->Info(1).status().code() == absl::StatusCode::kNotFound);
  }
  // Rows go after who waited was told.
  CHECK(store.rows().size() == 3);
  // Task 4 ended half a minute more than an hour ago, task 5 less.
  clock.Advance(3600 - 90);
  const auto runner = OpenRunner(store, options);
  REQUIRE(runner->List().size() == 1);
  CHECK(runner->List()[0].id == 5);
  CHECK(store.rows().size() == 1);

  const auto none = runner->Prune(absl::InfinitePast());
  REQUIRE_OK(none);
  CHECK(*none == 0);
  const auto all = runner->Prune(absl::InfiniteFuture());
  REQUIRE_OK(all);
  CHECK(*all == 1);
  CHECK(runner->List().empty());
  CHECK(store.rows().empty());
}

TEST_CASE("a store that fails is heard of") {
  MemoryTaskStore store;
  Lines log;
  Clock clock;
  const auto runner = OpenRunner(store, {.kinds = {{"load", Gives("1")}},
                                         .clock = clock.Function(),
                                         .log = log.Function()});
  const absl::Status full = absl::ResourceExhaustedError("the disk is full");

  SECTION("before a task: it is not taken") {
    MustWait(MustSubmit(*runner, Spec(), Gives("1")));
    store.Fail(full);
    CHECK(runner->Submit(Spec(), Gives("1")).status() == full);
    CHECK(runner->List().size() == 1);
    CHECK(runner->Prune(absl::InfiniteFuture()).status() == full);
    CHECK(runner->List().size() == 1);
  }
  SECTION("while it runs: it goes on, and says so") {
    Gate gate;
    absl::Status resume;
    const TaskHandle handle =
        MustSubmit(*runner, Spec("load"),
                   [&](TaskContext& context) -> absl::StatusOr<std::string> {
                     store.Fail(full);
                     clock.Advance(10);
                     context.Progress(1, 2);
                     resume = context.SaveResume("here");
                     gate.Pass();
                     return std::string("1");
                   });
    gate.AwaitArrivals(1);
    CHECK(resume == full);
    CHECK(handle.Info().storage == full);
    gate.Open();
    const TaskInfo info = MustWait(handle);
    CHECK(info.state == TaskState::kSucceeded);
    CHECK(info.storage == full);
    CHECK(log.all().size() == 3);
    CHECK(Contains(log.all()[0], "the disk is full"));
    // What is on disk is the past: the next process takes it from there.
    CHECK(store.rows().at(1).info.state == TaskState::kRunning);
  }
  SECTION("at a cancellation") {
    Gate gate;
    std::vector<TaskHandle> handles;
    for (int i = 0; i < 2; ++i) {
      handles.push_back(MustSubmit(*runner, Spec(), Through(gate)));
    }
    gate.AwaitArrivals(2);
    const TaskHandle queued = MustSubmit(*runner, Spec(), Gives("1"));
    store.Fail(full);
    CHECK(queued.Cancel() == full);
    CHECK(MustWait(queued).state == TaskState::kCancelled);
    CHECK(queued.Info().storage == full);
    gate.Open();
    for (const TaskHandle& handle : handles) MustWait(handle);
  }
  store.Fail(absl::OkStatus());
}

TEST_CASE("a store that cannot be read opens no runner") {
  MemoryTaskStore store;
  store.Fail(absl::DataLossError("damaged row of task 3"));
  CHECK(Runner::Open(store, {}).status().code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("many threads submit, cancel, list and wait at once") {
  MemoryTaskStore store;
  std::atomic<int> ended{0}, cancelled{0};
  {
    const auto runner = OpenRunner(store, {.keep_ended = 50});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 100; ++i) {
          TaskSpec spec = Spec("work", static_cast<TaskPool>(1 + i % 4));
          spec.persistent = (i % 3) != 0;
          const auto handle = runner->Submit(
              spec, [](TaskContext& context) -> absl::StatusOr<std::string> {
                for (uint64_t n = 0; n < 20; ++n) context.Progress(n, 20);
                const absl::Status status = context.cancellation().Check();
                if (!status.ok()) return status;
                return std::string("1");
              });
          if (!handle.ok()) continue;
          if (i % 5 == t) (void)handle->Cancel();
          if (i % 7 == 0) (void)runner->List();
          const auto info = handle->Wait();
          if (!info.ok()) continue;
          ++ended;
          if (info->state == TaskState::kCancelled) ++cancelled;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(runner->List().size() == 50);
  }
  CHECK(ended == 400);
  CHECK(cancelled <= 80);
  CHECK(store.rows().size() == 50);
}

}  // namespace
}  // namespace skg::tasks::test
