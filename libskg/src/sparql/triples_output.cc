// What TriplesParser makes of the triples that it reads.
#include <utility>

#include "absl/strings/str_cat.h"
#include "sparql/triples_parser.h"

namespace skg::sparql {
namespace {

using query::PatternTerm;
using query::PropertyPath;

constexpr std::string_view kReifies =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies";

size_t TextBytes(const PatternTerm& term) {
  return term.is_term() ? rdf::TextBytes(term.term()) : 0;
}

size_t PathBytes(const PropertyPath& path) {
  size_t bytes = sizeof(path) + path.iri.size();
  for (const PropertyPath& part : path.parts) bytes += PathBytes(part);
  return bytes;
}

// Of RDF, where a pattern may have more.
bool CanBeSubject(const rdf::Term& term) {
  return term.kind == rdf::TermKind::kIri ||
         term.kind == rdf::TermKind::kBlankNode;
}

}  // namespace

bool TriplesParser::CheckDataSubject(const PatternTerm& subject) {
  if (!is_data() || (subject.is_term() && CanBeSubject(subject.term())))
    return true;
  return state_.Fail(subject_offset_,
                     "the subject of a triple is an IRI or a blank node; this "
                     "can only be its object");
}

bool TriplesParser::Emit(const PatternTerm& subject,
                         const PatternTerm& predicate,
                         const PatternTerm& object) {
  if (!CheckDataSubject(subject)) return false;
  // The text of the object was charged when it was read; the others are copies.
  if (!state_.Charge(sizeof(TripleElement) + TextBytes(subject) +
                     TextBytes(predicate))) {
    return false;
  }
  out_.emplace_back(query::TriplePattern{subject, predicate, object});
  return true;
}

bool TriplesParser::EmitPath(const PatternTerm& subject,
                             const PropertyPath& path,
                             const PatternTerm& object) {
  const Level level(state_);
  if (!level.ok()) return false;
  switch (path.kind) {
    case PropertyPath::Kind::kLink:
      return Emit(subject, {rdf::Term::Iri(path.iri)}, object);
    case PropertyPath::Kind::kInverse:
      return EmitPath(object, path.parts[0], subject);
    case PropertyPath::Kind::kSequence: {
      PatternTerm from = subject;
      for (size_t i = 0; i + 1 < path.parts.size(); ++i) {
        PatternTerm to;
        to.value = state_.NewVariable('p');
        if (!EmitPath(from, path.parts[i], to)) return false;
        from = std::move(to);
      }
      return EmitPath(from, path.parts.back(), object);
    }
    default:
      break;
  }
  if (!state_.Charge(sizeof(TripleElement) + TextBytes(subject) +
                     TextBytes(object) + PathBytes(path))) {
    return false;
  }
  out_.emplace_back(query::PathPattern{subject, path, object});
  return true;
}

bool TriplesParser::MakeTripleTerm(const PatternTerm& subject,
                                   const PatternTerm& predicate,
                                   const PatternTerm& object,
                                   PatternTerm& out) {
  if (!CheckDataSubject(subject)) return false;
  if (!state_.Charge(sizeof(query::TripleTermPattern) + TextBytes(subject) +
                     TextBytes(predicate) + TextBytes(object))) {
    return false;
  }
  if (subject.is_term() && predicate.is_term() && object.is_term()) {
    out.value =
        rdf::Term::Triple(subject.term(), predicate.term(), object.term());
  } else {
    out.value = std::make_shared<const query::TripleTermPattern>(
        query::TripleTermPattern{subject, predicate, object});
  }
  return true;
}

bool TriplesParser::EmitReifies(const PatternTerm& reifier,
                                const PatternTerm& subject,
                                const PatternTerm& predicate,
                                const PatternTerm& object) {
  PatternTerm triple;
  return MakeTripleTerm(subject, predicate, object, triple) &&
         Emit(reifier, {rdf::Term::Iri(std::string(kReifies))}, triple);
}

}  // namespace skg::sparql
