#include "skg/engine.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/engine_impl.h"
#include "engine/graph_impl.h"
#include "engine/graph_name.h"
#include "storage/kv.h"
#include "storage/rocksdb_kv.h"
#include "storage/rocksdb_reader_kv.h"
#include "storage/store.h"

namespace skg {
namespace engine {
namespace {

constexpr const char* kBlocks = "blocks and buffers";
constexpr size_t kSmallestBudget = size_t{16} << 20;
constexpr size_t kLeastTermLimit = size_t{1} << 10;
constexpr uint64_t kLeastBackgroundRate = uint64_t{1} << 20;
constexpr size_t kGreatestTermLimit = size_t{256} << 20;

size_t QuarterOfTheMachine() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_bytes = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page_bytes <= 0) return size_t{1} << 30;
  return static_cast<size_t>(pages) / 4 * static_cast<size_t>(page_bytes);
}

absl::Status CheckDirectoryName(std::string_view directory) {
  if (directory.empty()) {
    return absl::InvalidArgumentError(
        "the data directory's name is empty; name a directory");
  }
  if (directory.find('\0') != std::string_view::npos) {
    return absl::InvalidArgumentError(
        "the data directory's name has a NUL byte");
  }
  return absl::OkStatus();
}

size_t MemoryBudget(const EngineOptions& options) {
  return std::max(kSmallestBudget, options.memory_budget_bytes == 0
                                       ? QuarterOfTheMachine()
                                       : options.memory_budget_bytes);
}

// The caller's check in the store's terms.
class StoreHolds final : public storage::HoldCheck {
 public:
  explicit StoreHolds(std::shared_ptr<skg::HoldCheck> check)
      : check_(std::move(check)) {}
  absl::Status MayForget(const storage::GraphDescription& graph,
                         absl::Time before) override {
    return check_->MayForget(absl::StrCat(graph.tenant, "/", graph.name),
                             before);
  }

 private:
  const std::shared_ptr<skg::HoldCheck> check_;
};

absl::Status CheckBackgroundRate(const EngineOptions& options) {
  if (options.background_io_bytes == 0 ||
      options.background_io_bytes >= kLeastBackgroundRate) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "background_io_bytes is ", options.background_io_bytes,
      " a second; it must be 0 (no bound) or at least ", kLeastBackgroundRate));
}

std::function<void(std::string_view)> LogOf(const EngineOptions& options) {
  if (!options.logger) return nullptr;
  return [logger = options.logger](std::string_view line) {
    logger(LogLevel::kInfo, line);
  };
}

}  // namespace

