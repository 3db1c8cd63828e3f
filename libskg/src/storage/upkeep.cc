#include "storage/upkeep.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "base/strings.h"
#include "storage/fold.h"
#include "storage/graph_removal.h"
#include "storage/graph_state.h"
#include "storage/maintenance.h"

namespace skg::storage {

namespace {

// Graphs whose rows are deleted in one batch.
constexpr size_t kRemovedAtOnce = 256;
// Graphs that nobody has open and that one round looks after.
constexpr size_t kVisitedAtOnce = 64;
// Between two looks at fences and filters that are too many.
constexpr std::chrono::milliseconds kTrimPause{200};

}  // namespace

Upkeep::Upkeep(KvStore& kv, const Catalog& catalog, OpenGraphs& graphs,
               RunMemory& run_memory,
               std::shared_ptr<const StoreOptions> options, Load load)
    : kv_(kv),
      catalog_(catalog),
      graphs_(graphs),
      run_memory_(run_memory),
      options_(std::move(options)),
      load_(std::move(load)) {
  run_memory_.OnOver([this] {
    const std::lock_guard lock(mutex_);
    if (std::exchange(runs_over_, true)) return;
    work_.notify_all();
  });
}

Upkeep::~Upkeep() { Stop(); }

void Upkeep::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Upkeep::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    stop_reclaiming_ = true;
    work_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Upkeep::Remove(uint32_t graph, std::shared_ptr<GraphState> state) {
  const std::lock_guard lock(mutex_);
  dropped_.push_back({graph, std::move(state)});
  work_.notify_all();
}

void Upkeep::WaitForRemovals() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] { return dropped_.empty() && !removing_; });
}

void Upkeep::Run() {
  const auto interval = absl::ToChronoNanoseconds(
      std::min(options_->upkeep_interval, absl::Hours(24)));
  std::unique_lock lock(mutex_);
  auto next = std::chrono::steady_clock::now() + interval;
  auto next_trim = std::chrono::steady_clock::now();
  for (;;) {
    work_.wait_until(lock, next,
                     [&] { return stop_ || !dropped_.empty() || runs_over_; });
    if (runs_over_ && std::chrono::steady_clock::now() < next_trim) {
      work_.wait_until(lock, next_trim,
                       [&] { return stop_ || !dropped_.empty(); });
    }
    if (stop_) return;
    removing_ = !dropped_.empty();
    const bool trim =
        runs_over_ && std::chrono::steady_clock::now() >= next_trim;
    if (trim) runs_over_ = false;
    lock.unlock();
    if (trim) TrimRuns();
    const auto now = std::chrono::steady_clock::now();
    if (trim) next_trim = now + kTrimPause;
    if (removing_) {
      RemoveDropped();
    } else if (now >= next) {
      CutPasts();
      next = std::chrono::steady_clock::now() + interval;
    }
    lock.lock();
    removing_ = false;
    idle_.notify_all();
  }
}

std::vector<Upkeep::Dropped> Upkeep::TakeDropped() {
  std::vector<Dropped> some;
  const std::lock_guard lock(mutex_);
  if (stop_) return some;
  const auto end = dropped_.begin() + static_cast<ptrdiff_t>(std::min(
                                          dropped_.size(), kRemovedAtOnce));
  some.assign(std::make_move_iterator(dropped_.begin()),
              std::make_move_iterator(end));
  dropped_.erase(dropped_.begin(), end);
  return some;
}

// All that were dropped so far, and then what they took on disk. Their rows in
// the catalog stay where this fails: the next open tries again.
void Upkeep::RemoveDropped() {
  std::vector<DeletedRange> deleted;
  for (;;) {
    const std::vector<Dropped> some = TakeDropped();
    if (some.empty()) break;
    std::vector<uint32_t> numbers;
    for (const Dropped& dropped : some) {
      numbers.push_back(dropped.number);
      if (dropped.state == nullptr) continue;
      // A fold that still writes rows finds the graph gone and ends.
      const std::lock_guard ended(dropped.state->rewriting());
    }
    std::sort(numbers.begin(), numbers.end());
    auto ranges = DeleteGraphRows(kv_, numbers);
    if (!ranges.ok()) {
      Log(absl::StrCat("rows of ", numbers.size(),
                       " dropped graphs stay until the next open: ",
                       ranges.status().message()));
      continue;
    }
    std::move(ranges->begin(), ranges->end(), std::back_inserter(deleted));
  }
  const absl::Status reclaimed = ReclaimSpace(kv_, deleted, &stop_reclaiming_);
  if (!reclaimed.ok()) {
    Log(absl::StrCat("the place of dropped graphs is not given back yet: ",
                     reclaimed.message()));
  }
}

