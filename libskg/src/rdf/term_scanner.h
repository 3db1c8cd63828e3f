// Reads the terms of N-Triples and N-Quads from text that is in memory.
#pragma once

#include <string>
#include <string_view>

#include "rdf/lexical.h"
#include "rdf/term.h"

namespace skg::rdf {

// Every Read... returns false after an error, which error() tells; nothing may
// be read after that. Thread safety: one thread at a time.
class TermScanner {
 public:
  explicit TermScanner(std::string_view text)
      : begin_(text.data()), p_(text.data()), end_(text.data() + text.size()) {}

  [[nodiscard]] bool AtEnd() const { return p_ == end_; }
  [[nodiscard]] size_t offset() const {
    return static_cast<size_t>(p_ - begin_);
  }
  [[nodiscard]] std::string_view rest() const {
    return std::string_view(p_, static_cast<size_t>(end_ - p_));
  }
  void Skip(size_t bytes) { p_ += bytes; }
  void SkipBlanks();

  // Into `term`, whose memory is used again.
  [[nodiscard]] bool ReadTerm(Term& term) { return ReadNested(term, 0); }
  [[nodiscard]] bool ReadSubject(Term& term);    // IRI or blank node
  [[nodiscard]] bool ReadPredicate(Term& term);  // IRI
  // The content of the `"..."` that begins here.
  [[nodiscard]] bool ReadString(std::string& out);

  [[nodiscard]] const LexicalError& error() const { return error_; }
  bool Fail(size_t offset, std::string message);

 private:
  bool ReadNested(Term& term, int depth);
  bool ReadIri(std::string& out);
  bool ReadBlankNode(Term& term);
  bool ReadLiteral(Term& term);
  bool ReadTripleTerm(Term& term, int depth);
  // Takes over an error whose offset counts from `start`.
  bool Rebase(const char* start);

  const char* begin_;
  const char* p_;
  const char* end_;
  std::string scratch_;
  LexicalError error_;
};

}  // namespace skg::rdf