absl::StatusOr<std::unique_ptr<EngineImpl>> EngineImpl::Open(
    std::string_view directory, const EngineOptions& options) {
  SKG_RETURN_IF_ERROR(CheckDirectoryName(directory));
  if (options.fold_statements == 0) {
    return absl::InvalidArgumentError(
        "fold_statements is 0; it must be at least 1");
  }
  if (options.max_term_bytes < kLeastTermLimit ||
      options.max_term_bytes > kGreatestTermLimit) {
    return absl::InvalidArgumentError(absl::StrCat(
        "max_term_bytes is ", options.max_term_bytes, "; it must be from ",
        kLeastTermLimit, " to ", kGreatestTermLimit));
  }
  SKG_RETURN_IF_ERROR(CheckBackgroundRate(options));
  const size_t memory_bytes = MemoryBudget(options);
  std::unique_ptr<EngineImpl> engine(
      new EngineImpl(directory, options, memory_bytes));
  if (options.hold_check != nullptr)
    engine->holds_ = std::make_unique<StoreHolds>(options.hold_check);
  std::function<void(std::string_view)> log = LogOf(options);
  SKG_RETURN_IF_ERROR(engine->ReserveForStore());
  SKG_ASSIGN_OR_RETURN(
      std::unique_ptr<storage::KvStore> kv,
      storage::OpenRocksDb(std::string(directory),
                           {.create = options.create,
                            .memory_bytes = memory_bytes / 2,
                            .background_io_bytes = options.background_io_bytes,
                            .log = log}));
  engine->LetStoreLend(*kv);
  SKG_ASSIGN_OR_RETURN(
      engine->store_,
      storage::Store::Open(
          std::move(kv),
          {.memory_bytes = memory_bytes / 4,
           .fold_rows = options.fold_statements,
           .max_term_bytes = options.max_term_bytes,
           .resume_tasks = options.resume_tasks,
           .log = std::move(log),
           .log_retention = {.kept_for = options.log_kept_for,
                             .max_commits = options.log_max_commits,
                             .max_bytes = options.log_max_bytes},
           .spill = {.directory = std::string(directory),
                     .memory = &engine->memory_},
           .history_kept_for = options.history_kept_for,
           .commit_budget = &engine->memory_,
           .hold_check = engine->holds_.get(),
           .participant = &engine->text_indexes_}));
  engine->vector_indexes_.RemoveUnlisted(*engine->store_);
  engine->RemoveIncomplete();
  engine->vector_indexes_.SetTasks(&engine->tasks());
  engine->text_indexes_.SetWantsFold(
      [impl = engine.get()](text::PostingIndex index) {
        impl->StartFold(index);
      });
  SKG_RETURN_IF_ERROR(engine->embedding_followers_.Resume());
  return engine;
}

void EngineImpl::RemoveIncomplete() {
  const absl::Status status = text::DropIncomplete(store_->kv());
  if (status.ok()) return;
  Log(LogLevel::kWarning,
      absl::StrCat("text indexes that were never made whole are left: ",
                   status.message()));
}

void EngineImpl::StartFold(text::PostingIndex index) {
  const std::pair key(index.graph, index.index);
  {
    const std::lock_guard lock(folding_mutex_);
    if (!folding_.insert(key).second) return;
  }
  const auto ended = [this, key] {
    const std::lock_guard lock(folding_mutex_);
    folding_.erase(key);
  };
  tasks::TaskSpec spec;
  spec.kind = "text-fold";
  spec.pool = TaskPool::kIndex;
  spec.title = absl::StrCat("text index ", index.index, " of graph number ",
                            index.graph);
  spec.persistent = false;
  const auto task = tasks().Submit(
      std::move(spec),
      [this, index,
       ended](tasks::TaskContext& context) -> absl::StatusOr<std::string> {
        const absl::Status status = text_indexes_.Fold(
            store().kv(), index,
            {.budget = &memory_, .cancellation = &context.cancellation()});
        ended();
        if (!status.ok()) return status;
        return std::string();
      });
  // Too many wait, or it is the end: the next one asks again.
  if (!task.ok()) ended();
}

absl::Status EngineImpl::ReserveForStore() {
  SKG_ASSIGN_OR_RETURN(blocks_, memory_.Reserve(kBlocks, memory_bytes_ / 2));
  SKG_ASSIGN_OR_RETURN(
      caches_, memory_.Reserve("terms, fences and filters", memory_bytes_ / 4));
  return absl::OkStatus();
}

// Half of its blocks: the buffers need a third of what there is for both.
void EngineImpl::LetStoreLend(const storage::KvStore& kv) {
  if (auto lender = kv.lender())
    memory_.SetLender(kBlocks, memory_bytes_ / 4, std::move(lender));
}

