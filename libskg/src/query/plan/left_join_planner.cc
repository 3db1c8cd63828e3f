#include "query/plan/left_join_planner.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "query/plan/group_planner.h"
#include "query/plan/nodes.h"
#include "query/plan/variables.h"

namespace skg::query::plan {
namespace {

// Conditions that the right side alone can ask go there.
struct Conditions {
  Filters right, both;
};

Conditions Divide(const LeftJoin& node, const Scope& scope, bool push) {
  Conditions divided;
  if (!node.condition) return divided;
  Filters all;
  SplitConditions(*node.condition, &all);
  const VariableSet bound =
      VariableSet::Union(CertainVariables(*node.right), scope.given);
  for (SharedExpression& condition : all) {
    const bool right =
        push && IsPure(*condition) && bound.Covers(VariablesOf(*condition));
    (right ? divided.right : divided.both).push_back(std::move(condition));
  }
  return divided;
}

SharedExpression AllOf(const Filters& conditions) {
  if (conditions.empty()) return nullptr;
  if (conditions.size() == 1) return conditions[0];
  Expression all;
  all.kind = Expression::Kind::kAnd;
  for (const SharedExpression& condition : conditions)
    all.arguments.push_back(*condition);
  return std::make_shared<const Expression>(std::move(all));
}

// As `scope`, with the left side's values given.
Scope GivenLeft(const Scope& scope, const VariableSet& shared) {
  Scope inner = scope;
  inner.given.Add(shared);
  inner.joined.Add(shared);
  if (scope.in_each_graph())
    inner.graph.name = Place::Parameter(scope.graph.name.variable);
  return inner;
}

}  // namespace

absl::StatusOr<PlanPtr> PlanLeftJoin(Planner& planner, const LeftJoin& node,
                                     const Scope& scope,
                                     const VariableSet& needed,
                                     const Filters& filters) {
  const PlanLimits& limits = planner.context().options.plan;
  // Filters of what the left side surely binds go there.
  const VariableSet left_certain =
      VariableSet::Union(CertainVariables(*node.left), scope.given);
  Filters left_filters, outer;
  for (const SharedExpression& filter : filters) {
    (left_certain.Covers(VariablesOf(*filter)) ? left_filters : outer)
        .push_back(filter);
  }
  const Conditions conditions = Divide(node, scope, limits.push_filters);
  const SharedExpression condition = AllOf(conditions.both);

  VariableSet shared =
      VariableSet::Without(VariableSet::Common(VisibleVariables(*node.left),
                                               VisibleVariables(*node.right)),
                           scope.given);
  if (scope.in_each_graph()) shared.Add(scope.graph.name.variable);
  VariableSet wanted = needed;
  if (condition != nullptr) {
    wanted.Add(VariablesOf(*condition));
    if (scope.in_each_graph()) wanted.Add(scope.graph.name.variable);
  }
  for (const SharedExpression& filter : outer) wanted.Add(VariablesOf(*filter));
  const VariableSet below = VariableSet::Union(wanted, shared);
  SKG_ASSIGN_OR_RETURN(PlanPtr left,
                       planner.Plan(*node.left, scope, below, left_filters));
  SKG_ASSIGN_OR_RETURN(
      PlanPtr right, planner.Plan(*node.right, scope, below, conditions.right));
  const double rows = left->rows;
  PlanPtr plan = HashJoinNode(
      left, right, {JoinKind::kLeft, {}, {}, condition, scope.expressions()},
      wanted, rows);

  bool pure = true;
  for (const SharedExpression& filter : conditions.right)
    pure = pure && IsPure(*filter);
  const bool may_bind =
      limits.index_join && planner.explores() && !shared.empty() && pure &&
      left->certain.Covers(shared) && MaySubstitute(*node.right, shared);
  if (may_bind) {
    SKG_ASSIGN_OR_RETURN(PlanPtr bound,
                         planner.Plan(*node.right, GivenLeft(scope, shared),
                                      below, conditions.right));
    PlanPtr by_index =
        BindJoinNode(left, std::move(bound),
                     {JoinKind::kLeft, shared, condition, scope.expressions()},
                     wanted, rows);
    if (by_index->cost < plan->cost || !limits.hash_join)
      plan = std::move(by_index);
  }
  return Filtered(std::move(plan), outer, scope);
}

absl::StatusOr<PlanPtr> PlanClosure(Planner& planner, const PathPattern& node,
                                    const Scope& scope,
                                    const Filters& filters) {
  PathStep step;
  step.graph = scope.graph;
  step.nodes_only = scope.joined;
  step.path = std::make_shared<const PropertyPath>(node.path);
  PlanNode plan;
  const std::pair<const PatternTerm*, Place*> ends[] = {
      {&node.subject, &step.subject}, {&node.object, &step.object}};
  size_t fixed = 0;
  for (const auto& [term, place] : ends) {
    if (term->is_variable()) {
      const Variable v = term->variable();
      *place = scope.given.Has(v) ? Place::Parameter(v) : Place::Column(v);
    } else if (term->is_term()) {
      SKG_ASSIGN_OR_RETURN(const TermId id,
                           planner.context().terms.IdOf(term->term()));
      *place = Place::Constant(id);
    } else {
      return absl::UnimplementedError(
          "a property path between triple terms that have variables; bind the "
          "triple term to a variable first");
    }
    if (place->fixed()) {
      ++fixed;
    } else if (!plan.certain.Has(place->variable)) {
      plan.schema.push_back(place->variable);
      plan.certain.Add(place->variable);
    }
  }
  // A guess: from one node a part of the graph is reached, from all of them as
  // much each.
  ScanStep all;
  all.graph = scope.graph;
  SKG_ASSIGN_OR_RETURN(const Statistics::ScanEstimate links,
                       planner.statistics().Estimate(all, false));
  const double reached = std::min(links.rows, 100.0);
  plan.rows = fixed == 2 ? 0.5 : fixed == 1 ? reached : links.rows * reached;
  plan.cost =
      Costs::kOpenScan + Costs::kLink * (fixed == 0 ? plan.rows : reached);
  plan.step = std::move(step);
  return Filtered(std::make_shared<const PlanNode>(std::move(plan)), filters,
                  scope);
}

}  // namespace skg::query::plan
