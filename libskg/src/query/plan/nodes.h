// Plan nodes made from their inputs: schema, order, estimates.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "query/plan/plan_node.h"

namespace skg::query::plan {

// Costs, in rows of a scan.
struct Costs {
  static constexpr double kOpenScan = 64;  // a seek in every run
  static constexpr double kHashBuild = 4;
  static constexpr double kHashProbe = 2;
  static constexpr double kMergeRow = 1;
  static constexpr double kOutputRow = 0.5;
  static constexpr double kExpression = 2;
  static constexpr double kRunPlan = 160;  // for one row of a bind join
  static constexpr double kGroupRow = 5;
  static constexpr double kSortRow = 2;  // for each doubling
  // A row of a path search: a link, from a table or a scan.
  static constexpr double kLink = 8;
};

[[nodiscard]] PlanPtr ValuesNode(std::vector<Variable> schema,
                                 std::vector<std::vector<TermId>> rows);
// No solution, and one without a binding.
[[nodiscard]] PlanPtr EmptyNode();
[[nodiscard]] PlanPtr UnitNode();

[[nodiscard]] PlanPtr EmptyLike(const VariableSet& schema);

// Sorted by the free places of its order, as far as they are output.
[[nodiscard]] PlanPtr ScanNode(const ScanStep& step, const VariableSet& outputs,
                               double rows);
// The orders whose prefix the fixed places are; `all`: not only one of them.
[[nodiscard]] std::vector<storage::TermOrder> UsefulOrders(const ScanStep& step,
                                                           bool all);
[[nodiscard]] PlanPtr TripleTermNode(PlanPtr input, const TripleTermStep& step);
[[nodiscard]] PlanPtr GraphNamesNode(const Place& name,
                                     std::vector<Variable> schema);
// `selectivity`: of all conditions together.
[[nodiscard]] PlanPtr FilterNode(
    PlanPtr input, std::vector<SharedExpression> conditions,
    const ExpressionScope& scope, double selectivity,
    std::shared_ptr<const VariableRanges> ranges = nullptr);
[[nodiscard]] PlanPtr ExtendNode(PlanPtr input, Variable variable,
                                 SharedExpression expression,
                                 const ExpressionScope& scope);
// The input itself where that has this schema.
[[nodiscard]] PlanPtr ProjectNode(PlanPtr input, std::vector<Variable> schema);
[[nodiscard]] PlanPtr UnionNode(std::vector<PlanPtr> inputs);
[[nodiscard]] PlanPtr DistinctNode(PlanPtr input, bool adjacent_only);
// Its schema is what of `needed` the input has.
[[nodiscard]] PlanPtr SortNode(PlanPtr input, SortStep step,
                               const VariableSet& needed);
[[nodiscard]] PlanPtr ProductNode(std::vector<PlanPtr> inputs, uint64_t limit);
[[nodiscard]] PlanPtr SliceNode(PlanPtr input, uint64_t offset, uint64_t limit);

// The columns of both that are needed, the left's first.
[[nodiscard]] std::vector<Variable> JoinSchema(const PlanNode& left,
                                               const PlanNode& right,
                                               const VariableSet& needed);
// As far as `order` is in `schema`.
[[nodiscard]] std::vector<Variable> KeptOrder(
    const std::vector<Variable>& order, const std::vector<Variable>& schema);

// The rest of joins' fields is in `step`; `rows` is the estimate.
[[nodiscard]] PlanPtr HashJoinNode(PlanPtr left, PlanPtr right,
                                   HashJoinStep step, const VariableSet& needed,
                                   double rows);
[[nodiscard]] PlanPtr MergeJoinNode(PlanPtr left, PlanPtr right,
                                    std::vector<Variable> key,
                                    const VariableSet& needed, double rows,
                                    double cost);
[[nodiscard]] PlanPtr BindJoinNode(PlanPtr left, PlanPtr right,
                                   BindJoinStep step, const VariableSet& needed,
                                   double rows);

// What a plan costs before its first row.
[[nodiscard]] double StartCost(const PlanNode& plan);

// What part of rows passes a condition, as a guess.
[[nodiscard]] double Selectivity(const Expression& condition);

}  // namespace skg::query::plan
