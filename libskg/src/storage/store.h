// Store: one data directory. GraphStore: one graph in it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "base/uuid.h"
#include "rdf/name.h"
#include "storage/commit.h"
#include "storage/history.h"
#include "storage/kv.h"
#include "storage/quota.h"
#include "storage/read_view.h"
#include "storage/rows.h"
#include "tasks/task_runner.h"

namespace skg::storage {

class CommitParticipant;
class IndexRestorer;
class StoreImpl;
struct RestoreWork;
struct SaveSummary;
struct SaveWork;
struct StoreOptions;
class GraphState;
class LogHold;
class TransactionState;

// Fixed at creation, but for the name.
struct GraphDescription {
  uint32_t number = 0;  // never reused
  Uuid uuid;
  std::string tenant;
  std::string name;
  std::string base_namespace;
  bool statement_ids = true;
};

// A transaction in term ids: its own view, its changes, what it has read.
// Not thread-safe. Must end before its graph's Store.
class Transaction {
 public:
  explicit Transaction(std::unique_ptr<TransactionState> state);
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) noexcept;
  ~Transaction();

  // The snapshot it began on plus its own changes; what is read through it is
  // recorded and checked at commit. Valid while the transaction lives; shows
  // changes made later once this is called again. Where changes were spilled
  // since the last call it first makes a draft of them (SpilledChanges::Draft);
  // if that fails all reads do.
  [[nodiscard]] const ReadView& view() const;
  // The id of a term in this transaction: known, or an arena id of its own,
  // which holds until the next change, or view() after one.
  [[nodiscard]] absl::StatusOr<TermId> Intern(const rdf::Term& term);
  // `record`: null for none. With `if_absent` a statement that is there stays
  // as it is. Errors: kInvalidArgument (an arena id that does not hold any
  // more); those of spilling (SpilledChanges), which everything gives then.
  [[nodiscard]] absl::Status Add(const StatementKey& key, float weight,
                                 const Record* record, bool if_absent);
  // All edges of the key's triple. Errors: as Add.
  [[nodiscard]] absl::Status RemoveTriple(const StatementKey& key);
  // All statements of some graphs go, those that it has added there too, with
  // one change, whatever their number. A blind write, like the others. Errors:
  // as Add. Where changes were spilled, the next view() sorts all of them that
  // still stand.
  [[nodiscard]] absl::Status Clear(const ClearScope& scope);
  // Not more than kMostClears; else that gives kResourceExhausted.
  [[nodiscard]] bool CanClear(const ClearScope& scope) const;
  // Changes that stand: what a clear took back does not count, but for what had
  // been spilled; the clear does.
  [[nodiscard]] uint64_t size() const;
  [[nodiscard]] TransactionState& state() { return *state_; }

 private:
  [[nodiscard]] absl::Status CheckId(TermId id) const;
  [[nodiscard]] absl::Status CheckKey(const StatementKey& key) const;

  std::unique_ptr<TransactionState> state_;
};

// A handle; copies are the same graph. Thread-safe.
class GraphStore {
 public:
  GraphStore(std::shared_ptr<GraphState> state,
             std::shared_ptr<const StoreOptions> options);

  [[nodiscard]] const GraphDescription& description() const;
  // kNotFound once the graph was dropped.
  [[nodiscard]] absl::StatusOr<ReadView> Latest() const;
  // A past state. kOutOfRange: before the horizon, before the first commit, or
  // after the last one; a time to come means the present.
  [[nodiscard]] absl::StatusOr<ReadView> AsOf(uint64_t commit) const;
  [[nodiscard]] absl::StatusOr<ReadView> AsOf(absl::Time time) const;

  // See GraphState.
  [[nodiscard]] absl::StatusOr<History> ReadHistory() const;
  [[nodiscard]] absl::Status SetHorizon(uint64_t commit);
  [[nodiscard]] absl::Status SetHistoryKept(
      std::optional<absl::Duration> kept_for);
  // Moves the horizon and trims the log as the store's settings ask for at
  // this time. The store itself does so now and then.
  [[nodiscard]] absl::Status ForgetPast(absl::Time now);

