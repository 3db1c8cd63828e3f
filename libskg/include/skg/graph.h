// Graph: one knowledge graph: write, match, query, watch, load, export.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "skg/analyze.h"
#include "skg/backup.h"
#include "skg/column_batch.h"
#include "skg/export.h"
#include "skg/graph_view.h"
#include "skg/load.h"
#include "skg/pattern_query.h"
#include "skg/prepared_query.h"
#include "skg/query.h"
#include "skg/read_view.h"
#include "skg/statement.h"
#include "skg/text_index.h"
#include "skg/time_travel.h"
#include "skg/transaction.h"
#include "skg/update.h"
#include "skg/vector_index.h"

namespace skg {

namespace engine {
class GraphImpl;
class SubscriptionImpl;
}  // namespace engine

// A running Watch. Destroying it stops the callbacks: none runs afterwards.
// Do not destroy it from inside its own callback.
class SKG_EXPORT Subscription {
 public:
  Subscription(Subscription&&) noexcept;
  Subscription& operator=(Subscription&&) noexcept;
  ~Subscription();

  // OK while it runs; else why it ended (kOutOfRange: overtaken by the log's
  // trimming; kDataLoss; kNotFound: the graph was dropped; kAborted: the
  // callback threw).
  [[nodiscard]] absl::Status status() const;
  // Every change up to and including this commit was delivered.
  [[nodiscard]] uint64_t position() const;

 private:
  friend class Graph;
  explicit Subscription(std::unique_ptr<engine::SubscriptionImpl> impl);
  std::unique_ptr<engine::SubscriptionImpl> impl_;
};

// A handle: cheap to copy, all copies are the same graph.
// Thread safety: all methods may be called from any thread.
// Lifetime: before the Engine's end.
class SKG_EXPORT Graph {
 public:
  Graph(const Graph&);
  Graph(Graph&&) noexcept;
  Graph& operator=(const Graph&);
  Graph& operator=(Graph&&) noexcept;
  ~Graph();

  [[nodiscard]] std::string_view tenant() const;
  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] std::string_view uuid() const;
  [[nodiscard]] std::string_view base_namespace() const;

  // Writes. Blind: they never conflict. A write that fails has changed
  // nothing; one that returns is as durable as its Durability says.
  // Errors: kInvalidArgument (term, weight, metadata), kNotFound (the graph
  // was dropped), kResourceExhausted (disk full; a quota; more than the memory
  // budget has free, about 1.5 KB a statement with its terms: split the batch,
  // or use Load or BulkLoad), kUnavailable (the store has stopped after a write
  // error; reopen).
  // `stored`, if given, gets the statement as reads show it from now on (but
  // for its metadata): with its id, and blank nodes under their lasting labels.
  [[nodiscard]] absl::StatusOr<CommitResult> Add(
      const NewStatement& statement, const CommitOptions& options = {},
      Statement* stored = nullptr);
  // All in one commit. `outcomes`, if given, gets one entry a statement.
  // Of equal statements the last wins (the first with skip_duplicates). Under
  // an idempotency key at most a million statements.
  [[nodiscard]] absl::StatusOr<CommitResult> AddBatch(
      std::span<const NewStatement> statements,
      const CommitOptions& options = {},
      std::vector<Outcome>* outcomes = nullptr);
  [[nodiscard]] absl::StatusOr<CommitResult> Remove(
      std::string_view subject, std::string_view predicate,
      std::string_view object, std::string_view graph = {},
      const CommitOptions& options = {});
  // Removes all statements of a part of the graph as one commit, whose
  // `removed` says how many they were. They are gone at once for everybody, and
  // are there in the states before; adding one inserts it anew. A part that is
  // empty, or a named graph that nobody has heard of, is no error. Watch tells
  // each statement as removed. Conflicts with transactions that have read of
  // what went. Errors: as Remove. Cost: that of one commit, which waits for
  // those before it and holds up those after it for some microseconds a
  // predicate; nothing a statement (the background packs what is left).
  [[nodiscard]] absl::StatusOr<CommitResult> Clear(
      const ClearTarget& target, const CommitOptions& options = {});

