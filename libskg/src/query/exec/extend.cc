// Adds a computed column.
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/bound_expression.h"
#include "query/exec/operators.h"

namespace skg::query::exec {
namespace {

class ExtendOperator final : public Operator {
 public:
  ExtendOperator(const plan::PlanNode& node, Context& context,
                 OperatorPtr input, std::unique_ptr<BoundExpression> expression,
                 uint64_t scope)
      : Operator(node, context),
        scope_(scope),
        input_(std::move(input)),
        expression_(std::move(expression)) {
    for (const Variable v : node.schema)
      columns_.push_back(input_->node().Column(v));
  }

  void SkipTo(rdf::TermId key) override { input_->SkipTo(key); }
  [[nodiscard]] std::optional<uint64_t> solution_scope() const override {
    return scope_;
  }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    SKG_ASSIGN_OR_RETURN(const bool more, input_->Next(rows_));
    if (!more) return false;
    values_.clear();
    SKG_RETURN_IF_ERROR(expression_->Evaluate(rows_, &values_));
    for (size_t c = 0; c < columns_.size(); ++c)
      batch.columns[c].swap(columns_[c] ? rows_.columns[*columns_[c]]
                                        : values_);
    batch.rows = rows_.rows;
    batch.counts.swap(rows_.counts);
    return true;
  }

 private:
  const uint64_t scope_;
  OperatorPtr input_;
  std::unique_ptr<BoundExpression> expression_;
  std::vector<std::optional<size_t>> columns_;  // of the input; unset: the new
  Batch rows_;
  std::vector<rdf::TermId> values_;
};

}  // namespace

OperatorResult MakeExtend(const plan::PlanNode& node, const Parameters& given,
                          Context& context, OperatorPtr input) {
  const auto& step = std::get<plan::ExtendStep>(node.step);
  // Those below saw the same rows in the same sequence.
  const auto below = input->solution_scope();
  const uint64_t scope = below ? *below : context.NewSolutionScope();
  SKG_ASSIGN_OR_RETURN(
      auto bound, BoundExpression::Make(*step.expression, input->schema(),
                                        step.scope, given, context, scope));
  return std::make_unique<ExtendOperator>(node, context, std::move(input),
                                          std::move(bound), scope);
}

}  // namespace skg::query::exec
