#include "query/exec/construct.h"

#include <array>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "query/exec/triple_set.h"
#include "query/plan/variables.h"

namespace skg::query::exec {
namespace {

// One place of the template, as far as all solutions agree.
struct Place {
  const PatternTerm* pattern = nullptr;  // made for each solution
  std::optional<size_t> column;          // else: of the solution
  rdf::TermId constant;                  // else: unbound where none is ever
};

class Construct final : public GraphAnswer {
 public:
  Construct(std::unique_ptr<Solutions> solutions,
            std::vector<TriplePattern> triples,
            const std::vector<Variable>& columns, const QueryOptions& options)
      : solutions_(std::move(solutions)),
        template_(std::move(triples)),
        written_(solutions_->terms(), options.memory_bytes),
        // No label of the data begins so.
        label_(absl::StrCat("c", absl::Hex(std::random_device{}()),
                            absl::Hex(std::random_device{}()), "x")) {
    for (size_t i = 0; i < columns.size(); ++i) column_of_[columns[i]] = i;
  }

  absl::Status Start() {
    for (const TriplePattern& triple : template_) {
      for (const PatternTerm* term :
           {&triple.subject, &triple.predicate, &triple.object}) {
        SKG_ASSIGN_OR_RETURN(places_.emplace_back(), PlaceOf(*term));
      }
    }
    return absl::OkStatus();
  }

  // In ids as far as possible; only what is new is decoded.
  absl::StatusOr<bool> Next(std::vector<rdf::TripleTerm>* triples) override {
    triples->clear();
    Batch batch;
    Triples added;
    while (added[0].empty()) {
      SKG_ASSIGN_OR_RETURN(const bool more, solutions_->Next(batch));
      if (!more) return false;
      for (size_t row = 0; row < batch.rows; ++row) {
        ++solution_;
        for (size_t place = 0; place < places_.size(); place += 3)
          SKG_RETURN_IF_ERROR(AddTriple(place, batch, row, added));
      }
    }
    triples->resize(added[0].size());
    rdf::Term rdf::TripleTerm::*const parts[] = {&rdf::TripleTerm::subject,
                                                 &rdf::TripleTerm::predicate,
                                                 &rdf::TripleTerm::object};
    std::vector<rdf::Term> terms;
    for (size_t part = 0; part < 3; ++part) {
      SKG_RETURN_IF_ERROR(solutions_->terms().Decode(added[part], &terms));
      for (size_t i = 0; i < terms.size(); ++i)
        (*triples)[i].*parts[part] = std::move(terms[i]);
    }
    return true;
  }

  std::string ExplainText() const override { return solutions_->ExplainText(); }
  std::string ExplainJson() const override { return solutions_->ExplainJson(); }

 private:
  // Subjects, predicates, objects.
  using Triples = std::array<std::vector<rdf::TermId>, 3>;

  absl::StatusOr<Place> PlaceOf(const PatternTerm& term) {
    Place place;
    if (term.is_variable()) {
      const auto column = column_of_.find(term.variable());
      if (column != column_of_.end()) place.column = column->second;
    } else if (term.is_term() &&
               term.term().kind != rdf::TermKind::kBlankNode) {
      SKG_ASSIGN_OR_RETURN(place.constant,
                           solutions_->terms().IdOf(term.term()));
    } else {
      place.pattern = &term;
    }
    return place;
  }

  absl::Status AddTriple(size_t first, const Batch& batch, size_t row,
                         Triples& added) {
    rdf::TermId triple[3];
    for (size_t i = 0; i < 3; ++i) {
      SKG_ASSIGN_OR_RETURN(triple[i], Fill(places_[first + i], batch, row));
      if (!triple[i].bound()) return absl::OkStatus();
    }
    SKG_ASSIGN_OR_RETURN(const rdf::TermKind predicate, KindOf(triple[1]));
    if (predicate != rdf::TermKind::kIri) return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(const rdf::TermKind subject, KindOf(triple[0]));
    if (subject != rdf::TermKind::kIri && subject != rdf::TermKind::kBlankNode)
      return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(const bool is_new,
                         written_.Add(triple[0], triple[1], triple[2]));
    for (size_t i = 0; is_new && i < 3; ++i) added[i].push_back(triple[i]);
    return absl::OkStatus();
  }

