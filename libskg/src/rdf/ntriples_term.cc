// Terms as N-Triples text, in the canonical form of N-Triples 1.2.
#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "rdf/characters.h"
#include "rdf/name.h"
#include "rdf/ntriples_text.h"
#include "rdf/term_scanner.h"

namespace skg::rdf {
namespace {

void AppendEscape(unsigned character, std::string& out) {
  constexpr char kHex[] = "0123456789ABCDEF";
  out.append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4)
    out.push_back(kHex[(character >> shift) & 15]);
}

void AppendEscapedByte(char byte, std::string& out) {
  switch (byte) {
    case '\b':
      out.append("\\b");
      return;
    case '\t':
      out.append("\\t");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\f':
      out.append("\\f");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    default:
      AppendEscape(static_cast<uint8_t>(byte), out);
  }
}

// U+FFFE and U+FFFF are not characters of XML 1.1: escaped in canonical form.
bool IsNoncharacter(std::string_view text, size_t at) {
  return text[at] == '\xEF' && at + 2 < text.size() && text[at + 1] == '\xBF' &&
         (text[at + 2] == '\xBE' || text[at + 2] == '\xBF');
}

bool StandsForItself(char byte) {
  const auto value = static_cast<uint8_t>(byte);
  return value >= 0x20 && byte != '"' && byte != '\\' && value != 0x7F &&
         value != 0xEF;
}

}  // namespace

void AppendIriRef(std::string_view iri, std::string& out) {
  out.push_back('<');
  size_t copied = 0;
  for (size_t at = 0; at < iri.size(); ++at) {
    if (Is(iri[at], kIriByte)) continue;
    out.append(iri.substr(copied, at - copied));
    AppendEscape(static_cast<uint8_t>(iri[at]), out);
    copied = at + 1;
  }
  out.append(iri.substr(copied));
  out.push_back('>');
}

void AppendQuotedString(std::string_view text, std::string& out) {
  out.push_back('"');
  size_t copied = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (StandsForItself(text[at])) continue;
    if (text[at] == '\xEF') {
      if (!IsNoncharacter(text, at)) continue;
      out.append(text.substr(copied, at - copied));
      AppendEscape(0xFF00u | (static_cast<uint8_t>(text[at + 2]) + 0x40u), out);
      at += 2;
    } else {
      out.append(text.substr(copied, at - copied));
      AppendEscapedByte(text[at], out);
    }
    copied = at + 1;
  }
  out.append(text.substr(copied));
  out.push_back('"');
}

void AppendLanguage(const Term& literal, std::string& out) {
  out.push_back('@');
  out.append(literal.language);
  if (literal.direction == Direction::kLtr) out.append("--ltr");
  if (literal.direction == Direction::kRtl) out.append("--rtl");
}

void AppendNTriples(const Term& term, std::string& out) {
  switch (term.kind) {
    case TermKind::kIri:
      AppendIriRef(term.value, out);
      return;
    case TermKind::kBlankNode:
      out.append("_:");
      out.append(term.value);
      return;
    case TermKind::kLiteral:
      AppendQuotedString(term.value, out);
      if (!term.language.empty()) {
        AppendLanguage(term, out);
      } else if (!term.datatype.empty()) {
        out.append("^^");
        AppendIriRef(term.datatype, out);
      }
      return;
    case TermKind::kTripleTerm:
      out.append("<<( ");
      if (term.triple != nullptr) {
        for (const Term* part : {&term.triple->subject, &term.triple->predicate,
                                 &term.triple->object}) {
          AppendNTriples(*part, out);
          out.push_back(' ');
        }
      }
      out.append(")>>");
      return;
  }
}

std::string ToNTriples(const Term& term) {
  std::string out;
  AppendNTriples(term, out);
  return out;
}

absl::StatusOr<Term> FromNTriples(std::string_view text) {
  TermScanner scanner(text);
  Term term;
  bool ok = scanner.ReadTerm(term);
  if (ok && !scanner.AtEnd()) {
    ok = scanner.Fail(scanner.offset(),
                      absl::StrCat("expected the end after the term, found ",
                                   Quoted(scanner.rest())));
  }
  if (ok) return term;
  return absl::InvalidArgumentError(absl::StrCat(
      "column ", scanner.error().offset + 1, ": ", scanner.error().message));
}

namespace {

absl::Status CheckNested(const Term& term, int depth);

absl::Status CheckLiteral(const Term& term) {
  if (!IsUtf8(term.value)) {
    return absl::InvalidArgumentError("the text of a literal must be UTF-8");
  }
  if (!term.language.empty()) {
    if (IsLanguageTag(term.language) && term.datatype.empty())
      return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("\"", term.language,
                     "\" is not a language tag; a tag is subtags of 1 to 8 "
                     "letters or digits joined by '-', "
                     "and its literal has no datatype"));
  }
  if (term.datatype.empty()) return absl::OkStatus();
  if (!IsAbsoluteIri(term.datatype)) {
    return absl::InvalidArgumentError(
        "a datatype must be an absolute IRI, such as "
        "http://www.w3.org/2001/XMLSchema#date");
  }
  if (term.datatype == iri::kRdfLangString ||
      term.datatype == iri::kRdfDirLangString) {
    return absl::InvalidArgumentError(
        "a literal of this datatype needs a language tag instead");
  }
  return absl::OkStatus();
}

absl::Status CheckTriple(const Term& term, int depth) {
  if (term.triple == nullptr || depth == kMaxNesting) {
    return absl::InvalidArgumentError(
        "a triple term needs subject, predicate and object, nested at most "
        "1000 deep");
  }
  const auto& [subject, predicate, object] = *term.triple;
  if ((subject.kind != TermKind::kIri &&
       subject.kind != TermKind::kBlankNode) ||
      predicate.kind != TermKind::kIri) {
    return absl::InvalidArgumentError(
        "the subject of a triple term must be an IRI or a blank node, its "
        "predicate an IRI");
  }
  for (const Term* part : {&subject, &predicate, &object}) {
    if (absl::Status status = CheckNested(*part, depth + 1); !status.ok())
      return status;
  }
  return absl::OkStatus();
}

absl::Status CheckNested(const Term& term, int depth) {
  switch (term.kind) {
    case TermKind::kIri:
      if (IsAbsoluteIri(term.value)) return absl::OkStatus();
      return absl::InvalidArgumentError(
          "an IRI must begin with a scheme, be UTF-8 and hold no control, "
          "blank or any of "
          "<>\"{}|^`\\; percent-encode those");
    case TermKind::kBlankNode:
      if (IsBlankNodeLabel(term.value)) return absl::OkStatus();
      return absl::InvalidArgumentError(
          "a blank node label must be letters, digits, '_', '-' and inner '.', "
          "like b1");
    case TermKind::kLiteral:
      return CheckLiteral(term);
    case TermKind::kTripleTerm:
      return CheckTriple(term, depth);
  }
  return absl::InvalidArgumentError("a term of no known kind");
}

}  // namespace

absl::Status CheckTerm(const Term& term) { return CheckNested(term, 0); }

}  // namespace skg::rdf