// Graphs that nobody used lately let go first; the one whose runs were loaded
// last would only load them again.
void Upkeep::TrimRuns() {
  std::shared_ptr<GraphState> in_use;
  for (const auto& graph : graphs_.Sweep()) {
    if (!run_memory_.over()) return;
    if (graph->description.number != run_memory_.last_graph()) {
      graph->ReleaseMemory();
    } else {
      in_use = graph;
    }
  }
  if (in_use != nullptr && run_memory_.over()) in_use->ReleaseUnusedRuns();
}

// Logs and histories of the graphs in memory, and of a few of the others.
void Upkeep::CutPasts() {
  const absl::Time now = absl::Now();
  for (const auto& graph : graphs_.Sweep()) {
    if (graph->UpkeepDue(now)) ForgetPast(graph, now);
  }
  VisitClosed(now);
}

void Upkeep::VisitClosed(absl::Time now) {
  const auto graphs = catalog_.ListFrom(next_visited_, kVisitedAtOnce);
  if (!graphs.ok()) {
    Log(absl::StrCat("upkeep: ", graphs.status().message()));
    return;
  }
  next_visited_ =
      graphs->size() < kVisitedAtOnce ? 0 : graphs->back().number + 1;
  for (const GraphDescription& graph : *graphs) {
    const std::string name = absl::StrCat(graph.tenant, "/", graph.name);
    if (graphs_.Contains(name)) continue;
    const auto state = graphs_.FindOrLoad(
        name, [&] { return load_(graph); }, /*keep=*/false);
    if (state.ok()) {
      ForgetPast(*state, now);
    } else if (!absl::IsNotFound(state.status())) {
      Log(absl::StrCat("upkeep of ", name, ": ", state.status().message()));
    }
  }
}

void Upkeep::ForgetPast(const std::shared_ptr<GraphState>& graph,
                        absl::Time now) {
  const uint64_t commit = graph->published();
  absl::Status status = GraphStore(graph, options_).ForgetPast(now);
  if (status.ok()) {
    const auto due = NextDue(*graph, commit);
    if (due.ok()) graph->UpkeepDone(commit, *due);
    status = due.status();
    if (status.ok()) status = AskForMerge(*graph);
  }
  if (!status.ok() && !graph->dropped()) {
    Log(absl::StrCat("log and history of graph ", graph->description.number,
                     " stay as they are: ", status.message()));
  }
}

// Runs of a past that is forgotten go in the background, as merges do.
absl::Status Upkeep::AskForMerge(GraphState& graph) {
  if (graph.maintenance() == nullptr) return absl::OkStatus();
  SKG_ASSIGN_OR_RETURN(const History history, graph.ReadHistory());
  if (history.horizon == 0) return absl::OkStatus();
  SKG_ASSIGN_OR_RETURN(const auto snapshot, graph.TakeSnapshot());
  Maintenance::Backlog backlog;
  backlog.wants_merge =
      !ForgottenRuns(snapshot->manifest(), history.horizon).empty();
  graph.maintenance()->CommitDone(graph, backlog);
  return absl::OkStatus();
}

// From when on time alone makes something of this graph too old.
absl::StatusOr<absl::Time> Upkeep::NextDue(GraphState& graph,
                                           uint64_t last) const {
  SKG_ASSIGN_OR_RETURN(const History history, graph.ReadHistory());
  const absl::Duration kept =
      history.kept_for.value_or(options_->history_kept_for);
  if (kept != absl::InfiniteDuration() && history.horizon < last)
    return absl::InfinitePast();
  const uint64_t first = graph.log().first();
  if (first >= last) return absl::InfiniteFuture();
  SKG_ASSIGN_OR_RETURN(const absl::Time oldest, graph.TimeOfCommit(first));
  return oldest + options_->log_retention.kept_for;
}

void Upkeep::Log(std::string_view line) const {
  if (options_->log) options_->log(line);
}

}  // namespace skg::storage
