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
#include "storage/pending_clears.h"

namespace skg::storage {

namespace {

// Writers of a graph with more runs than this are slowed down.
constexpr size_t kSlowedRuns = 32;
constexpr absl::Duration kLongestDelay = absl::Milliseconds(100);

}  // namespace

absl::Status Maintain(GraphState& graph, uint64_t fold_rows,
                      const Cancellation* cancellation,
                      RewriteProgress* progress) {
  const std::lock_guard lock(graph.rewriting());
  SKG_ASSIGN_OR_RETURN(auto snapshot, graph.TakeSnapshot());
  if (snapshot->head().delta_rows >= fold_rows)
    SKG_RETURN_IF_ERROR(FoldDelta(graph, cancellation, progress));
  SKG_ASSIGN_OR_RETURN(snapshot, graph.TakeSnapshot());
  if (WantsClearsWritten(snapshot->manifest(), snapshot->head().delta_rows))
    SKG_RETURN_IF_ERROR(WriteClears(graph, cancellation));
  for (;;) {
    SKG_ASSIGN_OR_RETURN(snapshot, graph.TakeSnapshot());
    std::vector<uint32_t> runs = ChooseMerge(snapshot->manifest());
    if (runs.empty()) {
      SKG_ASSIGN_OR_RETURN(const History past, graph.ReadHistory());
      runs = ForgottenRuns(snapshot->manifest(), past.horizon);
    }
    snapshot.reset();
    if (runs.empty()) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(MergeRuns(graph, runs, cancellation, progress));
  }
}

absl::Status CompactGraph(GraphState& graph, const Cancellation* cancellation) {
  const std::lock_guard lock(graph.rewriting());
  SKG_RETURN_IF_ERROR(FoldDelta(graph, cancellation));
  SKG_RETURN_IF_ERROR(WriteClears(graph, cancellation));
  SKG_ASSIGN_OR_RETURN(const auto snapshot, graph.TakeSnapshot());
  SKG_ASSIGN_OR_RETURN(const History past, graph.ReadHistory());
  std::vector<uint32_t> all, history;
  bool forgets = false;    // perhaps: an end lies after its row's commit
  bool unsettled = false;  // a live run holds removes, which are no statements
  for (const RunInfo& info : snapshot->manifest().runs) {
    all.push_back(info.number);
    if (info.history) {
      history.push_back(info.number);
      forgets = forgets || info.min_commit < past.horizon;
    } else {
      unsettled =
          unsettled || info.statements != static_cast<int64_t>(info.rows);
    }
  }
  if (unsettled || all.size() - history.size() >= 2 || history.size() >= 2)
    return MergeRuns(graph, all, cancellation);
  return forgets ? MergeRuns(graph, history, cancellation) : absl::OkStatus();
}

// One task's claim on its graph. Ends with the task, also with one that was
// cancelled before it began.
class Maintenance::Request {
 public:
  Request(Maintenance& maintenance, uint32_t graph)
      : maintenance_(maintenance), graph_(graph) {}
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  ~Request() {
    Begin();
    const std::lock_guard lock(maintenance_.mutex_);
    --maintenance_.requests_;
    maintenance_.idle_.notify_all();
  }

  // Commits from here on may ask again.
  void Begin() {
    if (begun_) return;
    begun_ = true;
    const std::lock_guard lock(maintenance_.mutex_);
    maintenance_.wanted_.erase(graph_);
  }

 private:
  Maintenance& maintenance_;
  const uint32_t graph_;
  bool begun_ = false;
};

void Maintenance::CommitDone(GraphState& graph, const Backlog& backlog) {
  if (backlog.delta_rows < fold_rows_ && !backlog.wants_merge) return;
  bool ask = false;
  {
    const std::lock_guard lock(mutex_);
    ask = wanted_.insert(graph.description.number).second;
    if (ask) ++requests_;
  }
  if (ask) {
    auto request = std::make_shared<Request>(*this, graph.description.number);
    tasks::TaskSpec spec;
    spec.kind = "fold";
    spec.graph = absl::StrCat(graph.description.tenant, "/",
                              graph.description.name);
    spec.title = absl::StrCat("pack rows of ", spec.graph);
    spec.unit = "rows";
    spec.persistent = false;
    // A task that cannot be queued is asked for again by the next commit.
    (void)runner_.Submit(
        std::move(spec),
        [request = std::move(request), fold_rows = fold_rows_,
         weak = graph.weak_from_this()](
            tasks::TaskContext& task) -> absl::StatusOr<std::string> {
          request->Begin();
          const std::shared_ptr<GraphState> state = weak.lock();
          if (state == nullptr) return std::string();
          RewriteProgress progress([&task](uint64_t done, uint64_t total) {
            task.Progress(done, total);
          });
          const absl::Status status =
              Maintain(*state, fold_rows, &task.cancellation(), &progress);
          // The graph is as it was; of a dropped one nothing is left to do.
          if (!status.ok() && !state->dropped()) return status;
          return std::string();
        });
  }
  const size_t over = std::max(backlog.runs, kSlowedRuns) - kSlowedRuns +
                      std::max(backlog.clears, kSlowedClears) - kSlowedClears;
  if (over > 0)
    absl::SleepFor(std::min(kLongestDelay, absl::Milliseconds(1) * over));
}

void Maintenance::WaitIdle() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] { return requests_ == 0; });
}

}  // namespace skg::storage