absl::StatusOr<std::unique_ptr<EngineImpl>> EngineImpl::OpenReader(
    std::string_view directory, const EngineOptions& options) {
  SKG_RETURN_IF_ERROR(CheckDirectoryName(directory));
  if (options.catch_up_interval < absl::ZeroDuration()) {
    return absl::InvalidArgumentError(
        absl::StrCat("catch_up_interval is ",
                     absl::FormatDuration(options.catch_up_interval),
                     "; it must be zero or more"));
  }
  const size_t memory_bytes = MemoryBudget(options);
  std::unique_ptr<EngineImpl> engine(
      new EngineImpl(directory, options, memory_bytes));
  SKG_RETURN_IF_ERROR(engine->ReserveForStore());
  SKG_ASSIGN_OR_RETURN(std::unique_ptr<storage::KvStore> kv,
                       storage::OpenRocksDbReader(
                           std::string(directory),
                           {.memory_bytes = memory_bytes / 2,
                            .catch_up_interval = options.catch_up_interval,
                            .log = LogOf(options)}));
  engine->LetStoreLend(*kv);
  SKG_ASSIGN_OR_RETURN(
      engine->store_,
      storage::Store::Open(std::move(kv), {.memory_bytes = memory_bytes / 4,
                                           .log = LogOf(options)}));
  return engine;
}

namespace {

GraphInfo Describe(const storage::GraphDescription& description,
                   const storage::Store::GraphFigures& figures) {
  GraphInfo info;
  info.tenant = description.tenant;
  info.name = description.name;
  info.uuid = description.uuid.ToString();
  info.base_namespace = description.base_namespace;
  info.statement_ids = description.statement_ids;
  info.last_commit = figures.last_commit;
  info.statements = figures.statements;
  return info;
}

}  // namespace
}  // namespace engine

using engine::EngineImpl;
using engine::GraphImpl;
using engine::GraphName;
using engine::ParseGraphName;

