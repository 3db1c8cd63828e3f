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
                 OperatorPtr input, std::unique_ptr<BoundExpression> expression)
      : Operator(node, context),
        input_(std::move(input)),
        expression_(std::move(expression)) {
    for (const Variable v : node.schema)
      columns_.push_back(input_->node().Column(v));
  }

  void SkipTo(rdf::TermId key) override { input_->SkipTo(key); }

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
    return true;
  }

 private:
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
  SKG_ASSIGN_OR_RETURN(auto bound,
                       BoundExpression::Make(*step.expression, input->schema(),
                                             step.scope, given, context));
  return std::make_unique<ExtendOperator>(node, context, std::move(input),
                                          std::move(bound));
}

}  // namespace skg::query::exec
