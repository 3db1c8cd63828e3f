#include "query/exec/change_set.h"

#include <span>
#include <utility>

#include "base/status.h"
#include "rdf/name.h"
#include "storage/overlay.h"

namespace skg::query::exec {
namespace {

using rdf::Term;
using rdf::TermId;
using rdf::TermKind;
using rdf::TermTag;
using storage::StatementKey;

// What the transaction takes for one change until it is committed, about: its
// place in the list of operations and among the triples that were touched.
constexpr size_t kBytesPerChange = 256;
// A statement that is collected, in a hash table that is half full.
constexpr size_t kBytesPerKey = 2 * sizeof(StatementKey);
// A term and its text as a key.
size_t BytesOf(const Term& term) {
  return 2 * (rdf::TextBytes(term) + sizeof(Term));
}

StatementKey TripleOf(StatementKey key) {
  key.edge = 0;
  return key;
}

}  // namespace

bool BlankNodeScope::HasLocal(const Term& term) const {
  if (term.kind == TermKind::kBlankNode) return !labels_.lasting(term.value);
  return term.kind == TermKind::kTripleTerm &&
         (HasLocal(term.triple->subject) || HasLocal(term.triple->object));
}

Term BlankNodeScope::Resolve(const Term& term) {
  if (!HasLocal(term)) return term;
  if (term.kind == TermKind::kBlankNode) {
    const auto [at, is_new] = names_.try_emplace(term.value);
    if (is_new) at->second = labels_.next();
    return Term::BlankNode(at->second);
  }
  return Term::Triple(Resolve(term.triple->subject), term.triple->predicate,
                      Resolve(term.triple->object));
}

absl::Status UpdateState::ChargeTerms() {
  const size_t bytes = storage::BytesOfTerms(transaction);
  SKG_RETURN_IF_ERROR(memory.Reserve(bytes - term_bytes));
  term_bytes = bytes;
  return absl::OkStatus();
}

absl::Status ChangeSet::ChargeForNow(size_t bytes) {
  SKG_RETURN_IF_ERROR(state_.memory.Reserve(bytes));
  temporary_bytes_ += bytes;
  return absl::OkStatus();
}

absl::Status ChangeSet::ChargeChange() {
  SKG_RETURN_IF_ERROR(ChargeForNow(kBytesPerKey));
  return state_.memory.Reserve(kBytesPerChange);
}

absl::StatusOr<TermId> ChangeSet::Keep(const Term& term) {
  std::string text = rdf::ToNTriples(term);
  const auto known = places_.find(text);
  if (known != places_.end()) return known->second;
  SKG_RETURN_IF_ERROR(ChargeForNow(BytesOf(term)));
  SKG_RETURN_IF_ERROR(state_.ChargeTerms());
  const TermId id = TermId::Make(TermTag::kArena, terms_.size());
  terms_.push_back(term);
  places_.emplace(std::move(text), id);
  return id;
}

absl::StatusOr<TermId> ChangeSet::IdOf(const Term& term) {
  SKG_ASSIGN_OR_RETURN(const TermId id, state_.transaction.view().Lookup(term));
  if (id.bound() && !id.in_arena()) return id;
  return Keep(term);
}

absl::Status ChangeSet::Import(const TermSpace* terms, BlankNodeScope* nodes,
                               std::vector<TermId>& ids) {
  std::vector<TermId> unknown;
  for (const TermId id : ids) {
    if (id.in_arena() && imported_.try_emplace(id).second)
      unknown.push_back(id);
  }
  SKG_RETURN_IF_ERROR(
      ChargeForNow(unknown.size() * 2 * sizeof(std::pair<TermId, TermId>)));
  std::vector<Term> texts;
  SKG_RETURN_IF_ERROR(terms != nullptr
                          ? terms->Decode(unknown, &texts)
                          : state_.transaction.view().Decode(unknown, &texts));
  for (size_t i = 0; i < unknown.size(); ++i) {
    SKG_ASSIGN_OR_RETURN(
        imported_[unknown[i]],
        Keep(nodes == nullptr ? texts[i] : nodes->Resolve(texts[i])));
  }
  for (TermId& id : ids) {
    if (id.in_arena()) id = imported_[id];
  }
  return absl::OkStatus();
}

absl::Status ChangeSet::Import(const TermSpace& terms, BlankNodeScope& nodes,
                               Batch& batch) {
  for (std::vector<TermId>& column : batch.columns)
    SKG_RETURN_IF_ERROR(Import(&terms, &nodes, column));
  return absl::OkStatus();
}

absl::Status ChangeSet::Import(StatementKey& key) {
  if (!key.graph.in_arena() && !key.subject.in_arena() &&
      !key.predicate.in_arena() && !key.object.in_arena()) {
    return absl::OkStatus();
  }
  std::vector<TermId> ids = {key.graph, key.subject, key.predicate, key.object};
  SKG_RETURN_IF_ERROR(Import(nullptr, nullptr, ids));
  key = {ids[0], ids[1], ids[2], ids[3], key.edge};
  return absl::OkStatus();
}

absl::StatusOr<Term> ChangeSet::TermOf(TermId id) const {
  if (id.in_arena()) return terms_[id.payload()];
  std::vector<Term> terms;
  SKG_RETURN_IF_ERROR(
      state_.transaction.view().Decode(std::span(&id, 1), &terms));
  return std::move(terms[0]);
}

TermKind ChangeSet::KindOf(TermId id) const {
  switch (id.tag()) {
    case TermTag::kArena:
      return terms_[id.payload()].kind;
    case TermTag::kIri:
      return TermKind::kIri;
    case TermTag::kBlankNode:
      return TermKind::kBlankNode;
    case TermTag::kTripleTerm:
      return TermKind::kTripleTerm;
    default:
      return TermKind::kLiteral;
  }
}

absl::Status ChangeSet::Insert(const StatementKey& key) {
  if (!inserts_.insert(TripleOf(key)).second) return absl::OkStatus();
  return ChargeChange();
}

absl::Status ChangeSet::Remove(const StatementKey& key) {
  if (!removes_.insert(TripleOf(key)).second) return absl::OkStatus();
  return ChargeChange();
}

absl::Status ChangeSet::Copy(const storage::StatementRow& row,
                             storage::Record record, bool replace) {
  Copied copied{row, 0, replace};
  SKG_RETURN_IF_ERROR(ChargeForNow(sizeof copied));
  SKG_RETURN_IF_ERROR(state_.memory.Reserve(kBytesPerChange));
  if (row.has_record) {
    const size_t bytes =
        sizeof record + record.metadata.size() + record.source.size();
    SKG_RETURN_IF_ERROR(state_.memory.Reserve(2 * bytes));
    records_.push_back(std::move(record));
    copied.record = static_cast<uint32_t>(records_.size());
  }
  copies_.push_back(copied);
  return absl::OkStatus();
}

absl::StatusOr<StatementKey> ChangeSet::Real(StatementKey key) {
  for (TermId* id : {&key.graph, &key.subject, &key.predicate, &key.object}) {
    if (!id->in_arena()) continue;
    SKG_ASSIGN_OR_RETURN(*id, state_.transaction.Intern(terms_[id->payload()]));
  }
  return key;
}

absl::Status ChangeSet::Remove() {
  for (const StatementKey& key : removes_) {
    SKG_RETURN_IF_ERROR(state_.Tick());
    if (inserts_.contains(key)) continue;
    SKG_ASSIGN_OR_RETURN(const StatementKey real, Real(key));
    SKG_RETURN_IF_ERROR(state_.transaction.RemoveTriple(real));
  }
  return absl::OkStatus();
}

absl::Status ChangeSet::Apply() {
  std::vector<StatementState> edited;
  SKG_RETURN_IF_ERROR(EditAll(&edited));
  SKG_RETURN_IF_ERROR(Remove());
  for (const StatementState& statement : edited) {
    SKG_RETURN_IF_ERROR(state_.Tick());
    SKG_ASSIGN_OR_RETURN(const StatementKey real, Real(statement.row.key));
    SKG_RETURN_IF_ERROR(state_.transaction.Add(real, statement.row.weight,
                                               &statement.record,
                                               /*if_absent=*/false));
  }
  for (const StatementKey& key : inserts_) {
    SKG_RETURN_IF_ERROR(state_.Tick());
    SKG_ASSIGN_OR_RETURN(const StatementKey real, Real(key));
    SKG_RETURN_IF_ERROR(
        state_.transaction.Add(real, 1.0f, nullptr, /*if_absent=*/true));
  }
  for (const Copied& copied : copies_) {
    SKG_RETURN_IF_ERROR(state_.Tick());
    SKG_ASSIGN_OR_RETURN(const StatementKey real, Real(copied.row.key));
    const storage::Record* record =
        copied.record == 0 ? nullptr : &records_[copied.record - 1];
    SKG_RETURN_IF_ERROR(state_.transaction.Add(real, copied.row.weight, record,
                                               !copied.replace));
  }
  return state_.ChargeTerms();
}

}  // namespace skg::query::exec
