// Engine: one data directory, many tenants, each with its graphs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "skg/backup.h"
#include "skg/embedder.h"
#include "skg/export.h"
#include "skg/graph.h"
#include "skg/quota.h"
#include "skg/statement.h"
#include "skg/task.h"
#include "skg/time_travel.h"

namespace skg {

namespace engine {
class EngineImpl;
}

enum class LogLevel { kDebug, kInfo, kWarning, kError };
// The library never prints; it tells this, from any thread.
using Logger = std::function<void(LogLevel, std::string_view message)>;

struct EngineOptions {
  // Make the directory and an empty store if there is none.
  bool create = true;
  // What a write waits for unless its CommitOptions say otherwise.
  Durability durability = Durability::kSync;
  // Bytes for caches, buffers and what calls hold while they run; 0: a quarter
  // of the machine's memory. At least 16 MiB. See Engine::memory_use.
  size_t memory_budget_bytes = 0;
  // Longer terms are refused with a FieldError, "too_long": value, datatype and
  // language together, of a triple term all its parts. From 1 KiB to 256 MiB; a
  // write holds a few copies of its terms in memory.
  size_t max_term_bytes = size_t{16} << 20;
  // Rows of a graph that wait unpacked; from this number on the background
  // packs them into a run, which makes scans and counts faster. At least 1.
  uint64_t fold_statements = uint64_t{1} << 17;
  // Go on with resumable tasks that an earlier process left unfinished. False
  // for short-lived programs: those tasks stay queued for a later process.
  bool resume_tasks = true;
  // The change log of a graph is kept for so long, and for who still needs it
  // (a Transaction, a Subscription), but in no case more than so many commits
  // or about so many bytes (0: no such cap).
  absl::Duration log_kept_for = absl::Hours(7 * 24);
  uint64_t log_max_commits = 0;
  uint64_t log_max_bytes = uint64_t{1} << 30;
  // Superseded states are kept for so long; Graph::KeepHistoryFor says
  // otherwise for one graph.
  absl::Duration history_kept_for = absl::InfiniteDuration();
  // Asked before the past of a graph is forgotten; null: nothing holds it. What
  // drops a graph as a whole does not ask.
  std::shared_ptr<HoldCheck> hold_check = nullptr;
  // Bytes a second that flushes, compactions, folds and merges may write, all
  // together; 0: no bound, else at least 1 MiB. Commits, loads, backups and
  // restores are not held back, but wait where the background falls too far
  // behind them. For disks that others use, too.
  uint64_t background_io_bytes = 0;
  // Of OpenReader: a view that is made looks for later commits where the newest
  // state that is known is older than this, or than four times what the last
  // look took. Zero or more; zero: each view looks as often as that allows.
  absl::Duration catch_up_interval = absl::Milliseconds(100);
  // What VectorIndexOptions::embedder may name, besides "hashing". Asked from
  // threads of the engine, too. An index whose embedder is missing here is
  // searched by vectors only, and does not follow its graph.
  std::map<std::string, std::shared_ptr<Embedder>, std::less<>> embedders = {};
  Logger logger = nullptr;
};

struct OpenGraphOptions {
  // Make the graph if there is none (else kNotFound).
  bool create = false;
  // Fixed at creation: the namespace that names live in.
  std::string base_namespace = "urn:skg:";
  // Fixed at creation: keep the index from id to statement.
  bool statement_ids = true;
};

struct GraphInfo {
  std::string tenant;
  std::string name;
  std::string uuid;
  std::string base_namespace;
  bool statement_ids = true;
  uint64_t last_commit = 0;
  uint64_t statements = 0;
};

struct TenantInfo {
  std::string name;
  uint64_t graphs = 0;
  uint64_t statements = 0;  // of all graphs
  QuotaLimits limits;
};

// Of EngineOptions::memory_budget_bytes.
struct MemoryUse {
  uint64_t limit_bytes = 0;
  // What no cache and no call has reserved.
  uint64_t free_bytes = 0;
  // In use now: blocks and write buffers of RocksDB, the dictionary's cache,
  // and what is kept to find rows in runs (fences, filters).
  uint64_t blocks_bytes = 0;
  uint64_t terms_bytes = 0;
  uint64_t runs_bytes = 0;
  // What is reserved and for what, sorted: caches what they may grow to, calls
  // what they may take while they run.
  std::vector<std::pair<std::string, size_t>> reserved;
};

// One broken invariant found by Check.
struct CheckFinding {
  std::string graph;  // "tenant/graph", or empty for the store as a whole
  std::string message;
};

struct CheckReport {
  uint64_t graphs = 0;
  uint64_t statements = 0;
  uint64_t terms = 0;
  uint64_t commits = 0;
  std::vector<CheckFinding> findings;  // empty: all is well; at most 1000
};

// Thread safety: all methods may be called from any thread.
// Lifetime: every Graph, ReadView, Transaction, cursor and Subscription must
// be destroyed first. One process at a time opens a directory for writing; any
// number of others read it beside that one, with OpenReader. Destruction
// cancels running tasks and waits for them; those that are resumable go on when
// the directory is opened again, others end as interrupted.
class SKG_EXPORT Engine {
 public:
  // Errors: kNotFound (no such directory and not `create`),
  // kFailedPrecondition (in use by another process, written by a newer format
  // version, or not a data directory), kDataLoss (damage; the message says
  // where), kResourceExhausted (disk full), kInvalidArgument (a name or an
  // option out of its range).
  // Cost: proportional to the unflushed log, not to the data.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Engine>> Open(
      std::string_view directory, const EngineOptions& options = {});

