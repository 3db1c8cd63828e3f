// CommitWriter's part that clears: all statements of some graphs go at once.
//
// Their rows stay where they are. The manifest gets a mark, the counts lose
// what went, and everything that reads rows looks at the marks.
//
// The operations of a commit come after its clears: a mark ends rows of smaller
// commits only, and every triple of a cleared graph is found without edges.
#include <algorithm>
#include <utility>

#include "base/status.h"
#include "storage/commit_writer.h"
#include "storage/live_cursor.h"
#include "storage/prefix_count.h"

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

bool CommitWriter::Cleared::Covers(TermId named_graph) const {
  return std::any_of(parts.begin(), parts.end(), [&](const ClearedPart& part) {
    return part.scope.Covers(named_graph);
  });
}

std::vector<ClearScope> CommitWriter::Cleared::scopes() const {
  std::vector<ClearScope> scopes;
  for (const ClearedPart& part : parts) scopes.push_back(part.scope);
  return scopes;
}

absl::Status CommitWriter::CountPredicates(ClearedPart& part) {
  SKG_ASSIGN_OR_RETURN(const auto snapshot, graph_.TakeSnapshot());
  const PredicateOrder by = PredicateOrderOf(part.scope);
  const size_t place = by.prefix.count;
  LiveCursor cursor(*snapshot, by.order, by.prefix);
  while (cursor.Valid()) {
    const TermId predicate = cursor.row().key.predicate;
    TermPrefix one = by.prefix;
    one.Add(predicate);
    SKG_ASSIGN_OR_RETURN(const Counts counts,
                         CountPrefix(*snapshot, by.order, {one, {}}, nullptr));
    part.predicates.emplace_back(predicate, counts);
    SKG_RETURN_IF_ERROR(
        LoadCounts(predicate_counts_, predicate, &PredicateCountKey));
    std::array<uint64_t, 4> next = one.terms;
    ++next[place];
    cursor.Seek(next);
  }
  return cursor.status();
}

absl::StatusOr<Counts> CommitWriter::CountScope(const ClearScope& scope) {
  const Counts all{head_.statements, head_.triples};
  const Counts in_default{head_.default_statements, head_.default_triples};
  switch (scope.scope) {
    case GraphScope::kUnion:
      return all;
    case GraphScope::kDefault:
      return in_default;
    case GraphScope::kNamed:
      return Minus(all, in_default);
    case GraphScope::kOne:
      SKG_RETURN_IF_ERROR(
          LoadCounts(graph_counts_, scope.graph, &NamedGraphCountKey));
      return graph_counts_[scope.graph];
  }
  return Counts();
}

// Alone: the store shows all there is.
absl::Status CommitWriter::CountCleared(const PreparedCommit& commit,
                                        Cleared& cleared) {
  std::vector<ClearScope> scopes;
  for (ClearScope scope : commit.request.clears) {
    scope.graph = commit.Resolve(scope.graph);
    // Else a term that is new to the graph.
    if (scope.scope != GraphScope::kOne || scope.graph.bound())
      AddClear(scope, scopes);
  }
  for (const ClearScope& scope : scopes) {
    SKG_ASSIGN_OR_RETURN(const Counts counts, CountScope(scope));
    if (counts.statements == 0) continue;
    cleared.parts.push_back({scope, counts, {}});
    cleared.statements += counts.statements;
  }
  cleared.every_statement = cleared.statements == head_.statements;
  if (cleared.parts.empty()) return absl::OkStatus();
  if (!cleared.every_statement) {
    for (ClearedPart& part : cleared.parts)
      SKG_RETURN_IF_ERROR(CountPredicates(part));
  }
  // Nothing is on its way: what is there is read again, without what goes.
  triples_.clear();
  probes_.clear();
  return absl::OkStatus();
}

void CommitWriter::TakeFromCounts(const Cleared& cleared, CommitBatch& batch) {
  const uint32_t graph = graph_.description.number;
  const auto delete_all = [&](char kind) {
    const std::string prefix = CountRows(graph, kind);
    batch.rows->DeleteRange(Family::kStats, prefix, PrefixEnd(prefix));
    return batch.number;
  };
  if (cleared.every_statement && !cleared.parts.empty()) {
    predicate_counts_.clear();
    predicates_cleared_in_ = delete_all(kPredicateKind);
  }
  for (const ClearedPart& part : cleared.parts) {
    for (const auto& [id, counts] : part.predicates) {
      predicate_counts_[id] = Minus(predicate_counts_[id], counts);
      batch.predicates.insert(id);
    }
    if (part.scope.scope == GraphScope::kOne) {
      graph_counts_[part.scope.graph] = Counts();
      batch.named_graphs.insert(part.scope.graph);
    } else if (part.scope.scope != GraphScope::kDefault) {
      graph_counts_.clear();
      graphs_cleared_in_ = delete_all(kNamedGraphKind);
    }
    head_.statements -= part.all.statements;
    head_.triples -= part.all.triples;
    if (!part.scope.Covers(TermId())) continue;
    head_.default_statements = head_.default_triples = 0;
  }
}

void CommitWriter::Clear(const Cleared& cleared, CommitBatch& batch) {
  if (cleared.parts.empty()) return;
  TakeFromCounts(cleared, batch);
  for (const ClearedPart& part : cleared.parts) {
    manifest_.clears.push_back(
        {head_.last_commit, part.scope, part.all.statements});
  }
  batch.manifest_changed = true;
}

}  // namespace skg::storage
