#include "sparql/terms.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "rdf/lexical.h"

namespace skg::sparql {

bool AtNumber(const ParseState& state) {
  return state.Is(Token::kInteger) || state.Is(Token::kDecimal) ||
         state.Is(Token::kDouble);
}

bool AtLiteral(const ParseState& state) {
  return AtNumber(state) || state.Is(Token::kString) ||
         state.Is(Token::kLongString) || state.IsKeyword("TRUE") ||
         state.IsKeyword("FALSE");
}

bool ReadNumber(ParseState& state, size_t skip, rdf::Term& term) {
  const std::string_view datatype =
      state.Is(Token::kInteger)   ? rdf::iri::kXsdInteger
      : state.Is(Token::kDecimal) ? rdf::iri::kXsdDecimal
                                  : rdf::iri::kXsdDouble;
  term = rdf::Term::Literal(std::string(state.text().substr(skip)),
                            std::string(datatype));
  state.Advance();
  return state.Charge(rdf::TextBytes(term));
}

bool ReadLiteral(ParseState& state, rdf::Term& term) {
  if (AtNumber(state)) return ReadNumber(state, 0, term);
  if (state.IsKeyword("TRUE") || state.IsKeyword("FALSE")) {
    term = rdf::Term::Literal(state.IsKeyword("TRUE") ? "true" : "false",
                              std::string(rdf::iri::kXsdBoolean));
    state.Advance();
    return state.ok();
  }
  rdf::Reset(rdf::TermKind::kLiteral, term);
  if (!state.ReadString(term.value)) return false;
  rdf::LexicalError error;
  const size_t offset = state.offset();
  if (state.Is(Token::kLanguage)) {
    if (!rdf::DecodeLanguage(state.text(), term, error))
      return state.Fail(offset + 1 + error.offset, error.message);
    state.Advance();
  } else if (state.Accept(Token::kDatatype)) {
    std::string datatype;
    if (!state.ReadIri(datatype)) return false;
    if (!rdf::SetDatatype(datatype, term, error))
      return state.Fail(offset, error.message);
  }
  return state.ok();
}

bool ReadIriOrLiteral(ParseState& state, rdf::Term& term) {
  if (AtLiteral(state)) return ReadLiteral(state, term);
  rdf::Reset(rdf::TermKind::kIri, term);
  return state.ReadIri(term.value);
}

bool ReadPredicate(ParseState& state, rdf::Term& term) {
  if (state.IsVerbA()) {
    term = rdf::Term::Iri(std::string(rdf::iri::kRdfType));
    state.Advance();
    return state.ok();
  }
  rdf::Reset(rdf::TermKind::kIri, term);
  if (!state.AtIri()) return state.Unexpected("a predicate: an IRI or 'a'");
  return state.ReadIri(term.value);
}

bool ReadTripleTermData(ParseState& state, rdf::Term& term) {
  const Level level(state);
  if (!level.ok() || !state.Expect(Token::kOpenTriple, "'<<('")) return false;
  rdf::Term subject, predicate, object;
  if (!state.AtIri())
    return state.Unexpected("an IRI as the subject of a triple term");
  if (!state.ReadIri(subject.value) || !ReadPredicate(state, predicate))
    return false;
  if (!(state.Is(Token::kOpenTriple) ? ReadTripleTermData(state, object)
                                     : ReadIriOrLiteral(state, object))) {
    return false;
  }
  term = rdf::Term::Triple(std::move(subject), std::move(predicate),
                           std::move(object));
  return state.Charge(sizeof(rdf::TripleTerm)) &&
         state.Expect(Token::kCloseTriple, "')>>'");
}

}  // namespace skg::sparql
