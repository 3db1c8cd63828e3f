// The rows of a table function.
#include <algorithm>
#include <memory>
#include <utility>

#include "base/status.h"
#include "query/exec/operators.h"
#include "query/tables/table_function.h"

namespace skg::query::exec {
namespace {

class TableOperator final : public Operator {
 public:
  TableOperator(const plan::PlanNode& node, Context& context,
                std::unique_ptr<TableRows> rows)
      : Operator(node, context),
        step_(std::get<plan::TableStep>(node.step)),
        rows_(std::move(rows)) {}

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    ResetBatch(all_, step_.function->columns().size());
    all_.wanted = batch.wanted;
    SKG_ASSIGN_OR_RETURN(const bool more, rows_->Next(all_));
    if (profile() != nullptr)
      profile()->most_bytes =
          std::max(profile()->most_bytes, rows_->used_bytes());
    for (size_t c = 0; c < step_.columns.size(); ++c)
      batch.columns[c].swap(all_.columns[step_.columns[c]]);
    batch.rows = all_.rows;
    return more;
  }

 private:
  const plan::TableStep& step_;
  std::unique_ptr<TableRows> rows_;
  Batch all_;
};

}  // namespace

OperatorResult MakeTable(const plan::PlanNode& node, Context& context) {
  const auto& step = std::get<plan::TableStep>(node.step);
  SKG_ASSIGN_OR_RETURN(auto rows, step.function->Open(context));
  return std::make_unique<TableOperator>(node, context, std::move(rows));
}

}  // namespace skg::query::exec
