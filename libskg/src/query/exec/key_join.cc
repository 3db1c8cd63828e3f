// Joins on one variable that both inputs bind in every row: the common case of
// a hash join.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/operators.h"
#include "query/exec/row_table.h"
#include "query/exec/slot_map.h"

namespace skg::query::exec {
namespace {

using plan::JoinKind;
using plan::Repeats;
using rdf::TermId;

class KeyJoin final : public Operator {
 public:
  KeyJoin(const plan::PlanNode& node, Context& context, OperatorPtr left,
          OperatorPtr right)
      : Operator(node, context),
        kind_(std::get<plan::HashJoinStep>(node.step).kind),
        left_(std::move(left)),
        right_(std::move(right)),
        charge_(context, "hash join"),
        table_(right_->schema().size(), charge_) {
    const Variable key =
        std::get<plan::HashJoinStep>(node.step).shared.values()[0];
    left_key_ = *left_->node().Column(key);
    right_key_ = *right_->node().Column(key);
    for (const Variable v : node.schema) {
      const auto from = left_->node().Column(v);
      sources_.push_back(from ? Source{true, *from}
                              : Source{false, *right_->node().Column(v)});
    }
    // Without columns of its own the right side only says how often.
    only_counts_ = right_->schema().size() == 1 ||
                   (kind_ != JoinKind::kInner && kind_ != JoinKind::kLeft);
  }

  void SkipTo(TermId key) override { left_->SkipTo(key); }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (right_ != nullptr) SKG_RETURN_IF_ERROR(Build());
    const bool needs_match =
        kind_ == JoinKind::kInner || kind_ == JoinKind::kSemi;
    if (slots_.slots() == 0 && needs_match) return false;
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
    if (!only_counts_) {
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
  static constexpr uint32_t kEnd = UINT32_MAX;
  static constexpr uint32_t kFresh = UINT32_MAX - 1;
  struct Source {
    bool left;
    size_t column;
  };

  bool counts() const { return node().repeats == Repeats::kCounted; }

  absl::Status Build() {
    SKG_RETURN_IF_ERROR(ReadAll(*right_, table_, &counts_));
    right_ = nullptr;  // gives back what it held
    const std::vector<TermId>& keys = table_.column(right_key_);
    SKG_RETURN_IF_ERROR(slots_.Build(keys, charge_));
    if (only_counts_) {
      SKG_RETURN_IF_ERROR(charge_.Add(slots_.slots() * sizeof(uint64_t)));
      sums_.assign(slots_.slots(), 0);
      for (size_t row = 0; row < keys.size(); ++row) {
        SKG_RETURN_IF_ERROR(context().Tick());
        sums_[slots_.Find(keys[row])] += counts_.empty() ? 1 : counts_[row];
      }
    } else {
      SKG_RETURN_IF_ERROR(
          charge_.Add((slots_.slots() + keys.size()) * sizeof(uint32_t)));
      first_.assign(slots_.slots(), kEnd);
      next_.resize(keys.size());
      for (size_t row = keys.size(); row-- > 0;) {
        SKG_RETURN_IF_ERROR(context().Tick());
        uint32_t& first = first_[slots_.Find(keys[row])];
        next_[row] = first;
        first = static_cast<uint32_t>(row);
      }
    }
    NoteMemory(charge_);
    return absl::OkStatus();
  }

  // Left rows from at_ on, each with each of its partners.
  void FindPairs() {
    const std::vector<TermId>& keys = rows_.columns[left_key_];
    for (; at_ < rows_.rows && left_rows_.size() < Batch::kMostRows; ++at_) {
      if (chain_ == kFresh) {
        const uint32_t slot = slots_.Find(keys[at_]);
        chain_ = slot == SlotMap::kNone ? kEnd : first_[slot];
        if (chain_ == kEnd && kind_ == JoinKind::kLeft) Add(kEnd);
      }
      for (; chain_ != kEnd && left_rows_.size() < Batch::kMostRows;
           chain_ = next_[chain_]) {
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
    const uint32_t slot = slots_.Find(rows_.columns[left_key_][row]);
    return slot == SlotMap::kNone ? 0 : sums_[slot];
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
      } else if (!only_counts_) {
        const auto& from = table_.column(sources_[c].column);
        for (size_t i = 0; i < rows; ++i) {
          const uint32_t row = right_rows_[i];
          if (row != kEnd) to[i] = from[row];
        }
      }
    }
    batch.rows = rows;
    if (!counts() || only_counts_) return;
    for (size_t i = 0; i < rows; ++i) {
      const uint32_t row = right_rows_[i];
      batch.counts.push_back(
          rows_.CountOf(left_rows_[i]) *
          (row == kEnd || counts_.empty() ? 1 : counts_[row]));
    }
  }

  const JoinKind kind_;
  OperatorPtr left_, right_;
  MemoryCharge charge_;
  RowTable table_;
  std::vector<uint64_t> counts_;  // of its rows; empty: 1 each
  size_t left_key_ = 0, right_key_ = 0;
  std::vector<Source> sources_;
  bool only_counts_ = false;
  SlotMap slots_;
  std::vector<uint64_t> sums_;          // of each slot,
  std::vector<uint32_t> first_, next_;  // or chains of rows

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
                                   std::move(right));
}

}  // namespace skg::query::exec
