#include "query/exec/record_templates.h"

#include <deque>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "query/exec/record_reader.h"
#include "query/record_property.h"
#include "rdf/name.h"

namespace skg::query::exec {
namespace {

using rdf::Term;

constexpr std::string_view kReifies =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies";

std::optional<RecordProperty> PropertyOf(const QuadPattern& quad) {
  const PatternTerm& predicate = quad.triple.predicate;
  if (!predicate.is_term()) return std::nullopt;
  return RecordPropertyOf(predicate.term().value);
}

// A graph's and a reifier's name; equal only for equal ones.
std::string KeyOf(const PatternTerm& term) {
  return term.is_variable() ? absl::StrCat("?", term.variable())
         : term.is_term()   ? rdf::ToNTriples(term.term())
                            : "<<";
}
std::string KeyOf(const QuadPattern& quad) {
  return absl::StrCat(quad.graph ? KeyOf(*quad.graph) : "", " ",
                      KeyOf(quad.triple.subject));
}

bool IsBlank(const PatternTerm& term) {
  return term.is_term() && term.term().kind == rdf::TermKind::kBlankNode;
}

std::optional<TriplePattern> ReifiedBy(const QuadPattern& quad) {
  const PatternTerm& predicate = quad.triple.predicate;
  if (!predicate.is_term() || predicate.term().value != kReifies)
    return std::nullopt;
  const PatternTerm& object = quad.triple.object;
  if (object.is_variable()) return std::nullopt;
  if (!object.is_term()) {
    const TripleTermPattern& triple = object.triple();
    return TriplePattern{triple.subject, triple.predicate, triple.object};
  }
  if (object.term().kind != rdf::TermKind::kTripleTerm) return std::nullopt;
  const rdf::TripleTerm& triple = *object.term().triple;
  return TriplePattern{{triple.subject}, {triple.predicate}, {triple.object}};
}

// A quad that has `term` as its object.
QuadPattern Holding(const PatternTerm& term) {
  const PatternTerm any{Term::Iri("urn:skg-vocabulary:any")};
  return {std::nullopt, {any, any, term}};
}

}  // namespace

struct RecordTemplates::Parts {
  struct Value {
    RecordProperty property;
    std::vector<QuadPattern> term;
  };
  struct Target {
    std::vector<QuadPattern> statement, reifier;  // one or none
    std::vector<Value> values;
  };
  std::vector<QuadPattern> rest;
  std::deque<Target> targets;

  absl::Status Split(const std::vector<QuadPattern>& quads) {
    absl::flat_hash_map<std::string, size_t> places;
    for (const QuadPattern& quad : quads) {
      const auto property = PropertyOf(quad);
      if (!property) continue;
      SKG_RETURN_IF_ERROR(CheckWritable(*property));
      const auto [at, is_new] = places.try_emplace(KeyOf(quad), targets.size());
      if (is_new) targets.emplace_back();
      Target& target = targets[at->second];
      if (is_new && !IsBlank(quad.triple.subject))
        target.reifier = {Holding(quad.triple.subject)};
      target.values.push_back({*property, {Holding(quad.triple.object)}});
    }
    for (const QuadPattern& quad : quads) {
      if (PropertyOf(quad)) continue;
      const auto at = places.find(KeyOf(quad));
      if (at == places.end()) {
        rest.push_back(quad);
        continue;
      }
      SKG_RETURN_IF_ERROR(TakeReified(quad, targets[at->second]));
    }
    for (const Target& target : targets) {
      if (target.statement.empty() && target.reifier.empty())
        return NoStatement("a blank node without rdf:reifies");
    }
    return absl::OkStatus();
  }

  static absl::Status TakeReified(const QuadPattern& quad, Target& target) {
    auto triple = ReifiedBy(quad);
    if (!triple) {
      return absl::InvalidArgumentError(
          "a reifier with skg: properties is the implicit one of a stored "
          "statement, which has no others; write those into an annotation of "
          "their own: :s :p :o {| skg:weight 0.5 |} {| :source :x |}");
    }
    if (!target.statement.empty())
      return NoStatement("a reifier of two triples");
    target.statement = {{quad.graph, *std::move(triple)}};
    return absl::OkStatus();
  }

