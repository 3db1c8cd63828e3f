#include "query/exec/graph_operations.h"

#include <functional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"

namespace skg::query::exec {
namespace {

using rdf::Term;
using rdf::TermId;
using RowVisitor =
    std::function<absl::StatusOr<bool>(const storage::StatementRow&)>;
using storage::GraphScope;
using storage::ScanPattern;
using storage::StatementBatch;

absl::StatusOr<ScanPattern> PatternOf(const GraphTarget& target,
                                      UpdateState& state) {
  ScanPattern pattern;
  switch (target.kind) {
    case GraphTarget::Kind::kDefault:
      pattern.scope = GraphScope::kDefault;
      break;
    case GraphTarget::Kind::kNamed: {
      pattern.scope = GraphScope::kOne;
      SKG_ASSIGN_OR_RETURN(pattern.graph, state.transaction.view().Lookup(
                                              Term::Iri(target.iri)));
      break;
    }
    case GraphTarget::Kind::kAllNamed:
      pattern.scope = GraphScope::kNamed;
      break;
    case GraphTarget::Kind::kAll:
      pattern.scope = GraphScope::kUnion;
      break;
  }
  return pattern;
}

// Until `visit` says false.
absl::Status ForEachRow(const GraphTarget& target, UpdateState& state,
                        const RowVisitor& visit) {
  storage::ScanOptions options;
  options.cancellation = state.execution.cancellation;
  SKG_ASSIGN_OR_RETURN(const ScanPattern pattern, PatternOf(target, state));
  SKG_ASSIGN_OR_RETURN(const auto rows,
                       state.transaction.view().Scan(pattern, options));
  StatementBatch batch;
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, rows->Next(batch));
    if (!more) return absl::OkStatus();
    for (size_t i = 0; i < batch.size(); ++i) {
      SKG_ASSIGN_OR_RETURN(const bool go_on, visit(batch.Row(i)));
      if (!go_on) return absl::OkStatus();
    }
  }
}

// Whether there is any statement in it: otherwise a named graph does not exist.
absl::StatusOr<bool> HasStatements(const GraphTarget& target,
                                   UpdateState& state) {
  bool found = false;
  const auto look = [&](const storage::StatementRow&) -> absl::StatusOr<bool> {
    found = true;
    return false;
  };
  SKG_RETURN_IF_ERROR(ForEachRow(target, state, look));
  return found;
}

absl::Status NoSuchGraph(const GraphTarget& target) {
  return absl::NotFoundError(
      absl::StrCat("there is no graph <", target.iri,
                   ">: no statement is in it; SILENT passes over that"));
}

absl::Status RemoveOneByOne(const GraphTarget& target, UpdateState& state) {
  ChangeSet changes(state);
  const auto remove =
      [&](const storage::StatementRow& row) -> absl::StatusOr<bool> {
    storage::StatementKey key = row.key;
    SKG_RETURN_IF_ERROR(changes.Import(key));
    SKG_RETURN_IF_ERROR(changes.Remove(key));
    return true;
  };
  SKG_RETURN_IF_ERROR(ForEachRow(target, state, remove));
  return changes.Apply();
}

// All statements of the target go, at once but for the last ones of very many
// graphs.
absl::Status RemoveAll(const GraphTarget& target, UpdateState& state) {
  SKG_RETURN_IF_ERROR(state.Check());
  SKG_ASSIGN_OR_RETURN(const ScanPattern pattern, PatternOf(target, state));
  const storage::ClearScope scope{pattern.scope, pattern.graph};
  if (!state.transaction.CanClear(scope)) return RemoveOneByOne(target, state);
  return state.transaction.Clear(scope);
}

// The named graph, or unbound for the default one.
absl::StatusOr<TermId> GraphOf(const GraphTarget& target, ChangeSet& changes) {
  if (target.kind == GraphTarget::Kind::kDefault) return TermId{};
  return changes.IdOf(Term::Iri(target.iri));
}

// Whoever calls wants to stop: SILENT says nothing of that.
bool IsStop(const absl::Status& status) {
  return absl::IsCancelled(status) || absl::IsDeadlineExceeded(status);
}

