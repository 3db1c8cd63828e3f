// Algebra as text, for people and for tests.
#pragma once

#include <string>

#include "query/algebra.h"
#include "query/request.h"

namespace skg::query {

// S-expressions, one operator or triple a line, inputs indented by two blanks
// below the operator that reads them, without a line end at the end:
//
//   (project (?name)
//     (filter (> ?age 17)
//       (bgp
//         (triple ?p <http://example.org/age> ?age)
//         (triple ?p <http://example.org/name> ?name))))
//
// Terms are in N-Triples form, but integers and booleans are bare. Recursive,
// as deep as the algebra.
[[nodiscard]] std::string AlgebraText(const Algebra& algebra,
                                      const VariableTable& variables);
// In one line.
[[nodiscard]] std::string ExpressionText(const Expression& expression,
                                         const VariableTable& variables);
// In one line.
[[nodiscard]] std::string AggregateText(const Aggregate& aggregate,
                                        const VariableTable& variables);
[[nodiscard]] std::string PatternTermText(const PatternTerm& term,
                                          const VariableTable& variables);

}  // namespace skg::query
