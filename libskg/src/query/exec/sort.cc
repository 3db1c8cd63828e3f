// Rows by the order of terms, or only the first of them.
#include <algorithm>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/operators.h"
#include "query/exec/polled_sort.h"
#include "query/exec/row_table.h"
#include "query/exec/term_ranks.h"

namespace skg::query::exec {
namespace {

class SortOperator final : public Operator {
 public:
  SortOperator(const plan::PlanNode& node, Context& context, OperatorPtr input)
      : Operator(node, context),
        step_(std::get<plan::SortStep>(node.step)),
        input_(std::move(input)),
        charge_(context, "sort"),
        table_(input_->schema().size(), charge_) {
    for (const plan::SortStep::Key& key : step_.keys)
      keys_.push_back(*input_->node().Column(key.variable));
    for (const Variable v : node.schema)
      columns_.push_back(*input_->node().Column(v));
  }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (input_ != nullptr) SKG_RETURN_IF_ERROR(ReadInput());
    const size_t end = std::min(order_.size(), next_ + Batch::kMostRows);
    for (size_t c = 0; c < columns_.size(); ++c) {
      const auto& from = table_.column(columns_[c]);
      for (size_t i = next_; i < end; ++i)
        batch.columns[c].push_back(from[order_[i]]);
    }
    batch.rows = end - next_;
    next_ = end;
    return batch.rows > 0;
  }

 private:
  absl::Status ReadInput() {
    // Of a limited sort no more is held than that many rows, and some to sort
    // in one go.
    constexpr uint64_t kSlack = uint64_t{1} << 15;
    const uint64_t most =
        step_.limit > UINT64_MAX / 4 ? UINT64_MAX : 2 * step_.limit + kSlack;
    Batch batch;
    for (;;) {
      SKG_ASSIGN_OR_RETURN(const bool more, input_->Next(batch));
      if (!more) break;
      SKG_RETURN_IF_ERROR(table_.Append(batch));
      if (table_.rows() > most) SKG_RETURN_IF_ERROR(KeepFirst());
    }
    input_ = nullptr;  // gives back what it held
    SKG_RETURN_IF_ERROR(Sort());
    NoteMemory(charge_);
    return absl::OkStatus();
  }

  // order_: the rows, sorted, at most the limit.
  absl::Status Sort() {
    const size_t bytes = table_.rows() * (8 * keys_.size() + 4);
    SKG_RETURN_IF_ERROR(charge_.Add(bytes));
    std::vector<std::vector<uint64_t>> ranks(keys_.size());
    for (size_t k = 0; k < keys_.size(); ++k) {
      SKG_RETURN_IF_ERROR(
          RankTerms(table_.column(keys_[k]), charge_, &ranks[k]));
      // So that one comparison serves both directions.
      if (step_.keys[k].descending) {
        for (uint64_t& rank : ranks[k]) rank = ~rank;
      }
    }
    order_.resize(table_.rows());
    for (size_t i = 0; i < order_.size(); ++i)
      order_[i] = static_cast<uint32_t>(i);
    SKG_RETURN_IF_ERROR(SortRows(order_, charge_, [&](uint32_t a, uint32_t b) {
      for (const auto& rank : ranks) {
        if (rank[a] != rank[b]) return rank[a] < rank[b];
      }
      return a < b;
    }));
    if (order_.size() > step_.limit)
      order_.resize(static_cast<size_t>(step_.limit));
    charge_.Release(bytes);
    return absl::OkStatus();
  }

  absl::Status KeepFirst() {
    SKG_RETURN_IF_ERROR(Sort());
    // In the table's own sequence, so that equal rows stay as they came.
    std::sort(order_.begin(), order_.end());
    table_.Keep(order_);
    order_.clear();
    return absl::OkStatus();
  }

  const plan::SortStep& step_;
  OperatorPtr input_;
  MemoryCharge charge_;
  RowTable table_;
  std::vector<size_t> keys_, columns_;  // of the input
  std::vector<uint32_t> order_;
  size_t next_ = 0;
};

}  // namespace

OperatorPtr MakeSort(const plan::PlanNode& node, Context& context,
                     OperatorPtr input) {
  return std::make_unique<SortOperator>(node, context, std::move(input));
}

}  // namespace skg::query::exec
