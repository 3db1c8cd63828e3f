#include "query/exec/bound_expression.h"

#include <algorithm>

#include "base/status.h"
#include "query/plan/variables.h"

namespace skg::query::exec {

absl::StatusOr<std::unique_ptr<BoundExpression>> BoundExpression::Make(
    const Expression& expression, const std::vector<Variable>& schema,
    const plan::ExpressionScope& scope, const Parameters& given,
    Context& context, std::optional<uint64_t> solution_scope) {
  std::unique_ptr<BoundExpression> bound(
      new BoundExpression(scope, given, context));
  bound->evaluation_.solution_scope = solution_scope;
  std::vector<Variable> all = schema;
  for (const Variable v : plan::VariablesOf(expression)) {
    const rdf::TermId value = given.Get(v);
    if (!value.bound() || !scope.given.Has(v) ||
        std::find(schema.begin(), schema.end(), v) != schema.end()) {
      continue;
    }
    all.push_back(v);
    bound->parameters_.push_back(value);
  }
  SKG_ASSIGN_OR_RETURN(bound->evaluator_,
                       MakeEvaluator(expression, all, bound->evaluation_));
  return bound;
}

void BoundExpression::AddParameters(Batch& batch) const {
  for (const rdf::TermId value : parameters_)
    batch.columns.emplace_back(batch.rows, value);
}

absl::Status BoundExpression::Evaluate(Batch& batch,
                                       std::vector<rdf::TermId>* values) {
  const size_t columns = batch.columns.size();
  AddParameters(batch);
  const absl::Status status = evaluator_->Evaluate(batch, values);
  batch.columns.resize(columns);
  return status;
}

absl::Status BoundExpression::Select(Batch& batch,
                                     std::vector<uint32_t>* rows) {
  const size_t columns = batch.columns.size();
  AddParameters(batch);
  const absl::Status status = evaluator_->Select(batch, rows);
  batch.columns.resize(columns);
  return status;
}

}  // namespace skg::query::exec