  // Unbound: there is no such term.
  absl::StatusOr<rdf::TermId> Fill(const Place& place, const Batch& batch,
                                   size_t row) {
    if (place.column) return batch.columns[*place.column][row];
    if (place.pattern == nullptr) return place.constant;
    SKG_ASSIGN_OR_RETURN(const auto made, Make(*place.pattern, batch, row));
    if (!made) return rdf::TermId();
    return solutions_->terms().IdOf(*made);
  }

  absl::StatusOr<rdf::Term> TermOf(rdf::TermId id) {
    std::vector<rdf::Term> terms;
    SKG_RETURN_IF_ERROR(solutions_->terms().Decode(std::span(&id, 1), &terms));
    return std::move(terms[0]);
  }

  absl::StatusOr<rdf::TermKind> KindOf(rdf::TermId id) {
    switch (id.tag()) {
      case rdf::TermTag::kIri:
        return rdf::TermKind::kIri;
      case rdf::TermTag::kBlankNode:
        return rdf::TermKind::kBlankNode;
      case rdf::TermTag::kTripleTerm:
        return rdf::TermKind::kTripleTerm;
      case rdf::TermTag::kArena: {
        SKG_ASSIGN_OR_RETURN(const rdf::Term term, TermOf(id));
        return term.kind;
      }
      default:
        return rdf::TermKind::kLiteral;
    }
  }

  // Unset where a part is.
  absl::StatusOr<std::optional<rdf::Term>> Make(const PatternTerm& term,
                                                const Batch& batch,
                                                size_t row) {
    if (term.is_variable()) {
      const auto column = column_of_.find(term.variable());
      const rdf::TermId id = column == column_of_.end()
                                 ? rdf::TermId()
                                 : batch.columns[column->second][row];
      if (!id.bound()) return std::optional<rdf::Term>();
      SKG_ASSIGN_OR_RETURN(rdf::Term value, TermOf(id));
      return std::optional<rdf::Term>(std::move(value));
    }
    if (term.is_term()) {
      if (term.term().kind != rdf::TermKind::kBlankNode)
        return std::optional<rdf::Term>(term.term());
      return std::optional<rdf::Term>(rdf::Term::BlankNode(
          absl::StrCat(label_, solution_, "x", term.term().value)));
    }
    const TripleTermPattern& triple = term.triple();
    SKG_ASSIGN_OR_RETURN(auto s, Make(triple.subject, batch, row));
    SKG_ASSIGN_OR_RETURN(auto p, Make(triple.predicate, batch, row));
    SKG_ASSIGN_OR_RETURN(auto o, Make(triple.object, batch, row));
    if (!s || !p || !o || p->kind != rdf::TermKind::kIri ||
        (s->kind != rdf::TermKind::kIri &&
         s->kind != rdf::TermKind::kBlankNode)) {
      return std::optional<rdf::Term>();
    }
    return std::optional<rdf::Term>(
        rdf::Term::Triple(*std::move(s), *std::move(p), *std::move(o)));
  }

  std::unique_ptr<Solutions> solutions_;
  const std::vector<TriplePattern> template_;
  std::vector<Place> places_;  // three of each of its triples
  TripleSet written_;
  const std::string label_;  // of this answer's blank nodes
  absl::flat_hash_map<Variable, size_t> column_of_;
  uint64_t solution_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<GraphAnswer>> RunConstruct(
    const Query& query, const storage::ReadView& view,
    const QueryOptions& options) {
  plan::VariableSet used;
  for (const TriplePattern& triple : query.construct)
    used.Add(plan::VariablesOf(triple));
  SKG_ASSIGN_OR_RETURN(auto solutions,
                       RunPattern(query, used.values(), view, options));
  auto construct = std::make_unique<Construct>(
      std::move(solutions), query.construct, used.values(), options);
  SKG_RETURN_IF_ERROR(construct->Start());
  return construct;
}

}  // namespace skg::query::exec
