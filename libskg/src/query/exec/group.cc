// Groups and their aggregates.
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/operators.h"
#include "query/exec/row_set.h"
#include "query/values/accumulator.h"

namespace skg::query::exec {
namespace {

using rdf::TermId;

// One aggregate over all groups.
class AggregateColumn {
 public:
  AggregateColumn(const plan::GroupStep::Column& column,
                  const plan::GroupStep& step, const plan::PlanNode& input,
                  Context& context, MemoryCharge& charge)
      : aggregate_(column.aggregate), context_(context), charge_(charge) {
    if (column.argument) argument_ = *input.Column(*column.argument);
    if (!aggregate_.distinct) return;
    // A value that came before, or for COUNT(DISTINCT *) a solution.
    if (argument_) {
      distinct_columns_.push_back(*argument_);
    } else {
      for (size_t c = 0; c < input.schema.size(); ++c) {
        if (step.visible.Has(input.schema[c])) distinct_columns_.push_back(c);
      }
    }
    seen_.emplace(distinct_columns_.size() + 1, charge);
    row_.resize(distinct_columns_.size() + 1);
  }

  absl::Status AddGroup() {
    if (counts_rows()) {
      SKG_RETURN_IF_ERROR(charge_.Add(sizeof(uint64_t)));
      counts_.push_back(0);
      return absl::OkStatus();
    }
    accumulators_.push_back(MakeAccumulator(aggregate_, context_.terms));
    constexpr size_t kAllocation = 32;
    sizes_.push_back(accumulators_.back()->memory_bytes());
    return charge_.Add(sizes_.back() + kAllocation);
  }

  // The row stands for `times` equal solutions.
  absl::Status Add(size_t group, const Batch& batch, size_t row,
                   uint64_t times) {
    if (seen_) {
      row_[0] = TermId{group + 1};
      for (size_t i = 0; i < distinct_columns_.size(); ++i)
        row_[i + 1] = batch.columns[distinct_columns_[i]][row];
      SKG_ASSIGN_OR_RETURN(const RowSet::Place place, seen_->Add(row_));
      if (!place.is_new) return absl::OkStatus();
      times = 1;
    }
    if (counts_rows()) {
      if (!argument_ || batch.columns[*argument_][row].bound())
        counts_[group] += times;
      return absl::OkStatus();
    }
    Accumulator& accumulator = *accumulators_[group];
    SKG_RETURN_IF_ERROR(accumulator.Add(batch.columns[*argument_][row], times));
    const size_t size = accumulator.memory_bytes();
    if (size > sizes_[group]) {
      SKG_RETURN_IF_ERROR(charge_.Add(size - sizes_[group]));
      sizes_[group] = size;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<TermId> Finish(size_t group) {
    if (!counts_rows()) return accumulators_[group]->Finish();
    return context_.terms.IdOf(rdf::Term::Literal(
        std::to_string(counts_[group]), std::string(rdf::iri::kXsdInteger)));
  }

 private:
  // COUNT needs no more than a number.
  bool counts_rows() const {
    return aggregate_.aggregation == Aggregation::kCount;
  }

  const Aggregate& aggregate_;
  Context& context_;
  MemoryCharge& charge_;
  std::optional<size_t> argument_;  // column of the input
  std::vector<size_t> distinct_columns_;
  std::optional<RowSet> seen_;  // group + 1, then the distinct columns
  std::vector<TermId> row_;
  std::vector<uint64_t> counts_;                            // of each group,
  std::vector<std::unique_ptr<Accumulator>> accumulators_;  // or these
  std::vector<size_t> sizes_;
};

class GroupOperator final : public Operator {
 public:
  GroupOperator(const plan::PlanNode& node, Context& context, OperatorPtr input)
      : Operator(node, context),
        input_(std::move(input)),
        charge_(context, "group"),
        groups_(std::get<plan::GroupStep>(node.step).keys.size(), charge_) {
    const auto& step = std::get<plan::GroupStep>(node.step);
    for (const Variable v : step.keys)
      keys_.push_back(*input_->node().Column(v));
    for (const plan::GroupStep::Column& column : step.columns) {
      aggregates_.push_back(std::make_unique<AggregateColumn>(
          column, step, input_->node(), context, charge_));
    }
    key_.resize(keys_.size());
  }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (input_ != nullptr) SKG_RETURN_IF_ERROR(ReadInput());
    for (; next_ < groups_.size() && batch.rows < Batch::kMostRows; ++next_) {
      SKG_RETURN_IF_ERROR(context().Tick());
      for (size_t k = 0; k < keys_.size(); ++k)
        batch.columns[k].push_back(groups_.rows().At(next_, k));
      for (size_t a = 0; a < aggregates_.size(); ++a) {
        SKG_ASSIGN_OR_RETURN(const TermId id, aggregates_[a]->Finish(next_));
        batch.columns[keys_.size() + a].push_back(id);
      }
      ++batch.rows;
    }
    return batch.rows > 0;
  }

 private:
  absl::StatusOr<size_t> GroupOfKey() {
    SKG_ASSIGN_OR_RETURN(const RowSet::Place place, groups_.Add(key_));
    if (place.is_new) {
      for (const auto& aggregate : aggregates_)
        SKG_RETURN_IF_ERROR(aggregate->AddGroup());
    }
    return place.row;
  }

  absl::Status ReadInput() {
    // Without keys there is one group, even of nothing.
    if (keys_.empty()) SKG_RETURN_IF_ERROR(GroupOfKey().status());
    Batch rows;
    std::vector<TermId> last;
    size_t group = 0;
    for (;;) {
      SKG_ASSIGN_OR_RETURN(const bool more, input_->Next(rows));
      if (!more) break;
      for (size_t row = 0; row < rows.rows; ++row) {
        SKG_RETURN_IF_ERROR(context().Tick());
        for (size_t k = 0; k < keys_.size(); ++k)
          key_[k] = rows.columns[keys_[k]][row];
        // Neighbours are often of one group.
        if (!keys_.empty() && (last.empty() || last != key_)) {
          SKG_ASSIGN_OR_RETURN(group, GroupOfKey());
          last = key_;
        }
        for (const auto& aggregate : aggregates_)
          SKG_RETURN_IF_ERROR(
              aggregate->Add(group, rows, row, rows.CountOf(row)));
      }
    }
    input_ = nullptr;  // gives back what it held
    NoteMemory(charge_);
    return absl::OkStatus();
  }

  OperatorPtr input_;
  MemoryCharge charge_;
  RowSet groups_;
  std::vector<size_t> keys_;  // columns of the input
  std::vector<std::unique_ptr<AggregateColumn>> aggregates_;
  std::vector<TermId> key_;
  size_t next_ = 0;
};

}  // namespace

OperatorPtr MakeGroup(const plan::PlanNode& node, Context& context,
                      OperatorPtr input) {
  return std::make_unique<GroupOperator>(node, context, std::move(input));
}

}  // namespace skg::query::exec
