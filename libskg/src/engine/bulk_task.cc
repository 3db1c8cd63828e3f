#include "engine/bulk_task.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"

namespace skg::engine {
namespace {

// What a load can do with, and how much it makes use of.
constexpr size_t kMinLoadBytes = size_t{2} << 20;
constexpr size_t kMaxLoadBytes = size_t{1} << 30;

// How long a cancellation may go unnoticed.
constexpr absl::Duration kPoll = absl::Milliseconds(50);

std::string ResultJson(const LoadResult& result) {
  return absl::StrCat(
      "{\"statements\":", result.statements, ",\"inserted\":", result.inserted,
      ",\"replaced\":", result.replaced, ",\"duplicates\":", result.duplicates,
      ",\"skipped\":", result.skipped, ",\"commit\":", result.commit, "}");
}

}  // namespace

bool BulkTask::Progress(uint64_t bytes, uint64_t statements) const {
  context_.Progress(statements, 0);
  if (shared_.listener) {
    std::unique_lock lock(shared_.mutex);
    shared_.bytes = bytes;
    shared_.statements = statements;
    shared_.told = false;
    shared_.changed.notify_all();
    shared_.changed.wait(lock, [&] { return shared_.told; });
  }
  return context_.cancellation().Check().ok();
}

absl::StatusOr<LoadResult> BulkTask::Run(EngineImpl& engine,
                                         tasks::TaskContext& context,
                                         Shared& shared, const Load& load) {
  SKG_ASSIGN_OR_RETURN(
      const MemoryReservation memory,
      engine.memory().ReserveShare("loads", kMaxLoadBytes, kMinLoadBytes));
  storage::BulkLoadOptions options;
  options.directory = engine.directory();
  options.memory_bytes = memory.bytes();
  options.durability = engine.durability();
  options.cancellation = &context.cancellation();
  return load(BulkTask(context, std::move(options), shared));
}

void BulkTask::Listen(
    const tasks::TaskHandle& task, Shared& shared,
    const std::function<bool(uint64_t bytes, uint64_t statements)>& progress) {
  bool cancelled = false;
  std::unique_lock lock(shared.mutex);
  while (!shared.ended) {
    shared.changed.wait_for(lock, absl::ToChronoMilliseconds(kPoll),
                            [&] { return shared.ended || !shared.told; });
    if (shared.ended) return;
    const uint64_t bytes = shared.bytes, statements = shared.statements;
    const bool report = !shared.told;
    lock.unlock();
    // A task that was cancelled before it began never says that it ended.
    if (!report && !absl::IsDeadlineExceeded(task.Wait(absl::Now()).status()))
      return;
    if (!cancelled && !progress(bytes, statements)) {
      cancelled = true;
      (void)task.Cancel();  // it may have ended by itself meanwhile
    }
    lock.lock();
    if (!report) continue;
    shared.told = true;
    shared.changed.notify_all();
  }
}

absl::StatusOr<LoadResult> RunBulkTask(
    GraphImpl& graph, const std::string& what,
    const std::function<bool(uint64_t bytes, uint64_t statements)>& progress,
    const BulkTask::Load& load) {
  EngineImpl& engine = graph.engine();
  const storage::GraphDescription& description = graph.store().description();
  tasks::TaskSpec spec;
  spec.kind = "load";
  spec.pool = TaskPool::kImport;
  spec.graph = absl::StrCat(description.tenant, "/", description.name);
  spec.title = absl::StrCat(what.substr(0, 100), " into ", spec.graph);
  spec.unit = "statements";
  // The task ends before this call does.
  BulkTask::Shared shared(progress != nullptr);
  absl::StatusOr<LoadResult> result =
      absl::CancelledError("the load was cancelled; the graph is as it was");
  SKG_ASSIGN_OR_RETURN(
      const tasks::TaskHandle task,
      engine.tasks().Submit(
          std::move(spec),
          [&](tasks::TaskContext& context) -> absl::StatusOr<std::string> {
            result = BulkTask::Run(engine, context, shared, load);
            {
              const std::lock_guard lock(shared.mutex);
              shared.ended = true;
              shared.changed.notify_all();
            }
            if (result.ok()) return ResultJson(*result);
            // Nobody else ended it: the caller's own function did.
            if (absl::IsCancelled(result.status()) &&
                context.cancellation().Check().ok())
              (void)engine.tasks().Cancel(context.id());
            return result.status();
          }));
  if (progress) BulkTask::Listen(task, shared, progress);
  SKG_RETURN_IF_ERROR(task.Wait(absl::InfiniteFuture()).status());
  if (absl::IsCancelled(result.status())) {
    return absl::CancelledError(
        absl::StrCat(what, ": the load was cancelled; the graph is as it was"));
  }
  return result;
}

}  // namespace skg::engine