  [[nodiscard]] absl::StatusOr<Transaction> Begin();
  // Errors: as Add, and kAborted (something the transaction read was changed
  // by another commit: run it again), kFailedPrecondition (it is used up),
  // kInvalidArgument (it began on another graph, or `skip_duplicates`: its adds
  // decide that themselves). The transaction is used up whatever comes.
  [[nodiscard]] absl::StatusOr<CommitResult> Apply(
      Transaction transaction, const CommitOptions& options = {});

  // The present state. Cost: microseconds.
  [[nodiscard]] absl::StatusOr<ReadView> Latest() const;

  // A past state, which later commits do not change. Errors: kOutOfRange (a
  // commit that is not there yet; a state from before what HistoryLimits say,
  // or a time before the first commit), kNotFound (the graph was dropped).
  // Cost: microseconds; reading is as from Latest(), but nothing is counted
  // beforehand: Count and Stats read what they count.
  [[nodiscard]] absl::StatusOr<ReadView> AsOf(PointInTime point) const;

  // What differs between two views of this graph, in either order of time: the
  // statements that match in `to` but not in `from`, or the other way round,
  // and those whose weight, metadata, valid time or source differs. One that
  // was rewritten and is again what it was does not differ. With no graph in
  // the pattern, the statements of all graphs are told, each by itself.
  // Errors: as ReadView::Match, and kInvalidArgument (a view of another graph).
  // Cost: the pattern's range in both views.
  [[nodiscard]] absl::StatusOr<DifferenceCursor> Diff(
      const ReadView& from, const ReadView& to,
      const StatementPattern& pattern = {},
      const DiffOptions& options = {}) const;

  // What commits did to one statement, oldest first; of the past that is no
  // longer kept, only the version that still held at its end. By id: also of a
  // statement that is removed by now. Errors: kNotFound (never was one),
  // kInvalidArgument, kFailedPrecondition (the graph keeps no id index).
  [[nodiscard]] absl::StatusOr<std::vector<Change>> History(
      std::string_view id) const;
  [[nodiscard]] absl::StatusOr<std::vector<Change>> History(
      std::string_view subject, std::string_view predicate,
      std::string_view object, std::string_view graph = {},
      uint32_t edge = 0) const;

  // How far back the graph's past reaches.
  [[nodiscard]] absl::StatusOr<HistoryLimits> history_limits() const;
  // How long superseded states are kept from now on; unset: as EngineOptions
  // say. Durable.
  [[nodiscard]] absl::Status KeepHistoryFor(
      std::optional<absl::Duration> kept_for);
  // Forgets the states before this one, for good. Errors: kInvalidArgument
  // (they are forgotten already), kOutOfRange (as AsOf), kFailedPrecondition
  // (something holds them).
  [[nodiscard]] absl::Status ForgetHistoryBefore(PointInTime point);
  // Drops the changes of earlier commits from the log, needed or not, but never
  // those of the last one: Watch no longer reaches back to them. States are not
  // touched. EngineOptions say what goes by itself.
  [[nodiscard]] absl::Status ForgetChangesBefore(uint64_t commit);

  // Shorthands for Latest() and the call of the same name.
  [[nodiscard]] absl::StatusOr<StatementCursor> Match(
      const StatementPattern& pattern, const MatchOptions& options = {}) const;
  [[nodiscard]] absl::StatusOr<uint64_t> Count(
      const StatementPattern& pattern = {}) const;
  [[nodiscard]] absl::StatusOr<Statement> Get(std::string_view id) const;

  // The present state as arrays for kernels. Of the last view with the same
  // options a newer one is made by what was written since, where that is
  // little; the unchanged one is given again. Errors: kInvalidArgument
  // (FieldErrors() says which option), kDeadlineExceeded, kCancelled,
  // kResourceExhausted (the memory budget; more than 2^32 - 1 nodes), kNotFound
  // (the graph was dropped), kDataLoss. Cost: two scans of what the options
  // choose, some 25 ns an edge.
  [[nodiscard]] absl::StatusOr<GraphView> View(
      const GraphViewOptions& options = {}) const;

