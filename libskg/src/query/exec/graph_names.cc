// The named graphs of the dataset.
#include <algorithm>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/operators.h"
#include "query/exec/row_set.h"
#include "query/exec/statement_filter.h"
#include "query/exec/triple_cursor.h"

namespace skg::query::exec {
namespace {

using plan::Place;
using rdf::TermId;

class GraphNamesOperator final : public Operator {
 public:
  GraphNamesOperator(const plan::PlanNode& node, const Parameters& given,
                     Context& context)
      : Operator(node, context),
        name_(Resolve(std::get<plan::GraphNamesStep>(node.step).name, given)),
        charge_(context, "graph names"),
        names_(1, charge_) {}

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    if (!begun_) SKG_RETURN_IF_ERROR(Begin());
    const size_t end = std::min(names_.size(), next_ + Batch::kMostRows);
    batch.rows = end - next_;
    for (; next_ < end; ++next_) {
      for (auto& column : batch.columns)
        column.push_back(names_.rows().At(next_, 0));
    }
    return batch.rows > 0;
  }

 private:
  absl::Status Begin() {
    begun_ = true;
    const Dataset& dataset = context().dataset;
    if (name_.kind == Place::Kind::kConstant) {
      if (!dataset.Names(name_.id)) return absl::OkStatus();
      // FROM NAMED makes it a graph of the dataset even if it is empty.
      bool there = dataset.named_graphs.has_value();
      if (!there && FiltersStatements(context().options)) {
        SKG_ASSIGN_OR_RETURN(const TripleCursor cursor,
                             OpenTriples(context(), {false, name_}, {},
                                         storage::TermOrder::kSpo));
        storage::StatementBatch batch;
        SKG_ASSIGN_OR_RETURN(there, cursor.rows->Next(batch));
      } else if (!there) {
        SKG_ASSIGN_OR_RETURN(
            const storage::Counts counts,
            context().view.Count(
                {storage::GraphScope::kOne, name_.id, {}, {}, {}},
                context().options.cancellation));
        there = counts.statements > 0;
      }
      return there ? names_.Add({name_.id}).status() : absl::OkStatus();
    }
    if (dataset.named_graphs) {
      for (const TermId id : *dataset.named_graphs)
        SKG_RETURN_IF_ERROR(names_.Add({id}).status());
      return absl::OkStatus();
    }
    return ReadNames();
  }

  absl::Status ReadNames() {
    SKG_ASSIGN_OR_RETURN(
        const TripleCursor cursor,
        OpenTriples(context(), {false, {}}, {}, storage::TermOrder::kSpo));
    storage::StatementBatch batch;
    TermId last;
    for (;;) {
      SKG_ASSIGN_OR_RETURN(const bool more, cursor.rows->Next(batch));
      if (!more) return absl::OkStatus();
      for (const TermId graph : batch.graph) {
        if (graph == last) continue;
        last = graph;
        SKG_RETURN_IF_ERROR(names_.Add({graph}).status());
      }
    }
  }

  const Place name_;
  MemoryCharge charge_;
  RowSet names_;
  bool begun_ = false;
  size_t next_ = 0;
};

}  // namespace

OperatorPtr MakeGraphNames(const plan::PlanNode& node, const Parameters& given,
                           Context& context) {
  return std::make_unique<GraphNamesOperator>(node, given, context);
}

}  // namespace skg::query::exec
