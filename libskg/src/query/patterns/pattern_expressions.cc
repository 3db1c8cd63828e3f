#include "query/patterns/pattern_expressions.h"

#include <string>
#include <utility>

namespace skg::query {

using Kind = Expression::Kind;

Expression VariableExpression(Variable v) {
  Expression expression;
  expression.kind = Kind::kVariable;
  expression.variable = v;
  return expression;
}

Expression SameTerm(Variable v, Expression other) {
  Expression expression;
  expression.kind = Kind::kFunction;
  expression.function = Function::kSameTerm;
  expression.arguments = {VariableExpression(v), std::move(other)};
  return expression;
}

Expression ConstantExpression(rdf::Term term) {
  Expression expression;
  expression.constant = std::move(term);
  return expression;
}

Expression Exists(AlgebraPtr pattern) {
  Expression expression;
  expression.kind = Kind::kExists;
  expression.pattern = std::move(pattern);
  return expression;
}

Expression Not(Expression condition) {
  if (condition.kind == Kind::kExists) {
    condition.kind = Kind::kNotExists;
    return condition;
  }
  Expression expression;
  expression.kind = Kind::kNot;
  expression.arguments.push_back(std::move(condition));
  return expression;
}

Expression AllOf(std::vector<Expression> conditions) {
  if (conditions.empty()) {
    return ConstantExpression(
        rdf::Term::Literal("true", std::string(rdf::iri::kXsdBoolean)));
  }
  if (conditions.size() == 1) return std::move(conditions[0]);
  Expression expression;
  expression.kind = Kind::kAnd;
  expression.arguments = std::move(conditions);
  return expression;
}

AlgebraPtr Filtered(AlgebraPtr input, std::vector<Expression> conditions) {
  for (Expression& condition : conditions)
    input = MakeAlgebra(Filter{std::move(input), std::move(condition)});
  return input;
}

}  // namespace skg::query
