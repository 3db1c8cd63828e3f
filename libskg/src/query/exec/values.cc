// Rows that the plan holds.
#include <algorithm>

#include "query/exec/operators.h"

namespace skg::query::exec {
namespace {

class ValuesOperator final : public Operator {
 public:
  using Operator::Operator;

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    const auto& rows = std::get<plan::ValuesStep>(node().step).rows;
    if (next_ == rows.size()) return false;
    const size_t end = std::min(rows.size(), next_ + Batch::kMostRows);
    batch.rows = end - next_;
    for (; next_ < end; ++next_) {
      for (size_t c = 0; c < batch.columns.size(); ++c)
        batch.columns[c].push_back(rows[next_][c]);
    }
    return true;
  }

 private:
  size_t next_ = 0;
};

}  // namespace

OperatorPtr MakeValues(const plan::PlanNode& node, Context& context) {
  return std::make_unique<ValuesOperator>(node, context);
}

}  // namespace skg::query::exec
