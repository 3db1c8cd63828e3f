// Some columns, in another sequence; a variable that the input lacks is
// unbound.
#include <utility>

#include "base/status.h"
#include "query/exec/operators.h"

namespace skg::query::exec {
namespace {

class ProjectOperator final : public Operator {
 public:
  ProjectOperator(const plan::PlanNode& node, Context& context,
                  OperatorPtr input)
      : Operator(node, context), input_(std::move(input)) {
    for (const Variable v : node.schema)
      columns_.push_back(input_->node().Column(v));
  }

  void SkipTo(rdf::TermId key) override { input_->SkipTo(key); }
  [[nodiscard]] std::optional<uint64_t> solution_scope() const override {
    return input_->solution_scope();
  }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    rows_.wanted = batch.wanted;
    SKG_ASSIGN_OR_RETURN(const bool more, input_->Next(rows_));
    if (!more) return false;
    // A column may be asked for twice.
    for (size_t c = 0; c < columns_.size(); ++c) {
      if (columns_[c]) {
        batch.columns[c] = rows_.columns[*columns_[c]];
      } else {
        batch.columns[c].resize(rows_.rows);
      }
    }
    batch.rows = rows_.rows;
    batch.counts.swap(rows_.counts);
    MergeNeighbours(node().repeats, batch);
    return true;
  }

 private:
  OperatorPtr input_;
  std::vector<std::optional<size_t>> columns_;  // of the input
  Batch rows_;
};

}  // namespace

OperatorPtr MakeProject(const plan::PlanNode& node, Context& context,
                        OperatorPtr input) {
  return std::make_unique<ProjectOperator>(node, context, std::move(input));
}

}  // namespace skg::query::exec
