#include "query/plan/planner.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "base/status.h"
#include "query/plan/aggregate_planner.h"
#include "query/plan/graph_planner.h"
#include "query/plan/group_planner.h"
#include "query/plan/left_join_planner.h"
#include "query/plan/nodes.h"
#include "query/plan/order_planner.h"
#include "query/plan/parallel.h"
#include "query/plan/variables.h"
#include "query/tables/table_function.h"

namespace skg::query::plan {
namespace {

using Result = absl::StatusOr<PlanPtr>;

// Deeper patterns are refused: planning and running them recurses.
constexpr size_t kMostDepth = 256;

// Filters whose variables are all among these, and the others.
std::pair<Filters, Filters> Divide(const Filters& filters,
                                   const VariableSet& variables) {
  std::pair<Filters, Filters> divided;
  for (const SharedExpression& filter : filters) {
    const bool inside = variables.Covers(VariablesOf(*filter));
    (inside ? divided.first : divided.second).push_back(filter);
  }
  return divided;
}

SharedExpression Share(const Expression& expression) {
  return std::make_shared<const Expression>(expression);
}

bool IsGroup(const Algebra& algebra) {
  return std::holds_alternative<Bgp>(algebra.node) ||
         std::holds_alternative<Join>(algebra.node) ||
         std::holds_alternative<Filter>(algebra.node);
}

// One overload for each operator that is not part of a join group.
struct PartPlanner {
  Planner& planner;
  const Scope& scope;
  const VariableSet& needed;
  const Filters& filters;

