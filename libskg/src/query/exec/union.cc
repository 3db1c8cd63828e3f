// One input after the other.
#include <utility>

#include "base/status.h"
#include "query/exec/operators.h"

namespace skg::query::exec {
namespace {

class UnionOperator final : public Operator {
 public:
  UnionOperator(const plan::PlanNode& node, Context& context,
                std::vector<OperatorPtr> inputs)
      : Operator(node, context), inputs_(std::move(inputs)) {}

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    for (; at_ < inputs_.size(); ++at_) {
      Operator& input = *inputs_[at_];
      rows_.wanted = batch.wanted;
      SKG_ASSIGN_OR_RETURN(const bool more, input.Next(rows_));
      if (!more) {
        inputs_[at_] = nullptr;  // gives back what it held
        continue;
      }
      for (size_t c = 0; c < batch.columns.size(); ++c) {
        const auto from = input.node().Column(schema()[c]);
        if (from) {
          batch.columns[c].swap(rows_.columns[*from]);
        } else {
          batch.columns[c].resize(rows_.rows);
        }
      }
      batch.rows = rows_.rows;
      batch.counts.swap(rows_.counts);
      MergeNeighbours(node().repeats, batch);
      return true;
    }
    return false;
  }

 private:
  std::vector<OperatorPtr> inputs_;
  size_t at_ = 0;
  Batch rows_;
};

}  // namespace

OperatorPtr MakeUnion(const plan::PlanNode& node, Context& context,
                      std::vector<OperatorPtr> inputs) {
  return std::make_unique<UnionOperator>(node, context, std::move(inputs));
}

}  // namespace skg::query::exec
