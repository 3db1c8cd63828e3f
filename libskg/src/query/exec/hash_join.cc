// Joins of all kinds with a table of the second input's rows.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/bound_expression.h"
#include "query/exec/compatible_index.h"
#include "query/exec/join_columns.h"
#include "query/exec/operators.h"
#include "query/exec/row_table.h"
#include "query/exec/service_feed.h"

namespace skg::query::exec {
namespace {

using plan::JoinKind;
using rdf::TermId;

class HashJoinOperator final : public Operator {
 public:
  HashJoinOperator(const plan::PlanNode& node, Context& context,
                   OperatorPtr left, OperatorPtr right,
                   std::unique_ptr<BoundExpression> condition)
      : Operator(node, context),
        step_(std::get<plan::HashJoinStep>(node.step)),
        left_(std::move(left)),
        right_(std::move(right)),
        columns_(node.schema, left_->node(), right_->node()),
        charge_(context, "hash join"),
        table_(right_->schema().size(), charge_),
        condition_(std::move(condition)) {
    std::vector<size_t> key;
    for (const Variable v : step_.shared) {
      if (step_.graph != v) any_of_ |= uint64_t{1} << (key.size() & 63);
      key.push_back(*right_->node().Column(v));
      left_key_.push_back(*left_->node().Column(v));
    }
    if (step_.kind != JoinKind::kMinus) any_of_ = 0;
    index_.emplace(table_, std::move(key), charge_);
    key_.resize(left_key_.size());
  }

  void SkipTo(TermId key) override { left_->SkipTo(key); }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (right_ != nullptr) SKG_RETURN_IF_ERROR(BuildTable());
    const bool needs_match =
        step_.kind == JoinKind::kInner || step_.kind == JoinKind::kSemi;
    if (table_.rows() == 0 && needs_match) return false;
    return step_.kind == JoinKind::kInner || step_.kind == JoinKind::kLeft
               ? PullJoined(batch)
               : PullChosen(batch);
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Pair {
    uint32_t left, right;  // right kNone: the left row alone
  };

  absl::Status BuildTable() {
    SKG_RETURN_IF_ERROR(ReadAll(*right_, table_, &counts_));
    right_ = nullptr;  // gives back what it held
    SKG_RETURN_IF_ERROR(index_->Build());
    NoteMemory(charge_);
    return absl::OkStatus();
  }

  void ReadKey(size_t row) {
    for (size_t i = 0; i < key_.size(); ++i)
      key_[i] = rows_.columns[left_key_[i]][row];
  }

  // Semi, anti and minus: left rows that have, or have not, a partner.
  absl::StatusOr<bool> PullChosen(Batch& batch) {
    rows_.wanted = Demand(batch);
    SKG_ASSIGN_OR_RETURN(const bool more, left_->Next(rows_));
    if (!more) return false;
    const bool wanted = step_.kind == JoinKind::kSemi;
    for (size_t row = 0; row < rows_.rows; ++row) {
      SKG_RETURN_IF_ERROR(context().Tick());
      ReadKey(row);
      bool found = false;
      // Without a shared column that counts, nothing is taken away.
      if (step_.kind != JoinKind::kMinus || any_of_ != 0) {
        SKG_RETURN_IF_ERROR(index_->ForEach(key_, any_of_, [&](uint32_t) {
          found = true;
          return false;
        }));
      }
      if (found != wanted) continue;
      columns_.AppendLeft(rows_, row, batch);
      if (!rows_.counts.empty()) batch.counts.push_back(rows_.counts[row]);
    }
    MergeNeighbours(node().repeats, batch);
    return true;
  }

  absl::StatusOr<bool> PullJoined(Batch& batch) {
    for (;;) {
      if (next_pair_ < pairs_.size()) {
        SKG_RETURN_IF_ERROR(EmitPairs(batch));
        return true;
      }
      pairs_.clear();
      next_pair_ = 0;
      if (next_row_ < rows_.rows) {
        SKG_RETURN_IF_ERROR(FindPairs());
        continue;
      }
      if (condition_ != nullptr && !all_matched_) {
        AppendUnmatched(batch);
        return true;
      }
      rows_.wanted = Demand(batch);
      SKG_ASSIGN_OR_RETURN(const bool more, left_->Next(rows_));
      next_row_ = 0;
      if (!more) {
        rows_.rows = 0;
        return false;
      }
      matched_.assign(rows_.rows, 0);
      all_matched_ = false;
    }
  }

