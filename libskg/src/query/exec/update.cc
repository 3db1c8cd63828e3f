#include "query/exec/update.h"

#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "base/strings.h"
#include "query/exec/change_set.h"
#include "query/exec/graph_operations.h"
#include "query/exec/quad_template.h"
#include "query/exec/record_templates.h"
#include "query/exec/run.h"
#include "query/plan/variables.h"

namespace skg::query {
namespace exec {
namespace {

// The graphs that WHERE sees.
absl::StatusOr<DatasetClause> DatasetOf(const Modify& modify,
                                        const UpdateState& state) {
  const DatasetClause& given = state.execution.dataset;
  if (!given.empty() && (modify.with || !modify.usings.empty())) {
    return absl::InvalidArgumentError(
        "the operation says by WITH or USING which graphs it is about, and so "
        "does the request that it came with; leave out one of them");
  }
  if (!modify.usings.empty()) return modify.usings;
  if (!given.empty()) return given;
  DatasetClause dataset;
  if (modify.with) {
    dataset.default_graphs.push_back(rdf::Term::Iri(*modify.with));
    dataset.all_named_graphs = true;
  }
  return dataset;
}

plan::VariableSet VariablesOf(const Modify& modify) {
  plan::VariableSet used;
  for (const auto* quads : {&modify.remove, &modify.insert}) {
    for (const QuadPattern& quad : *quads) {
      if (quad.graph) plan::AddVariables(*quad.graph, &used);
      used.Add(plan::VariablesOf(quad.triple));
    }
  }
  return used;
}

// What one solution after the other makes of the templates.
class Modification {
 public:
  static absl::StatusOr<Modification> Make(const Modify& modify,
                                           const std::vector<Variable>& columns,
                                           ChangeSet& changes,
                                           UpdateState& state) {
    const std::string* with = modify.with ? &*modify.with : nullptr;
    SKG_ASSIGN_OR_RETURN(
        RecordTemplates remove,
        RecordTemplates::Make(modify.remove, with, columns, changes));
    SKG_ASSIGN_OR_RETURN(
        RecordTemplates insert,
        RecordTemplates::Make(modify.insert, with, columns, changes));
    return Modification(std::move(remove), std::move(insert), changes, state);
  }

  absl::Status Take(const TermSpace& terms, Batch& batch) {
    SKG_RETURN_IF_ERROR(state_.ChargeTerms());
    SKG_RETURN_IF_ERROR(changes_.Import(terms, computed_nodes_, batch));
    for (size_t row = 0; row < batch.rows; ++row) {
      SKG_RETURN_IF_ERROR(state_.Tick());
      template_nodes_.Clear();
      SKG_RETURN_IF_ERROR(
          remove_.quads().Fill(batch, row, template_nodes_, &filled_));
      for (const storage::StatementKey& key : filled_)
        SKG_RETURN_IF_ERROR(changes_.Remove(key));
      SKG_RETURN_IF_ERROR(
          remove_.Fill(batch, row, template_nodes_, /*unset=*/true));
      SKG_RETURN_IF_ERROR(
          insert_.quads().Fill(batch, row, template_nodes_, &filled_));
      for (const storage::StatementKey& key : filled_)
        SKG_RETURN_IF_ERROR(changes_.Insert(key));
      SKG_RETURN_IF_ERROR(
          insert_.Fill(batch, row, template_nodes_, /*unset=*/false));
    }
    return absl::OkStatus();
  }

 private:
  Modification(RecordTemplates remove, RecordTemplates insert,
               ChangeSet& changes, UpdateState& state)
      : remove_(std::move(remove)),
        insert_(std::move(insert)),
        changes_(changes),
        state_(state),
        computed_nodes_(state.execution.labels),
        template_nodes_(state.execution.labels) {}

