// Statements as JSON: what the HTTP routes and `skg load --format json` read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "skg/export.h"
#include "skg/field_error.h"
#include "skg/statement.h"

namespace skg {

// Limits of one door. The defaults are those of the /api/v1 routes.
struct StatementJsonLimits {
  uint32_t max_subject_length = 5000;  // in code points
  uint32_t max_predicate_length = 5000;
  uint32_t max_object_length = 5000;
  uint32_t max_batch = 1000;
  // Only letters, digits, underscore, blank and hyphen in the three terms (the
  // v1 profile of the root routes).
  bool plain_names_only = false;
};

// One statement: subject, predicate, object (strings in name or term form, or
// {"value", "type" | "lang"} for a literal object), graph, weight, metadata,
// edge, valid_from, valid_to (ISO 8601), source. Unknown fields are refused.
// Errors: kInvalidArgument; FieldErrors() gives the paths. Malformed JSON has
// no field errors and says line and column.
[[nodiscard]] SKG_EXPORT absl::StatusOr<NewStatement> ParseStatementJson(
    std::string_view text, const StatementJsonLimits& limits = {});

struct BatchDocument {
  bool skip_duplicates = false;
  std::vector<NewStatement> statements;  // the valid ones
  std::vector<size_t> positions;         // of each in the document's array
  std::vector<FieldError>
      errors;          // of the others, path first ["triples", "3", ...]
  size_t invalid = 0;  // how many items those are
};

// {"triples": [...], "skip_duplicates": false}. Items that fail validation
// land in `errors`; a document that is wrong as a whole is an error status
// (kInvalidArgument; a batch above max_batch has the field error "too_long").
[[nodiscard]] SKG_EXPORT absl::StatusOr<BatchDocument> ParseBatchJson(
    std::string_view text, const StatementJsonLimits& limits = {});

}  // namespace skg
