#include "query/plan/aggregate_planner.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/status.h"
#include "query/plan/nodes.h"
#include "query/plan/repeats.h"
#include "query/plan/value_filters.h"
#include "query/plan/variables.h"

namespace skg::query::plan {
namespace {

// How many solutions the input has, if that is what is asked and one triple
// pattern is all of it, but for filters.
const Bgp* CountedPattern(const Group& node, Filters* filters) {
  if (!node.keys.empty() || node.aggregates.size() != 1) return nullptr;
  const Aggregate& aggregate = node.aggregates[0];
  const Algebra* input = node.input.get();
  while (const auto* filter = std::get_if<Filter>(&input->node)) {
    SplitConditions(filter->condition, filters);
    input = filter->input.get();
  }
  const auto* bgp = std::get_if<Bgp>(&input->node);
  if (aggregate.aggregation != Aggregation::kCount || aggregate.distinct ||
      bgp == nullptr || bgp->triples.size() != 1 || !bgp->records.empty() ||
      !bgp->statements.empty()) {
    return nullptr;
  }
  if (aggregate.argument &&
      (aggregate.argument->kind != Expression::Kind::kVariable ||
       !CertainVariables(*node.input).Has(aggregate.argument->variable))) {
    return nullptr;
  }
  return bgp;
}

// The rows that lie in exact ranges are counted, the others are read. Null:
// some filter is no range, or they do not pay.
absl::StatusOr<PlanPtr> PlanRangeCount(Planner& planner, PlanNode plan,
                                       const Filters& filters,
                                       const Scope& scope) {
  const ScanStep scan = std::get<CountStep>(plan.step).scan;
  SKG_ASSIGN_OR_RETURN(const Statistics::ScanEstimate estimate,
                       planner.statistics().Estimate(scan, false));
  for (const storage::TermOrder order : UsefulOrders(scan, true)) {
    ScanStep ordered = scan;
    ordered.order = order;
    SKG_ASSIGN_OR_RETURN(RangedScan ranged,
                         WithRanges(planner, ordered, estimate.rows, filters));
    if (ranged.step.ranges == nullptr || !ranged.rest.empty()) continue;
    const VariableRanges all = *ranged.step.ranges;
    VariableRanges exact{all.variable, {}}, asked{all.variable, {}};
    for (const IdRange& range : all.ranges)
      (range.exact ? exact : asked).ranges.push_back(range);
    ScanStep counted = ranged.step;
    counted.ranges = std::make_shared<const VariableRanges>(std::move(exact));
    plan.step = CountStep{counted};
    plan.cost *= static_cast<double>(counted.ranges->ranges.size() + 1);
    if (!asked.ranges.empty()) {
      SKG_ASSIGN_OR_RETURN(ranged.rows, planner.statistics().CountRanges(
                                            ranged.step, &asked.ranges));
      ranged.step.ranges =
          std::make_shared<const VariableRanges>(std::move(asked));
      PlanPtr read = FilteredRanges(
          ScanNode(ranged.step, {all.variable}, ranged.rows), ranged, scope);
      plan.cost += read->cost;
      plan.inputs = {std::move(read)};
    }
    return std::make_shared<const PlanNode>(std::move(plan));
  }
  return PlanPtr();
}

// The plan that counts without reading; null where it cannot.
absl::StatusOr<PlanPtr> PlanCount(Planner& planner, const Group& node,
                                  const Scope& scope) {
  const exec::Context& context = planner.context();
  Filters filters;
  const Bgp* bgp = CountedPattern(node, &filters);
  if (bgp == nullptr || !context.options.plan.shortcuts) return PlanPtr();
  // Triples that several graphs hold are counted for each.
  if (scope.graph.is_default &&
      context.dataset.default_graph != exec::Dataset::DefaultGraph::kStored) {
    return PlanPtr();
  }
  ScanStep scan;
  scan.graph = scope.graph;
  const TriplePattern& triple = bgp->triples[0];
  VariableSet met;
  const std::pair<const PatternTerm*, Place*> places[] = {
      {&triple.subject, &scan.subject},
      {&triple.predicate, &scan.predicate},
      {&triple.object, &scan.object}};
  for (const auto& [term, place] : places) {
    if (term->is_variable() && scope.given.Has(term->variable())) {
      *place = Place::Parameter(term->variable());
    } else if (term->is_variable()) {
      if (met.Has(term->variable())) return PlanPtr();
      met.Add(term->variable());
      *place = Place::Column(term->variable());
    } else if (term->is_term()) {
      SKG_ASSIGN_OR_RETURN(const TermId id,
                           planner.context().terms.Lookup(term->term()));
      if (!id.bound() && !filters.empty()) return PlanPtr();
      *place = Place::Constant(id);
    } else {
      return PlanPtr();
    }
  }
  PlanNode plan;
  plan.schema = {node.aggregates[0].variable};
  plan.certain = VariableSet(plan.schema);
  plan.rows = 1;
  plan.cost = Costs::kOpenScan;
  plan.step = CountStep{scan};
  if (!filters.empty())
    return PlanRangeCount(planner, std::move(plan), filters, scope);
  return std::make_shared<const PlanNode>(std::move(plan));
}

// What the aggregates ask of equal solutions.
Repeats RepeatsFor(const Group& node) {
  Repeats repeats = Repeats::kDropped;
  for (const Aggregate& aggregate : node.aggregates) {
    switch (aggregate.aggregation) {
      case Aggregation::kGroupConcat:
        if (!aggregate.distinct) return Repeats::kKept;
        break;
      case Aggregation::kMin:
      case Aggregation::kMax:
      case Aggregation::kSample:
        break;
      case Aggregation::kCount:
      case Aggregation::kSum:
      case Aggregation::kAvg:
        if (!aggregate.distinct) repeats = Repeats::kCounted;
        break;
    }
  }
  return repeats;
}

}  // namespace

Variable ColumnOf(const Expression& expression, const Scope& scope,
                  Planner& planner, PlanPtr* plan) {
  if (expression.kind == Expression::Kind::kVariable &&
      (*plan)->Column(expression.variable)) {
    return expression.variable;
  }
  const Variable v = planner.context().NewVariable();
  *plan = ExtendNode(std::move(*plan), v,
                     std::make_shared<const Expression>(expression),
                     scope.expressions());
  return v;
}

absl::StatusOr<PlanPtr> PlanGroup(Planner& planner, const Group& node,
                                  const Scope& scope) {
  SKG_ASSIGN_OR_RETURN(PlanPtr count, PlanCount(planner, node, scope));
  if (count != nullptr) return count;

  const VariableSet visible = VisibleVariables(*node.input);
  VariableSet wanted;
  GroupStep step;
  for (const auto& [variable, expression] : node.keys)
    wanted.Add(VariablesOf(expression));
  for (const Aggregate& aggregate : node.aggregates) {
    if (aggregate.argument) wanted.Add(VariablesOf(*aggregate.argument));
    if (aggregate.argument || !aggregate.distinct) continue;
    for (const Variable v : visible) {
      if (!planner.context().internal(v)) step.visible.Add(v);
    }
    wanted.Add(step.visible);
  }
  SKG_ASSIGN_OR_RETURN(PlanPtr input, planner.Plan(*node.input, scope, wanted));
  PlanNode plan;
  for (const auto& [variable, expression] : node.keys) {
    const bool is_column = expression.kind == Expression::Kind::kVariable &&
                           expression.variable == variable &&
                           input->Column(variable).has_value();
    if (!is_column) {
      input = ExtendNode(std::move(input), variable,
                         std::make_shared<const Expression>(expression),
                         scope.expressions());
    }
    step.keys.push_back(variable);
  }
  for (const Aggregate& aggregate : node.aggregates) {
    GroupStep::Column column{aggregate, {}};
    if (aggregate.argument) {
      column.argument = ColumnOf(*aggregate.argument, scope, planner, &input);
    }
    step.columns.push_back(std::move(column));
  }
  if (planner.context().options.plan.merge_repeats)
    input = MergedRepeats(SortedByColumns(std::move(input)), RepeatsFor(node));
  plan.schema = step.keys;
  for (const Variable v : step.keys) {
    if (input->certain.Has(v)) plan.certain.Add(v);
  }
  for (const Aggregate& aggregate : node.aggregates) {
    plan.schema.push_back(aggregate.variable);
    if (aggregate.aggregation == Aggregation::kCount)
      plan.certain.Add(aggregate.variable);
  }
  plan.rows = node.keys.empty() ? 1 : std::sqrt(std::max(1.0, input->rows));
  plan.cost = input->cost + Costs::kGroupRow * input->rows;
  plan.step = std::move(step);
  plan.inputs = {std::move(input)};
  return std::make_shared<const PlanNode>(std::move(plan));
}

}  // namespace skg::query::plan