absl::Status ReadDocument(const LoadDocument& load, ChangeSet& changes,
                          UpdateState& state) {
  if (state.execution.documents == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("LOAD <", load.source,
                     ">: reading documents is not allowed here; whoever runs "
                     "the update must name the folder that they may be in"));
  }
  SKG_ASSIGN_OR_RETURN(const TermId into, GraphOf(load.into, changes));
  BlankNodeScope nodes(state.execution.labels);
  const auto take = [&](const rdf::Quad& quad) -> absl::Status {
    SKG_RETURN_IF_ERROR(state.Tick());
    storage::StatementKey key;
    key.graph = into;
    if (!quad.in_default_graph()) {
      if (into.bound()) {
        return absl::InvalidArgumentError(
            absl::StrCat("LOAD <", load.source,
                         ">: it has named graphs, and INTO GRAPH says another; "
                         "load it without INTO"));
      }
      SKG_ASSIGN_OR_RETURN(key.graph, changes.IdOf(nodes.Resolve(quad.graph)));
    }
    SKG_ASSIGN_OR_RETURN(key.subject,
                         changes.IdOf(nodes.Resolve(quad.subject)));
    SKG_ASSIGN_OR_RETURN(key.predicate, changes.IdOf(quad.predicate));
    SKG_ASSIGN_OR_RETURN(key.object, changes.IdOf(nodes.Resolve(quad.object)));
    return changes.Insert(key);
  };
  return state.execution.documents->Read(load.source,
                                         state.execution.cancellation, take);
}

}  // namespace

absl::Status Run(const LoadDocument& load, UpdateState& state) {
  ChangeSet changes(state);
  const absl::Status status = ReadDocument(load, changes, state);
  if (status.ok()) return changes.Apply();
  return load.silent && !IsStop(status) ? absl::OkStatus() : status;
}

absl::Status Run(const Clear& clear, UpdateState& state) {
  return RemoveAll(clear.target, state);
}

absl::Status Run(const Drop& drop, UpdateState& state) {
  if (drop.target.kind == GraphTarget::Kind::kNamed && !drop.silent) {
    SKG_ASSIGN_OR_RETURN(const bool there, HasStatements(drop.target, state));
    if (!there) return NoSuchGraph(drop.target);
  }
  return RemoveAll(drop.target, state);
}

absl::Status Run(const Create& create, UpdateState& state) {
  if (create.silent) return absl::OkStatus();
  const GraphTarget target{GraphTarget::Kind::kNamed, create.iri};
  SKG_ASSIGN_OR_RETURN(const bool there, HasStatements(target, state));
  if (!there) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat("there is a graph <", create.iri,
                   "> with statements; SILENT passes over that"));
}

absl::Status Run(const Transfer& transfer, UpdateState& state) {
  using Kind = Transfer::Kind;
  const GraphTarget &from = transfer.from, &to = transfer.to;
  if (from.kind == GraphTarget::Kind::kNamed) {
    SKG_ASSIGN_OR_RETURN(const bool there, HasStatements(from, state));
    if (!there) return transfer.silent ? absl::OkStatus() : NoSuchGraph(from);
  }
  if (from.kind == to.kind && from.iri == to.iri) return absl::OkStatus();

  const bool replace = transfer.kind != Kind::kAdd;
  ChangeSet copies(state);
  SKG_ASSIGN_OR_RETURN(const TermId graph, GraphOf(to, copies));
  const auto copy =
      [&](const storage::StatementRow& row) -> absl::StatusOr<bool> {
    storage::StatementRow copied = row;
    SKG_ASSIGN_OR_RETURN(storage::Record record,
                         state.transaction.view().ReadRecord(row));
    SKG_RETURN_IF_ERROR(copies.Import(copied.key));
    copied.key.graph = graph;
    SKG_RETURN_IF_ERROR(copies.Copy(copied, std::move(record), replace));
    return true;
  };
  SKG_RETURN_IF_ERROR(ForEachRow(from, state, copy));
  if (replace) SKG_RETURN_IF_ERROR(RemoveAll(to, state));
  SKG_RETURN_IF_ERROR(copies.Apply());
  return transfer.kind == Kind::kMove ? RemoveAll(from, state)
                                      : absl::OkStatus();
}

}  // namespace skg::query::exec
