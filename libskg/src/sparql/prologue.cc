// BASE, PREFIX and VERSION, and the IRIs and strings that tokens stand for.
#include "absl/strings/str_cat.h"
#include "rdf/characters.h"
#include "sparql/parse_state.h"

namespace skg::sparql {

bool ParseState::ReadPrologue() {
  for (;;) {
    if (AcceptKeyword("BASE")) {
      if (!ReadBase()) return false;
    } else if (AcceptKeyword("PREFIX")) {
      if (!ReadPrefix()) return false;
    } else if (AcceptKeyword("VERSION")) {
      if (!ReadVersion()) return false;
    } else {
      return ok();
    }
  }
}

bool ParseState::ReadBase() {
  if (!Is(Token::kIri)) return Unexpected("an IRI in angle brackets");
  std::string iri;
  if (!ReadIri(iri)) return false;
  base_ = rdf::BaseIri(iri);
  base_text_ = std::move(iri);
  return true;
}

bool ParseState::ReadPrefix() {
  constexpr std::string_view kExpected =
      "a prefix with its colon, like PREFIX ex: <http://example.org/>";
  if (!Is(Token::kPrefixedName) || !text().empty())
    return Unexpected(kExpected);
  std::string prefix(lexer_.prefix());
  Advance();
  if (!Is(Token::kIri)) return Unexpected("an IRI in angle brackets");
  std::string iri;
  if (!ReadIri(iri)) return false;
  Prefix& known = prefixes_[prefix];
  if (known.declared == kNotDeclared) {
    known.declared = declared_.size();
    declared_.emplace_back(std::move(prefix), iri);
  } else {
    declared_[known.declared].second = iri;
  }
  known.iri = std::move(iri);
  return Charge(4 * sizeof(std::string));
}

// Any version may be named: all that they have in common is the language.
bool ParseState::ReadVersion() {
  if (!Is(Token::kString))
    return Unexpected(
        "a version in single quotes or double ones, like \"1.2\"");
  std::string version;
  return ReadString(version);
}

bool ParseState::FailLexically(size_t offset, const rdf::LexicalError& error) {
  return Fail(offset + error.offset, error.message);
}

bool ParseState::ReadString(std::string& out) {
  if (!Is(Token::kString) && !Is(Token::kLongString))
    return Unexpected("a string in quotes");
  rdf::LexicalError error;
  const size_t delimiter = Is(Token::kString) ? 1 : 3;
  if (!rdf::DecodeString(text(), out, error))
    return FailLexically(offset() + delimiter, error);
  Advance();
  return Charge(out.size());
}

bool ParseState::ReadIri(std::string& out) {
  if (!AtIri()) return Unexpected("an IRI or a prefixed name");
  if (!DecodeIri(lexer_, out)) return false;
  Advance();
  return ok();
}

bool ParseState::DecodeIri(const Lexer& lexer, std::string& out) {
  if (lexer.token() == Token::kIri) {
    rdf::LexicalError error;
    std::string reference;
    if (!rdf::DecodeIri(lexer.text(), reference, error))
      return FailLexically(lexer.start() + 1, error);
    return Resolve(reference, lexer.start(), out);
  }
  const auto found = prefixes_.find(lexer.prefix());
  if (found == prefixes_.end()) {
    const std::string_view prefix = lexer.prefix().substr(0, 40);
    return Fail(lexer.start(),
                absl::StrCat("the prefix '", av(prefix),
                             ":' is not declared; declare it with PREFIX ",
                             av(prefix), ": <...>"));
  }
  out = found->second.iri;
  AppendLocalName(lexer.text(), out);
  return Charge(out.size());
}

bool ParseState::Resolve(std::string_view reference, size_t offset,
                         std::string& out) {
  if (rdf::HasScheme(reference)) {
    out.assign(reference);
  } else if (base_.empty()) {
    return Fail(offset,
                "a relative IRI, and there is no base; declare one with BASE "
                "<...> or write the IRI in full");
  } else {
    base_.Resolve(reference, out);
  }
  return Charge(out.size());
}

}  // namespace skg::sparql