  RecordTemplates remove_, insert_;
  ChangeSet& changes_;
  UpdateState& state_;
  BlankNodeScope computed_nodes_, template_nodes_;
  std::vector<storage::StatementKey> filled_;
};

absl::Status RunModify(const VariableTable& variables, const Modify& modify,
                       UpdateState& state) {
  SKG_ASSIGN_OR_RETURN(const DatasetClause dataset, DatasetOf(modify, state));
  QueryOptions options;
  options.cancellation = state.execution.cancellation;
  options.threads = 1;  // the view of a transaction is one thread's
  options.memory_bytes = state.execution.memory_bytes / 2;
  options.union_default_graph = state.execution.union_default_graph;
  options.services = state.execution.services;
  options.max_service_rows = state.execution.max_service_rows;
  options.base_iri = modify.base_iri;
  options.now = state.now;

  ChangeSet changes(state);
  const plan::VariableSet used = VariablesOf(modify);
  SKG_ASSIGN_OR_RETURN(
      Modification modification,
      Modification::Make(modify, used.values(), changes, state));
  {
    SKG_ASSIGN_OR_RETURN(
        const auto solutions,
        RunPattern({variables, dataset, *modify.where, used.values()},
                   state.transaction.view(), options));
    Batch batch;
    for (;;) {
      SKG_ASSIGN_OR_RETURN(const bool more, solutions->Next(batch));
      if (!more) break;
      SKG_RETURN_IF_ERROR(modification.Take(solutions->terms(), batch));
    }
  }
  SKG_RETURN_IF_ERROR(state.ChargeTerms());
  return changes.Apply();
}

// The one solution without variables.
absl::Status FillData(const std::vector<QuadPattern>& quads, ChangeSet& changes,
                      UpdateState& state, bool unset,
                      std::vector<storage::StatementKey>* filled) {
  SKG_ASSIGN_OR_RETURN(RecordTemplates data,
                       RecordTemplates::Make(quads, nullptr, {}, changes));
  const Batch one{1, {}};
  SKG_RETURN_IF_ERROR(data.Fill(one, 0, state.request_nodes, unset));
  return data.quads().Fill(one, 0, state.request_nodes, filled);
}

absl::Status RunInsertData(const InsertData& insert, UpdateState& state) {
  ChangeSet changes(state);
  std::vector<storage::StatementKey> filled;
  SKG_RETURN_IF_ERROR(
      FillData(insert.quads, changes, state, /*unset=*/false, &filled));
  for (const storage::StatementKey& key : filled)
    SKG_RETURN_IF_ERROR(changes.Insert(key));
  return changes.Apply();
}

absl::Status RunDeleteData(const DeleteData& remove, UpdateState& state) {
  ChangeSet changes(state);
  std::vector<storage::StatementKey> filled;
  SKG_RETURN_IF_ERROR(
      FillData(remove.quads, changes, state, /*unset=*/true, &filled));
  for (const storage::StatementKey& key : filled)
    SKG_RETURN_IF_ERROR(changes.Remove(key));
  return changes.Apply();
}

struct OperationRunner {
  const VariableTable& variables;
  UpdateState& state;

  absl::Status operator()(const InsertData& insert) const {
    return RunInsertData(insert, state);
  }
  absl::Status operator()(const DeleteData& remove) const {
    return RunDeleteData(remove, state);
  }
  absl::Status operator()(const Modify& modify) const {
    return RunModify(variables, modify, state);
  }
  template <typename GraphOperation>
  absl::Status operator()(const GraphOperation& operation) const {
    return Run(operation, state);
  }
};

absl::Status AtOperation(size_t place, const absl::Status& status) {
  absl::Status placed(
      status.code(), absl::StrCat("operation ", place, ": ", status.message()));
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    placed.SetPayload(type, payload);
  });
  return placed;
}

}  // namespace
}  // namespace exec

absl::Status ApplyUpdate(const Update& update,
                         storage::Transaction& transaction,
                         const UpdateExecution& execution) {
  exec::UpdateState state(transaction, execution);
  state.now =
      execution.now == absl::InfinitePast() ? absl::Now() : execution.now;
  for (size_t i = 0; i < update.operations.size(); ++i) {
    absl::Status status = state.Check();
    if (status.ok()) {
      status = std::visit(exec::OperationRunner{update.variables, state},
                          update.operations[i]);
    }
    if (!status.ok())
      return update.operations.size() == 1 ? status
                                           : exec::AtOperation(i + 1, status);
  }
  // What is committed was made in time.
  return state.Check();
}

}  // namespace skg::query
