#include "storage/store.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "base/strings.h"
#include "storage/catalog.h"
#include "storage/check.h"
#include "storage/commit_queue.h"
#include "storage/dictionary.h"
#include "storage/graph_file.h"
#include "storage/graph_restorer.h"
#include "storage/graph_saver.h"
#include "storage/graph_state.h"
#include "storage/group_sync.h"
#include "storage/maintenance.h"
#include "storage/reserved_graphs.h"
#include "storage/task_store.h"

namespace skg::storage {

class StoreImpl {
 public:
  StoreImpl(std::unique_ptr<KvStore> kv, StoreOptions options)
      : options_(std::make_shared<const StoreOptions>(std::move(options))),
        kv_(std::move(kv)),
        dictionary_(*kv_, options_->memory_bytes / 4),
        catalog_(*kv_),
        sync_(*kv_),
        task_store_(*kv_) {}

  ~StoreImpl() {
    if (tasks_ != nullptr) tasks_->Shutdown();
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
      work_.notify_all();
    }
    if (cleaner_.joinable()) cleaner_.join();
    for (const auto& [name, graph] : graphs_) graph->ForgetLatest();
  }

  absl::Status Open() {
    SKG_RETURN_IF_ERROR(catalog_.Open());
    SKG_ASSIGN_OR_RETURN(const auto numbers, catalog_.Dropped());
    for (const uint32_t number : numbers) dropped_.push_back({number, nullptr});
    SKG_RETURN_IF_ERROR(OpenTasks());
    cleaner_ = std::thread([this] { Upkeep(); });
    return absl::OkStatus();
  }

  absl::StatusOr<std::shared_ptr<GraphState>> OpenGraph(
      std::string_view tenant, std::string_view name,
      const Store::CreateOptions* create) {
    const std::lock_guard lock(mutex_);
    const std::string full_name = absl::StrCat(av(tenant), "/", av(name));
    if (const auto it = graphs_.find(full_name); it != graphs_.end())
      return it->second;
    SKG_ASSIGN_OR_RETURN(auto graph, catalog_.Find(tenant, name));
    if (!graph) {
      if (create == nullptr) {
        return absl::NotFoundError(
            absl::StrCat("there is no graph \"", full_name, "\""));
      }
      SKG_ASSIGN_OR_RETURN(graph, catalog_.Create(tenant, name, *create));
    }
    auto state = std::make_shared<GraphState>(
        *std::move(graph), *kv_, dictionary_, sync_, options_->run_rows,
        maintenance_.get(), options_->hold_check);
    SKG_RETURN_IF_ERROR(state->Load());
    graphs_[full_name] = state;
    return state;
  }

  absl::Status DropGraph(std::string_view tenant, std::string_view name) {
    SKG_ASSIGN_OR_RETURN(const std::shared_ptr<GraphState> state,
                         OpenGraph(tenant, name, nullptr));
    // Nothing may be written once the name is gone.
    state->queue().Close(state->DroppedStatus());
    const std::lock_guard lock(mutex_);
    if (state->dropped()) return state->DroppedStatus();
    if (absl::Status failed = catalog_.Drop(state->description); !failed.ok()) {
      state->queue().Reopen();
      return failed;
    }
    state->MarkDropped();
    graphs_.erase(absl::StrCat(av(tenant), "/", av(name)));
    dropped_.push_back({state->description.number, state});
    work_.notify_all();
    return absl::OkStatus();
  }

  absl::StatusOr<GraphDescription> BeginRestore(
      std::string_view tenant, std::string_view name,
      const GraphFileDescription& saved, RestoreUuid uuid) {
    const std::lock_guard lock(mutex_);
    return reserved_.Reserve(tenant, name, saved, uuid);
  }

  // Makes it visible, or has its rows deleted.
  absl::Status EndRestore(const GraphDescription& graph,
                          const absl::Status& restored) {
    const std::lock_guard lock(mutex_);
    absl::Status status = reserved_.Release(graph, restored);
    if (!status.ok()) {
      dropped_.push_back({graph.number, nullptr});
      work_.notify_all();
    }
    return status;
  }

