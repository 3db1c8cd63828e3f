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
    const auto& step = std::get<plan::FilterStep>(node.step);
    if (step.ranges != nullptr) {
      ranges_ = &step.ranges->ranges;
      ranged_column_ = *input_->node().Column(step.ranges->variable);
    }
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
      if (rows_.rows == 0 || AllPass()) break;
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
  // Each row is in an exact range.
  [[nodiscard]] bool AllPass() const {
    if (ranges_ == nullptr) return false;
    size_t at = 0;
    for (const rdf::TermId id : rows_.columns[ranged_column_]) {
      if (at < ranges_->size() && Contains((*ranges_)[at], id)) continue;
      at = 0;
      while (at < ranges_->size() && (*ranges_)[at].last < id) ++at;
      if (at == ranges_->size() || !Contains((*ranges_)[at], id)) return false;
    }
    return true;
  }
  static bool Contains(const IdRange& range, rdf::TermId id) {
    return range.exact && range.first <= id && id <= range.last;
  }

  const IdRanges* ranges_ = nullptr;  // those of the step
  size_t ranged_column_ = 0;          // of the input
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
