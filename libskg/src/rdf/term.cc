#include "rdf/term.h"

#include <utility>

namespace skg::rdf {

Term Term::Iri(std::string iri) {
  Term term;
  term.value = std::move(iri);
  return term;
}

Term Term::BlankNode(std::string label) {
  Term term;
  term.kind = TermKind::kBlankNode;
  term.value = std::move(label);
  return term;
}

Term Term::Literal(std::string lexical, std::string datatype) {
  Term term;
  term.kind = TermKind::kLiteral;
  term.value = std::move(lexical);
  if (datatype != iri::kXsdString) term.datatype = std::move(datatype);
  return term;
}

Term Term::LanguageString(std::string lexical, std::string language,
                          Direction direction) {
  Term term;
  term.kind = TermKind::kLiteral;
  term.value = std::move(lexical);
  for (char& byte : language) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte | 0x20);
  }
  term.language = std::move(language);
  term.direction = direction;
  return term;
}

Term Term::Triple(Term subject, Term predicate, Term object) {
  Term term;
  term.kind = TermKind::kTripleTerm;
  term.triple = std::make_shared<const TripleTerm>(
      TripleTerm{std::move(subject), std::move(predicate), std::move(object)});
  return term;
}

bool operator==(const Term& a, const Term& b) {
  if (a.kind != b.kind || a.value != b.value || a.datatype != b.datatype ||
      a.language != b.language || a.direction != b.direction) {
    return false;
  }
  if (a.triple == b.triple) return true;
  return a.triple != nullptr && b.triple != nullptr && *a.triple == *b.triple;
}

size_t TextBytes(const Term& term) {
  if (term.kind == TermKind::kTripleTerm) {
    return TextBytes(term.triple->subject) + TextBytes(term.triple->predicate) +
           TextBytes(term.triple->object);
  }
  return term.value.size() + term.datatype.size() + term.language.size();
}

}  // namespace skg::rdf
