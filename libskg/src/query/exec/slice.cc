// Some rows, from an offset on.
#include <algorithm>
#include <utility>

#include "base/status.h"
#include "query/exec/operators.h"

namespace skg::query::exec {
namespace {

class SliceOperator final : public Operator {
 public:
  SliceOperator(const plan::PlanNode& node, Context& context, OperatorPtr input)
      : Operator(node, context),
        input_(std::move(input)),
        skip_(std::get<plan::SliceStep>(node.step).offset),
        left_(std::get<plan::SliceStep>(node.step).limit) {}

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (left_ == 0 || input_ == nullptr) return false;
    const size_t wanted = batch.wanted;
    // No more than is left, but not so few that every step costs more than its
    // rows do.
    constexpr uint64_t kLeast = 16;
    if (left_ < Batch::kMostRows && skip_ < Batch::kMostRows - left_) {
      batch.wanted = std::min<size_t>(
          wanted, static_cast<size_t>(std::max(kLeast, skip_ + left_)));
    }
    const auto next = input_->Next(batch);
    batch.wanted = wanted;
    SKG_ASSIGN_OR_RETURN(const bool more, next);
    if (!more) return false;
    const auto skipped =
        static_cast<size_t>(std::min<uint64_t>(skip_, batch.rows));
    const auto rows =
        static_cast<size_t>(std::min<uint64_t>(left_, batch.rows - skipped));
    skip_ -= skipped;
    left_ -= rows;
    for (auto& column : batch.columns) {
      column.erase(column.begin(),
                   column.begin() + static_cast<std::ptrdiff_t>(skipped));
      column.resize(rows);
    }
    batch.rows = rows;
    if (left_ == 0) input_ = nullptr;  // gives back what it held
    return true;
  }

 private:
  OperatorPtr input_;
  uint64_t skip_, left_;
};

}  // namespace

OperatorPtr MakeSlice(const plan::PlanNode& node, Context& context,
                      OperatorPtr input) {
  return std::make_unique<SliceOperator>(node, context, std::move(input));
}

}  // namespace skg::query::exec