  absl::Status FindPairs() {
    for (; next_row_ < rows_.rows && pairs_.size() < Batch::kMostRows;
         ++next_row_) {
      SKG_RETURN_IF_ERROR(context().Tick());
      ReadKey(next_row_);
      const size_t before = pairs_.size();
      const auto row = static_cast<uint32_t>(next_row_);
      SKG_RETURN_IF_ERROR(index_->ForEach(key_, 0, [&](uint32_t right) {
        pairs_.push_back({row, right});
        return true;
      }));
      if (pairs_.size() == before && step_.kind == JoinKind::kLeft &&
          condition_ == nullptr) {
        pairs_.push_back({row, kNone});
      }
    }
    // One left row may have found the whole table.
    if (pairs_.capacity() > charged_pairs_) {
      SKG_RETURN_IF_ERROR(
          charge_.Add((pairs_.capacity() - charged_pairs_) * sizeof(Pair)));
      charged_pairs_ = pairs_.capacity();
    }
    return absl::OkStatus();
  }

  absl::Status EmitPairs(Batch& batch) {
    const size_t begin = next_pair_;
    const size_t end = std::min(pairs_.size(), begin + Batch::kMostRows);
    for (; next_pair_ < end; ++next_pair_) {
      const Pair pair = pairs_[next_pair_];
      if (pair.right == kNone) {
        columns_.AppendLeft(rows_, pair.left, batch);
        if (counts()) batch.counts.push_back(rows_.CountOf(pair.left));
      } else {
        columns_.Append(
            rows_, pair.left,
            [&](size_t c) { return table_.At(pair.right, c); }, batch);
        if (counts()) {
          batch.counts.push_back(rows_.CountOf(pair.left) *
                                 (counts_.empty() ? 1 : counts_[pair.right]));
        }
      }
    }
    if (condition_ == nullptr) {
      MergeNeighbours(node().repeats, batch);
      return absl::OkStatus();
    }
    SKG_RETURN_IF_ERROR(condition_->Select(batch, &chosen_));
    for (const uint32_t row : chosen_) matched_[pairs_[begin + row].left] = 1;
    KeepRows(batch, chosen_);
    return absl::OkStatus();
  }

  void AppendUnmatched(Batch& batch) {
    for (size_t row = 0; row < rows_.rows; ++row) {
      if (matched_[row] == 0) columns_.AppendLeft(rows_, row, batch);
    }
    all_matched_ = true;
  }

  bool counts() const { return node().repeats == plan::Repeats::kCounted; }

  const plan::HashJoinStep& step_;
  OperatorPtr left_, right_;
  JoinColumns columns_;
  MemoryCharge charge_;
  RowTable table_;
  std::vector<uint64_t> counts_;  // of its rows; empty: 1 each
  std::optional<CompatibleIndex> index_;
  std::vector<size_t> left_key_;  // columns of the left input
  std::vector<TermId> key_;
  uint64_t any_of_ = 0;

  Batch rows_;  // of the left input
  size_t next_row_ = 0;
  std::vector<Pair> pairs_;
  size_t next_pair_ = 0, charged_pairs_ = 0;

  std::unique_ptr<BoundExpression> condition_;
  std::vector<uint8_t> matched_;  // rows of `rows_`
  bool all_matched_ = true;       // or written out
  std::vector<uint32_t> chosen_;
};

}  // namespace

OperatorResult MakeHashJoin(const plan::PlanNode& node, const Parameters& given,
                            Context& context, OperatorPtr left,
                            OperatorPtr right) {
  const auto& step = std::get<plan::HashJoinStep>(node.step);
  FeedServices(step, context, left, right);
  if (IsKeyJoin(node, left->node(), right->node()))
    return MakeKeyJoin(node, context, std::move(left), std::move(right));
  std::unique_ptr<BoundExpression> condition;
  if (step.condition != nullptr) {
    SKG_ASSIGN_OR_RETURN(condition,
                         BoundExpression::Make(*step.condition, node.schema,
                                               step.scope, given, context));
  }
  return std::make_unique<HashJoinOperator>(
      node, context, std::move(left), std::move(right), std::move(condition));
}

}  // namespace skg::query::exec
