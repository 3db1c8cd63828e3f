// Combinations of rows of independent inputs, as far as they can be among the
// first.
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/operators.h"
#include "query/exec/row_table.h"

namespace skg::query::exec {
namespace {

// Before the combination of rows i, j, ... of the inputs come at least those of
// rows up to i with rows up to j and so on, (i + 1)(j + 1)... with itself:
// where that is more than the limit, it is not among the first.
class ProductOperator final : public Operator {
 public:
  ProductOperator(const plan::PlanNode& node, Context& context,
                  std::vector<OperatorPtr> inputs)
      : Operator(node, context),
        limit_(std::get<plan::ProductStep>(node.step).limit),
        inputs_(std::move(inputs)),
        charge_(context, "product of sorted parts") {}

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (!inputs_.empty()) SKG_RETURN_IF_ERROR(ReadInputs());
    while (!done_ && batch.rows < Batch::kMostRows) {
      SKG_RETURN_IF_ERROR(context().Tick());
      size_t column = 0;
      for (size_t t = 0; t < tables_.size(); ++t) {
        for (size_t c = 0; c < tables_[t].width(); ++c)
          batch.columns[column++].push_back(tables_[t].At(at_[t], c));
      }
      ++batch.rows;
      done_ = !Advance();
    }
    return batch.rows > 0;
  }

 private:
  absl::Status ReadInputs() {
    tables_.reserve(inputs_.size());
    done_ = limit_ == 0;
    for (const OperatorPtr& input : inputs_) {
      tables_.emplace_back(input->schema().size(), charge_);
      SKG_RETURN_IF_ERROR(ReadAll(*input, tables_.back(), &counts_));
      done_ = done_ || tables_.back().rows() == 0;
    }
    at_.assign(tables_.size(), 0);
    inputs_.clear();
    NoteMemory(charge_);
    return absl::OkStatus();
  }

  // The next combination; false: that was the last.
  bool Advance() {
    for (size_t t = tables_.size(); t-- > 0;) {
      ++at_[t];
      if (at_[t] < tables_[t].rows() && MayBeFirst()) return true;
      at_[t] = 0;
    }
    return false;
  }
  [[nodiscard]] bool MayBeFirst() const {
    uint64_t left = limit_;
    for (const size_t row : at_) {
      left /= row + 1;
      if (left == 0) return false;
    }
    return true;
  }

  const uint64_t limit_;
  std::vector<OperatorPtr> inputs_;
  MemoryCharge charge_;
  std::vector<RowTable> tables_;
  std::vector<uint64_t> counts_;  // of no use: the inputs' rows are apart
  std::vector<size_t> at_;
  bool done_ = false;
};

}  // namespace

OperatorPtr MakeProduct(const plan::PlanNode& node, Context& context,
                        std::vector<OperatorPtr> inputs) {
  return std::make_unique<ProductOperator>(node, context, std::move(inputs));
}

}  // namespace skg::query::exec
