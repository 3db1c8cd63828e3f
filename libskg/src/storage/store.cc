#include "storage/store.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "base/strings.h"
#include "storage/block_cache.h"
#include "storage/catalog.h"
#include "storage/check.h"
#include "storage/commit_memory.h"
#include "storage/commit_queue.h"
#include "storage/dictionary.h"
#include "storage/graph_file.h"
#include "storage/graph_removal.h"
#include "storage/graph_restorer.h"
#include "storage/graph_saver.h"
#include "storage/graph_state.h"
#include "storage/group_sync.h"
#include "storage/maintenance.h"
#include "storage/open_graphs.h"
#include "storage/reserved_graphs.h"
#include "storage/saved_indexes.h"
#include "storage/spilled_changes.h"
#include "storage/task_store.h"
#include "storage/tenant_quotas.h"
#include "storage/upkeep.h"
#include "tasks/transient_task_store.h"

namespace skg::storage {

class StoreImpl {
 public:
  StoreImpl(std::unique_ptr<KvStore> kv, StoreOptions options)
      : options_(std::make_shared<const StoreOptions>(std::move(options))),
        kv_(std::move(kv)),
        commit_memory_(options_->commit_budget),
        run_memory_(options_->memory_bytes / 4),
        dictionary_(*kv_, options_->memory_bytes / 4, options_->max_term_bytes),
        blocks_(options_->memory_bytes / 2),
        catalog_(*kv_),
        quotas_(*kv_, catalog_),
        sync_(*kv_),
        upkeep_(*kv_, catalog_, graphs_, run_memory_, options_,
                [this](const GraphDescription& graph) {
                  return LoadGraph(graph.tenant, graph.name);
                }),
        task_store_(*kv_) {}

  ~StoreImpl() {
    if (tasks_ != nullptr) tasks_->Shutdown();
    upkeep_.Stop();
  }

  absl::Status Open() {
    SKG_RETURN_IF_ERROR(catalog_.Open());
    SKG_RETURN_IF_ERROR(quotas_.Load());
    if (kv_->read_only()) return OpenTransientTasks();
    SKG_ASSIGN_OR_RETURN(const auto numbers, catalog_.Dropped());
    for (const uint32_t number : numbers) upkeep_.Remove(number, nullptr);
    SKG_RETURN_IF_ERROR(OpenTasks());
    upkeep_.Start();
    return absl::OkStatus();
  }

  absl::StatusOr<std::shared_ptr<GraphState>> OpenGraph(
      std::string_view tenant, std::string_view name,
      const Store::CreateOptions* create) {
    if (kv_->read_only())
      return OpenForReading(tenant, name, create != nullptr);
    const auto load = [&] { return LoadGraph(tenant, name); };
    auto found = graphs_.FindOrLoad(FullName(tenant, name), load);
    if (create == nullptr || !absl::IsNotFound(found.status())) return found;
    const Store::GraphName graph{std::string(tenant), std::string(name)};
    {
      const std::lock_guard lock(changing_);
      SKG_RETURN_IF_ERROR(
          catalog_.Create({&graph, 1}, *create, WriteMode::kBuffered));
    }
    // Who makes graphs at the same time shares an fsync.
    SKG_RETURN_IF_ERROR(sync_.Wait());
    return graphs_.FindOrLoad(FullName(tenant, name), load);
  }

  absl::Status CreateGraphs(std::span<const Store::GraphName> names,
                            const Store::CreateOptions& options) {
    const std::lock_guard lock(changing_);
    while (!names.empty()) {
      const size_t count = std::min(names.size(), kCreatedAtOnce);
      SKG_RETURN_IF_ERROR(catalog_.Create(
          names.first(count), options,
          count == names.size() ? WriteMode::kSync : WriteMode::kBuffered));
      names = names.subspan(count);
    }
    return absl::OkStatus();
  }

  absl::Status DropGraph(std::string_view tenant, std::string_view name) {
    if (kv_->read_only()) return OpenedForReading();
    SKG_ASSIGN_OR_RETURN(const std::shared_ptr<GraphState> state,
                         OpenGraph(tenant, name, nullptr));
    // Nothing may be written once the name is gone.
    state->queue().Close(state->DroppedStatus());
    const std::lock_guard changing(changing_);
    if (state->dropped()) return state->DroppedStatus();
    if (absl::Status failed = catalog_.Drop(state->description); !failed.ok()) {
      state->queue().Reopen();
      return failed;
    }
    state->MarkDropped();
    quota_check().Dropped(state->description);
    graphs_.Erase(FullName(tenant, name));
    upkeep_.Remove(state->description.number, state);
    return absl::OkStatus();
  }

