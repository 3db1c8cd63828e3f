#include "query/plan/exists_planner.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/status.h"
#include "query/plan/graph_planner.h"
#include "query/plan/group_planner.h"
#include "query/plan/nodes.h"
#include "query/plan/variables.h"

namespace skg::query::plan {
namespace {

// A term that stands for an end of a path links with itself though it may be no
// node of the graph; a variable's value does not.
bool HasPath(const Algebra& algebra) {
  return std::visit(
      [](const auto& node) {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, PathPattern>) {
          return true;
        } else if constexpr (std::is_same_v<Node, Join> ||
                             std::is_same_v<Node, Union>) {
          return std::any_of(
              node.inputs.begin(), node.inputs.end(),
              [](const AlgebraPtr& input) { return HasPath(*input); });
        } else if constexpr (std::is_same_v<Node, LeftJoin> ||
                             std::is_same_v<Node, Minus>) {
          return HasPath(*node.left) || HasPath(*node.right);
        } else if constexpr (requires { node.input; }) {
          return HasPath(*node.input);
        } else {
          return false;
        }
      },
      algebra.node);
}

}  // namespace

bool IsExistence(const Expression& condition) {
  return condition.kind == Expression::Kind::kExists ||
         condition.kind == Expression::Kind::kNotExists;
}

absl::StatusOr<PlanPtr> PlanExistence(Planner& planner, PlanPtr input,
                                      const SharedExpression& condition,
                                      const Scope& scope,
                                      const VariableSet& needed) {
  const Algebra& pattern = *condition->pattern;
  const VariableSet shared =
      VariableSet::Common(VariablesOf(pattern), VariableSet(input->schema));
  const VariableSet substituted =
      VariableSet::Without(shared, AssignedVariables(pattern));
  // What is given is compared with what the pattern assigns only row by row.
  const bool same = planner.context().options.plan.semi_join &&
                    planner.explores() && MaySubstitute(pattern, substituted) &&
                    !AssignedVariables(pattern).Meets(scope.given) &&
                    (!scope.in_each_graph() || WorksInEachGraph(pattern)) &&
                    !HasPath(pattern);
  if (!same) return Filtered(std::move(input), {condition}, scope);

  SKG_ASSIGN_OR_RETURN(PlanPtr all, planner.Plan(pattern, scope, shared));
  SKG_ASSIGN_OR_RETURN(
      const PlanPtr one,
      planner.PlanExists(pattern, scope.graph,
                         VariableSet::Union(scope.given, substituted)));
  HashJoinStep step;
  step.kind = condition->kind == Expression::Kind::kExists ? JoinKind::kSemi
                                                           : JoinKind::kAnti;
  const double asking =
      input->cost + input->rows * (one->cost + Costs::kRunPlan);
  const double rows = input->rows / 2;
  PlanPtr joined =
      HashJoinNode(input, std::move(all), std::move(step), needed, rows);
  if (joined->cost <= asking) return joined;
  return Filtered(std::move(input), {condition}, scope);
}

}  // namespace skg::query::plan