  // Of a graph that has all its rows but is not in the catalog yet.
  absl::Status CheckRestored(const GraphDescription& graph,
                             const Cancellation* cancellation) {
    const auto state = std::make_shared<GraphState>(graph, *kv_, dictionary_,
                                                    sync_, options_->run_rows);
    SKG_RETURN_IF_ERROR(state->Load());
    CheckSummary summary;
    SKG_RETURN_IF_ERROR(
        CheckGraph(*state, /*deep=*/true, &summary, cancellation));
    if (summary.problems.empty()) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat("the graph file holds what no graph can hold: ",
                     summary.problems.front().message));
  }
  Dictionary& dictionary() { return dictionary_; }

  absl::Status Locked(const std::function<absl::Status(Catalog&)>& change) {
    const std::lock_guard lock(mutex_);
    return change(catalog_);
  }
  const Catalog& catalog() const { return catalog_; }
  KvStore& kv() { return *kv_; }
  GroupSync& sync() { return sync_; }
  Maintenance& maintenance() { return *maintenance_; }
  tasks::Runner& tasks() { return *tasks_; }
  GraphStore Handle(std::shared_ptr<GraphState> state) const {
    return GraphStore(std::move(state), options_);
  }

 private:
  struct Dropped {
    uint32_t number;
    std::shared_ptr<GraphState> state;  // null: dropped before this open
  };

  absl::Status OpenTasks() {
    tasks::RunnerOptions options;
    options.resume = options_->resume_tasks;
    // Packing competes with the writers that it serves: one at a time.
    options.threads[tasks::PoolIndex(TaskPool::kMaintenance)] = 1;
    options.log = options_->log;
    // Kinds that go on after a crash are registered here, in `kinds`.
    SKG_ASSIGN_OR_RETURN(tasks_,
                         tasks::Runner::Open(task_store_, std::move(options)));
    maintenance_ = std::make_unique<Maintenance>(*tasks_, options_->fold_rows);
    tasks_->Start();
    return absl::OkStatus();
  }

  // The work of the store's own thread, one thing after the other: a graph is
  // not cut while its rows are deleted.
  void Upkeep() {
    std::unique_lock lock(mutex_);
    auto next = std::chrono::steady_clock::now() + Interval();
    for (;;) {
      work_.wait_until(lock, next, [&] { return stop_ || !dropped_.empty(); });
      if (stop_) return;
      if (!dropped_.empty()) {
        const Dropped dropped = dropped_.back();
        dropped_.pop_back();
        lock.unlock();
        DeleteDroppedGraph(dropped);
        lock.lock();
        continue;
      }
      std::vector<std::shared_ptr<GraphState>> graphs;
      for (const auto& [name, graph] : graphs_) graphs.push_back(graph);
      lock.unlock();
      for (const auto& graph : graphs) ForgetPast(graph);
      graphs.clear();
      lock.lock();
      next = std::chrono::steady_clock::now() + Interval();
    }
  }

  [[nodiscard]] std::chrono::nanoseconds Interval() const {
    return absl::ToChronoNanoseconds(
        std::min(options_->upkeep_interval, absl::Hours(24)));
  }

  // The row in the catalog stays where this fails: the next open tries again.
  void DeleteDroppedGraph(const Dropped& dropped) {
    // A fold that still writes rows finds the graph gone and ends.
    std::unique_lock<std::mutex> rewriting;
    if (dropped.state != nullptr)
      rewriting = std::unique_lock(dropped.state->rewriting());
    const absl::Status status = catalog_.DeleteRows(dropped.number);
    if (!status.ok() && options_->log) {
      options_->log(
          absl::StrCat("rows of dropped graph ", dropped.number,
                       " stay until the next open: ", status.message()));
    }
  }

  void ForgetPast(const std::shared_ptr<GraphState>& graph) {
    const absl::Status status =
        GraphStore(graph, options_).ForgetPast(absl::Now());
    if (!status.ok() && !graph->dropped() && options_->log) {
      options_->log(absl::StrCat("log and history of graph ",
                                 graph->description.number,
                                 " stay as they are: ", status.message()));
    }
  }

  const std::shared_ptr<const StoreOptions> options_;
  std::unique_ptr<KvStore> kv_;
  Dictionary dictionary_;
  Catalog catalog_;
  GroupSync sync_;

  std::mutex mutex_;
  absl::flat_hash_map<std::string, std::shared_ptr<GraphState>> graphs_;
  std::vector<Dropped> dropped_;
  ReservedGraphs reserved_{catalog_};
  bool stop_ = false;
  std::condition_variable work_;
  std::thread cleaner_;
  KvTaskStore task_store_;
  std::unique_ptr<Maintenance> maintenance_;
  std::unique_ptr<tasks::Runner> tasks_;  // its tasks use the maintenance
};

