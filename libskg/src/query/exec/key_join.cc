// Joins on one variable that both inputs bind in every row: the common case of
// a hash join.
#include <memory>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/key_table.h"
#include "query/exec/operators.h"

namespace skg::query::exec {
namespace {

using plan::JoinKind;
using plan::Repeats;
using rdf::TermId;

class KeyJoin final : public Operator {
 public:
  // `right`: null where the table is built already.
  KeyJoin(const plan::PlanNode& node, Context& context, OperatorPtr left,
          OperatorPtr right, std::shared_ptr<KeyTable> table)
      : Operator(node, context),
        kind_(std::get<plan::HashJoinStep>(node.step).kind),
        left_(std::move(left)),
        right_(std::move(right)),
        table_(std::move(table)) {
    const Variable key =
        std::get<plan::HashJoinStep>(node.step).shared.values()[0];
    left_key_ = *left_->node().Column(key);
    for (const Variable v : node.schema) {
      const auto from = left_->node().Column(v);
      sources_.push_back(from ? Source{true, *from}
                              : Source{false, *node.inputs[1]->Column(v)});
    }
  }

  void SkipTo(TermId key) override { left_->SkipTo(key); }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (right_ != nullptr) {
      SKG_RETURN_IF_ERROR(table_->Build(*right_));
      right_ = nullptr;  // gives back what it held
      NoteMemory(table_->charge());
    }
    const bool needs_match =
        kind_ == JoinKind::kInner || kind_ == JoinKind::kSemi;
    if (table_->empty() && needs_match) return false;
    if (at_ == rows_.rows) {
      rows_.wanted = Demand(batch);
      SKG_ASSIGN_OR_RETURN(const bool more, left_->Next(rows_));
      at_ = 0;
      chain_ = kFresh;
      if (!more) {
        rows_.rows = 0;
        return false;
      }
    }
    left_rows_.clear();
    right_rows_.clear();
    if (!table_->only_counts()) {
      FindPairs();
    } else if (kind_ == JoinKind::kInner || kind_ == JoinKind::kLeft) {
      FindCounts(batch);
    } else {
      Choose(batch);
    }
    Write(batch);
    MergeNeighbours(node().repeats, batch);
    return true;
  }

 private:
  static constexpr uint32_t kEnd = KeyTable::kEnd;
  static constexpr uint32_t kFresh = UINT32_MAX - 1;
  struct Source {
    bool left;
    size_t column;
  };

  bool counts() const { return node().repeats == Repeats::kCounted; }

  // Left rows from at_ on, each with each of its partners.
  void FindPairs() {
    const std::vector<TermId>& keys = rows_.columns[left_key_];
    for (; at_ < rows_.rows && left_rows_.size() < Batch::kMostRows; ++at_) {
      if (chain_ == kFresh) {
        chain_ = table_->First(keys[at_]);
        if (chain_ == kEnd && kind_ == JoinKind::kLeft) Add(kEnd);
      }
      for (; chain_ != kEnd && left_rows_.size() < Batch::kMostRows;
           chain_ = table_->Next(chain_)) {
        Add(chain_);
      }
      if (chain_ != kEnd) return;
      chain_ = kFresh;
    }
  }
  void Add(uint32_t right) {
    left_rows_.push_back(static_cast<uint32_t>(at_));
    right_rows_.push_back(right);
  }

  uint64_t SumOf(size_t row) const {
    return table_->Sum(rows_.columns[left_key_][row]);
  }

  // Left rows from at_ on, as often as they have partners.
  void FindCounts(Batch& batch) {
    for (; at_ < rows_.rows && left_rows_.size() < Batch::kMostRows; ++at_) {
      uint64_t sum = SumOf(at_);
      if (sum == 0 && kind_ == JoinKind::kLeft) sum = 1;
      if (sum == 0) continue;
      if (node().repeats != Repeats::kKept) {
        left_rows_.push_back(static_cast<uint32_t>(at_));
        if (counts()) batch.counts.push_back(sum * rows_.CountOf(at_));
        continue;
      }
      // The rest of them waits for the next batch; chain_ counts those given.
      uint64_t given = chain_ == kFresh ? 0 : given_;
      for (; given < sum && left_rows_.size() < Batch::kMostRows; ++given)
        left_rows_.push_back(static_cast<uint32_t>(at_));
      if (given < sum) {
        given_ = given;
        chain_ = kEnd;
        return;
      }
      chain_ = kFresh;
    }
  }

  // Left rows that have, or have not, a partner.
  void Choose(Batch& batch) {
    const bool wanted = kind_ == JoinKind::kSemi;
    for (; at_ < rows_.rows; ++at_) {
      if ((SumOf(at_) != 0) != wanted) continue;
      left_rows_.push_back(static_cast<uint32_t>(at_));
      if (counts()) batch.counts.push_back(rows_.CountOf(at_));
    }
  }

  void Write(Batch& batch) {
    const size_t rows = left_rows_.size();
    for (size_t c = 0; c < sources_.size(); ++c) {
      std::vector<TermId>& to = batch.columns[c];
      to.resize(rows);
      if (sources_[c].left) {
        const auto& from = rows_.columns[sources_[c].column];
        for (size_t i = 0; i < rows; ++i) to[i] = from[left_rows_[i]];
      } else if (!table_->only_counts()) {
        const auto& from = table_->rows().column(sources_[c].column);
        for (size_t i = 0; i < rows; ++i) {
          const uint32_t row = right_rows_[i];
          if (row != kEnd) to[i] = from[row];
        }
      }
    }
    batch.rows = rows;
    if (!counts() || table_->only_counts()) return;
    for (size_t i = 0; i < rows; ++i) {
      const uint32_t row = right_rows_[i];
      batch.counts.push_back(rows_.CountOf(left_rows_[i]) *
                             (row == kEnd ? 1 : table_->CountOf(row)));
    }
  }

  const JoinKind kind_;
  OperatorPtr left_, right_;
  const std::shared_ptr<KeyTable> table_;
  size_t left_key_ = 0;
  std::vector<Source> sources_;

  Batch rows_;  // of the left input
  size_t at_ = 0;
  uint32_t chain_ = kFresh;  // the next partner of the row at_
  uint64_t given_ = 0;
  std::vector<uint32_t> left_rows_, right_rows_;
};

}  // namespace

bool IsKeyJoin(const plan::PlanNode& node, const plan::PlanNode& left,
               const plan::PlanNode& right) {
  const auto& step = std::get<plan::HashJoinStep>(node.step);
  if (step.shared.size() != 1 || step.condition != nullptr) return false;
  const Variable key = step.shared.values()[0];
  // What counts as nothing shared takes nothing away.
  if (step.kind == JoinKind::kMinus && step.graph == key) return false;
  return left.certain.Has(key) && right.certain.Has(key);
}

OperatorPtr MakeKeyJoin(const plan::PlanNode& node, Context& context,
                        OperatorPtr left, OperatorPtr right) {
  return std::make_unique<KeyJoin>(node, context, std::move(left),
                                   std::move(right),
                                   std::make_shared<KeyTable>(node, context));
}

OperatorPtr MakeKeyJoin(const plan::PlanNode& node, Context& context,
                        OperatorPtr left, std::shared_ptr<KeyTable> built) {
  return std::make_unique<KeyJoin>(node, context, std::move(left), nullptr,
                                   std::move(built));
}

}  // namespace skg::query::exec
