// Each row once.
#include <utility>

#include "base/status.h"
#include "query/exec/operators.h"
#include "query/exec/row_set.h"

namespace skg::query::exec {
namespace {

class DistinctOperator final : public Operator {
 public:
  DistinctOperator(const plan::PlanNode& node, Context& context,
                   OperatorPtr input)
      : Operator(node, context),
        input_(std::move(input)),
        adjacent_only_(std::get<plan::DistinctStep>(node.step).adjacent_only),
        charge_(context, "distinct set"),
        seen_(node.schema.size(), charge_) {}

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    batch.wanted = Demand(batch);
    SKG_ASSIGN_OR_RETURN(const bool more, input_->Next(batch));
    if (!more) return false;
    chosen_.clear();
    row_.resize(batch.columns.size());
    for (size_t row = 0; row < batch.rows; ++row) {
      SKG_RETURN_IF_ERROR(context().Tick());
      for (size_t c = 0; c < row_.size(); ++c) row_[c] = batch.columns[c][row];
      SKG_ASSIGN_OR_RETURN(const bool is_new, IsNew());
      if (is_new) chosen_.push_back(static_cast<uint32_t>(row));
    }
    NoteMemory(charge_);
    KeepRows(batch, chosen_);
    return true;
  }

 private:
  absl::StatusOr<bool> IsNew() {
    if (adjacent_only_) {
      const bool is_new = !any_ || row_ != last_;
      any_ = true;
      last_ = row_;
      return is_new;
    }
    SKG_ASSIGN_OR_RETURN(const RowSet::Place place, seen_.Add(row_));
    return place.is_new;
  }

  OperatorPtr input_;
  const bool adjacent_only_;
  MemoryCharge charge_;
  RowSet seen_;
  std::vector<rdf::TermId> row_, last_;
  bool any_ = false;
  std::vector<uint32_t> chosen_;
};

}  // namespace

OperatorPtr MakeDistinct(const plan::PlanNode& node, Context& context,
                         OperatorPtr input) {
  return std::make_unique<DistinctOperator>(node, context, std::move(input));
}

}  // namespace skg::query::exec
