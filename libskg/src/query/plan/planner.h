// Planner: from algebra to a physical plan.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "query/algebra.h"
#include "query/exec/context.h"
#include "query/plan/plan_node.h"
#include "query/plan/statistics.h"

namespace skg::query::plan {

// What a pattern is planned under.
struct Scope {
  ActiveGraph graph;
  // Variables whose values whoever runs the plan gives; they are no columns.
  VariableSet given;
  // Those of them that a join gives: the pattern on its own would have bound
  // them itself.
  VariableSet joined;

  // Patterns match in every named graph at once, and a column tells in which.
  [[nodiscard]] bool in_each_graph() const {
    return !graph.is_default && graph.name.kind == Place::Kind::kVariable;
  }
  [[nodiscard]] ExpressionScope expressions() const { return {graph, given}; }
};

using Filters = std::vector<SharedExpression>;

// Not thread-safe; for one query. Cost: exact counts of the patterns' prefixes,
// a small scan for those that take part in joins.
class Planner {
 public:
  explicit Planner(exec::Context& context)
      : context_(context), statistics_(context) {}

  // The plan of a whole query's pattern, of which no more rows are wanted. Its
  // schema is `result`.
  // Errors: kInvalidArgument (too deep), kDataLoss, kResourceExhausted,
  // kDeadlineExceeded, kCancelled.
  [[nodiscard]] absl::StatusOr<PlanPtr> PlanQuery(
      const Algebra& algebra, const std::vector<Variable>& result,
      uint64_t most_rows = Slice::kNoLimit);
  // The plan of EXISTS for solutions that bind `given`.
  [[nodiscard]] absl::StatusOr<PlanPtr> PlanExists(const Algebra& algebra,
                                                   const ActiveGraph& active,
                                                   const VariableSet& given);

  // The parts, for each other. A plan has those columns of `needed` that the
  // pattern can bind, and perhaps more. Its rows pass all `filters`; these are
  // pure, and what the pattern can bind of their variables it surely binds.
  [[nodiscard]] absl::StatusOr<PlanPtr> Plan(const Algebra& algebra,
                                             const Scope& scope,
                                             const VariableSet& needed,
                                             const Filters& filters = {});
  // The same, for a pattern that is one part of a join.
  [[nodiscard]] absl::StatusOr<PlanPtr> PlanPart(const Algebra& algebra,
                                                 const Scope& scope,
                                                 const VariableSet& needed,
                                                 const Filters& filters);
  [[nodiscard]] exec::Context& context() { return context_; }
  [[nodiscard]] Statistics& statistics() { return statistics_; }

  // Whether there is still time to plan a part in more ways than one: parts
  // inside parts would double the work with each level.
  [[nodiscard]] bool explores() const { return planned_ < kMostExplored; }

  // What will be asked of the rows of the next OrderBy: no more than some first
  // ones; of those that agree in these variables only the first.
  struct SortRequest {
    uint64_t limit = Slice::kNoLimit;
    std::optional<VariableSet> first_of;
  };
  void AskNextSort(SortRequest request) { sort_request_ = std::move(request); }
  [[nodiscard]] SortRequest TakeSortRequest() {
    return std::exchange(sort_request_, {});
  }
  // The same of the next group of joins: no more rows than that, of the first
  // by this variable where its rows descend by it.
  struct GroupLimit {
    uint64_t rows = Slice::kNoLimit;
    std::optional<Variable> descending;
  };
  void LimitNextGroup(const GroupLimit& limit) { group_limit_ = limit; }
  [[nodiscard]] GroupLimit TakeGroupLimit() {
    return std::exchange(group_limit_, {});
  }

 private:
  exec::Context& context_;
  Statistics statistics_;
  static constexpr size_t kMostExplored = 1000;
  size_t depth_ = 0;
  size_t planned_ = 0;
  SortRequest sort_request_;
  GroupLimit group_limit_;
};

// A group of joins, or what makes a row of each of its rows, or more.
[[nodiscard]] bool IsGroupBelow(const Algebra& algebra);
// What a plan must have for these to be asked of it.
[[nodiscard]] VariableSet WithFilters(const VariableSet& needed,
                                      const Filters& filters);
// Conditions on top of a plan, each asked of its rows.
[[nodiscard]] PlanPtr Filtered(PlanPtr plan, const Filters& filters,
                               const Scope& scope);
// The conjuncts of a condition.
void SplitConditions(const Expression& condition, Filters* out);

}  // namespace skg::query::plan
