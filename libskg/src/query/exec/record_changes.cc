// What a change set writes into records of statements.
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "query/exec/change_set.h"
#include "query/exec/record_reader.h"
#include "rdf/name.h"

namespace skg::query::exec {
namespace {

using rdf::Term;
using rdf::TermId;
using storage::StatementKey;
using storage::StatementRow;

// An edited statement, collected and changed, about.
constexpr size_t kBytesPerStatement = 512;

StatementKey TripleOf(StatementKey key) {
  key.edge = 0;
  return key;
}

}  // namespace

absl::StatusOr<RecordEdits*> ChangeSet::EditRecord(const StatementKey& triple) {
  const auto [at, is_new] = triple_edits_.try_emplace(TripleOf(triple));
  if (is_new) SKG_RETURN_IF_ERROR(state_.memory.Reserve(kBytesPerStatement));
  return &at->second;
}

absl::StatusOr<RecordEdits*> ChangeSet::EditRecord(const Uuid& id, bool unset) {
  const auto known = statement_edits_.find(id);
  if (known != statement_edits_.end()) return &known->second;
  SKG_ASSIGN_OR_RETURN(const std::optional<StatementRow> row, FindById(id));
  if (!row) {
    if (unset) return nullptr;
    return absl::NotFoundError(absl::StrCat(
        "no statement has the id ", id.ToString(),
        ", so there is no record to write into; insert the statement first"));
  }
  SKG_RETURN_IF_ERROR(state_.memory.Reserve(kBytesPerStatement));
  return &statement_edits_[id];
}

absl::StatusOr<std::optional<StatementRow>> ChangeSet::FindById(
    const Uuid& id) {
  const storage::ReadView& view = state_.transaction.view();
  SKG_ASSIGN_OR_RETURN(const std::optional<StatementRow> row,
                       view.FindById(id));
  if (row || state_.transaction.size() == 0) return row;
  if (!own_statements_) SKG_RETURN_IF_ERROR(ReadOwnStatements());
  const auto own = own_statements_->find(id);
  if (own == own_statements_->end()) return row;
  return view.Find(own->second);
}

absl::Status ChangeSet::ReadOwnStatements() {
  own_statements_.emplace();
  const storage::ReadView& view = state_.transaction.view();
  SKG_ASSIGN_OR_RETURN(
      const auto scan,
      view.Scan({}, {.order = std::nullopt,
                     .cancellation = state_.execution.cancellation}));
  storage::StatementBatch batch;
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, scan->Next(batch));
    if (!more) return absl::OkStatus();
    for (size_t i = 0; i < batch.size(); ++i) {
      if (!IsOwnRow(batch.commit[i], view.commit())) continue;
      SKG_RETURN_IF_ERROR(state_.Tick());
      const StatementKey key = batch.Row(i).key;
      SKG_ASSIGN_OR_RETURN(const Uuid id, view.StatementId(key));
      SKG_RETURN_IF_ERROR(ChargeForNow(2 * (sizeof id + sizeof key)));
      own_statements_->emplace(id, key);
    }
  }
}

absl::Status ChangeSet::ChargeEdit(const Term& value) {
  return ChargeForNow(sizeof(Term) + rdf::TextBytes(value));
}

absl::StatusOr<std::optional<StatementKey>> ChangeSet::InView(
    StatementKey key) const {
  for (TermId* id : {&key.graph, &key.subject, &key.predicate, &key.object}) {
    if (!id->in_arena()) continue;
    SKG_ASSIGN_OR_RETURN(
        *id, state_.transaction.view().Lookup(terms_[id->payload()]));
    if (!id->bound()) return std::nullopt;
  }
  return key;
}

absl::Status ChangeSet::EditOne(const StatementRow& row,
                                const RecordEdits& edits,
                                std::vector<StatementState>* out) {
  StatementKey key = row.key;
  SKG_RETURN_IF_ERROR(Import(key));
  // Deleted, and not inserted again: nothing is left to write into.
  const StatementKey triple = TripleOf(key);
  if (removes_.contains(triple) && !inserts_.contains(triple))
    return absl::OkStatus();
  const auto [at, is_new] = edited_at_.try_emplace(key, out->size());
  if (is_new) {
    StatementState& statement = out->emplace_back();
    statement.row = row;
    if (row.has_record) {
      SKG_ASSIGN_OR_RETURN(statement.record,
                           state_.transaction.view().ReadRecord(row));
    }
    statement.row.key = key;
    SKG_RETURN_IF_ERROR(state_.memory.Reserve(
        kBytesPerStatement + 2 * (statement.record.metadata.size() +
                                  statement.record.source.size())));
  }
  return edits.Apply((*out)[at->second]);
}

absl::Status ChangeSet::EditTriple(const StatementKey& triple,
                                   const RecordEdits& edits,
                                   std::vector<StatementState>* out) {
  SKG_ASSIGN_OR_RETURN(const std::optional<StatementKey> key, InView(triple));
  std::vector<StatementRow> rows;
  if (key) {
    const bool named = key->graph.bound();
    SKG_ASSIGN_OR_RETURN(
        const auto scan,
        state_.transaction.view().Scan(
            {named ? storage::GraphScope::kOne : storage::GraphScope::kDefault,
             key->graph, key->subject, key->predicate, key->object},
            {.order = std::nullopt,
             .cancellation = state_.execution.cancellation}));
    storage::StatementBatch batch;
    for (;;) {
      SKG_ASSIGN_OR_RETURN(const bool more, scan->Next(batch));
      if (!more) break;
      for (size_t i = 0; i < batch.size(); ++i) rows.push_back(batch.Row(i));
    }
  }
  for (const StatementRow& row : rows)
    SKG_RETURN_IF_ERROR(EditOne(row, edits, out));
  if (!rows.empty()) return absl::OkStatus();
  if (inserts_.contains(triple)) {
    StatementState statement{{triple}, {}};
    SKG_RETURN_IF_ERROR(edits.Apply(statement));
    out->push_back(std::move(statement));
    return absl::OkStatus();
  }
  if (edits.only_unsets()) return absl::OkStatus();
  SKG_ASSIGN_OR_RETURN(const Term subject, TermOf(triple.subject));
  SKG_ASSIGN_OR_RETURN(const Term predicate, TermOf(triple.predicate));
  SKG_ASSIGN_OR_RETURN(const Term object, TermOf(triple.object));
  return absl::NotFoundError(absl::StrCat(
      "there is no statement ", rdf::ToNTriples(subject), " ",
      rdf::ToNTriples(predicate), " ", rdf::ToNTriples(object),
      " whose record could be written; insert it too: :s :p :o {| skg:weight "
      "0.5 |}"));
}

absl::Status ChangeSet::EditAll(std::vector<StatementState>* out) {
  for (const auto& [triple, edits] : triple_edits_) {
    SKG_RETURN_IF_ERROR(state_.Tick());
    SKG_RETURN_IF_ERROR(EditTriple(triple, edits, out));
  }
  for (const auto& [id, edits] : statement_edits_) {
    SKG_RETURN_IF_ERROR(state_.Tick());
    SKG_ASSIGN_OR_RETURN(const std::optional<StatementRow> row, FindById(id));
    if (row) SKG_RETURN_IF_ERROR(EditOne(*row, edits, out));
  }
  return absl::OkStatus();
}

}  // namespace skg::query::exec
