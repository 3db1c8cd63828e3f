// Pattern queries as algebra: what the operators, orders and pages of the JSON
// documents mean (libskg/docs/pattern-queries.md).
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "query/patterns/pattern_query.h"
#include "query/request.h"
#include "query/statement_field.h"
#include "rdf/name.h"

namespace skg::query {

// The columns of the rows of statements.
inline constexpr std::array kRowFields = {
    StatementField::kSubject, StatementField::kPredicate,
    StatementField::kObject,  StatementField::kGraph,
    StatementField::kEdge,    StatementField::kWeight,
    StatementField::kVersion, StatementField::kHasRecord};

// Of the forms kPattern and kPatterns. Each query is ordered and cut.
struct PatternAlgebra {
  Query rows;  // columns: kRowFields
  // Names of the variables in the order of their first appearance.
  std::vector<std::string> variables;
  // The solutions, a column for each variable; unset: there are no variables,
  // or the rows have them.
  std::optional<Query> solutions;
  // Then the column of the rows that each variable is.
  std::vector<size_t> row_columns;
};

// Errors: kInvalidArgument (a term that `names` does not take).
[[nodiscard]] absl::StatusOr<PatternAlgebra> TranslatePatterns(
    const PatternQuery& query, const rdf::NameSpace& names);

// Of the form kTraversal: the columns of MakeTraverse. Errors: as above.
[[nodiscard]] absl::StatusOr<Query> TranslateTraversal(
    const PatternQuery& query, const rdf::NameSpace& names);

}  // namespace skg::query