  absl::StatusOr<GraphDescription> BeginRestore(
      std::string_view tenant, std::string_view name,
      const GraphFileDescription& saved, RestoreUuid uuid) {
    const std::lock_guard lock(changing_);
    return reserved_.Reserve(tenant, name, saved, uuid);
  }

  // Makes it visible, or has its rows deleted.
  absl::Status EndRestore(const GraphDescription& graph,
                          const absl::Status& restored) {
    const std::lock_guard lock(changing_);
    absl::Status status = reserved_.Release(graph, restored);
    if (!status.ok()) {
      quota_check().Dropped(graph);
      upkeep_.Remove(graph.number, nullptr);
    }
    return status;
  }
  absl::Status AdmitRestored(const GraphDescription& graph,
                             const QuotaGrowth& growth) {
    return quota_check().Watches(graph) ? quota_check().Admit(graph, growth)
                                        : absl::OkStatus();
  }

  // Of a graph that has all its rows but is not in the catalog yet.
  absl::Status CompleteRestored(const GraphDescription& graph,
                                const RestoreWork& work) {
    if (work.indexes == nullptr && !work.check) return absl::OkStatus();
    const auto state = std::make_shared<GraphState>(
        graph, *kv_, dictionary_, blocks_, sync_, options_->run_rows);
    SKG_RETURN_IF_ERROR(state->Load());
    if (work.indexes != nullptr) {
      SKG_RETURN_IF_ERROR(
          work.indexes->Complete(Handle(state), work.cancellation));
    }
    if (!work.check) return absl::OkStatus();
    CheckSummary summary;
    SKG_RETURN_IF_ERROR(
        CheckGraph(*state, /*deep=*/true, &summary, work.cancellation));
    if (summary.problems.empty()) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat("the graph file holds what no graph can hold: ",
                     summary.problems.front().message));
  }
  Dictionary& dictionary() { return dictionary_; }

  absl::Status Locked(const std::function<absl::Status(Catalog&)>& change) {
    const std::lock_guard lock(changing_);
    return change(catalog_);
  }
  Upkeep& upkeep() { return upkeep_; }
  OpenGraphs& graphs() { return graphs_; }
  Store::Memory memory() const {
    return {.blocks = kv_->memory_bytes(),
            .terms = dictionary_.cache_bytes(),
            .runs = run_memory_.bytes()};
  }
  const Catalog& catalog() const { return catalog_; }
  TenantQuotas& quotas() { return quotas_; }
  KvStore& kv() { return *kv_; }
  GroupSync& sync() { return sync_; }
  Maintenance& maintenance() { return *maintenance_; }
  tasks::Runner& tasks() { return *tasks_; }
  [[nodiscard]] auto StoredTasks() const { return task_store_.LoadAll(); }
  GraphStore Handle(std::shared_ptr<GraphState> state) const {
    return GraphStore(std::move(state), options_);
  }

 private:
  static std::string FullName(std::string_view tenant, std::string_view name) {
    return absl::StrCat(av(tenant), "/", av(name));
  }

  OpenGraphs::Loading LoadGraph(std::string_view tenant,
                                std::string_view name) {
    SKG_ASSIGN_OR_RETURN(auto graph, catalog_.Find(tenant, name));
    if (!graph) return NoSuchGraph(FullName(tenant, name));
    auto state = std::make_shared<GraphState>(
        *std::move(graph), *kv_, dictionary_, blocks_, sync_,
        options_->run_rows, maintenance_.get(), options_->hold_check,
        &quota_check(), &run_memory_, &commit_memory_, options_->participant);
    SKG_RETURN_IF_ERROR(state->Load());
    return state;
  }

  QuotaCheck& quota_check() {
    return options_->quota_check != nullptr ? *options_->quota_check : quotas_;
  }

