#include "storage/maintenance.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "storage/fold.h"
#include "storage/graph_state.h"

namespace skg::storage {

namespace {

// Writers of a graph with more runs than this are slowed down.
constexpr size_t kSlowedRuns = 32;
constexpr absl::Duration kLongestDelay = absl::Milliseconds(100);

}  // namespace

absl::Status Maintain(GraphState& graph, uint64_t fold_rows,
                      const Cancellation* cancellation) {
  const std::lock_guard lock(graph.rewriting());
  SKG_ASSIGN_OR_RETURN(auto snapshot, graph.TakeSnapshot());
  if (snapshot->head().delta_rows >= fold_rows)
    SKG_RETURN_IF_ERROR(FoldDelta(graph, cancellation));
  for (;;) {
    SKG_ASSIGN_OR_RETURN(snapshot, graph.TakeSnapshot());
    const std::vector<uint32_t> runs = ChooseMerge(snapshot->manifest());
    snapshot.reset();
    if (runs.empty()) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(MergeRuns(graph, runs, cancellation));
  }
}

absl::Status CompactGraph(GraphState& graph, const Cancellation* cancellation) {
  const std::lock_guard lock(graph.rewriting());
  SKG_RETURN_IF_ERROR(FoldDelta(graph, cancellation));
  SKG_ASSIGN_OR_RETURN(const auto snapshot, graph.TakeSnapshot());
  std::vector<uint32_t> runs;
  size_t live = 0;
  for (const RunInfo& info : snapshot->manifest().runs) {
    runs.push_back(info.number);
    if (!info.history) ++live;
  }
  if (live < 2 && runs.size() - live < 2) return absl::OkStatus();
  return MergeRuns(graph, runs, cancellation);
}

Maintenance::Maintenance(Options options)
    : options_(std::move(options)), thread_([this] { Run(); }) {}

Maintenance::~Maintenance() {
  cancellation_.Cancel();
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    work_.notify_all();
  }
  thread_.join();
}

void Maintenance::CommitDone(GraphState& graph, const Backlog& backlog) {
  if (backlog.delta_rows < options_.fold_rows && !backlog.wants_merge) return;
  {
    const std::lock_guard lock(mutex_);
    if (wanted_.insert(graph.description.number).second) {
      waiting_.emplace_back(graph.description.number, graph.weak_from_this());
      work_.notify_one();
    }
  }
  if (backlog.runs > kSlowedRuns) {
    absl::SleepFor(std::min(
        kLongestDelay, absl::Milliseconds(1) * (backlog.runs - kSlowedRuns)));
  }
}

void Maintenance::WaitIdle() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] { return waiting_.empty() && !busy_; });
}

void Maintenance::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [&] { return stop_ || !waiting_.empty(); });
    if (stop_) return;
    const std::shared_ptr<GraphState> graph = waiting_.front().second.lock();
    // Commits from here on may ask again.
    wanted_.erase(waiting_.front().first);
    waiting_.pop_front();
    busy_ = true;
    if (graph != nullptr) {
      lock.unlock();
      const absl::Status status =
          Maintain(*graph, options_.fold_rows, &cancellation_);
      // The graph is as it was; the next commit asks again.
      if (!status.ok() && !absl::IsCancelled(status) && !graph->dropped() &&
          options_.log) {
        options_.log(absl::StrCat("folding graph ", graph->description.tenant,
                                  "/", graph->description.name,
                                  " failed: ", status.message()));
      }
      lock.lock();
    }
    busy_ = false;
    idle_.notify_all();
  }
}

}  // namespace skg::storage
