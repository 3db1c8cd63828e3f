// The terms of the Turtle parser.
#include <utility>

#include "absl/strings/str_cat.h"
#include "rdf/characters.h"
#include "rdf/turtle_parser.h"

namespace skg::rdf {
namespace {

constexpr std::string_view kFreshPrefix = "anon-";
constexpr std::string_view kEscapedPrefix = "anon-doc-";

}  // namespace

void TurtleParser::FreshNode(Term& term) {
  Reset(TermKind::kBlankNode, term);
  absl::StrAppend(&term.value, av(kFreshPrefix), ++fresh_nodes_);
}

bool TurtleParser::BlankNodeLabel(std::string& out) {
  std::string_view label = lexer_.text();
  if (label.size() > kMaxTermBytes)
    return Fail("a term is longer than 64 MiB; the limit is 64 MiB");
  out.clear();
  if (label.starts_with(kFreshPrefix)) {
    out.append(kEscapedPrefix);
    label.remove_prefix(kFreshPrefix.size());
  }
  out.append(label);
  return true;
}

bool TurtleParser::Resource(Term& term) {
  switch (lexer_.token()) {
    case Token::kIri:
    case Token::kPrefixedName:
      return IriTo(term);
    case Token::kBlankNode:
      Reset(TermKind::kBlankNode, term);
      return BlankNodeLabel(term.value) && Advance();
    case Token::kOpenBracket:
      FreshNode(term);
      if (!Advance()) return false;
      return Expect(Token::kCloseBracket,
                    "']'; only an empty [] can stand here");
    default:
      return Unexpected("an IRI or a blank node");
  }
}

bool TurtleParser::IriTo(Term& term) {
  Reset(TermKind::kIri, term);
  const bool ok =
      Is(Token::kIri) ? DecodeIriToken(term.value) : PrefixedName(term.value);
  return ok && Advance();
}

bool TurtleParser::DecodeIriToken(std::string& out) {
  LexicalError error;
  const std::string_view raw = lexer_.text();
  if (!DecodeIri(raw, out, error)) {
    return FailAt(raw.data() + error.offset, std::move(error.message));
  }
  if (HasScheme(out)) return true;
  if (base_.empty()) {
    return Fail(
        "a relative IRI, and no base to resolve it against; write the whole "
        "IRI or "
        "declare @base");
  }
  base_.Resolve(out, scratch_);
  out.swap(scratch_);
  return true;
}

bool TurtleParser::PrefixedName(std::string& out) {
  const auto found = prefixes_.find(lexer_.prefix());
  if (found == prefixes_.end()) {
    return Fail(absl::StrCat("prefix '", av(lexer_.prefix().substr(0, 100)),
                             ":' is not declared; declare it with @prefix"));
  }
  if (lexer_.text().size() > kMaxTermBytes) {
    return Fail("a term is longer than 64 MiB; the limit is 64 MiB");
  }
  out.assign(found->second);
  out.append(lexer_.text());
  return true;
}

bool TurtleParser::PlainLiteral(std::string_view datatype, Term& term) {
  Reset(TermKind::kLiteral, term);
  term.value.assign(lexer_.text());
  term.datatype.assign(datatype);
  if (term.value.size() > kMaxTermBytes) {
    return Fail("a term is longer than 64 MiB; the limit is 64 MiB");
  }
  return Advance();
}

bool TurtleParser::LiteralTo(Term& term) {
  switch (lexer_.token()) {
    case Token::kString:
    case Token::kLongString:
      break;
    case Token::kInteger:
      return PlainLiteral(iri::kXsdInteger, term);
    case Token::kDecimal:
      return PlainLiteral(iri::kXsdDecimal, term);
    case Token::kDouble:
      return PlainLiteral(iri::kXsdDouble, term);
    case Token::kWord:
      if (lexer_.text() == "true" || lexer_.text() == "false") {
        return PlainLiteral(iri::kXsdBoolean, term);
      }
      [[fallthrough]];
    default:
      return Unexpected("an object");
  }
  Reset(TermKind::kLiteral, term);
  LexicalError error;
  const std::string_view raw = lexer_.text();
  if (!DecodeString(raw, term.value, error)) {
    return FailAt(raw.data() + error.offset, std::move(error.message));
  }
  if (!Advance()) return false;
  if (Is(Token::kAt)) {
    const std::string_view tag = lexer_.text();
    if (!DecodeLanguage(tag, term, error)) {
      return FailAt(tag.data() + error.offset, std::move(error.message));
    }
    return Advance();
  }
  if (!Is(Token::kDatatype)) return true;
  if (!Advance()) return false;
  if (!Is(Token::kIri) && !Is(Token::kPrefixedName))
    return Unexpected("the IRI of a datatype");
  const bool known =
      Is(Token::kIri) ? DecodeIriToken(datatype_) : PrefixedName(datatype_);
  if (!known) return false;
  if (!SetDatatype(datatype_, term, error))
    return Fail(std::move(error.message));
  return Advance();
}

}  // namespace skg::rdf