  // Runs an analysis (see analyze.h) of the state at its start as a task of
  // kind "analyze", and gives its number. The task's result is what
  // WriteAnalysisJson makes of the first rows, with "rows" (how many there
  // are), "commit" (the state) and, with an output, "written" (statements) and
  // "written_commit". Errors: kInvalidArgument (FieldErrors() says which
  // parameter or option; an output of paths), kResourceExhausted (too many
  // tasks wait), and as View.
  [[nodiscard]] absl::StatusOr<uint64_t> StartAnalysis(const AnalysisJob& job);
  // Writes the rows of an analysis as statements, in one commit: for each node
  // and column of numbers one whose object is an xsd:double or xsd:integer.
  // Nodes that are literals cannot be subjects and are left out, and so are
  // numbers that are infinite or none. Errors: kInvalidArgument (paths and
  // figures have no nodes to write to; a malformed name), and as Apply.
  [[nodiscard]] absl::StatusOr<CommitResult> WriteAnalysis(
      const GraphView& view, const AnalysisTable& table,
      const AnalysisOutput& output, const CommitOptions& options = {});

  // Runs one SPARQL query (see query.h) on the present state, or the past one
  // that is asked for. The prefix `:` is the graph's base namespace. Nothing is
  // read before the answer is asked for, but that of an ASK. Errors:
  // kInvalidArgument (with line and column), kResourceExhausted (the query is
  // too long or too deep, or as QueryResult::Next), kOutOfRange (as AsOf),
  // kDeadlineExceeded, kNotFound (the graph was dropped).
  [[nodiscard]] absl::StatusOr<QueryResult> Query(
      std::string_view text, const QueryOptions& options = {}) const;

  // Parses a query, to be run on the state that is the present one then. Errors
  // are those that the text alone makes: kInvalidArgument, kResourceExhausted.
  [[nodiscard]] absl::StatusOr<PreparedQuery> Prepare(
      std::string_view text, const PrepareOptions& options = {}) const;

  // Runs one JSON query document (see pattern_query.h) on the present state,
  // or the past one that it asks for. Errors: kInvalidArgument (FieldErrors()
  // says where), kOutOfRange (as AsOf), kDeadlineExceeded, kResourceExhausted.
  [[nodiscard]] absl::StatusOr<PatternResult> QueryJson(
      std::string_view document, const PatternQueryOptions& options = {}) const;

  // Runs a SPARQL Update request (see update.h) as one commit: all of its
  // operations, each seeing what those before it did, or nothing. Serialisable:
  // if another commit changes what it has read it runs again, and after three
  // tries once more while other writers wait for it. The prefix `:` is the base
  // namespace. INSERT leaves a statement that is there as it is. Errors:
  // kInvalidArgument (syntax, with place), kAlreadyExists and kNotFound
  // (CREATE, DROP, ADD, MOVE, COPY without SILENT: a named graph exists while
  // it has statements), kDeadlineExceeded, kCancelled, kResourceExhausted,
  // those of LOAD, and as Add.
  [[nodiscard]] absl::StatusOr<UpdateResult> Update(
      std::string_view text, const UpdateOptions& options = {});

  // Text indexes (see text_index.h). Commits of theirs take no idempotency key
  // and no skip_duplicates.

