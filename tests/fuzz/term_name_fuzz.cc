// Any bytes as a name or term at the doors: refused, or inverse both ways, as a
// name, as N-Triples text, as an inline id and as the dictionary's bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "rdf/name.h"
#include "rdf/term.h"
#include "rdf/term_id.h"

namespace skg::rdf {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void TestOneName(std::string_view text) {
  static const NameSpace names = *NameSpace::Make("urn:skg:");
  const absl::StatusOr<Term> term = names.ToTerm(text);
  if (!term.ok()) {
    Require(!term.status().message().empty());
    return;
  }
  Require(CheckTerm(*term).ok());
  const absl::StatusOr<Term> by_name = names.ToTerm(names.ToName(*term));
  Require(by_name.ok() && *by_name == *term);
  const absl::StatusOr<Term> by_text = FromNTriples(ToNTriples(*term));
  Require(by_text.ok() && *by_text == *term);
  if (term->kind == TermKind::kTripleTerm) return;
  if (const std::optional<TermId> id = InlineId(*term); id.has_value()) {
    const absl::StatusOr<Term> value = InlineTerm(*id);
    Require(value.ok() && *value == *term);
  } else {
    EncodedTerm encoded;
    EncodeTerm(*term, encoded);
    const absl::StatusOr<Term> decoded = DecodeTerm(encoded.tag, encoded.bytes);
    Require(decoded.ok() && *decoded == *term);
  }
}

}  // namespace
}  // namespace skg::rdf

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  skg::rdf::TestOneName(
      std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
