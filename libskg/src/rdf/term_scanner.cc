#include "rdf/term_scanner.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rdf/characters.h"

namespace skg::rdf {

bool TermScanner::Fail(size_t offset, std::string message) {
  error_.offset = offset;
  error_.message = std::move(message);
  return false;
}

bool TermScanner::Rebase(const char* start) {
  error_.offset += static_cast<size_t>(start - begin_);
  return false;
}

void TermScanner::SkipBlanks() {
  while (p_ < end_ && Is(*p_, kBlankByte)) ++p_;
}

bool TermScanner::ReadSubject(Term& term) {
  const std::string_view text = rest();
  if (text.starts_with("<<")) {
    return Fail(offset(), "a triple term can stand only as an object");
  }
  if (!text.starts_with('<') && !text.starts_with("_:")) {
    return Fail(offset(), absl::StrCat("expected <IRI> or _:label, found ",
                                       Quoted(text)));
  }
  return ReadTerm(term);
}

bool TermScanner::ReadPredicate(Term& term) {
  const std::string_view text = rest();
  if (!text.starts_with('<') || text.starts_with("<<")) {
    return Fail(offset(),
                absl::StrCat("expected the <IRI> of a predicate, found ",
                             Quoted(text)));
  }
  return ReadTerm(term);
}

bool TermScanner::ReadNested(Term& term, int depth) {
  const std::string_view text = rest();
  if (text.starts_with("<<(")) return ReadTripleTerm(term, depth);
  if (text.starts_with("<<")) {
    return Fail(offset(),
                "'<<' can stand only in Turtle and TriG; a triple term is <<( "
                "s p o )>>");
  }
  if (text.starts_with('<')) {
    Reset(TermKind::kIri, term);
    return ReadIri(term.value);
  }
  if (text.starts_with("_:")) return ReadBlankNode(term);
  if (text.starts_with('"')) return ReadLiteral(term);
  return Fail(
      offset(),
      absl::StrCat(
          "expected <IRI>, _:label, \"literal\" or <<( triple )>>, found ",
          Quoted(text)));
}

bool TermScanner::ReadIri(std::string& out) {
  const char* const start = ++p_;
  while (p_ < end_ && Is(*p_, kIriByte)) ++p_;
  // Escapes are rare; whatever else stops here is for DecodeIri to name.
  while (p_ < end_ && *p_ != '>' && *p_ != '\n' && *p_ != '\r') ++p_;
  if (p_ == end_ || *p_ != '>') {
    return Fail(static_cast<size_t>(start - 1 - begin_),
                "an IRI has no closing '>'");
  }
  const std::string_view raw(start, static_cast<size_t>(p_ - start));
  if (!DecodeIri(raw, out, error_)) return Rebase(start);
  if (!HasScheme(out)) {
    return Fail(static_cast<size_t>(start - begin_),
                "a relative IRI; write the whole IRI, with its scheme");
  }
  ++p_;
  return true;
}

bool TermScanner::ReadBlankNode(Term& term) {
  const char* const start = p_;
  Reset(TermKind::kBlankNode, term);
  p_ += 2;
  const char* const label = p_;
  const char* last = p_;  // past the last character that may end the label
  while (p_ < end_) {
    const char* next = p_;
    char32_t character;
    if (!DecodeUtf8(next, end_, character)) break;
    const bool fits = p_ == label
                          ? IsNameStart(character) || Is(*p_, kDigitByte)
                          : character == '.' || IsNameCharacter(character);
    if (!fits) break;
    p_ = next;
    if (character != '.') last = p_;
  }
  if (last == label) {
    return Fail(
        static_cast<size_t>(start - begin_),
        "a blank node label begins with a letter, a digit or '_', like _:b1");
  }
  p_ = last;
  if (static_cast<size_t>(p_ - label) > kMaxTermBytes) {
    return Fail(static_cast<size_t>(start - begin_),
                "a term is longer than 64 MiB; the limit is 64 MiB");
  }
  term.value.assign(label, static_cast<size_t>(p_ - label));
  return true;
}

bool TermScanner::ReadString(std::string& out) {
  const char* const start = ++p_;
  for (; p_ < end_; ++p_) {
    if (Is(*p_, kStringByte) || *p_ == '\'') continue;
    if (*p_ != '\\') break;
    if (p_ + 1 == end_ || p_[1] == '\n' || p_[1] == '\r') break;
    ++p_;
  }
  if (p_ >= end_ || *p_ != '"') {
    return Fail(
        static_cast<size_t>(start - 1 - begin_),
        "a string has no closing '\"' on its line; write a line break as \\n");
  }
  if (!DecodeString(std::string_view(start, static_cast<size_t>(p_ - start)),
                    out, error_)) {
    return Rebase(start);
  }
  ++p_;
  return true;
}

bool TermScanner::ReadLiteral(Term& term) {
  Reset(TermKind::kLiteral, term);
  if (!ReadString(term.value)) return false;
  // Language and datatype are tokens of their own: blanks may stand before.
  const char* const after_string = p_;
  SkipBlanks();
  if (p_ < end_ && *p_ == '@') {
    const char* const tag = ++p_;
    while (p_ < end_ && Is(*p_, kLetterByte | kDigitByte | kNameByte) &&
           *p_ != '_')
      ++p_;
    const std::string_view text(tag, static_cast<size_t>(p_ - tag));
    return DecodeLanguage(text, term, error_) || Rebase(tag);
  }
  if (rest().starts_with("^^")) {
    p_ += 2;
    SkipBlanks();
    const char* const start = p_;
    if (p_ == end_ || *p_ != '<') {
      return Fail(offset(),
                  absl::StrCat("expected the <IRI> of a datatype, found ",
                               Quoted(rest())));
    }
    if (!ReadIri(scratch_)) return false;
    return SetDatatype(scratch_, term, error_) || Rebase(start);
  }
  p_ = after_string;
  return true;
}

bool TermScanner::ReadTripleTerm(Term& term, int depth) {
  if (depth == kMaxNesting) {
    error_.exhausted = true;
    return Fail(offset(), "triple terms are nested deeper than 1000");
  }
  p_ += 3;
  auto triple = std::make_shared<TripleTerm>();
  SkipBlanks();
  if (!ReadSubject(triple->subject)) return false;
  SkipBlanks();
  if (!ReadPredicate(triple->predicate)) return false;
  SkipBlanks();
  if (!ReadNested(triple->object, depth + 1)) return false;
  SkipBlanks();
  if (!rest().starts_with(")>>")) {
    return Fail(offset(),
                absl::StrCat("expected )>> after a triple term, found ",
                             Quoted(rest())));
  }
  p_ += 3;
  Reset(TermKind::kTripleTerm, term);
  term.triple = std::move(triple);
  return true;
}

}  // namespace skg::rdf
