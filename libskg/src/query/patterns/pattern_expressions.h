// Expressions of which the algebra of pattern queries is made.
#pragma once

#include <vector>

#include "query/algebra.h"
#include "query/expression.h"
#include "rdf/term.h"

namespace skg::query {

[[nodiscard]] Expression VariableExpression(Variable v);
[[nodiscard]] Expression ConstantExpression(rdf::Term term);
[[nodiscard]] Expression SameTerm(Variable v, Expression other);
[[nodiscard]] Expression Exists(AlgebraPtr pattern);
// Its effective value negated. EXISTS becomes NOT EXISTS: by itself, not inside
// of another expression, it can be a join.
[[nodiscard]] Expression Not(Expression condition);
// The only one, or the conjunction of all; of none: true.
[[nodiscard]] Expression AllOf(std::vector<Expression> conditions);

// The solutions of which all conditions are true.
[[nodiscard]] AlgebraPtr Filtered(AlgebraPtr input,
                                  std::vector<Expression> conditions);

}  // namespace skg::query