Engine::Engine(std::unique_ptr<EngineImpl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(
    std::string_view directory, const EngineOptions& options) {
  SKG_ASSIGN_OR_RETURN(std::unique_ptr<EngineImpl> impl,
                       EngineImpl::Open(directory, options));
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

absl::StatusOr<std::unique_ptr<Engine>> Engine::OpenReader(
    std::string_view directory, const EngineOptions& options) {
  SKG_ASSIGN_OR_RETURN(std::unique_ptr<EngineImpl> impl,
                       EngineImpl::OpenReader(directory, options));
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

absl::StatusOr<Graph> Engine::OpenGraph(std::string_view name,
                                        const OpenGraphOptions& options) {
  SKG_ASSIGN_OR_RETURN(const GraphName parsed, ParseGraphName(name));
  const storage::Store::CreateOptions create{options.base_namespace,
                                             options.statement_ids};
  if (options.create) {
    // A bad namespace must not make a graph that nobody can open.
    SKG_RETURN_IF_ERROR(rdf::NameSpace::Make(options.base_namespace).status());
  }
  SKG_ASSIGN_OR_RETURN(
      storage::GraphStore store,
      impl_->store().OpenGraph(parsed.tenant, parsed.graph,
                               options.create ? &create : nullptr));
  SKG_ASSIGN_OR_RETURN(
      rdf::NameSpace names,
      rdf::NameSpace::Make(store.description().base_namespace));
  return GraphImpl::Wrap(
      std::make_shared<GraphImpl>(*impl_, std::move(store), std::move(names)));
}

absl::Status Engine::CreateGraphs(std::span<const std::string> names,
                                  const OpenGraphOptions& options) {
  SKG_RETURN_IF_ERROR(rdf::NameSpace::Make(options.base_namespace).status());
  std::vector<storage::Store::GraphName> parsed;
  parsed.reserve(names.size());
  for (const std::string& name : names) {
    SKG_ASSIGN_OR_RETURN(GraphName each, ParseGraphName(name));
    parsed.push_back({std::move(each.tenant), std::move(each.graph)});
  }
  return impl_->store().CreateGraphs(
      parsed, {options.base_namespace, options.statement_ids});
}

absl::Status Engine::DropGraph(std::string_view name) {
  SKG_ASSIGN_OR_RETURN(const GraphName parsed, ParseGraphName(name));
  SKG_ASSIGN_OR_RETURN(
      const storage::GraphStore graph,
      impl_->store().OpenGraph(parsed.tenant, parsed.graph, nullptr));
  SKG_RETURN_IF_ERROR(impl_->store().DropGraph(parsed.tenant, parsed.graph));
  impl_->embedding_followers().StopGraph(graph.description().number);
  impl_->vector_indexes().ForgetGraph(graph.description().number);
  impl_->text_indexes().ForgetGraph(graph.description().number);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<GraphInfo>> Engine::ListGraphs(
    std::string_view tenant) const {
  if (!tenant.empty()) SKG_RETURN_IF_ERROR(engine::CheckTenantName(tenant));
  SKG_ASSIGN_OR_RETURN(auto descriptions, impl_->store().ListGraphs());
  if (!tenant.empty()) {
    std::erase_if(descriptions, [&](const storage::GraphDescription& graph) {
      return graph.tenant != tenant;
    });
  }
  SKG_ASSIGN_OR_RETURN(const auto figures,
                       impl_->store().ReadFigures(descriptions));
  std::vector<GraphInfo> infos;
  for (size_t i = 0; i < descriptions.size(); ++i) {
    if (figures[i])
      infos.push_back(engine::Describe(descriptions[i], *figures[i]));
  }
  std::sort(infos.begin(), infos.end(),
            [](const GraphInfo& a, const GraphInfo& b) {
              return std::tie(a.tenant, a.name) < std::tie(b.tenant, b.name);
            });
  return infos;
}

absl::StatusOr<std::vector<TenantInfo>> Engine::ListTenants() const {
  SKG_ASSIGN_OR_RETURN(const std::vector<GraphInfo> graphs, ListGraphs());
  SKG_ASSIGN_OR_RETURN(const auto quotas, impl_->store().ListQuotas());
  std::map<std::string, TenantInfo> tenants;
  for (const GraphInfo& graph : graphs) {
    TenantInfo& tenant = tenants[graph.tenant];
    ++tenant.graphs;
    tenant.statements += graph.statements;
  }
  for (const auto& [owner, limits] : quotas) {
    if (owner.find('/') == std::string::npos) tenants[owner].limits = limits;
  }
  std::vector<TenantInfo> infos;
  for (auto& [name, tenant] : tenants) {
    tenant.name = name;
    infos.push_back(std::move(tenant));
  }
  return infos;
}

absl::Status Engine::SetTenantQuota(std::string_view tenant,
                                    const QuotaLimits& limits) {
  SKG_RETURN_IF_ERROR(engine::CheckTenantName(tenant));
  return impl_->store().SetQuota(tenant, {}, limits);
}

absl::Status Engine::SetGraphQuota(std::string_view name,
                                   const QuotaLimits& limits) {
  SKG_ASSIGN_OR_RETURN(const GraphName parsed, ParseGraphName(name));
  return impl_->store().SetQuota(parsed.tenant, parsed.graph, limits);
}

absl::StatusOr<Quota> Engine::TenantQuota(std::string_view tenant) const {
  SKG_RETURN_IF_ERROR(engine::CheckTenantName(tenant));
  return impl_->store().GetQuota(tenant, {});
}

absl::StatusOr<Quota> Engine::GraphQuota(std::string_view name) const {
  SKG_ASSIGN_OR_RETURN(const GraphName parsed, ParseGraphName(name));
  return impl_->store().GetQuota(parsed.tenant, parsed.graph);
}

namespace {

constexpr size_t kMaxSettingKeyBytes = 255;
constexpr size_t kMaxSettingValueBytes = size_t{64} << 10;

absl::Status CheckSettingKey(std::string_view key) {
  if (!key.empty() && key.size() <= kMaxSettingKeyBytes)
    return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a setting's key has 1 to ",
                                                 kMaxSettingKeyBytes,
                                                 " bytes, not ", key.size()));
}

}  // namespace

absl::Status Engine::PutSetting(std::string_view key, std::string_view value) {
  SKG_RETURN_IF_ERROR(CheckSettingKey(key));
  if (value.size() > kMaxSettingValueBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a setting's value has at most ", kMaxSettingValueBytes,
                     " bytes, not ", value.size()));
  }
  return impl_->store().PutSetting(key, value);
}