  // Opens a directory for reading, while another process (or this one) has it
  // open for writing or none has. Views show committed states, each whole over
  // all that it shows, and follow the writer: see catch_up_interval; CatchUp
  // looks at once. A view may show a commit shortly before its writer is told.
  // Views of up to three states can be open at a time; while they are, new ones
  // show the newest of the three. Graph::Watch delivers commits as they are
  // seen; it does not hold the writer's log. Graph::Save works. What writes,
  // Begin and Engine::Backup included, gives kFailedPrecondition; Tasks and
  // GetTask show tasks as they are stored.
  // Neither changes a file of the directory nor takes the writer's lock, so it
  // may be on a read-only file system.
  // Of the options only memory_budget_bytes, catch_up_interval and logger
  // count. What the writer has not yet flushed from its log lies in memory
  // besides, once for each state that a view holds.
  // Errors: kNotFound (no such directory, or another process is still making
  // it), kFailedPrecondition (written by a newer format version, or not a data
  // directory), kDataLoss, kInvalidArgument, kUnavailable (a file could not be
  // read). Cost: proportional to the unflushed log and the number of files.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Engine>> OpenReader(
      std::string_view directory, const EngineOptions& options = {});
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // `name` is "tenant/graph", or "graph" of tenant `public`; empty: "main".
  // Errors: kNotFound, kInvalidArgument (a name outside
  // [A-Za-z0-9][A-Za-z0-9_-]{0,62}; tenants: lower case, at most 50).
  [[nodiscard]] absl::StatusOr<Graph> OpenGraph(
      std::string_view name, const OpenGraphOptions& options = {});

  // Makes those of these graphs that are not there yet; all are durable when it
  // returns. One fsync for all of them, where OpenGraph with `create` needs one
  // each. After an error some may be there. Errors: as OpenGraph.
  [[nodiscard]] absl::Status CreateGraphs(std::span<const std::string> names,
                                          const OpenGraphOptions& options = {});

  // Drops a graph with all its data; open handles of it get kNotFound.
  // Durable when it returns. Space is given back in the background.
  [[nodiscard]] absl::Status DropGraph(std::string_view name);

  // Sorted by tenant, then name. An empty tenant lists all.
  [[nodiscard]] absl::StatusOr<std::vector<GraphInfo>> ListGraphs(
      std::string_view tenant = {}) const;

  // Tenants that have a graph or a quota, sorted by name. O(graphs).
  [[nodiscard]] absl::StatusOr<std::vector<TenantInfo>> ListTenants() const;

  // What a tenant, or one graph, may hold; durable. No limits lift the quota. A
  // commit that would go over a limit fails alone, with kResourceExhausted and
  // QuotaExceededOf; one that adds no statement (or, for bytes, only removes)
  // always may. Statements are counted exactly, over all graphs of the tenant;
  // bytes about. Quotas belong to names: they can be set before there is such a
  // graph, and outlive it. Errors: kInvalidArgument (a name, or a limit above
  // 2^63 - 1).
  [[nodiscard]] absl::Status SetTenantQuota(std::string_view tenant,
                                            const QuotaLimits& limits);
  [[nodiscard]] absl::Status SetGraphQuota(std::string_view name,
                                           const QuotaLimits& limits);
  // What is held now. What does not exist holds nothing. Cost: O(graphs of the
  // tenant).
  [[nodiscard]] absl::StatusOr<Quota> TenantQuota(
      std::string_view tenant) const;
  [[nodiscard]] absl::StatusOr<Quota> GraphQuota(std::string_view name) const;

  // Small settings of the data directory, such as stored API keys: durable,
  // atomic per call. Key: at most 255 bytes; value: at most 64 KiB.
  [[nodiscard]] absl::Status PutSetting(std::string_view key,
                                        std::string_view value);
  [[nodiscard]] absl::StatusOr<std::string> GetSetting(
      std::string_view key) const;  // kNotFound
  [[nodiscard]] absl::Status DeleteSetting(std::string_view key);
  [[nodiscard]] absl::StatusOr<std::vector<std::string>> ListSettings(
      std::string_view prefix) const;

  // Verifies every invariant of every graph: orders agree, the dictionary is a
  // bijection, counts are exact, the log has no gap, indexes of texts and
  // vectors have what they say. `deep` also decodes every term and record, and
  // reads every vector and posting. A file of an index that is missing or
  // damaged is a finding that the next search or a rebuild mends. Cost: reads
  // everything; memory is bounded.
  [[nodiscard]] absl::StatusOr<CheckReport> Check(bool deep = false) const;

  // Adds a backup of the whole data directory to `directory`, which is made if
  // there is none, while reads and writes go on; it holds every commit that was
  // acknowledged before the call. Table files that an earlier backup has are
  // not copied again. Runs as a task of kind "backup" and waits for it. Durable
  // when it returns; on an error nothing was added, but where the message says
  // that only older ones could not be removed. Errors: kInvalidArgument (a bad
  // name, or within the data directory), kFailedPrecondition (not a backup
  // directory, or in use), kDataLoss (a list in it is damaged), kCancelled (by
  // `progress`, or as a task), kResourceExhausted (disk full), kUnavailable.
  // Not from a callback of this library. Cost: flushes what is in memory, then
  // copies what is new.
  [[nodiscard]] absl::StatusOr<BackupInfo> Backup(
      std::string_view directory, const BackupOptions& options = {});

  // Makes a new graph of what Graph::Save wrote, gzipped or not: its terms, all
  // states, log and times, and its indexes: of texts they are made again, and
  // searched in states from the saved one on; those of vectors that follow
  // their graph go on where the engine has their embedder. It is there,
  // durably, when this returns; on an error there is nothing. Runs as a task of
  // kind "restore" and waits for it; `source` and `progress` are called on this
  // thread. Errors: kAlreadyExists (the name, or the UUID with kKeep),
  // kInvalidArgument (a bad name; not a graph file), kFailedPrecondition (a
  // file of a newer version), kDataLoss (it is damaged or was cut short),
  // kCancelled, kResourceExhausted (disk full; or a quota, as for a commit,
  // asked while the file is read), kUnavailable, those of the source. Memory:
  // bounded, whatever the file's size. Cost: reads the file once, sorts its
  // rows for each order, and reads them again for the check.
  [[nodiscard]] absl::StatusOr<Graph> RestoreGraph(
      std::string_view name, const LoadSource& source,
      const RestoreGraphOptions& options = {});

  // All tasks of the data directory by id: those that wait or run, and the
  // ended ones that are remembered (the last 1000, for 30 days).
  [[nodiscard]] std::vector<TaskInfo> Tasks() const;

  // Errors: kNotFound (no such task, or forgotten; a task that is not
  // persistent is forgotten when it ends).
  [[nodiscard]] absl::StatusOr<TaskInfo> GetTask(uint64_t id) const;

  // A queued task is cancelled, durably, when this returns. A running one is
  // asked to end, which it does soon; WaitTask tells how it ended. Errors:
  // kNotFound, kFailedPrecondition (it has ended already), and those of the
  // disk: the task is cancelled then, but only for this process.
  [[nodiscard]] absl::Status CancelTask(uint64_t id);

  // Waits until the task has ended, however it did, and gives its last state.
  // Errors: kNotFound, kDeadlineExceeded (the message tells its progress),
  // kUnavailable (the engine is being closed: a later process resumes it).
  [[nodiscard]] absl::StatusOr<TaskInfo> WaitTask(
      uint64_t id, absl::Time deadline = absl::InfiniteFuture());

  // Forgets tasks that ended before `before`; gives how many those were.
  [[nodiscard]] absl::StatusOr<uint64_t> PruneTasks(
      absl::Time before = absl::InfiniteFuture());

  // Bytes on disk and in memory of the whole store.
  [[nodiscard]] absl::StatusOr<uint64_t> DiskBytes() const;
  // Since open: fdatasync calls on the write-ahead log, and commits (their
  // ratio is what group commit saves).
  struct WriteCounters {
    uint64_t commits = 0;
    uint64_t wal_syncs = 0;
    // What EngineOptions::background_io_bytes has let through; 0 without such a
    // bound.
    uint64_t background_bytes = 0;
  };
  [[nodiscard]] WriteCounters write_counters() const;

  // Views made after this show every commit that was acknowledged, in whatever
  // process, before the call. Does nothing unless opened by OpenReader. Errors:
  // kResourceExhausted (views of three states are open; end one), kDataLoss,
  // kUnavailable.
  [[nodiscard]] absl::Status CatchUp();

  // Where the memory budget goes. Cost: microseconds.
  [[nodiscard]] MemoryUse memory_use() const;

  // Makes every acknowledged commit durable (matters with kNone).
  [[nodiscard]] absl::Status Sync();

 private:
  explicit Engine(std::unique_ptr<engine::EngineImpl> impl);
  std::unique_ptr<engine::EngineImpl> impl_;
};

}  // namespace skg
