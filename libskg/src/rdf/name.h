// Names and terms: the string form of a term at the JSON, CLI, Python and C++
// doors.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rdf/term.h"

namespace skg::rdf {

// One term in N-Triples 1.2 form (`<iri>`, `"x"@en--ltr`, `_:b`,
// `<<( s p o )>>`), canonical escapes. Never fails; the text of a term that
// passes CheckTerm parses back to the same term. What an IRI cannot hold is
// escaped as \uXXXX, so the text stays one token, but no reader accepts it.
[[nodiscard]] std::string ToNTriples(const Term& term);
void AppendNTriples(const Term& term, std::string& out);
// The whole of `text` must be one term, nested at most 1000 deep. Errors:
// kInvalidArgument with the column (1-based, bytes).
[[nodiscard]] absl::StatusOr<Term> FromNTriples(std::string_view text);

// Whether the term is one that every reader and ToTerm would accept: absolute
// IRIs without the characters that IRIREF forbids, well-formed labels and
// language tags, UTF-8, nothing but IRIs as predicates of triple terms. Terms
// built from a caller's parts must be checked; the readers' are right already.
// Errors: kInvalidArgument, with what would be right.
[[nodiscard]] absl::Status CheckTerm(const Term& term);

// Maps names to terms and back for one base namespace (such as "urn:skg:").
// A string that begins with `<`, `"`, `_:` or `\` is a term in N-Triples form
// (a leading `\` escapes a name that begins so); every other string is a name:
// base + the name with exactly the characters percent-encoded that IRIs forbid
// (controls, blank, <>"{}|^`\) plus `%`.
// Both directions are inverse: for every term that passes CheckTerm, and for
// every name that is not a term's text. So that they are, a `\` before a name
// that needs none is refused. Thread-safe.
class NameSpace {
 public:
  // Errors: kInvalidArgument unless `base` is an absolute IRI.
  [[nodiscard]] static absl::StatusOr<NameSpace> Make(std::string_view base);

  // Errors: kInvalidArgument (empty, not UTF-8, malformed term), with what
  // would be right.
  [[nodiscard]] absl::StatusOr<Term> ToTerm(std::string_view name) const;
  [[nodiscard]] std::string ToName(const Term& term) const;

  [[nodiscard]] std::string_view base() const { return base_; }

 private:
  explicit NameSpace(std::string base) : base_(std::move(base)) {}
  std::string base_;
};

}  // namespace skg::rdf