  // The writer may have dropped the graph that had this name, and made another.
  OpenGraphs::Loading OpenForReading(std::string_view tenant,
                                     std::string_view name, bool create) {
    const std::string full_name = FullName(tenant, name);
    const std::unique_ptr<KvSnapshot> at = kv_->NewSnapshot();
    SKG_RETURN_IF_ERROR(CheckFormat(*kv_, at.get()));
    SKG_ASSIGN_OR_RETURN(const auto graph,
                         catalog_.Find(tenant, name, at.get()));
    if (!graph) {
      graphs_.Erase(full_name);
      if (create) return OpenedForReading();
      return NoSuchGraph(full_name);
    }
    const auto load = [&]() -> OpenGraphs::Loading {
      auto state = std::make_shared<GraphState>(
          *graph, *kv_, dictionary_, blocks_, sync_, options_->run_rows);
      SKG_RETURN_IF_ERROR(state->Load());
      return state;
    };
    SKG_ASSIGN_OR_RETURN(auto found, graphs_.FindOrLoad(full_name, load));
    if (found->description.number == graph->number) return found;
    graphs_.Erase(full_name);
    return graphs_.FindOrLoad(full_name, load);
  }

  static absl::Status NoSuchGraph(const std::string& full_name) {
    return absl::NotFoundError(
        absl::StrCat("there is no graph \"", full_name, "\""));
  }

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

  // Of a reader: backups of its graphs. Nobody else sees them.
  absl::Status OpenTransientTasks() {
    tasks::RunnerOptions options;
    options.log = options_->log;
    SKG_ASSIGN_OR_RETURN(
        tasks_, tasks::Runner::Open(transient_tasks_, std::move(options)));
    tasks_->Start();
    return absl::OkStatus();
  }

  // Graphs that are made in one batch.
  static constexpr size_t kCreatedAtOnce = 1000;

  const std::shared_ptr<const StoreOptions> options_;
  std::unique_ptr<KvStore> kv_;
  CommitMemory commit_memory_;
  RunMemory run_memory_;
  Dictionary dictionary_;
  BlockCache blocks_;
  Catalog catalog_;
  TenantQuotas quotas_;
  GroupSync sync_;

  OpenGraphs graphs_;
  Upkeep upkeep_;
  std::mutex changing_;  // one change of the catalog at a time
  ReservedGraphs reserved_{catalog_};
  KvTaskStore task_store_;
  tasks::TransientTaskStore transient_tasks_;
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
  if (read_only()) return OpenedForReading();
  return state_->SetHorizon(commit);
}

absl::Status GraphStore::SetHistoryKept(
    std::optional<absl::Duration> kept_for) {
  if (read_only()) return OpenedForReading();
  return state_->SetHistoryKept(kept_for);
}

absl::Status GraphStore::ForgetPast(absl::Time now) {
  if (read_only()) return OpenedForReading();
  SKG_RETURN_IF_ERROR(state_->AdvanceHorizon(options_->history_kept_for, now));
  return state_->log().Trim(options_->log_retention, now, last_commit());
}

absl::StatusOr<TermId> GraphStore::Lookup(const rdf::Term& term) const {
  return state_->dictionary.Lookup(state_->description.number, term);
}

absl::Status GraphStore::CheckTermSize(const rdf::Term& term) const {
  return state_->dictionary.CheckSize(term);
}

absl::StatusOr<CommitOutcome> GraphStore::Commit(const CommitRequest& request) {
  if (read_only()) return OpenedForReading();
  if (auto large = CommitIfLarge(request)) return *std::move(large);
  return state_->queue().Commit(request);
}

absl::StatusOr<CommitOutcome> GraphStore::Commit(CommitRequest&& request) {
  if (read_only()) return OpenedForReading();
  if (auto large = CommitIfLarge(request)) return *std::move(large);
  return state_->queue().Commit(std::move(request));
}

std::optional<absl::StatusOr<CommitOutcome>> GraphStore::CommitIfLarge(
    const CommitRequest& request) {
  if (request.operations.size() <= options_->spill.changes ||
      request.want_outcomes || request.reads != nullptr) {
    return std::nullopt;
  }
  return CommitSpilled(*this, options_->spill, request);
}

MemoryBudget* GraphStore::memory_budget() const {
  return options_->commit_budget;
}

absl::StatusOr<LogHeader> GraphStore::ReadLog(
    uint64_t commit,
    const std::function<absl::Status(std::span<const LoggedChange>)>& visit)
    const {
  return state_->ReadLog(commit, GraphState::LogExpansion::kFull, visit);
}

