// Joins that run their second input once for each row of the first, with that
// row's values as parameters.
#include <algorithm>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/bound_expression.h"
#include "query/exec/join_columns.h"
#include "query/exec/operators.h"
#include "query/exec/row_table.h"

namespace skg::query::exec {
namespace {

using plan::JoinKind;
using rdf::TermId;

// The rows of the second input for some values; those of the last values are
// kept, for neighbours often are equal.
class Inner {
 public:
  Inner(const plan::PlanNode& plan, const std::vector<Variable>& given,
        const Parameters& outer, Context& context)
      : plan_(plan),
        given_(given),
        outer_(outer),
        context_(context),
        charge_(context, "index join"),
        kept_(plan.schema.size(), charge_) {}

  absl::Status Start(const std::vector<TermId>& values) {
    replay_ = complete_ && values == values_;
    replayed_ = 0;
    if (replay_) return absl::OkStatus();
    complete_ = false;
    keeps_ = true;
    kept_.Clear();
    kept_counts_.clear();
    values_ = values;
    Parameters parameters = outer_;
    for (size_t i = 0; i < given_.size(); ++i)
      parameters.Set(given_[i], values[i]);
    SKG_ASSIGN_OR_RETURN(running_, MakeOperator(plan_, parameters, context_));
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Next(Batch& batch) {
    if (replay_) return Replay(batch);
    SKG_ASSIGN_OR_RETURN(const bool more, running_->Next(batch));
    if (!more) {
      running_ = nullptr;
      complete_ = keeps_;
      return false;
    }
    keeps_ = keeps_ && kept_.rows() + batch.rows <= kMostKept;
    if (!keeps_) return true;
    SKG_RETURN_IF_ERROR(kept_.Append(batch));
    for (size_t row = 0; row < batch.rows; ++row)
      kept_counts_.push_back(batch.CountOf(row));
    return true;
  }
  // The rest of the rows is not wanted.
  void Stop() { running_ = nullptr; }

 private:
  static constexpr size_t kMostKept = 2 * Batch::kMostRows;

  bool Replay(Batch& batch) {
    const size_t end = std::min(kept_.rows(), replayed_ + Batch::kMostRows);
    ResetBatch(batch, kept_.width());
    for (size_t c = 0; c < kept_.width(); ++c) {
      const auto begin = kept_.column(c).begin();
      batch.columns[c].assign(begin + static_cast<std::ptrdiff_t>(replayed_),
                              begin + static_cast<std::ptrdiff_t>(end));
    }
    batch.rows = end - replayed_;
    if (plan_.repeats == plan::Repeats::kCounted) {
      const auto begin = kept_counts_.begin();
      batch.counts.assign(begin + static_cast<std::ptrdiff_t>(replayed_),
                          begin + static_cast<std::ptrdiff_t>(end));
    }
    replayed_ = end;
    return batch.rows > 0;
  }

  const plan::PlanNode& plan_;
  const std::vector<Variable>& given_;
  const Parameters outer_;
  Context& context_;
  MemoryCharge charge_;
  RowTable kept_;
  std::vector<uint64_t> kept_counts_;  // at most kMostKept
  std::vector<TermId> values_;
  OperatorPtr running_;
  bool keeps_ = false, complete_ = false, replay_ = false;
  size_t replayed_ = 0;
};

class BindJoinOperator final : public Operator {
 public:
  BindJoinOperator(const plan::PlanNode& node, const Parameters& given,
                   Context& context, OperatorPtr left,
                   std::unique_ptr<BoundExpression> condition)
      : Operator(node, context),
        step_(std::get<plan::BindJoinStep>(node.step)),
        left_(std::move(left)),
        inner_(*node.inputs[1], step_.given.values(), given, context),
        columns_(node.schema, left_->node(), *node.inputs[1]),
        condition_(std::move(condition)) {
    for (const Variable v : step_.given)
      given_columns_.push_back(*left_->node().Column(v));
    values_.resize(given_columns_.size());
    const plan::PlanNode& right = *node.inputs[1];
    for (size_t r = 0; r < right.schema.size(); ++r) {
      if (const auto l = left_->node().Column(right.schema[r]))
        shared_.emplace_back(*l, r);
    }
  }

  void SkipTo(TermId key) override { left_->SkipTo(key); }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    demand_ = Demand(batch);
    while (batch.rows < batch.wanted) {
      if (!running_) {
        // An answer after many rows that found nothing must not wait for the
        // end of the batch alone: the clock is looked at by each inner plan.
        SKG_ASSIGN_OR_RETURN(const bool started, StartRow());
        if (!started) break;
      }
      SKG_RETURN_IF_ERROR(Continue(batch));
      if (batch.rows >= batch.wanted) MergeNeighbours(node().repeats, batch);
    }
    MergeNeighbours(node().repeats, batch);
    return batch.rows > 0;
  }