  Result operator()(const PathPattern& node) const {
    return PlanClosure(planner, node, scope, filters);
  }
  Result operator()(const LeftJoin& node) const {
    return PlanLeftJoin(planner, node, scope, needed, filters);
  }
  Result operator()(const GraphPattern& node) const {
    return PlanGraph(planner, node, scope, needed, filters);
  }
  Result operator()(const Union& node) const {
    std::vector<PlanPtr> inputs;
    for (const AlgebraPtr& input : node.inputs) {
      SKG_ASSIGN_OR_RETURN(PlanPtr plan,
                           planner.Plan(*input, scope, needed, filters));
      inputs.push_back(std::move(plan));
    }
    return UnionNode(std::move(inputs));
  }
  Result operator()(const Minus& node) const {
    VariableSet shared = VariableSet::Common(VisibleVariables(*node.left),
                                             VisibleVariables(*node.right));
    shared = VariableSet::Without(shared, scope.given);
    if (shared.empty()) return planner.Plan(*node.left, scope, needed, filters);
    SKG_ASSIGN_OR_RETURN(
        PlanPtr left,
        planner.Plan(*node.left, scope, VariableSet::Union(needed, shared),
                     filters));
    SKG_ASSIGN_OR_RETURN(PlanPtr right,
                         planner.Plan(*node.right, scope, shared));
    HashJoinStep step;
    step.kind = JoinKind::kMinus;
    if (scope.in_each_graph()) step.graph = scope.graph.name.variable;
    const double rows = left->rows;
    return HashJoinNode(std::move(left), std::move(right), std::move(step),
                        needed, rows);
  }
  Result operator()(const Extend& node) const {
    // A filter of the new variable waits for it.
    VariableSet below = VisibleVariables(*node.input);
    below.Add(scope.given);
    const auto [inside, outside] = Divide(filters, below);
    VariableSet wanted = WithFilters(needed, outside);
    const bool wants = wanted.Has(node.variable);
    wanted.Remove(node.variable);
    if (wants) wanted.Add(VariablesOf(node.expression));
    SKG_ASSIGN_OR_RETURN(PlanPtr plan,
                         planner.Plan(*node.input, scope, wanted, inside));
    if (wants && !plan->Column(node.variable)) {
      plan = ExtendNode(std::move(plan), node.variable, Share(node.expression),
                        scope.expressions());
    }
    return Filtered(std::move(plan), outside, scope);
  }
  Result operator()(const Values& node) const {
    std::vector<std::vector<TermId>> rows;
    for (const auto& row : node.rows) {
      std::vector<TermId>& ids = rows.emplace_back();
      for (const auto& term : row) {
        TermId id;
        if (term) {
          SKG_ASSIGN_OR_RETURN(id, planner.context().terms.IdOf(*term));
        }
        ids.push_back(id);
      }
    }
    return Filtered(ValuesNode(node.variables, std::move(rows)), filters,
                    scope);
  }
  Result operator()(const Group& node) const {
    SKG_ASSIGN_OR_RETURN(PlanPtr plan, PlanGroup(planner, node, scope));
    return Filtered(std::move(plan), filters, scope);
  }
  Result operator()(const OrderBy& node) const {
    SKG_ASSIGN_OR_RETURN(
        PlanPtr plan,
        PlanOrderBy(planner, node, scope, WithFilters(needed, filters)));
    return Filtered(std::move(plan), filters, scope);
  }
  Result operator()(const Project& node) const {
    // Variables that are not projected are others than those outside.
    const VariableSet projected(node.variables);
    Scope inner = scope;
    inner.given = VariableSet::Common(scope.given, projected);
    inner.joined = VariableSet::Common(scope.joined, projected);
    if (scope.graph.name.kind == Place::Kind::kParameter)
      inner.given.Add(scope.graph.name.variable);
    const auto [inside, outside] = Divide(filters, projected);
    VariableSet wanted = VariableSet::Common(needed, projected);
    for (const SharedExpression& filter : outside)
      wanted.Add(VariableSet::Common(VariablesOf(*filter), projected));
    SKG_ASSIGN_OR_RETURN(PlanPtr plan,
                         planner.Plan(*node.input, inner, wanted, inside));
    std::vector<Variable> schema;
    for (const Variable v : plan->schema) {
      if (projected.Has(v)) schema.push_back(v);
    }
    return Filtered(ProjectNode(std::move(plan), std::move(schema)), outside,
                    scope);
  }
  Result operator()(const Distinct& node) const {
    const VariableSet all = VisibleVariables(*node.input);
    SKG_ASSIGN_OR_RETURN(PlanPtr plan,
                         planner.Plan(*node.input, scope, all, filters));
    return DistinctNode(OnlyVisible(std::move(plan), all), false);
  }
  Result operator()(const Reduced& node) const {
    const VariableSet all = VisibleVariables(*node.input);
    SKG_ASSIGN_OR_RETURN(PlanPtr plan,
                         planner.Plan(*node.input, scope, all, filters));
    return DistinctNode(OnlyVisible(std::move(plan), all), true);
  }
  Result operator()(const Slice& node) const {
    const bool bounded = node.limit < Slice::kNoLimit - node.offset;
    std::optional<VariableSet> first_of;
    if (bounded && IsSorted(*node.input, &first_of)) {
      planner.AskNextSort({node.offset + node.limit, std::move(first_of)});
    } else if (bounded && IsGroupBelow(*node.input)) {
      planner.LimitNextGroup({node.offset + node.limit, {}});
    }
    SKG_ASSIGN_OR_RETURN(
        PlanPtr plan,
        planner.Plan(*node.input, scope, WithFilters(needed, filters)));
    return Filtered(SliceNode(std::move(plan), node.offset, node.limit),
                    filters, scope);
  }
  Result operator()(const Service& node) const {
    PlanNode plan;
    const VariableSet visible = VisibleVariables(*node.input);
    plan.schema = VariableSet::Without(visible, scope.given).values();
    plan.rows = 1000;
    plan.cost = 1e6;
    plan.step = ServiceStep{node.endpoint, node.silent, node.text,
                            VariableSet::Common(visible, scope.given)};
    return Filtered(std::make_shared<const PlanNode>(std::move(plan)), filters,
                    scope);
  }
  Result operator()(const TableCall& node) const {
    const TableFunction::Estimate estimate =
        node.function->EstimateRows(planner.context());
    PlanNode plan;
    TableStep step{node.function, {}, estimate.start.value_or(estimate.cost)};
    const VariableSet wanted = WithFilters(needed, filters);
    for (size_t i = 0; i < node.columns.size(); ++i) {
      if (!wanted.Has(node.columns[i])) continue;
      step.columns.push_back(i);
      plan.schema.push_back(node.columns[i]);
      if (estimate.descending == i) plan.descending = node.columns[i];
    }
    plan.certain = VariableSet(plan.schema);
    plan.rows = estimate.rows;
    plan.cost = estimate.cost;
    plan.step = std::move(step);
    return Filtered(std::make_shared<const PlanNode>(std::move(plan)), filters,
                    scope);
  }
  template <typename Node>
  Result operator()(const Node&) const {
    return absl::InternalError("a join group was planned as one part");
  }