  // Makes an index of the texts that are there; from then on commits write
  // theirs. Commits and reads go on meanwhile; views of the commits before its
  // end cannot be searched. After an error there is no such index. Errors:
  // kInvalidArgument (FieldErrors() says which field), kAlreadyExists,
  // kDeadlineExceeded, and as Add. Cost: reads the texts of the graph.
  [[nodiscard]] absl::StatusOr<CommitResult> CreateTextIndex(
      std::string_view name, const TextIndexOptions& options = {},
      const CommitOptions& commit = {},
      absl::Time deadline = absl::InfiniteFuture());
  // Makes it anew, smaller where texts have gone, and puts it in the place of
  // the old one, which is searched until then. Errors: kNotFound, and as
  // CreateTextIndex.
  [[nodiscard]] absl::StatusOr<CommitResult> RebuildTextIndex(
      std::string_view name, const CommitOptions& commit = {},
      absl::Time deadline = absl::InfiniteFuture());
  // The same two as tasks of kind "text-index": give its number once it is
  // clear that there may be such an index. Its result has "commit". Errors:
  // kInvalidArgument, kAlreadyExists, kNotFound, kResourceExhausted (too many
  // tasks wait).
  [[nodiscard]] absl::StatusOr<uint64_t> StartTextIndex(
      std::string_view name, const TextIndexOptions& options = {});
  [[nodiscard]] absl::StatusOr<uint64_t> StartTextIndexRebuild(
      std::string_view name);
  // Errors: kNotFound, and as Add.
  [[nodiscard]] absl::StatusOr<CommitResult> DropTextIndex(
      std::string_view name, const CommitOptions& commit = {});

  // Vector indexes (see vector_index.h). Making, filling and dropping one are
  // commits like others: all or nothing, as durable as asked for, found by the
  // next view. Errors of all: as Add; kInvalidArgument (FieldErrors() says
  // which field or entry). Under an idempotency key vectors are put or removed
  // once; making and dropping takes none, and skip_duplicates is for
  // statements.

  // An index without entries; with auto-embedding they come by themselves from
  // then on. Errors also: kAlreadyExists (the name).
  [[nodiscard]] absl::StatusOr<CommitResult> CreateVectorIndex(
      std::string_view name, const VectorIndexOptions& options = {},
      const CommitOptions& commit = {});
  // Errors also: kNotFound.
  [[nodiscard]] absl::StatusOr<CommitResult> DropVectorIndex(
      std::string_view name, const CommitOptions& commit = {});
  // Sets the vectors of nodes or statements, in place of those they had; of
  // several for the same owner the last one counts. Errors also: kNotFound (the
  // index, or a statement), kInvalidArgument (another dimension than the
  // index's, a number that is not finite, zeros where the metric is the
  // cosine), kResourceExhausted (more than 256 MiB of vectors).
  [[nodiscard]] absl::StatusOr<CommitResult> PutVectors(
      std::string_view index, std::span<const VectorEntry> entries,
      const CommitOptions& options = {});
  // What PutVectors would say of the entries if the graph had an index with
  // these options. Changes nothing.
  [[nodiscard]] absl::Status CheckVectors(
      const VectorIndexOptions& options,
      std::span<const VectorEntry> entries) const;
  // Waits until an index with auto-embedding shows all changes up to a commit
  // (0: the last one): views made after it find them. Errors: kNotFound (the
  // index), kFailedPrecondition (it does not follow the graph in this process),
  // kInvalidArgument (a commit that is not there yet), kDeadlineExceeded (the
  // message tells how far it is, and what holds it up).
  [[nodiscard]] absl::Status WaitForEmbeddings(
      std::string_view index, uint64_t commit = 0,
      absl::Time deadline = absl::InfiniteFuture()) const;
  // Makes one segment of the index's vectors, of the kind that it has, without
  // those that no view can see any more. Searches and writes go on. (The
  // background makes segments of what is written bit by bit.) Errors: kNotFound
  // (the index), kDeadlineExceeded, kResourceExhausted (memory, the disk),
  // kUnavailable; the index is then as it was. Cost: that of putting in all of
  // them, by as many threads as there are processors.
  [[nodiscard]] absl::Status RebuildVectorIndex(
      std::string_view name, absl::Time deadline = absl::InfiniteFuture());
  // The same as a task of kind "vector-index"; gives its number. Errors:
  // kNotFound, kResourceExhausted (too many tasks wait).
  [[nodiscard]] absl::StatusOr<uint64_t> StartVectorIndexRebuild(
      std::string_view name);
  // Takes vectors out, also those of statements that have been removed; an
  // owner that has none is no error. Errors also: kNotFound (the index).
  [[nodiscard]] absl::StatusOr<CommitResult> RemoveVectors(
      std::string_view index, std::span<const std::string> owners,
      const CommitOptions& options = {});

