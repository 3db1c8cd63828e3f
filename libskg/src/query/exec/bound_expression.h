// BoundExpression: an expression made ready for the rows of an operator, with
// the values of the operator's parameters.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/exec/context.h"
#include "query/exec/exists.h"
#include "query/plan/plan_node.h"
#include "query/values/evaluator.h"

namespace skg::query::exec {

// Not thread-safe. The expression and the context outlive it.
class BoundExpression {
 public:
  // `solution_scope`: see EvaluationContext.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<BoundExpression>> Make(
      const Expression& expression, const std::vector<Variable>& schema,
      const plan::ExpressionScope& scope, const Parameters& given,
      Context& context, std::optional<uint64_t> solution_scope = {});

  // See Evaluator. The batch is as it was when they return.
  [[nodiscard]] absl::Status Evaluate(Batch& batch,
                                      std::vector<rdf::TermId>* values);
  [[nodiscard]] absl::Status Select(Batch& batch, std::vector<uint32_t>* rows);

 private:
  BoundExpression(const plan::ExpressionScope& scope, const Parameters& given,
                  Context& context)
      : probe_(scope, given, context), evaluation_(context.evaluation) {
    evaluation_.patterns = &probe_;
  }
  void AddParameters(Batch& batch) const;

  PatternExistence probe_;
  EvaluationContext evaluation_;
  std::vector<rdf::TermId> parameters_;  // columns after those of the batch
  std::unique_ptr<Evaluator> evaluator_;
};

}  // namespace skg::query::exec
