// Operator: one running step of a plan; pulls batches from its inputs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/exec/batch.h"
#include "query/exec/context.h"
#include "query/plan/plan_node.h"

namespace skg::query::exec {

class ServiceFeed;  // query/exec/service_feed.h

// Not thread-safe. The plan node and the context outlive it.
class Operator {
 public:
  Operator(const plan::PlanNode& node, Context& context);
  virtual ~Operator() = default;
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  // Fills `batch` with at least one row and at most Batch::kMostRows (about
  // batch.wanted are enough), column i being variable schema()[i]. False: there
  // are no more (the batch is empty). Errors: kDeadlineExceeded, kCancelled,
  // kResourceExhausted, kDataLoss.
  [[nodiscard]] absl::StatusOr<bool> Next(Batch& batch);

  // Rows whose first order column is below `key` may be left out from now on.
  virtual void SkipTo(rdf::TermId /*key*/) {}

  // What EvaluationContext::solution_scope is for an expression of exactly
  // these rows. Unset: no expression has been computed of them.
  [[nodiscard]] virtual std::optional<uint64_t> solution_scope() const {
    return std::nullopt;
  }

  // Before the first Next, of one that asks another endpoint, or only passes on
  // rows of one that does: leaves out rows that have no partner among those
  // that the feed has seen. False: it gives all its rows.
  virtual bool TakeFeed(const std::shared_ptr<ServiceFeed>& /*feed*/) {
    return false;
  }

  [[nodiscard]] const std::vector<Variable>& schema() const {
    return node_.schema;
  }
  [[nodiscard]] const plan::PlanNode& node() const { return node_; }

 protected:
  // Of one that stands before the operator of the node, unseen by profiles.
  struct Unprofiled {};
  Operator(const plan::PlanNode& node, Context& context, Unprofiled)
      : node_(node), context_(context), profile_(nullptr) {}

  // As Next; `batch` has the right number of empty columns. An empty batch is
  // allowed with true: it is asked again.
  [[nodiscard]] virtual absl::StatusOr<bool> Pull(Batch& batch) = 0;

  // How many rows to ask the inputs for while `batch` is filled: as many as are
  // wanted of it, and twice as many with each call, for they may not have been
  // enough.
  [[nodiscard]] size_t Demand(const Batch& batch) {
    const size_t demand =
        std::min(Batch::kMostRows, batch.wanted << demand_doublings_);
    if (demand < Batch::kMostRows) ++demand_doublings_;
    return demand;
  }

  [[nodiscard]] Context& context() const { return context_; }
  [[nodiscard]] OperatorProfile* profile() const { return profile_; }
  void NoteMemory(const MemoryCharge& charge);

 private:
  const plan::PlanNode& node_;
  Context& context_;
  OperatorProfile* profile_;
  unsigned demand_doublings_ = 0;
};

using OperatorPtr = std::unique_ptr<Operator>;

// Empties the batch and gives it `columns` columns.
void ResetBatch(Batch& batch, size_t columns);
// Keeps only these rows, which ascend.
void KeepRows(Batch& batch, const std::vector<uint32_t>& rows);
// Makes one row of equal neighbours, as far as `repeats` allows it.
void MergeNeighbours(plan::Repeats repeats, Batch& batch);

// The operator of a node, and those of its inputs. `given` has a value for
// every parameter of the plan.
// Errors: those of opening scans and of making expressions ready.
[[nodiscard]] absl::StatusOr<OperatorPtr> MakeOperator(
    const plan::PlanNode& node, const Parameters& given, Context& context);

}  // namespace skg::query::exec
