// A pattern of a document with its terms and variables told apart.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "query/expression.h"
#include "query/patterns/pattern_query.h"
#include "query/request.h"
#include "rdf/name.h"
#include "rdf/term.h"

namespace skg::query {

struct ResolvedPattern {
  // Each place has a term, or a variable: that of its name, or for a wildcard
  // one that nothing else has.
  std::array<std::optional<rdf::Term>, 3> terms;
  std::array<Variable, 3> variables = {};
  bool has_wildcard = false;
  // Those that have names, each once, in the order of the places.
  std::vector<Variable> named;

  bool all_graphs = true;
  std::optional<rdf::Term> graph;  // with neither: the default graph
  float min_weight = 0, max_weight = 1;

  // Whether any statement of a triple will do: neither weights nor graphs are
  // asked for.
  [[nodiscard]] bool takes_any_statement() const {
    return all_graphs && min_weight <= 0 && max_weight >= 1;
  }
  [[nodiscard]] bool Names(Variable v) const;
  // The place where a variable stands first. It must stand somewhere.
  [[nodiscard]] size_t PlaceOf(Variable v) const;
};

// `table` gets the variables. Named ones come first, in the order in which they
// appear. Errors: kInvalidArgument (a term that `names` does not take).
[[nodiscard]] absl::StatusOr<std::vector<ResolvedPattern>> ResolvePatterns(
    std::span<const TextPattern> patterns, const rdf::NameSpace& names,
    VariableTable* table);

// Patterns that share variables, directly or through others: ascending numbers
// in each group, and groups by their first. Variables of `apart` join nothing.
[[nodiscard]] std::vector<std::vector<size_t>> ConnectedPatterns(
    std::span<const ResolvedPattern> patterns, std::span<const size_t> chosen,
    std::span<const Variable> apart);

}  // namespace skg::query
