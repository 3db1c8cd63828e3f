// Keeps the rows that pass all conditions.
#include <memory>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/bound_expression.h"
#include "query/exec/operators.h"

namespace skg::query::exec {
namespace {

class FilterOperator final : public Operator {
 public:
  FilterOperator(const plan::PlanNode& node, Context& context,
                 OperatorPtr input,
                 std::vector<std::unique_ptr<BoundExpression>> conditions)
      : Operator(node, context),
        input_(std::move(input)),
        conditions_(std::move(conditions)) {
    for (const Variable v : node.schema)
      columns_.push_back(*input_->node().Column(v));
  }

  void SkipTo(rdf::TermId key) override { input_->SkipTo(key); }
  bool TakeFeed(const std::shared_ptr<ServiceFeed>& feed) override {
    return input_->TakeFeed(feed);
  }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    rows_.wanted = Demand(batch);
    SKG_ASSIGN_OR_RETURN(const bool more, input_->Next(rows_));
    if (!more) return false;
    for (const auto& condition : conditions_) {
      if (rows_.rows == 0) break;
      SKG_RETURN_IF_ERROR(condition->Select(rows_, &chosen_));
      KeepRows(rows_, chosen_);
    }
    for (size_t c = 0; c < columns_.size(); ++c)
      batch.columns[c].swap(rows_.columns[columns_[c]]);
    batch.rows = rows_.rows;
    batch.counts.swap(rows_.counts);
    return true;
  }

 private:
  OperatorPtr input_;
  std::vector<std::unique_ptr<BoundExpression>> conditions_;
  std::vector<size_t> columns_;  // of the input
  Batch rows_;
  std::vector<uint32_t> chosen_;
};

}  // namespace

OperatorResult MakeFilter(const plan::PlanNode& node, const Parameters& given,
                          Context& context, OperatorPtr input) {
  const auto& step = std::get<plan::FilterStep>(node.step);
  std::vector<std::unique_ptr<BoundExpression>> conditions;
  for (const plan::SharedExpression& condition : step.conditions) {
    SKG_ASSIGN_OR_RETURN(auto bound,
                         BoundExpression::Make(*condition, input->schema(),
                                               step.scope, given, context));
    conditions.push_back(std::move(bound));
  }
  return std::make_unique<FilterOperator>(node, context, std::move(input),
                                          std::move(conditions));
}

}  // namespace skg::query::exec
