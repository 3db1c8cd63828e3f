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
  shared_.bytes.store(bytes, std::memory_order_relaxed);
  shared_.statements.store(statements, std::memory_order_relaxed);
  context_.Progress(statements, 0);
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

absl::StatusOr<LoadResult> RunBulkTask(
    GraphImpl& graph, const std::string& what,
    const std::function<bool(uint64_t bytes, uint64_t statements)>& progress,
    const BulkTask::Load& load) {
  EngineImpl& engine = graph.engine();
  const storage::GraphDescription& description = graph.store().description();
  tasks::TaskSpec spec;
  spec.kind = "load";
  spec.pool = TaskPool::kImport;
  spec.title = absl::StrCat(what.substr(0, 100), " into ", description.tenant,
                            "/", description.name);
  spec.unit = "statements";
  // The task ends before this call does.
  BulkTask::Shared shared;
  absl::StatusOr<LoadResult> result =
      absl::CancelledError("the load was cancelled; the graph is as it was");
  SKG_ASSIGN_OR_RETURN(
      const tasks::TaskHandle task,
      engine.tasks().Submit(
          std::move(spec),
          [&](tasks::TaskContext& context) -> absl::StatusOr<std::string> {
            result = BulkTask::Run(engine, context, shared, load);
            if (!result.ok()) return result.status();
            return ResultJson(*result);
          }));
  bool cancelled = false;
  for (;;) {
    const auto ended = task.Wait(absl::Now() + kPoll);
    if (!absl::IsDeadlineExceeded(ended.status())) {
      SKG_RETURN_IF_ERROR(ended.status());
      break;
    }
    if (!progress || cancelled ||
        progress(shared.bytes.load(std::memory_order_relaxed),
                 shared.statements.load(std::memory_order_relaxed))) {
      continue;
    }
    cancelled = true;
    // It may have ended by itself meanwhile.
    (void)task.Cancel();
  }
  if (absl::IsCancelled(result.status())) {
    return absl::CancelledError(
        absl::StrCat(what, ": the load was cancelled; the graph is as it was"));
  }
  return result;
}

}  // namespace skg::engine