  // See Dictionary.
  [[nodiscard]] absl::Status CheckTermSize(const rdf::Term& term) const;
  // Looks a term up before the queue: its inline id, its number, or unbound;
  // the caller puts the unknown ones into CommitRequest::new_terms.
  [[nodiscard]] absl::StatusOr<TermId> Lookup(const rdf::Term& term) const;

  // Queues, waits, returns. Errors: kInvalidArgument, kAborted (conflict),
  // kNotFound (dropped), kResourceExhausted, kUnavailable.
  [[nodiscard]] absl::StatusOr<CommitOutcome> Commit(
      const CommitRequest& request);
  // The same for less memory: the request's terms go once they are encoded.
  [[nodiscard]] absl::StatusOr<CommitOutcome> Commit(CommitRequest&& request);
  // What commits take their memory from; null: there is no limit.
  [[nodiscard]] MemoryBudget* memory_budget() const;

  [[nodiscard]] absl::StatusOr<Transaction> Begin();
  // What a transaction reads and changes; it must neither commit to this graph
  // nor wait for who does.
  using TransactionWork = std::function<absl::Status(Transaction&)>;
  // Runs `work` on a transaction and commits it. If another commit changed what
  // it had read, so that it would be kAborted, it runs again on a new one;
  // after kTransactionTries of them once more while nobody else may commit,
  // perhaps on another thread: then nothing is in its way. Errors: those of
  // `work`, and nothing has changed then; those of Commit. It does not spill:
  // what `work` changes is held in memory.
  static constexpr int kTransactionTries = 3;
  [[nodiscard]] absl::StatusOr<CommitOutcome> Run(
      const TransactionWork& work, const CommitRequest& settings);
  // Tells no outcomes of single operations where it has spilled.
  [[nodiscard]] absl::StatusOr<CommitOutcome> Commit(
      Transaction& transaction, const CommitRequest& settings);

  // Visits the changes of one commit, some at a time. kOutOfRange: before the
  // first kept one, or not there yet.
  [[nodiscard]] absl::StatusOr<LogHeader> ReadLog(
      uint64_t commit,
      const std::function<absl::Status(std::span<const LoggedChange>)>& visit)
      const;
  // The same, all of them at once.
  [[nodiscard]] absl::StatusOr<LogEntry> ReadLog(uint64_t commit) const;
  // The first commit whose log entry is kept.
  [[nodiscard]] uint64_t first_logged() const;
  // Drops the log entries up to this commit, but never the last; the times of
  // commits stay.
  [[nodiscard]] absl::Status TrimLog(uint64_t through);
  // Keeps the entries after a commit, up to the log's cap, while the hold
  // lives (followers).
  [[nodiscard]] std::unique_ptr<LogHold> HoldLog(uint64_t after) const;
  [[nodiscard]] uint64_t last_commit() const;
  // Waits until a commit after `commit` is there, the deadline passes, or the
  // graph is dropped. True: there is one.
  [[nodiscard]] bool WaitForCommit(uint64_t commit, absl::Time deadline) const;
  [[nodiscard]] bool dropped() const;
  // Another process writes: everything that changes the graph answers
  // kFailedPrecondition, and WaitForCommit looks now and then.
  [[nodiscard]] bool read_only() const;

  // For the rest of storage/.
  [[nodiscard]] GraphState& state() const { return *state_; }

 private:
  friend class Store;
  // For what the writer need not decide while others wait; unset: it is not
  // so large, or does not fit into files either.
  [[nodiscard]] std::optional<absl::StatusOr<CommitOutcome>> CommitIfLarge(
      const CommitRequest& request);
  [[nodiscard]] absl::StatusOr<CommitOutcome> RunAlone(
      const TransactionWork& work, const CommitRequest& settings);

  std::shared_ptr<GraphState> state_;
  std::shared_ptr<const StoreOptions> options_;
};

// How a transaction goes on that is too large for memory.
struct SpillOptions {
  // It spills to temporary files from so many changes on, or so many bytes of
  // them. A commit of so many operations that tells no outcomes does so at
  // once.
  size_t changes = size_t{1} << 16;
  size_t bytes = size_t{32} << 20;
  // Where the files lie; empty: where the system keeps temporary files.
  std::string directory;
  // What it needs from then on is reserved there. Null: it takes `load_bytes`.
  MemoryBudget* memory = nullptr;
  size_t load_bytes = size_t{64} << 20;
  // See BulkLoadOptions.
  size_t batch_record_bytes = size_t{4} << 20;
};