GraphStore::GraphStore(std::shared_ptr<GraphState> state,
                       std::shared_ptr<const StoreOptions> options)
    : state_(std::move(state)), options_(std::move(options)) {}

const GraphDescription& GraphStore::description() const {
  return state_->description;
}

absl::StatusOr<ReadView> GraphStore::Latest() const {
  SKG_ASSIGN_OR_RETURN(auto snapshot, state_->Latest());
  return ReadView(std::move(snapshot));
}

absl::StatusOr<ReadView> GraphStore::AsOf(uint64_t commit) const {
  SKG_ASSIGN_OR_RETURN(auto snapshot, state_->SnapshotAt(commit));
  return ReadView(std::move(snapshot));
}

absl::StatusOr<ReadView> GraphStore::AsOf(absl::Time time) const {
  SKG_ASSIGN_OR_RETURN(const uint64_t commit, state_->CommitAt(time));
  return AsOf(commit);
}

absl::StatusOr<History> GraphStore::ReadHistory() const {
  return state_->ReadHistory();
}

absl::Status GraphStore::SetHorizon(uint64_t commit) {
  return state_->SetHorizon(commit);
}

absl::Status GraphStore::SetHistoryKept(
    std::optional<absl::Duration> kept_for) {
  return state_->SetHistoryKept(kept_for);
}

absl::Status GraphStore::ForgetPast(absl::Time now) {
  SKG_RETURN_IF_ERROR(state_->AdvanceHorizon(options_->history_kept_for, now));
  return state_->log().Trim(options_->log_retention, now, last_commit());
}

absl::StatusOr<TermId> GraphStore::Lookup(const rdf::Term& term) const {
  return state_->dictionary.Lookup(state_->description.number, term);
}

absl::StatusOr<CommitOutcome> GraphStore::Commit(const CommitRequest& request) {
  return state_->queue().Commit(request);
}

absl::StatusOr<LogEntry> GraphStore::ReadLog(uint64_t commit) const {
  return state_->ReadLog(commit);
}

uint64_t GraphStore::first_logged() const { return state_->log().first(); }

absl::Status GraphStore::TrimLog(uint64_t through) {
  if (dropped()) return state_->DroppedStatus();
  return state_->log().Trim(through, last_commit());
}

std::unique_ptr<LogHold> GraphStore::HoldLog(uint64_t after) const {
  return state_->log().Hold(after);
}

uint64_t GraphStore::last_commit() const { return state_->published(); }

bool GraphStore::WaitForCommit(uint64_t commit, absl::Time deadline) const {
  return state_->WaitForCommit(commit, deadline);
}

bool GraphStore::dropped() const { return state_->dropped(); }

