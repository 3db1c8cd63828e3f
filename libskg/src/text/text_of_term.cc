#include "text/text_of_term.h"

#include "absl/strings/ascii.h"

namespace skg::text {

namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string WithoutPercents(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = HexDigit(text[i + 1]), low = HexDigit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        plain.push_back(static_cast<char>(high * 16 + low));
        i += 2;
        continue;
      }
    }
    plain.push_back(text[i]);
  }
  return plain;
}

}  // namespace

bool IsText(const rdf::Term& term) {
  return term.kind == rdf::TermKind::kLiteral &&
         (term.datatype.empty() || !term.language.empty());
}

std::string NameOfIri(std::string_view iri, std::string_view base_namespace) {
  if (!base_namespace.empty() && iri.starts_with(base_namespace))
    return WithoutPercents(iri.substr(base_namespace.size()));
  constexpr std::string_view kEnds = "/#:";
  while (!iri.empty() && kEnds.find(iri.back()) != std::string_view::npos)
    iri.remove_suffix(1);
  const size_t end = iri.find_last_of(kEnds);
  return WithoutPercents(end == std::string_view::npos ? iri
                                                       : iri.substr(end + 1));
}

TermText TextOf(const rdf::Term& term, std::string_view base_namespace,
                Language otherwise) {
  if (term.kind == rdf::TermKind::kIri)
    return {NameOfIri(term.value, base_namespace), otherwise};
  if (!term.language.empty()) return {term.value, LanguageOfTag(term.language)};
  return {term.value, otherwise};
}

}  // namespace skg::text