struct StoreOptions {
  // Half for the dictionary's cache, half for fences and filters of runs. What
  // the key-value store takes is its own.
  size_t memory_bytes = size_t{256} << 20;
  // Rows of a graph's delta that make the background fold them into a run.
  uint64_t fold_rows = uint64_t{1} << 17;
  // Rows of one batch of commits that are packed into a run at once.
  size_t run_rows = 64;
  // Longer terms are refused (rdf::TextBytes).
  size_t max_term_bytes = size_t{16} << 20;
  // Go on with resumable tasks that an earlier process left.
  bool resume_tasks = true;
  std::function<void(std::string_view)> log = nullptr;
  LogRetention log_retention = {};
  SpillOptions spill = {};
  // How long superseded states are kept, where a graph does not say.
  absl::Duration history_kept_for = absl::InfiniteDuration();
  // How often log and history are cut to that.
  absl::Duration upkeep_interval = absl::Minutes(1);
  // What commits take their memory from while they run. May be null: nothing
  // limits them. Must outlive the store.
  MemoryBudget* commit_budget = nullptr;
  // May be null; must outlive the store.
  HoldCheck* hold_check = nullptr;
  // Null: the limits that SetQuota sets. Must outlive the store.
  QuotaCheck* quota_check = nullptr;
  // What it makes of commits is written with them. May be null; must outlive
  // the store.
  CommitParticipant* participant = nullptr;
};

// The UUID of a restored graph, in which the ids of its statements are named.
enum class RestoreUuid : uint8_t {
  kKeepIfFree,  // the saved one, or a new one where a graph here has it
  kKeep,        // the saved one, else kAlreadyExists
  kNew,
};

enum class RestoreStage : uint8_t { kReading, kSorting, kChecking };

struct RestoreWork {
  RestoreUuid uuid = RestoreUuid::kKeepIfFree;
  // Check every invariant before the graph appears.
  bool check = true;
  // For rows that are sorted.
  size_t sort_bytes = size_t{64} << 20;
  // Where they may lie meanwhile; empty: where the system keeps temporary
  // files.
  std::string directory = {};
  // From so many rows on what is sorted joins the store as files, past its log
  // and its buffers.
  uint64_t large_rows = uint64_t{1} << 20;
  const Cancellation* cancellation = nullptr;
  // Null: what the file has of indexes is passed over.
  IndexRestorer* indexes = nullptr;
  // Bytes read so far.
  std::function<void(RestoreStage stage, uint64_t bytes)> progress = nullptr;
};

struct CheckProblem {
  std::string graph;
  std::string message;
};
struct CheckSummary {
  uint64_t graphs = 0, statements = 0, terms = 0, commits = 0;
  std::vector<CheckProblem> problems;
};

// Thread-safe. Graphs, views and transactions must end before it.
class Store {
 public:
  // Takes the key-value store; makes the format row in an empty one. Over a
  // read-only one nothing is written or kept up, what would change something
  // answers kFailedPrecondition, and tasks() are remembered by nobody.
  // Errors: kFailedPrecondition (newer format version), kDataLoss; of a
  // read-only one also kNotFound (somebody is still making it).
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Store>> Open(
      std::unique_ptr<KvStore> kv, const StoreOptions& options);
  ~Store();

  struct CreateOptions {
    std::string base_namespace = "urn:skg:";
    bool statement_ids = true;
  };
  // kNotFound; with `create` the graph is made durably if there is none.
  [[nodiscard]] absl::StatusOr<GraphStore> OpenGraph(
      std::string_view tenant, std::string_view name,
      const CreateOptions* create);
  struct GraphName {
    std::string tenant;
    std::string name;
  };
  // Makes those that are not there yet, all durable when it returns: one fsync
  // for all of them. After an error some may be there.
  [[nodiscard]] absl::Status CreateGraphs(std::span<const GraphName> names,
                                          const CreateOptions& options);
  // Durable when it returns. Its rows are deleted in the background, and so is
  // what they took on disk.
  [[nodiscard]] absl::Status DropGraph(std::string_view tenant,
                                       std::string_view name);
  [[nodiscard]] absl::StatusOr<std::vector<GraphDescription>> ListGraphs()
      const;
  // What a graph holds at its last commit, without opening it. Unset: it was
  // dropped meanwhile. The sequence is that of `graphs`.
  struct GraphFigures {
    uint64_t last_commit = 0;
    uint64_t statements = 0;
  };
  [[nodiscard]] absl::StatusOr<std::vector<std::optional<GraphFigures>>>
  ReadFigures(std::span<const GraphDescription> graphs) const;