  static absl::Status NoStatement(const char* what) {
    return absl::InvalidArgumentError(absl::StrCat(
        "skg: properties are written to one stored statement: to << :s :p :o "
        ">>, :s :p :o {| ... |}, or an IRI urn:uuid: and its id, not to ",
        what));
  }
};

RecordTemplates::RecordTemplates(ChangeSet& changes)
    : changes_(&changes), parts_(std::make_shared<Parts>()) {}

absl::StatusOr<RecordTemplates> RecordTemplates::Make(
    const std::vector<QuadPattern>& quads, const std::string* with,
    const std::vector<Variable>& columns, ChangeSet& changes) {
  RecordTemplates made(changes);
  SKG_RETURN_IF_ERROR(made.parts_->Split(quads));
  const auto make = [&](const std::vector<QuadPattern>& of) {
    return QuadTemplate::Make(of, with, columns, changes);
  };
  SKG_ASSIGN_OR_RETURN(made.quads_, make(made.parts_->rest));
  for (const Parts::Target& part : made.parts_->targets) {
    Target& target = made.targets_.emplace_back();
    if (!part.statement.empty()) {
      SKG_ASSIGN_OR_RETURN(target.statement, make(part.statement));
    }
    if (!part.reifier.empty()) {
      SKG_ASSIGN_OR_RETURN(target.reifier, make(part.reifier));
    }
    for (const Parts::Value& value : part.values) {
      SKG_ASSIGN_OR_RETURN(QuadTemplate term, make(value.term));
      target.values.push_back({value.property, std::move(term)});
    }
  }
  return made;
}

absl::StatusOr<std::optional<Term>> RecordTemplates::TermOf(
    QuadTemplate& place, const Batch& batch, size_t row,
    BlankNodeScope& nodes) {
  SKG_RETURN_IF_ERROR(place.Fill(batch, row, nodes, &filled_));
  if (filled_.empty()) return std::nullopt;
  SKG_ASSIGN_OR_RETURN(Term term, changes_->TermOf(filled_[0].object));
  return term;
}

absl::StatusOr<RecordEdits*> RecordTemplates::EditsOf(Target& target,
                                                      const Batch& batch,
                                                      size_t row,
                                                      BlankNodeScope& nodes,
                                                      bool unset) {
  if (target.reifier) {
    SKG_ASSIGN_OR_RETURN(const std::optional<Term> reifier,
                         TermOf(*target.reifier, batch, row, nodes));
    if (!reifier) return nullptr;
    const std::optional<Uuid> id = StatementIdOf(*reifier);
    if (id) return changes_->EditRecord(*id, unset);
    return unset ? absl::StatusOr<RecordEdits*>(nullptr)
                 : Parts::NoStatement("another reifier");
  }
  SKG_RETURN_IF_ERROR(target.statement->Fill(batch, row, nodes, &filled_));
  if (filled_.empty()) return nullptr;
  return changes_->EditRecord(filled_[0]);
}

absl::Status RecordTemplates::Fill(const Batch& batch, size_t row,
                                   BlankNodeScope& nodes, bool unset) {
  for (Target& target : targets_) {
    SKG_ASSIGN_OR_RETURN(RecordEdits* const edits,
                         EditsOf(target, batch, row, nodes, unset));
    if (edits == nullptr) continue;
    for (Value& value : target.values) {
      SKG_ASSIGN_OR_RETURN(const std::optional<Term> term,
                           TermOf(value.term, batch, row, nodes));
      if (!term) continue;
      SKG_RETURN_IF_ERROR(changes_->ChargeEdit(*term));
      if (unset) {
        edits->Unset(value.property, *term);
      } else {
        SKG_RETURN_IF_ERROR(edits->Set(value.property, *term));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace skg::query::exec
