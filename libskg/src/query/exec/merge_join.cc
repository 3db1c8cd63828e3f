// The join of two inputs that are sorted by what they share.
#include <algorithm>
#include <compare>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/join_columns.h"
#include "query/exec/operators.h"
#include "query/exec/row_table.h"

namespace skg::query::exec {
namespace {

using rdf::TermId;

// An input, row by row.
class SortedInput {
 public:
  SortedInput(OperatorPtr input, const std::vector<Variable>& key)
      : input_(std::move(input)) {
    for (const Variable v : key) key_.push_back(*input_->node().Column(v));
  }

  void Want(size_t rows) { batch_.wanted = rows; }
  // False: there are no more rows.
  absl::StatusOr<bool> Load() {
    while (at_ == batch_.rows) {
      if (ended_) return false;
      SKG_ASSIGN_OR_RETURN(const bool more, input_->Next(batch_));
      at_ = 0;
      if (!more) {
        ended_ = true;
        batch_.rows = 0;
        return false;
      }
    }
    return true;
  }
  void Advance() { ++at_; }
  // Leaves out rows whose first key is below this.
  void SkipTo(TermId key) {
    const std::vector<TermId>& column = batch_.columns[key_[0]];
    // Gallops: most skips are short.
    size_t step = 1;
    size_t low = at_;
    while (low + step < batch_.rows && column[low + step] < key) {
      low += step;
      step *= 2;
    }
    const size_t high = std::min(low + step, batch_.rows);
    at_ = static_cast<size_t>(
        std::lower_bound(column.begin() + static_cast<std::ptrdiff_t>(low),
                         column.begin() + static_cast<std::ptrdiff_t>(high),
                         key) -
        column.begin());
    if (at_ == batch_.rows && !ended_) input_->SkipTo(key);
  }

  [[nodiscard]] TermId Key(size_t i) const {
    return batch_.columns[key_[i]][at_];
  }
  [[nodiscard]] const Batch& batch() const { return batch_; }
  [[nodiscard]] size_t at() const { return at_; }
  [[nodiscard]] uint64_t count() const { return batch_.CountOf(at_); }
  [[nodiscard]] const plan::PlanNode& node() const { return input_->node(); }

 private:
  OperatorPtr input_;
  std::vector<size_t> key_;
  Batch batch_;
  size_t at_ = 0;
  bool ended_ = false;
};

class MergeJoinOperator final : public Operator {
 public:
  MergeJoinOperator(const plan::PlanNode& node, Context& context,
                    OperatorPtr left, OperatorPtr right)
      : Operator(node, context),
        width_(std::get<plan::MergeJoinStep>(node.step).key.size()),
        left_(std::move(left), std::get<plan::MergeJoinStep>(node.step).key),
        right_(std::move(right), std::get<plan::MergeJoinStep>(node.step).key),
        columns_(node.schema, left_.node(), right_.node()),
        charge_(context, "merge join"),
        group_(right_.node().schema.size(), charge_) {
    const auto& key = std::get<plan::MergeJoinStep>(node.step).key;
    for (size_t r = 0; r < right_.node().schema.size(); ++r) {
      const Variable v = right_.node().schema[r];
      const auto l = left_.node().Column(v);
      if (l && std::find(key.begin(), key.end(), v) == key.end())
        equal_.emplace_back(*l, r);
    }
  }

  void SkipTo(TermId key) override { skip_to_ = std::max(skip_to_, key); }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    const size_t demand = Demand(batch);
    left_.Want(demand);
    right_.Want(demand);
    while (batch.rows < batch.wanted) {
      SKG_RETURN_IF_ERROR(context().Tick());
      SKG_ASSIGN_OR_RETURN(const bool has_left, left_.Load());
      if (!has_left) break;
      if (skip_to_.bound() && left_.Key(0) < skip_to_) {
        left_.SkipTo(skip_to_);
        continue;
      }
      if (LeftIsOfGroup()) {
        EmitRow(batch);
        continue;
      }
      SKG_ASSIGN_OR_RETURN(const bool found, FindGroup());
      if (!found) break;
    }
    MergeNeighbours(node().repeats, batch);
    return batch.rows > 0;
  }