  // What a tenant (`name` empty) or a graph may hold; see TenantQuotas.
  [[nodiscard]] absl::Status SetQuota(std::string_view tenant,
                                      std::string_view name,
                                      const QuotaLimits& limits);
  [[nodiscard]] absl::StatusOr<Quota> GetQuota(std::string_view tenant,
                                               std::string_view name) const;
  // All limits: "tenant" or "tenant/graph", sorted.
  [[nodiscard]] absl::StatusOr<std::vector<std::pair<std::string, QuotaLimits>>>
  ListQuotas() const;

  // Writes a graph to `sink`; see graph_saver.h. `view`: of this store.
  [[nodiscard]] absl::StatusOr<SaveSummary> SaveGraph(
      const ReadView& view,
      const std::function<absl::Status(std::string_view)>& sink,
      const SaveWork& work);
  // Makes a graph of what SaveGraph wrote. It is there, durably, when this
  // returns; on an error there is nothing, and what was written goes in the
  // background. Errors: kAlreadyExists (the name), kInvalidArgument,
  // kFailedPrecondition, kDataLoss (see graph_file.h), kCancelled, those of the
  // source and of the store.
  [[nodiscard]] absl::StatusOr<GraphDescription> RestoreGraph(
      std::string_view tenant, std::string_view name,
      const std::function<absl::StatusOr<size_t>(char*, size_t)>& source,
      const RestoreWork& work);

  // Small durable settings of the directory (catalog family).
  [[nodiscard]] absl::Status PutSetting(std::string_view key,
                                        std::string_view value);
  [[nodiscard]] absl::Status DeleteSetting(std::string_view key);
  [[nodiscard]] absl::StatusOr<std::string> GetSetting(
      std::string_view key) const;
  [[nodiscard]] absl::StatusOr<std::vector<std::string>> ListSettings(
      std::string_view prefix) const;

  [[nodiscard]] absl::StatusOr<CheckSummary> Check(bool deep) const;
  [[nodiscard]] absl::Status Sync();
  // Packs all of a graph's rows into one live and one history run and gives
  // back the place that this makes free; returns when that is done. Reads and
  // writes go on meanwhile. kNotFound, kCancelled.
  [[nodiscard]] absl::Status Compact(
      const GraphStore& graph, const Cancellation* cancellation = nullptr);
  // The background work of this directory; shut down before the graphs end.
  [[nodiscard]] tasks::Runner& tasks();
  // Waits until the rows of dropped graphs are deleted and their place is given
  // back (for tests and benchmarks).
  void WaitForRemovals();
  // Bytes in use now: of the key-value store, of the dictionary's cache, and of
  // fences and filters.
  struct Memory {
    size_t blocks = 0, terms = 0, runs = 0;
  };
  [[nodiscard]] Memory memory() const;
  // Graphs that are in memory now.
  [[nodiscard]] size_t open_graphs();
  // Lets go, now, of the memory of graphs that nobody used since the last time;
  // the store itself does so with each upkeep.
  void ReleaseIdleMemory();
  // Its tasks as they are stored, by id: for a read-only store.
  [[nodiscard]] absl::StatusOr<std::vector<tasks::TaskRecord>> StoredTasks()
      const;
  [[nodiscard]] bool read_only() const;
  // Of a read-only store: views that begin now show what was committed before
  // the call. kResourceExhausted: views of too many states are open.
  [[nodiscard]] absl::Status CatchUp();
  // Waits until no fold or merge is due.
  void WaitForMaintenance();
  [[nodiscard]] KvStore& kv();
  [[nodiscard]] uint64_t commits() const;

 private:
  explicit Store(std::unique_ptr<StoreImpl> impl);
  std::unique_ptr<StoreImpl> impl_;
};

}  // namespace skg::storage
