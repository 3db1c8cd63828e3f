// Reading query results: what other endpoints answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "rdf/term.h"
#include "sparql/result_format.h"

namespace skg::sparql {

struct ResultSet {
  std::optional<bool> boolean;  // of an ASK; else unset
  std::vector<std::string> variables;
  // Value i of a row is that of variable i; unset: unbound.
  std::vector<std::vector<std::optional<rdf::Term>>> rows;
};

// The whole of `text`. CSV tells no IRIs from literals: its values are simple
// literals, but for blank nodes; an empty field is unbound. Memory: a few times
// the text. Errors: kInvalidArgument (malformed; with the place), and
// kResourceExhausted (triple terms nested deeper than 1000).
[[nodiscard]] absl::StatusOr<ResultSet> ReadResults(ResultFormat format,
                                                    std::string_view text);

}  // namespace skg::sparql
