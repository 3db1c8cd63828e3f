#include "query/exec/quad_template.h"

#include <utility>

#include "base/status.h"

namespace skg::query::exec {
namespace {

using rdf::Term;
using rdf::TermId;
using rdf::TermKind;

bool HasBlankNode(const Term& term) {
  return term.kind == TermKind::kBlankNode ||
         (term.kind == TermKind::kTripleTerm &&
          (HasBlankNode(term.triple->subject) ||
           HasBlankNode(term.triple->object)));
}

}  // namespace

absl::StatusOr<QuadTemplate> QuadTemplate::Make(
    const std::vector<QuadPattern>& quads, const std::string* with,
    const std::vector<Variable>& columns, ChangeSet& changes) {
  Columns column_of;
  for (size_t i = 0; i < columns.size(); ++i) column_of[columns[i]] = i;
  QuadTemplate filled(changes);
  for (const QuadPattern& pattern : quads) {
    Quad& quad = filled.quads_.emplace_back();
    quad.in_default_graph = !pattern.graph && with == nullptr;
    if (pattern.graph) {
      SKG_ASSIGN_OR_RETURN(quad.graph,
                           filled.MakeSlot(*pattern.graph, column_of));
    } else if (with != nullptr) {
      SKG_ASSIGN_OR_RETURN(quad.graph.id, changes.IdOf(Term::Iri(*with)));
    }
    SKG_ASSIGN_OR_RETURN(quad.subject,
                         filled.MakeSlot(pattern.triple.subject, column_of));
    SKG_ASSIGN_OR_RETURN(quad.predicate,
                         filled.MakeSlot(pattern.triple.predicate, column_of));
    SKG_ASSIGN_OR_RETURN(quad.object,
                         filled.MakeSlot(pattern.triple.object, column_of));
  }
  return filled;
}

absl::StatusOr<QuadTemplate::Slot> QuadTemplate::MakeSlot(
    const PatternTerm& term, const Columns& columns) {
  Slot slot;
  if (term.is_variable()) {
    const auto column = columns.find(term.variable());
    if (column == columns.end()) return slot;
    slot.kind = Slot::Kind::kColumn;
    slot.column = column->second;
  } else if (!term.is_term()) {
    slot.kind = Slot::Kind::kTriple;
    const TripleTermPattern& triple = term.triple();
    for (const PatternTerm* part :
         {&triple.subject, &triple.predicate, &triple.object}) {
      SKG_ASSIGN_OR_RETURN(Slot filled, MakeSlot(*part, columns));
      slot.parts.push_back(std::move(filled));
    }
  } else if (HasBlankNode(term.term())) {
    slot.kind = Slot::Kind::kNodes;
    slot.term = &term.term();
  } else {
    SKG_ASSIGN_OR_RETURN(slot.id, changes_->IdOf(term.term()));
  }
  return slot;
}

bool QuadTemplate::IsResource(TermId id) const {
  if (!id.bound()) return false;
  const TermKind kind = changes_->KindOf(id);
  return kind == TermKind::kIri || kind == TermKind::kBlankNode;
}

absl::StatusOr<TermId> QuadTemplate::FillTriple(const Slot& slot,
                                                const Batch& batch, size_t row,
                                                BlankNodeScope& nodes) {
  TermId ids[3];
  for (size_t i = 0; i < 3; ++i) {
    SKG_ASSIGN_OR_RETURN(ids[i], Fill(slot.parts[i], batch, row, nodes));
    if (!ids[i].bound()) return TermId{};
  }
  if (!IsResource(ids[0]) || changes_->KindOf(ids[1]) != TermKind::kIri)
    return TermId{};
  SKG_ASSIGN_OR_RETURN(Term subject, changes_->TermOf(ids[0]));
  SKG_ASSIGN_OR_RETURN(Term predicate, changes_->TermOf(ids[1]));
  SKG_ASSIGN_OR_RETURN(Term object, changes_->TermOf(ids[2]));
  return changes_->IdOf(Term::Triple(std::move(subject), std::move(predicate),
                                     std::move(object)));
}

absl::StatusOr<TermId> QuadTemplate::Fill(const Slot& slot, const Batch& batch,
                                          size_t row, BlankNodeScope& nodes) {
  switch (slot.kind) {
    case Slot::Kind::kConstant:
      return slot.id;
    case Slot::Kind::kColumn:
      return batch.columns[slot.column][row];
    case Slot::Kind::kNodes:
      return changes_->IdOf(nodes.Resolve(*slot.term));
    case Slot::Kind::kTriple:
      return FillTriple(slot, batch, row, nodes);
  }
  return absl::InternalError("a place of a template that is none");
}

absl::Status QuadTemplate::Fill(const Batch& batch, size_t row,
                                BlankNodeScope& nodes,
                                std::vector<storage::StatementKey>* out) {
  out->clear();
  for (const Quad& quad : quads_) {
    storage::StatementKey key;
    SKG_ASSIGN_OR_RETURN(key.graph, Fill(quad.graph, batch, row, nodes));
    SKG_ASSIGN_OR_RETURN(key.subject, Fill(quad.subject, batch, row, nodes));
    SKG_ASSIGN_OR_RETURN(key.predicate,
                         Fill(quad.predicate, batch, row, nodes));
    SKG_ASSIGN_OR_RETURN(key.object, Fill(quad.object, batch, row, nodes));
    if ((!quad.in_default_graph && !IsResource(key.graph)) ||
        !IsResource(key.subject) || !key.predicate.bound() ||
        changes_->KindOf(key.predicate) != TermKind::kIri ||
        !key.object.bound()) {
      continue;
    }
    out->push_back(key);
  }
  return absl::OkStatus();
}

}  // namespace skg::query::exec
