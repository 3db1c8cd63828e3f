// CommitWriter's part that clears: all statements of some graphs go at once.
//
// Their rows stay where they are. The manifest gets a mark, the counts lose
// what went, and everything that reads rows looks at the marks.
//
// A clear is a commit of its own. An update that clears and then writes, as
// SPARQL's may, needs no other bytes: a mark ends rows of smaller commits only,
// so rows of its own commit live, and a log entry that clears may go on with
// changes. What it needs here is a request with both, whose operations find
// every triple of the cleared graphs without edges (LoadStates) after the mark
// was set; and in Overlay the cleared scopes: Ask answers kRemoved for what
// they cover, and what was written there before is forgotten.
#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "base/status.h"
#include "storage/commit_writer.h"
#include "storage/live_cursor.h"
#include "storage/prefix_count.h"
#include "storage/quota.h"
#include "storage/read_set.h"

namespace skg::storage {

namespace {

Counts Minus(const Counts& from, const Counts& counts) {
  return {from.statements - counts.statements, from.triples - counts.triples};
}

// The order that begins with the predicate within what a scope covers.
struct PredicateOrder {
  IndexOrder order = IndexOrder::kGpos;
  TermPrefix prefix;
};
PredicateOrder PredicateOrderOf(const ClearScope& scope) {
  PredicateOrder by;
  if (scope.scope == GraphScope::kNamed) {
    by.order = IndexOrder::kPosg;
  } else {
    by.prefix.Add(scope.graph);  // unbound: the default graph
  }
  return by;
}

std::string CountRows(uint32_t graph, char kind) {
  std::string prefix = GraphPrefix(graph);
  prefix.push_back(kind);
  return prefix;
}

}  // namespace

absl::Status CommitWriter::CountPredicates(const ClearScope& scope,
                                           Cleared& cleared) {
  SKG_ASSIGN_OR_RETURN(const auto snapshot, graph_.TakeSnapshot());
  const PredicateOrder by = PredicateOrderOf(scope);
  const size_t place = by.prefix.count;
  LiveCursor cursor(*snapshot, by.order, by.prefix);
  while (cursor.Valid()) {
    const TermId predicate = cursor.row().key.predicate;
    TermPrefix one = by.prefix;
    one.Add(predicate);
    SKG_ASSIGN_OR_RETURN(const Counts counts,
                         CountPrefix(*snapshot, by.order, one, nullptr));
    cleared.predicates.emplace_back(predicate, counts);
    SKG_RETURN_IF_ERROR(
        LoadCounts(predicate_counts_, predicate, &PredicateCountKey));
    std::array<uint64_t, 4> next = one.terms;
    ++next[place];
    cursor.Seek(next);
  }
  return cursor.status();
}

// Alone: the store shows all there is.
absl::StatusOr<CommitWriter::Cleared> CommitWriter::CountCleared(
    const ClearScope& scope) {
  Cleared cleared;
  const Counts all{head_.statements, head_.triples};
  const Counts in_default{head_.default_statements, head_.default_triples};
  switch (scope.scope) {
    case GraphScope::kUnion:
      cleared.all = all;
      cleared.default_graph = in_default;
      break;
    case GraphScope::kDefault:
      cleared.all = cleared.default_graph = in_default;
      break;
    case GraphScope::kNamed:
      cleared.all = Minus(all, in_default);
      break;
    case GraphScope::kOne:
      // A term that is new to the graph.
      if (!scope.graph.bound()) return cleared;
      SKG_RETURN_IF_ERROR(
          LoadCounts(graph_counts_, scope.graph, &NamedGraphCountKey));
      cleared.all = graph_counts_[scope.graph];
      break;
  }
  cleared.every_statement = cleared.all.statements == head_.statements;
  if (cleared.all.statements > 0 && !cleared.every_statement)
    SKG_RETURN_IF_ERROR(CountPredicates(scope, cleared));
  return cleared;
}

void CommitWriter::TakeFromCounts(const ClearScope& scope,
                                  const Cleared& cleared, CommitBatch& batch) {
  head_.statements -= cleared.all.statements;
  head_.triples -= cleared.all.triples;
  head_.default_statements -= cleared.default_graph.statements;
  head_.default_triples -= cleared.default_graph.triples;
  for (const auto& [id, counts] : cleared.predicates) {
    predicate_counts_[id] = Minus(predicate_counts_[id], counts);
    batch.predicates.insert(id);
  }
  const uint32_t graph = graph_.description.number;
  const auto delete_all = [&](char kind) {
    const std::string prefix = CountRows(graph, kind);
    batch.rows->DeleteRange(Family::kStats, prefix, PrefixEnd(prefix));
    return batch.number;
  };
  if (cleared.every_statement) {
    predicate_counts_.clear();
    predicates_cleared_in_ = delete_all(kPredicateKind);
  }
  if (scope.scope == GraphScope::kOne) {
    graph_counts_[scope.graph] = Counts();
    batch.named_graphs.insert(scope.graph);
  } else if (scope.scope != GraphScope::kDefault) {
    graph_counts_.clear();
    graphs_cleared_in_ = delete_all(kNamedGraphKind);
  }
}

absl::Status CommitWriter::Clear(PreparedCommit& commit, CommitBatch& batch) {
  SKG_RETURN_IF_ERROR(FindTerms(commit));
  SKG_RETURN_IF_ERROR(CheckConflicts(commit));
  ClearScope scope = *commit.request.clear;
  scope.graph = commit.Resolve(scope.graph);
  SKG_ASSIGN_OR_RETURN(const Cleared cleared, CountCleared(scope));
  const uint64_t statements = cleared.all.statements;
  QuotaCheck* const quota = graph_.quota();
  if (quota != nullptr && quota->Watches(graph_.description)) {
    SKG_RETURN_IF_ERROR(
        quota->Admit(graph_.description,
                     {.statements_before = head_.statements,
                      .statements_after = head_.statements - statements}));
  }

  // From here on nothing may fail.
  const uint64_t number = ++head_.last_commit;
  head_.last_time_micros =
      std::max(absl::ToUnixMicros(absl::Now()), head_.last_time_micros + 1);
  CommitResult& result = commit.outcome.result;
  result.commit = number;
  result.time = absl::FromUnixMicros(head_.last_time_micros);
  result.removed = statements;

  Recent& recent = recent_.emplace_back();
  recent.commit = number;
  ++recent_keys_;
  if (statements > 0) {
    TakeFromCounts(scope, cleared, batch);
    manifest_.clears.push_back({number, scope, statements});
    batch.manifest_changed = true;
    recent.clears.push_back(scope);
    // Nothing is on its way: what is there is read again, without what went.
    triples_.clear();
  }
  LogEncoder entry(result.time, 0, recent.clears, statements);
  uint32_t chunk = 0;
  for (const std::string& bytes : entry.Finish()) {
    batch.rows->Put(Family::kLog,
                    LogKey(graph_.description.number, number, chunk++), bytes);
  }
  StoreIdempotency(commit, batch);
  batch.last_commit = number;
  return absl::OkStatus();
}

}  // namespace skg::storage