 private:
  // Columns that came along for other reasons make no rows different.
  static PlanPtr OnlyVisible(PlanPtr plan, const VariableSet& visible) {
    std::vector<Variable> schema;
    for (const Variable v : plan->schema) {
      if (visible.Has(v)) schema.push_back(v);
    }
    return ProjectNode(std::move(plan), std::move(schema));
  }
  // OrderBy right below, or below what keeps each row, or the first of equal
  // ones: `first_of` is what these are equal in.
  static bool IsSorted(const Algebra& algebra,
                       std::optional<VariableSet>* first_of) {
    if (const auto* project = std::get_if<Project>(&algebra.node))
      return IsSorted(*project->input, first_of);
    if (const auto* distinct = std::get_if<Distinct>(&algebra.node)) {
      if (!*first_of) *first_of = VisibleVariables(*distinct->input);
      return IsSorted(*distinct->input, first_of);
    }
    return std::holds_alternative<OrderBy>(algebra.node);
  }
};

}  // namespace

bool IsGroupBelow(const Algebra& algebra) {
  if (const auto* project = std::get_if<Project>(&algebra.node))
    return IsGroupBelow(*project->input);
  if (const auto* extend = std::get_if<Extend>(&algebra.node))
    return IsGroupBelow(*extend->input);
  if (const auto* join = std::get_if<LeftJoin>(&algebra.node))
    return IsGroupBelow(*join->left);
  return IsGroup(algebra);
}

VariableSet WithFilters(const VariableSet& needed, const Filters& filters) {
  VariableSet all = needed;
  for (const SharedExpression& filter : filters) all.Add(VariablesOf(*filter));
  return all;
}

PlanPtr Filtered(PlanPtr plan, const Filters& filters, const Scope& scope) {
  double selectivity = 1;
  for (const SharedExpression& filter : filters)
    selectivity *= Selectivity(*filter);
  return FilterNode(std::move(plan), filters, scope.expressions(), selectivity);
}

void SplitConditions(const Expression& condition, Filters* out) {
  if (condition.kind == Expression::Kind::kAnd) {
    for (const Expression& part : condition.arguments)
      SplitConditions(part, out);
  } else {
    out->push_back(Share(condition));
  }
}

Result Planner::Plan(const Algebra& algebra, const Scope& scope,
                     const VariableSet& needed_above, const Filters& filters) {
  ++planned_;
  SKG_RETURN_IF_ERROR(context_.Check());
  VariableSet needed = needed_above;
  if (scope.in_each_graph()) needed.Add(scope.graph.name.variable);
  const bool needs_group =
      IsGroup(algebra) || std::holds_alternative<PathPattern>(algebra.node) ||
      std::holds_alternative<Service>(algebra.node) ||
      (scope.in_each_graph() &&
       (std::holds_alternative<Values>(algebra.node) ||
        std::holds_alternative<GraphPattern>(algebra.node)));
  if (!needs_group) return PlanPart(algebra, scope, needed, filters);
  return GroupPlanner(*this, scope, needed).Plan(algebra, filters);
}

Result Planner::PlanPart(const Algebra& algebra, const Scope& scope,
                         const VariableSet& needed_above,
                         const Filters& filters) {
  if (depth_ >= kMostDepth) {
    return absl::InvalidArgumentError(
        "the query's patterns are nested too deeply; flatten them");
  }
  VariableSet needed = needed_above;
  if (scope.in_each_graph()) needed.Add(scope.graph.name.variable);
  ++depth_;
  Result plan = IsGroup(algebra)
                    ? GroupPlanner(*this, scope, needed).Plan(algebra, filters)
                    : std::visit(PartPlanner{*this, scope, needed, filters},
                                 algebra.node);
  --depth_;
  if (!plan.ok()) return plan;
  // Joins count on the columns that they are told of.
  std::vector<Variable> schema = (*plan)->schema;
  const VariableSet visible = VariableSet::Without(
      VariableSet::Common(VisibleVariables(algebra), needed), scope.given);
  for (const Variable v : visible) {
    if (!(*plan)->Column(v)) schema.push_back(v);
  }
  return ProjectNode(*std::move(plan), std::move(schema));
}

Result Planner::PlanQuery(const Algebra& algebra,
                          const std::vector<Variable>& result,
                          uint64_t most_rows) {
  if (most_rows != Slice::kNoLimit && IsGroupBelow(algebra))
    LimitNextGroup({most_rows, {}});
  SKG_ASSIGN_OR_RETURN(PlanPtr plan, Plan(algebra, {}, VariableSet(result)));
  plan = ProjectNode(std::move(plan), result);
  if (most_rows != Slice::kNoLimit)
    plan = SliceNode(std::move(plan), 0, most_rows);
  return context_.options.threads == 1
             ? plan
             : Parallelised(std::move(plan), context_.options.plan);
}

Result Planner::PlanExists(const Algebra& algebra, const ActiveGraph& active,
                           const VariableSet& given) {
  Scope scope{active, given, {}};
  // The row that is asked about tells its graph.
  if (scope.in_each_graph())
    scope.graph.name = Place::Parameter(active.name.variable);
  return Plan(algebra, scope, AssignedVariables(algebra));
}

}  // namespace skg::query::plan
