// Names and terms: the string form of a term at the JSON, CLI, Python and C++
// doors.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "rdf/term.h"

namespace skg::rdf {

// One term in N-Triples 1.2 form (`<iri>`, `"x"@en--ltr`, `_:b`,
// `<<( s p o )>>`), canonical escapes. Never fails; the text of a term made of
// valid UTF-8 parses back to the same term.
[[nodiscard]] std::string ToNTriples(const Term& term);
void AppendNTriples(const Term& term, std::string& out);
// The whole of `text` must be one term. Errors: kInvalidArgument with the
// column (1-based, bytes).
[[nodiscard]] absl::StatusOr<Term> FromNTriples(std::string_view text);

// Maps names to terms and back for one base namespace (such as "urn:skg:").
// A string that begins with `<`, `"`, `_:` or `\` is a term in N-Triples form
// (a leading `\` escapes a name that begins so); every other string is a name:
// base + the name with exactly the characters percent-encoded that IRIs forbid
// (controls, blank, <>"{}|^`\) plus `%`.
// Both directions are inverse for every term. Thread-safe.
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