 private:
  bool LeftIsOfGroup() const {
    if (group_.rows() == 0) return false;
    for (size_t i = 0; i < width_; ++i) {
      if (left_.Key(i) != group_key_[i]) return false;
    }
    return true;
  }

  // Joins the left row with what is left of the group.
  void EmitRow(Batch& batch) {
    for (; group_at_ < group_.rows() && batch.rows < batch.wanted;
         ++group_at_) {
      bool fits = true;
      for (const auto& [l, r] : equal_) {
        fits = fits &&
               left_.batch().columns[l][left_.at()] == group_.At(group_at_, r);
      }
      if (!fits) continue;
      columns_.Append(
          left_.batch(), left_.at(),
          [&](size_t c) { return group_.At(group_at_, c); }, batch);
      if (counts())
        batch.counts.push_back(left_.count() * group_counts_[group_at_]);
    }
    if (group_at_ == group_.rows()) {
      group_at_ = 0;
      left_.Advance();
    }
  }

  // Moves the sides to where their keys are equal, or one of them forward.
  // False: the right side has ended.
  absl::StatusOr<bool> FindGroup() {
    group_.Clear();
    group_counts_.clear();
    group_at_ = 0;
    SKG_ASSIGN_OR_RETURN(const bool has_right, right_.Load());
    if (!has_right) return false;
    const std::strong_ordering order = Compare();
    if (order < 0) {
      Forward(left_, right_);
    } else if (order > 0) {
      Forward(right_, left_);
    } else {
      SKG_RETURN_IF_ERROR(ReadGroup());
    }
    return true;
  }
  static void Forward(SortedInput& behind, const SortedInput& ahead) {
    if (behind.Key(0) < ahead.Key(0)) {
      behind.SkipTo(ahead.Key(0));
    } else {
      behind.Advance();
    }
  }
  std::strong_ordering Compare() const {
    for (size_t i = 0; i < width_; ++i) {
      const auto order = left_.Key(i) <=> right_.Key(i);
      if (order != 0) return order;
    }
    return std::strong_ordering::equal;
  }
  absl::Status ReadGroup() {
    group_key_.clear();
    for (size_t i = 0; i < width_; ++i) group_key_.push_back(right_.Key(i));
    for (;;) {
      SKG_RETURN_IF_ERROR(context().Tick());
      if (RepeatsLast()) {
        group_counts_.back() += right_.count();
      } else {
        SKG_RETURN_IF_ERROR(group_.AppendRow(right_.batch(), right_.at()));
        group_counts_.push_back(right_.count());
      }
      right_.Advance();
      SKG_ASSIGN_OR_RETURN(const bool more, right_.Load());
      if (!more || Compare() != 0) break;
    }
    NoteMemory(charge_);
    return absl::OkStatus();
  }

  bool counts() const { return node().repeats == plan::Repeats::kCounted; }
  // The right row is like the last one of the group, and need not be another.
  bool RepeatsLast() const {
    if (node().repeats == plan::Repeats::kKept || group_.rows() == 0)
      return false;
    for (size_t c = 0; c < group_.width(); ++c) {
      if (group_.At(group_.rows() - 1, c) !=
          right_.batch().columns[c][right_.at()]) {
        return false;
      }
    }
    return true;
  }

  const size_t width_;  // of the key
  SortedInput left_, right_;
  JoinColumns columns_;
  MemoryCharge charge_;
  RowTable group_;                      // the right rows of one key
  std::vector<uint64_t> group_counts_;  // of each row of it
  std::vector<TermId> group_key_;
  size_t group_at_ = 0;
  std::vector<std::pair<size_t, size_t>> equal_;  // shared, but not of the key
  TermId skip_to_;
};

}  // namespace

OperatorResult MakeMergeJoin(const plan::PlanNode& node, Context& context,
                             OperatorPtr left, OperatorPtr right) {
  return std::make_unique<MergeJoinOperator>(node, context, std::move(left),
                                             std::move(right));
}

}  // namespace skg::query::exec