  // Calls `on_change` on a thread of its own for every matching change of
  // every commit after `after_commit` (0: from the beginning), in order, each
  // exactly once, first the past and then the future as it happens. With no
  // graph in the pattern, changes in all graphs are told, each by itself; a
  // weight range looks at the new weight, and removals, which have none, pass
  // it. An exception that leaves the callback ends the subscription (kAborted).
  // Errors: kInvalidArgument (term, or a commit that is not there yet),
  // kOutOfRange (the log no longer reaches back that far).
  [[nodiscard]] absl::StatusOr<Subscription> Watch(
      const StatementPattern& pattern, uint64_t after_commit,
      std::function<void(const Change&)> on_change) const;

  // Reads one input into this graph as one commit (see load.h): of equal
  // statements the last one counts. Inputs beyond a megabyte (1/1024 of a
  // memory budget below 1 GiB), or that do not fit into memory, are sorted
  // outside of the store by a task of kind "load" (N-Triples and N-Quads are
  // parsed by several threads) and become visible at once; others write and
  // read meanwhile. Errors: kInvalidArgument (syntax, with place), those of the
  // source, kCancelled (by the progress callback or by who cancels the task),
  // kResourceExhausted (disk full; records, such as metadata, that do not fit
  // into half of the load's memory), and as Add; the graph is then as it was.
  // Memory: half of what is free of the budget, at most a gigabyte.
  [[nodiscard]] absl::StatusOr<LoadResult> Load(
      const LoadSource& source, const LoadOptions& options = {});
  // The same from statements in memory or from anywhere: `next` fills in one
  // (false: there are no more), or gives an error, which ends the load. It is
  // called by one thread at a time, not this one. Errors: as Load;
  // kInvalidArgument carries FieldErrors that begin with the statement's place.
  [[nodiscard]] absl::StatusOr<LoadResult> BulkLoad(
      const std::function<absl::StatusOr<bool>(NewStatement* statement)>& next,
      const BulkLoadOptions& options = {});
  // Packs all that this graph holds into one run of its present and one of its
  // past; returns when that is done. Reads and writes go on meanwhile; nothing
  // that they see changes. Folds and merges of the background do the same bit
  // by bit. Cost: reads and writes everything. Errors: kNotFound (dropped),
  // kResourceExhausted, kUnavailable, kDataLoss; the graph is then as it was.
  [[nodiscard]] absl::Status Compact();

  // Writes the present state, or a past one (see load.h).
  [[nodiscard]] absl::StatusOr<ExportResult> Export(
      const ExportSink& sink, const ExportOptions& options = {}) const;

  // Writes the graph with its whole history to `sink`, as one stream of bytes
  // that Engine::RestoreGraph reads, anywhere: every version of every statement
  // with its record, the log entries that are kept, the times of all commits,
  // how far back it reaches, and what indexes there are, with the vectors that
  // were put and their older versions. Stored results of idempotency keys are
  // not in it. Runs as a task of kind "backup" and waits for it; `sink` and
  // `progress` are called on this thread. Writers go on. Errors: kOutOfRange
  // (as AsOf), kNotFound (dropped), kCancelled, kDataLoss, those of the sink.
  // Not from a callback of this library. Memory: bounded. Cost: reads all rows
  // once, a past state twice.
  [[nodiscard]] absl::StatusOr<SaveResult> Save(
      const ExportSink& sink, const SaveOptions& options = {}) const;

 private:
  friend class engine::GraphImpl;
  friend class Engine;
  explicit Graph(std::shared_ptr<engine::GraphImpl> impl);
  std::shared_ptr<engine::GraphImpl> impl_;
};

}  // namespace skg
