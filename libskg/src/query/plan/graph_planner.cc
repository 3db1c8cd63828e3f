#include "query/plan/graph_planner.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/status.h"
#include "query/plan/nodes.h"
#include "query/plan/variables.h"

namespace skg::query::plan {
namespace {

bool IsClosure(const PropertyPath& path) {
  using Kind = PropertyPath::Kind;
  return path.kind == Kind::kZeroOrMore || path.kind == Kind::kOneOrMore ||
         path.kind == Kind::kZeroOrOne ||
         std::any_of(path.parts.begin(), path.parts.end(), IsClosure);
}

struct EachGraph {
  bool operator()(const Bgp&) const { return true; }
  bool operator()(const PathPattern& node) const {
    return !IsClosure(node.path);
  }
  bool operator()(const Join& node) const { return All(node.inputs); }
  bool operator()(const Union& node) const { return All(node.inputs); }
  bool operator()(const LeftJoin& node) const {
    return Ask(*node.left) && Ask(*node.right);
  }
  bool operator()(const Minus& node) const {
    return Ask(*node.left) && Ask(*node.right);
  }
  bool operator()(const Filter& node) const { return Ask(*node.input); }
  bool operator()(const Extend& node) const { return Ask(*node.input); }
  bool operator()(const Values&) const { return true; }
  bool operator()(const GraphPattern&) const { return true; }
  // What counts, cuts or hides rows does so graph by graph.
  bool operator()(const Group&) const { return false; }
  bool operator()(const OrderBy&) const { return false; }
  bool operator()(const Project&) const { return false; }
  bool operator()(const Distinct&) const { return false; }
  bool operator()(const Reduced&) const { return false; }
  bool operator()(const Slice&) const { return false; }
  bool operator()(const Service&) const { return false; }
  bool operator()(const TableCall&) const { return false; }

  static bool Ask(const Algebra& algebra) {
    return std::visit(EachGraph{}, algebra.node);
  }
  static bool All(const std::vector<AlgebraPtr>& inputs) {
    return std::all_of(inputs.begin(), inputs.end(),
                       [](const AlgebraPtr& input) { return Ask(*input); });
  }
};

// Whether each of its solutions takes a triple of the active graph, so that
// there is none where there is no such graph.
bool NeedsTriple(const Algebra& algebra) {
  if (const auto* bgp = std::get_if<Bgp>(&algebra.node)) return !bgp->empty();
  if (const auto* join = std::get_if<Join>(&algebra.node)) {
    return std::any_of(join->inputs.begin(), join->inputs.end(),
                       [](const AlgebraPtr& i) { return NeedsTriple(*i); });
  }
  if (const auto* all = std::get_if<Union>(&algebra.node)) {
    return std::all_of(all->inputs.begin(), all->inputs.end(),
                       [](const AlgebraPtr& i) { return NeedsTriple(*i); });
  }
  if (const auto* left_join = std::get_if<LeftJoin>(&algebra.node))
    return NeedsTriple(*left_join->left);
  if (const auto* minus = std::get_if<Minus>(&algebra.node))
    return NeedsTriple(*minus->left);
  if (const auto* filter = std::get_if<Filter>(&algebra.node))
    return NeedsTriple(*filter->input);
  if (const auto* extend = std::get_if<Extend>(&algebra.node))
    return NeedsTriple(*extend->input);
  return false;
}

PlanPtr JoinWith(PlanPtr left, PlanPtr right, const VariableSet& needed) {
  const double rows = left->rows * std::max(1.0, right->rows);
  return HashJoinNode(std::move(left), std::move(right), {}, needed, rows);
}

absl::StatusOr<PlanPtr> PlanOneGraph(Planner& planner, const GraphPattern& node,
                                     const Place& name, const Scope& scope,
                                     const VariableSet& needed,
                                     const Filters& filters) {
  Scope inner = scope;
  inner.graph = {false, name};
  SKG_ASSIGN_OR_RETURN(PlanPtr plan,
                       planner.Plan(*node.input, inner, needed, filters));
  if (NeedsTriple(*node.input)) return plan;
  return JoinWith(std::move(plan), GraphNamesNode(name, {}), needed);
}

absl::StatusOr<PlanPtr> PlanEachGraph(Planner& planner,
                                      const GraphPattern& node,
                                      const Scope& scope,
                                      const VariableSet& needed) {
  const Variable named = node.graph.variable();
  if (!WorksInEachGraph(*node.input)) {
    // Graph by graph; what the pattern itself binds the variable to is compared
    // by the join.
    const Variable column = planner.context().NewVariable();
    Scope inner = scope;
    inner.graph = {false, Place::Parameter(column)};
    inner.given.Add(column);
    VariableSet inner_needed = needed;
    inner_needed.Add(named);
    SKG_ASSIGN_OR_RETURN(PlanPtr each,
                         planner.Plan(*node.input, inner, inner_needed));
    PlanPtr names = GraphNamesNode(Place::Column(column), {named, column});
    const double rows = names->rows * each->rows;
    return BindJoinNode(std::move(names), std::move(each),
                        {JoinKind::kInner, {column}, nullptr, {}}, needed,
                        rows);
  }
  // Inside, the graph's variable is only bound where the pattern binds it; a
  // subquery's own variable of that name never is the graph.
  const bool hidden =
      VariablesOf(*node.input).Has(named) || Hides(*node.input, named);
  const Variable column = hidden ? planner.context().NewVariable() : named;
  VariableSet inner_needed = needed;
  inner_needed.Add(column);
  if (hidden) inner_needed.Add(named);
  Scope inner = scope;
  inner.graph = {false, Place::Column(column)};
  SKG_ASSIGN_OR_RETURN(PlanPtr plan,
                       planner.Plan(*node.input, inner, inner_needed));
  if (!hidden) return plan;
  // What the pattern bound must be the graph, and what it did not becomes it.
  return JoinWith(std::move(plan),
                  GraphNamesNode(Place::Column(column), {named, column}),
                  needed);
}

}  // namespace

bool WorksInEachGraph(const Algebra& algebra) {
  return EachGraph::Ask(algebra);
}

absl::StatusOr<PlanPtr> PlanGraph(Planner& planner, const GraphPattern& node,
                                  const Scope& scope, const VariableSet& needed,
                                  const Filters& filters) {
  if (node.graph.is_variable() && !scope.given.Has(node.graph.variable())) {
    SKG_ASSIGN_OR_RETURN(
        PlanPtr plan,
        PlanEachGraph(planner, node, scope, WithFilters(needed, filters)));
    return Filtered(std::move(plan), filters, scope);
  }
  if (node.graph.is_variable()) {
    return PlanOneGraph(planner, node, Place::Parameter(node.graph.variable()),
                        scope, needed, filters);
  }
  SKG_ASSIGN_OR_RETURN(const TermId id,
                       planner.context().terms.IdOf(node.graph.term()));
  return PlanOneGraph(planner, node, Place::Constant(id), scope, needed,
                      filters);
}

}  // namespace skg::query::plan
