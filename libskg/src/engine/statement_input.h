// From what a caller writes to terms and records, with every rule checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "rdf/term.h"
#include "skg/field_error.h"
#include "skg/statement.h"
#include "storage/read_view.h"

namespace skg::engine {

// Metadata and source together: a record is one value of the store, which has
// at most 1 MiB, and the rest of the record fits into what is left.
inline constexpr size_t kMaxDetailsBytes = (size_t{1} << 20) - 256;
inline constexpr size_t kMaxMetadataDepth = 100;

// What a statement says beyond its terms.
struct StatementDetails {
  float weight = 1.0f;
  uint32_t edge = 0;
  storage::Record record;

  [[nodiscard]] bool has_record() const { return record != storage::Record{}; }
};

// All but the terms of `statement`: weight in [0, 1], metadata a JSON object,
// valid_from before valid_to, source UTF-8. Appends what is wrong to `errors`.
// Metadata comes out without insignificant white space, and empty for {}.
[[nodiscard]] StatementDetails ReadDetails(const NewStatement& statement,
                                           std::vector<FieldError>& errors);

// A JSON object without insignificant white space; empty for {}.
// Errors: kInvalidArgument (not a JSON object, too large, nested
// deeper than 100).
[[nodiscard]] absl::StatusOr<std::string> NormaliseMetadata(
    std::string_view text);

// Which kinds of term RDF allows in a position; empty: this one is allowed.
[[nodiscard]] std::string_view SubjectError(rdf::TermKind kind);
[[nodiscard]] std::string_view PredicateError(rdf::TermKind kind);
[[nodiscard]] std::string_view GraphError(rdf::TermKind kind);

}  // namespace skg::engine
