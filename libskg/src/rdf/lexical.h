// What the line readers and the Turtle reader share: escapes, limits, and an
// error with its place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "rdf/term.h"

namespace skg::rdf {

inline constexpr size_t kMaxTermBytes = size_t{64} << 20;
inline constexpr int kMaxNesting = 1000;

struct LexicalError {
  size_t offset = 0;  // bytes from the start of the text
  std::string message;
  // The input asks for more than a reader gives (nesting), rather than being
  // malformed.
  bool exhausted = false;
};

// Puts what `raw`, the text between `<` and `>`, denotes into `out`. False for
// characters that an IRI cannot hold (escaped or not), malformed escapes,
// bytes that are not UTF-8.
[[nodiscard]] bool DecodeIri(std::string_view raw, std::string& out,
                             LexicalError& error);

// The same for the text between the quotes of a string; the caller has found
// the closing quote.
[[nodiscard]] bool DecodeString(std::string_view raw, std::string& out,
                                LexicalError& error);

// Splits `tag`, the text after `@`, into language (lower-cased) and direction.
[[nodiscard]] bool DecodeLanguage(std::string_view tag, Term& literal,
                                  LexicalError& error);

// Sets the datatype of a literal without language. False for the two datatypes
// that a literal has only with a language.
[[nodiscard]] bool SetDatatype(std::string_view iri, Term& literal,
                               LexicalError& error);

// Makes `term` an empty term of that kind and keeps its memory.
inline void Reset(TermKind kind, Term& term) {
  term.kind = kind;
  term.value.clear();
  term.datatype.clear();
  term.language.clear();
  term.direction = Direction::kNone;
  term.triple.reset();
}

// What stands at a place, for messages: the character in quotes, or its number.
[[nodiscard]] std::string Quoted(std::string_view text);

}  // namespace skg::rdf