absl::StatusOr<LogEntry> GraphStore::ReadLog(uint64_t commit) const {
  LogEntry entry;
  entry.commit = commit;
  SKG_ASSIGN_OR_RETURN(
      const LogHeader header,
      ReadLog(commit, [&](std::span<const LoggedChange> changes) {
        entry.changes.insert(entry.changes.end(), changes.begin(),
                             changes.end());
        return absl::OkStatus();
      }));
  entry.time = header.time;
  return entry;
}

uint64_t GraphStore::first_logged() const { return state_->FirstLogged(); }

absl::Status GraphStore::TrimLog(uint64_t through) {
  if (read_only()) return OpenedForReading();
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

bool GraphStore::read_only() const { return state_->kv.read_only(); }

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

absl::Status Store::CreateGraphs(std::span<const GraphName> names,
                                 const CreateOptions& options) {
  return impl_->CreateGraphs(names, options);
}

absl::Status Store::DropGraph(std::string_view tenant, std::string_view name) {
  return impl_->DropGraph(tenant, name);
}

absl::StatusOr<std::vector<GraphDescription>> Store::ListGraphs() const {
  return impl_->catalog().List();
}

absl::StatusOr<std::vector<std::optional<Store::GraphFigures>>>
Store::ReadFigures(std::span<const GraphDescription> graphs) const {
  std::vector<uint32_t> numbers;
  numbers.reserve(graphs.size());
  for (const GraphDescription& graph : graphs) numbers.push_back(graph.number);
  SKG_ASSIGN_OR_RETURN(const auto heads, ReadHeads(impl_->kv(), numbers));
  std::vector<std::optional<GraphFigures>> figures(graphs.size());
  for (size_t i = 0; i < heads.size(); ++i) {
    if (heads[i]) figures[i] = {heads[i]->last_commit, heads[i]->statements};
  }
  return figures;
}

absl::StatusOr<std::vector<std::pair<std::string, QuotaLimits>>>
Store::ListQuotas() const {
  return impl_->catalog().Quotas();
}

absl::Status Store::SetQuota(std::string_view tenant, std::string_view name,
                             const QuotaLimits& limits) {
  return impl_->quotas().Set(tenant, name, limits);
}

absl::StatusOr<Quota> Store::GetQuota(std::string_view tenant,
                                      std::string_view name) const {
  return impl_->quotas().Get(tenant, name);
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
      GraphRestorer(impl_->kv(), impl_->dictionary(), file, saved, graph, work,
                    [&](const QuotaGrowth& growth) {
                      return impl_->AdmitRestored(graph, growth);
                    })
          .Run()
          .status();
  if (status.ok() && work.progress)
    work.progress(RestoreStage::kChecking, file.bytes());
  if (status.ok()) status = impl_->CompleteRestored(graph, work);
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
    const absl::Status checked = CheckGraph(**state, deep, &summary);
    if (absl::IsNotFound(checked)) continue;  // dropped meanwhile
    SKG_RETURN_IF_ERROR(checked);
  }
  return summary;
}

absl::Status Store::Sync() { return impl_->kv().Sync(); }
absl::Status Store::Compact(const GraphStore& graph,
                            const Cancellation* cancellation) {
  if (read_only()) return OpenedForReading();
  SKG_RETURN_IF_ERROR(CompactGraph(*graph.state_, cancellation));
  return ReclaimSpace(impl_->kv(), graph.description().number);
}
tasks::Runner& Store::tasks() { return impl_->tasks(); }
void Store::WaitForRemovals() { impl_->upkeep().WaitForRemovals(); }
Store::Memory Store::memory() const { return impl_->memory(); }
size_t Store::open_graphs() { return impl_->graphs().size(); }
void Store::ReleaseIdleMemory() { (void)impl_->graphs().Sweep(); }
absl::StatusOr<std::vector<tasks::TaskRecord>> Store::StoredTasks() const {
  return impl_->StoredTasks();
}
bool Store::read_only() const { return impl_->kv().read_only(); }
absl::Status Store::CatchUp() { return impl_->kv().CatchUp(); }
void Store::WaitForMaintenance() {
  if (!read_only()) impl_->maintenance().WaitIdle();
}
KvStore& Store::kv() { return impl_->kv(); }
uint64_t Store::commits() const {
  return impl_->sync().commits.load(std::memory_order_relaxed);
}

}  // namespace skg::storage