absl::StatusOr<std::string> Engine::GetSetting(std::string_view key) const {
  SKG_RETURN_IF_ERROR(CheckSettingKey(key));
  return impl_->store().GetSetting(key);
}

absl::Status Engine::DeleteSetting(std::string_view key) {
  SKG_RETURN_IF_ERROR(CheckSettingKey(key));
  return impl_->store().DeleteSetting(key);
}

absl::StatusOr<std::vector<std::string>> Engine::ListSettings(
    std::string_view prefix) const {
  if (prefix.size() > kMaxSettingKeyBytes) return std::vector<std::string>();
  return impl_->store().ListSettings(prefix);
}

absl::StatusOr<uint64_t> Engine::DiskBytes() const {
  return impl_->store().kv().DiskBytes();
}

Engine::WriteCounters Engine::write_counters() const {
  return {.commits = impl_->store().commits(),
          .wal_syncs = impl_->store().kv().wal_syncs(),
          .background_bytes = impl_->store().kv().background_bytes()};
}

namespace {

absl::StatusOr<std::vector<TaskInfo>> StoredTasks(const storage::Store& store) {
  SKG_ASSIGN_OR_RETURN(const std::vector<tasks::TaskRecord> records,
                       store.StoredTasks());
  std::vector<TaskInfo> tasks;
  for (const tasks::TaskRecord& record : records)
    tasks.push_back(tasks::Describe(record, absl::Now()));
  return tasks;
}

}  // namespace

std::vector<TaskInfo> Engine::Tasks() const {
  if (!impl_->store().read_only()) return impl_->tasks().List();
  absl::StatusOr<std::vector<TaskInfo>> tasks = StoredTasks(impl_->store());
  if (tasks.ok()) return *std::move(tasks);
  impl_->Log(LogLevel::kError, absl::StrCat("the tasks cannot be read: ",
                                            tasks.status().message()));
  return {};
}

absl::StatusOr<TaskInfo> Engine::GetTask(uint64_t id) const {
  if (!impl_->store().read_only()) return impl_->tasks().Info(id);
  SKG_ASSIGN_OR_RETURN(const std::vector<TaskInfo> tasks,
                       StoredTasks(impl_->store()));
  for (const TaskInfo& task : tasks) {
    if (task.id == id) return task;
  }
  return absl::NotFoundError(absl::StrCat("there is no task ", id));
}

absl::Status Engine::CancelTask(uint64_t id) {
  if (impl_->store().read_only()) return storage::OpenedForReading();
  return impl_->tasks().Cancel(id);
}

absl::StatusOr<TaskInfo> Engine::WaitTask(uint64_t id, absl::Time deadline) {
  if (impl_->store().read_only()) return storage::OpenedForReading();
  return impl_->tasks().Wait(id, deadline);
}

absl::StatusOr<uint64_t> Engine::PruneTasks(absl::Time before) {
  if (impl_->store().read_only()) return storage::OpenedForReading();
  return impl_->tasks().Prune(before);
}

absl::Status Engine::CatchUp() { return impl_->store().CatchUp(); }

MemoryUse Engine::memory_use() const {
  const storage::Store::Memory store = impl_->store().memory();
  MemoryUse use;
  use.limit_bytes = impl_->memory().limit_bytes();
  use.free_bytes = impl_->memory().free_bytes();
  use.blocks_bytes = store.blocks;
  use.terms_bytes = store.terms;
  use.runs_bytes = store.runs;
  use.reserved = impl_->memory().Uses();
  return use;
}

absl::Status Engine::Sync() { return impl_->store().Sync(); }

}  // namespace skg