Store::Store(std::unique_ptr<StoreImpl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

absl::StatusOr<std::unique_ptr<Store>> Store::Open(
    std::unique_ptr<KvStore> kv, const StoreOptions& options) {
  auto impl = std::make_unique<StoreImpl>(std::move(kv), options);
  SKG_RETURN_IF_ERROR(impl->Open());
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

absl::StatusOr<GraphStore> Store::OpenGraph(std::string_view tenant,
                                            std::string_view name,
                                            const CreateOptions* create) {
  SKG_ASSIGN_OR_RETURN(auto state, impl_->OpenGraph(tenant, name, create));
  return impl_->Handle(std::move(state));
}

absl::Status Store::DropGraph(std::string_view tenant, std::string_view name) {
  return impl_->DropGraph(tenant, name);
}

absl::StatusOr<std::vector<GraphDescription>> Store::ListGraphs() const {
  return impl_->catalog().List();
}

namespace {

// Ends a restore that an exception of the source leaves.
class RestoreScope {
 public:
  RestoreScope(StoreImpl& store, const GraphDescription& graph)
      : store_(store), graph_(graph) {}
  RestoreScope(const RestoreScope&) = delete;
  RestoreScope& operator=(const RestoreScope&) = delete;
  ~RestoreScope() {
    if (!ended_)
      store_.EndRestore(graph_, absl::AbortedError("left")).IgnoreError();
  }
  absl::Status End(const absl::Status& restored) {
    ended_ = true;
    return store_.EndRestore(graph_, restored);
  }

 private:
  StoreImpl& store_;
  const GraphDescription& graph_;
  bool ended_ = false;
};

}  // namespace

absl::StatusOr<SaveSummary> Store::SaveGraph(
    const ReadView& view,
    const std::function<absl::Status(std::string_view)>& sink,
    const SaveWork& work) {
  return storage::SaveGraph(*view.snapshot(), sink, work);
}

absl::StatusOr<GraphDescription> Store::RestoreGraph(
    std::string_view tenant, std::string_view name,
    const std::function<absl::StatusOr<size_t>(char*, size_t)>& source,
    const RestoreWork& work) {
  GraphFileReader file(source);
  SKG_ASSIGN_OR_RETURN(const GraphFileDescription saved, file.Begin());
  if (!rdf::NameSpace::Make(saved.base_namespace).ok())
    return absl::DataLossError("the graph file's base namespace is no IRI");
  SKG_ASSIGN_OR_RETURN(const GraphDescription graph,
                       impl_->BeginRestore(tenant, name, saved, work.uuid));
  RestoreScope scope(*impl_, graph);
  absl::Status status =
      GraphRestorer(impl_->kv(), impl_->dictionary(), file, saved, graph, work)
          .Run()
          .status();
  if (status.ok() && work.progress)
    work.progress(RestoreStage::kChecking, file.bytes());
  if (status.ok() && work.check)
    status = impl_->CheckRestored(graph, work.cancellation);
  SKG_RETURN_IF_ERROR(scope.End(status));
  return graph;
}

absl::Status Store::PutSetting(std::string_view key, std::string_view value) {
  return impl_->Locked(
      [&](Catalog& catalog) { return catalog.PutSetting(key, value); });
}

absl::Status Store::DeleteSetting(std::string_view key) {
  return impl_->Locked(
      [&](Catalog& catalog) { return catalog.DeleteSetting(key); });
}

absl::StatusOr<std::string> Store::GetSetting(std::string_view key) const {
  return impl_->catalog().GetSetting(key);
}

absl::StatusOr<std::vector<std::string>> Store::ListSettings(
    std::string_view prefix) const {
  return impl_->catalog().ListSettings(prefix);
}

absl::StatusOr<CheckSummary> Store::Check(bool deep) const {
  SKG_ASSIGN_OR_RETURN(const std::vector<GraphDescription> graphs,
                       ListGraphs());
  CheckSummary summary;
  for (const GraphDescription& graph : graphs) {
    auto state = impl_->OpenGraph(graph.tenant, graph.name, nullptr);
    if (absl::IsNotFound(state.status())) continue;  // dropped meanwhile
    if (!state.ok()) {
      summary.problems.push_back({absl::StrCat(graph.tenant, "/", graph.name),
                                  std::string(sv(state.status().message()))});
      continue;
    }
    SKG_RETURN_IF_ERROR(CheckGraph(**state, deep, &summary));
  }
  return summary;
}

absl::Status Store::Sync() { return impl_->kv().Sync(); }
absl::Status Store::Compact(const GraphStore& graph,
                            const Cancellation* cancellation) {
  return CompactGraph(*graph.state_, cancellation);
}
tasks::Runner& Store::tasks() { return impl_->tasks(); }
void Store::WaitForMaintenance() { impl_->maintenance().WaitIdle(); }
KvStore& Store::kv() { return impl_->kv(); }
uint64_t Store::commits() const {
  return impl_->sync().commits.load(std::memory_order_relaxed);
}

}  // namespace skg::storage