 private:
  // False: the left input has ended.
  absl::StatusOr<bool> StartRow() {
    if (at_ == rows_.rows) {
      rows_.wanted = demand_;
      SKG_ASSIGN_OR_RETURN(const bool more, left_->Next(rows_));
      at_ = 0;
      if (!more) {
        rows_.rows = 0;
        return false;
      }
    }
    for (size_t i = 0; i < values_.size(); ++i)
      values_[i] = rows_.columns[given_columns_[i]][at_];
    SKG_RETURN_IF_ERROR(inner_.Start(values_));
    inner_rows_.rows = inner_at_ = 0;
    running_ = true;
    matched_ = false;
    return true;
  }

  // Takes what fits of the current row's partners.
  absl::Status Continue(Batch& batch) {
    if (inner_at_ == inner_rows_.rows) {
      SKG_ASSIGN_OR_RETURN(const bool more, inner_.Next(inner_rows_));
      inner_at_ = 0;
      if (!more) {
        inner_rows_.rows = 0;
        FinishRow(batch);
        return absl::OkStatus();
      }
    }
    if (step_.kind == JoinKind::kSemi || step_.kind == JoinKind::kAnti) {
      while (inner_at_ < inner_rows_.rows && !Compatible()) ++inner_at_;
      if (inner_at_ == inner_rows_.rows) return absl::OkStatus();
      matched_ = true;
      inner_.Stop();
      FinishRow(batch);
      return absl::OkStatus();
    }
    Batch& to = condition_ == nullptr ? batch : joined_;
    if (condition_ != nullptr) ResetBatch(joined_, batch.columns.size());
    // With a condition some of them may fall away: no more than fit.
    const size_t room = Batch::kMostRows - batch.rows;
    const size_t end = std::min(inner_rows_.rows, inner_at_ + room);
    for (; inner_at_ < end; ++inner_at_) {
      if (!Compatible()) continue;
      matched_ = matched_ || condition_ == nullptr;
      columns_.Append(
          rows_, at_,
          [&](size_t c) { return inner_rows_.columns[c][inner_at_]; }, to);
      if (counts()) {
        to.counts.push_back(rows_.CountOf(at_) *
                            inner_rows_.CountOf(inner_at_));
      }
    }
    if (condition_ == nullptr) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(condition_->Select(joined_, &chosen_));
    matched_ = matched_ || !chosen_.empty();
    for (size_t c = 0; c < batch.columns.size(); ++c) {
      for (const uint32_t row : chosen_)
        batch.columns[c].push_back(joined_.columns[c][row]);
    }
    batch.rows += chosen_.size();
    return absl::OkStatus();
  }

  // Columns that both have besides what was given.
  bool Compatible() const {
    for (const auto& [l, r] : shared_) {
      const TermId left = rows_.columns[l][at_];
      const TermId right = inner_rows_.columns[r][inner_at_];
      if (left.bound() && right.bound() && left != right) return false;
    }
    return true;
  }

  void FinishRow(Batch& batch) {
    const bool alone = step_.kind == JoinKind::kSemi
                           ? matched_
                           : step_.kind != JoinKind::kInner && !matched_;
    if (alone) columns_.AppendLeft(rows_, at_, batch);
    if (alone && counts()) batch.counts.push_back(rows_.CountOf(at_));
    running_ = false;
    ++at_;
  }

  bool counts() const { return node().repeats == plan::Repeats::kCounted; }

  const plan::BindJoinStep& step_;
  OperatorPtr left_;
  Inner inner_;
  JoinColumns columns_;
  std::unique_ptr<BoundExpression> condition_;
  std::vector<size_t> given_columns_;
  std::vector<std::pair<size_t, size_t>> shared_;  // columns left and right
  std::vector<TermId> values_;

  Batch rows_;  // of the left input
  size_t at_ = 0, demand_ = Batch::kMostRows;
  bool running_ = false, matched_ = false;  // of the row `at_`
  Batch inner_rows_;
  size_t inner_at_ = 0;
  Batch joined_;
  std::vector<uint32_t> chosen_;
};

}  // namespace

OperatorResult MakeBindJoin(const plan::PlanNode& node, const Parameters& given,
                            Context& context, OperatorPtr left) {
  const auto& step = std::get<plan::BindJoinStep>(node.step);
  std::unique_ptr<BoundExpression> condition;
  if (step.condition != nullptr) {
    SKG_ASSIGN_OR_RETURN(condition,
                         BoundExpression::Make(*step.condition, node.schema,
                                               step.scope, given, context));
  }
  return std::make_unique<BindJoinOperator>(
      node, given, context, std::move(left), std::move(condition));
}

}  // namespace skg::query::exec
