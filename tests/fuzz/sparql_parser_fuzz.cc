// Any bytes as a SPARQL query and as an update, with small limits too: no
// crash, no hang; an error has its place, and what is accepted can be printed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/strings.h"
#include "query/algebra_text.h"
#include "sparql/parser.h"

namespace skg::sparql {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void CheckStatus(const absl::Status& status) {
  Require(status.code() == absl::StatusCode::kInvalidArgument ||
          status.code() == absl::StatusCode::kResourceExhausted);
  Require(sv(status.message()).starts_with("SPARQL "));
}

void CheckQuery(std::string_view text, const ParseOptions& options) {
  const auto query = ParseQuery(text, options);
  if (!query.ok()) return CheckStatus(query.status());
  Require(!query::AlgebraText(*query->pattern, query->variables).empty());
  for (const query::Variable variable : query->result)
    Require(!query->variables.internal(variable));
}

void CheckUpdate(std::string_view text, const ParseOptions& options) {
  const auto update = ParseUpdate(text, options);
  if (!update.ok()) return CheckStatus(update.status());
  for (const query::UpdateOperation& operation : update->operations) {
    const auto* modify = std::get_if<query::Modify>(&operation);
    if (modify == nullptr) continue;
    Require(!query::AlgebraText(*modify->where, update->variables).empty());
  }
}

}  // namespace
}  // namespace skg::sparql

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using skg::sparql::ParseOptions;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ParseOptions usual{.base_iri = "http://example.org/a/b?c",
                           .prefixes = {{"", "urn:x:"}}};
  ParseOptions small = usual;
  small.max_nesting = 8;
  small.max_depth = 12;
  small.max_memory_bytes = 20'000;
  for (const ParseOptions& options : {usual, small}) {
    skg::sparql::CheckQuery(text, options);
    skg::sparql::CheckUpdate(text, options);
  }
  return 0;
}
