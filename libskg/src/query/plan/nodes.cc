#include "query/plan/nodes.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "query/plan/repeats.h"

namespace skg::query::plan {
namespace {

// `certain` of the input, as far as its columns are kept.
VariableSet KeptCertain(const VariableSet& certain,
                        const std::vector<Variable>& schema) {
  return VariableSet::Common(certain, VariableSet(schema));
}

PlanPtr Make(PlanNode node) {
  return std::make_shared<const PlanNode>(std::move(node));
}

// The same of what the rows descend by.
std::optional<Variable> KeptDescending(const PlanNode& input,
                                       const std::vector<Variable>& schema) {
  const auto& v = input.descending;
  const bool kept =
      v && std::find(schema.begin(), schema.end(), *v) != schema.end();
  return kept ? v : std::nullopt;
}

// The places of a scan in the sequence of its order.
std::array<const Place*, 3> InOrder(const ScanStep& step) {
  return storage::InSequence(step.order, &step.subject, &step.predicate,
                             &step.object);
}

}  // namespace

PlanPtr ValuesNode(std::vector<Variable> schema,
                   std::vector<std::vector<TermId>> rows) {
  PlanNode node;
  for (size_t c = 0; c < schema.size(); ++c) {
    if (std::all_of(rows.begin(), rows.end(),
                    [c](const auto& row) { return row[c].bound(); })) {
      node.certain.Add(schema[c]);
    }
  }
  node.rows = node.cost = static_cast<double>(rows.size());
  node.schema = std::move(schema);
  node.step = ValuesStep{std::move(rows)};
  return Make(std::move(node));
}

PlanPtr EmptyNode() { return ValuesNode({}, {}); }
PlanPtr EmptyLike(const VariableSet& schema) {
  return ValuesNode(schema.values(), {});
}
PlanPtr UnitNode() { return ValuesNode({}, {{}}); }

PlanPtr ScanNode(const ScanStep& step, const VariableSet& outputs,
                 double rows) {
  PlanNode node;
  const auto add = [&](const Place& place) {
    if (place.kind == Place::Kind::kVariable && outputs.Has(place.variable) &&
        !node.certain.Has(place.variable)) {
      node.schema.push_back(place.variable);
      node.certain.Add(place.variable);
    }
  };
  for (const Place* place : {&step.subject, &step.predicate, &step.object})
    add(*place);
  if (!step.graph.is_default) add(step.graph.name);
  if (step.record != nullptr) {
    add(step.record->reifier);
    add(step.record->reified);
    for (const RecordColumns::Value& value : step.record->values)
      add(value.place);
  }
  if (step.statement != nullptr) {
    for (const auto& [field, variable] : step.statement->columns) {
      if (!outputs.Has(variable)) continue;
      node.schema.push_back(variable);
      if (field != StatementField::kGraph) node.certain.Add(variable);
    }
  }
  for (const Place* place : InOrder(step)) {
    if (place->fixed()) continue;
    if (place->kind != Place::Kind::kVariable ||
        !node.certain.Has(place->variable)) {
      break;
    }
    if (std::find(node.order.begin(), node.order.end(), place->variable) ==
        node.order.end()) {
      node.order.push_back(place->variable);
    }
  }
  node.rows = rows;
  node.cost = Costs::kOpenScan + rows;
  if (step.ranges != nullptr) {
    node.cost +=
        Costs::kOpenScan * static_cast<double>(step.ranges->ranges.size());
  }
  node.step = step;
  return Make(std::move(node));
}

std::vector<storage::TermOrder> UsefulOrders(const ScanStep& step, bool all) {
  std::vector<storage::TermOrder> orders;
  for (const storage::TermOrder order :
       {storage::TermOrder::kSpo, storage::TermOrder::kPos,
        storage::TermOrder::kOsp}) {
    ScanStep ordered = step;
    ordered.order = order;
    bool open = false, fits = true;
    for (const Place* place : InOrder(ordered)) {
      fits = fits && !(open && place->fixed());
      open = open || !place->fixed();
    }
    if (!fits) continue;
    orders.push_back(order);
    if (!all) break;
  }
  return orders;
}

PlanPtr TripleTermNode(PlanPtr input, const TripleTermStep& step) {
  PlanNode node;
  node.schema = input->schema;
  node.certain = input->certain;
  for (const Place* place : {&step.subject, &step.predicate, &step.object}) {
    if (place->kind != Place::Kind::kVariable ||
        node.certain.Has(place->variable)) {
      continue;
    }
    node.schema.push_back(place->variable);
    node.certain.Add(place->variable);
  }
  node.order = input->order;
  node.descending = input->descending;
  node.rows = input->rows;
  constexpr double kDecode = 4;
  node.cost = input->cost + kDecode * input->rows;
  node.step = step;
  node.inputs = {std::move(input)};
  return Make(std::move(node));
}

PlanPtr GraphNamesNode(const Place& name, std::vector<Variable> schema) {
  PlanNode node;
  node.certain = VariableSet(schema);
  constexpr double kSomeGraphs = 100;
  node.rows = name.fixed() ? 1 : kSomeGraphs;
  node.cost = Costs::kOpenScan + node.rows;
  node.schema = std::move(schema);
  node.step = GraphNamesStep{name};
  return Make(std::move(node));
}

PlanPtr FilterNode(PlanPtr input, std::vector<SharedExpression> conditions,
                   const ExpressionScope& scope, double selectivity,
                   std::shared_ptr<const VariableRanges> ranges) {
  if (conditions.empty()) return input;
  PlanNode node;
  node.schema = input->schema;
  node.certain = input->certain;
  node.order = input->order;
  node.descending = input->descending;
  node.rows = input->rows * selectivity;
  // What is in a range is seldom asked about.
  if (ranges == nullptr) {
    node.cost = input->rows * Costs::kExpression *
                static_cast<double>(conditions.size());
  }
  node.cost += input->cost;
  node.step = FilterStep{std::move(conditions), scope, std::move(ranges)};
  node.inputs = {std::move(input)};
  return Make(std::move(node));
}

PlanPtr ExtendNode(PlanPtr input, Variable variable,
                   SharedExpression expression, const ExpressionScope& scope) {
  PlanNode node;
  node.schema = input->schema;
  node.schema.push_back(variable);
  node.certain = input->certain;
  if (expression->kind == Expression::Kind::kConstant ||
      (expression->kind == Expression::Kind::kVariable &&
       input->certain.Has(expression->variable))) {
    node.certain.Add(variable);
  }
  node.order = input->order;
  node.descending = input->descending;
  node.rows = input->rows;
  node.cost = input->cost + input->rows * Costs::kExpression;
  node.step = ExtendStep{variable, std::move(expression), scope};
  node.inputs = {std::move(input)};
  return Make(std::move(node));
}

PlanPtr ProjectNode(PlanPtr input, std::vector<Variable> schema) {
  if (schema == input->schema) return input;
  PlanNode node;
  node.order = KeptOrder(input->order, schema);
  node.descending = KeptDescending(*input, schema);
  node.certain = KeptCertain(input->certain, schema);
  node.schema = std::move(schema);
  node.rows = input->rows;
  node.cost = input->cost + input->rows * Costs::kOutputRow;
  node.step = ProjectStep{};
  node.inputs = {std::move(input)};
  return Make(std::move(node));
}

PlanPtr UnionNode(std::vector<PlanPtr> inputs) {
  PlanNode node;
  node.certain = inputs[0]->certain;
  for (const PlanPtr& input : inputs) {
    for (const Variable v : input->schema) {
      if (std::find(node.schema.begin(), node.schema.end(), v) ==
          node.schema.end()) {
        node.schema.push_back(v);
      }
    }
    node.certain = VariableSet::Common(node.certain, input->certain);
    node.rows += input->rows;
    node.cost += input->cost;
  }
  node.step = UnionStep{};
  node.inputs = std::move(inputs);
  return Make(std::move(node));
}

PlanPtr DistinctNode(PlanPtr input, bool adjacent_only) {
  input = MergedRepeats(SortedByColumns(std::move(input)), Repeats::kDropped);
  PlanNode node;
  node.schema = input->schema;
  node.certain = input->certain;
  node.order = input->order;
  node.descending = input->descending;
  // Equal rows are neighbours where all columns are sorted by.
  const bool sorted = VariableSet(input->order).size() == input->schema.size();
  node.rows = input->rows;
  node.cost =
      input->cost + input->rows * (adjacent_only || sorted ? Costs::kOutputRow
                                                           : Costs::kHashBuild);
  node.step = DistinctStep{adjacent_only || sorted};
  node.inputs = {std::move(input)};
  return Make(std::move(node));
}

PlanPtr SortNode(PlanPtr input, SortStep step, const VariableSet& needed) {
  PlanNode node;
  for (const Variable v : input->schema) {
    if (needed.Has(v)) node.schema.push_back(v);
  }
  node.certain = KeptCertain(input->certain, node.schema);
  node.rows = std::min(input->rows, static_cast<double>(step.limit));
  node.cost = input->cost + Costs::kSortRow * input->rows *
                                std::log2(std::max(2.0, input->rows));
  step.stops_early = step.limit < Slice::kNoLimit && !step.keys.empty() &&
                     step.keys[0].descending &&
                     input->descending == step.keys[0].variable;
  node.step = std::move(step);
  node.inputs = {std::move(input)};
  return Make(std::move(node));
}

PlanPtr ProductNode(std::vector<PlanPtr> inputs, uint64_t limit) {
  PlanNode node;
  node.rows = 1;
  for (const PlanPtr& input : inputs) {
    node.schema.insert(node.schema.end(), input->schema.begin(),
                       input->schema.end());
    node.certain.Add(input->certain);
    node.rows *= std::max(1.0, input->rows);
    node.cost += input->cost;
  }
  // The sum of limit / i over the rows of all inputs but one, roughly.
  const auto most = static_cast<double>(limit);
  node.rows = std::min(node.rows, most * std::log2(std::max(2.0, most)));
  node.cost += Costs::kOutputRow * node.rows;
  node.step = ProductStep{limit};
  node.inputs = std::move(inputs);
  return Make(std::move(node));
}

PlanPtr SliceNode(PlanPtr input, uint64_t offset, uint64_t limit) {
  PlanNode node;
  node.schema = input->schema;
  node.certain = input->certain;
  node.order = input->order;
  node.descending = input->descending;
  node.rows = std::min(input->rows, static_cast<double>(limit));
  node.cost = input->cost;
  node.step = SliceStep{offset, limit};
  node.inputs = {std::move(input)};
  return Make(std::move(node));
}

std::vector<Variable> JoinSchema(const PlanNode& left, const PlanNode& right,
                                 const VariableSet& needed) {
  std::vector<Variable> schema;
  for (const Variable v : left.schema) {
    if (needed.Has(v)) schema.push_back(v);
  }
  for (const Variable v : right.schema) {
    if (needed.Has(v) && !left.Column(v)) schema.push_back(v);
  }
  return schema;
}

std::vector<Variable> KeptOrder(const std::vector<Variable>& order,
                                const std::vector<Variable>& schema) {
  std::vector<Variable> kept;
  for (const Variable v : order) {
    if (std::find(schema.begin(), schema.end(), v) == schema.end()) break;
    kept.push_back(v);
  }
  return kept;
}

PlanPtr HashJoinNode(PlanPtr left, PlanPtr right, HashJoinStep step,
                     const VariableSet& needed, double rows) {
  PlanNode node;
  step.shared = VariableSet::Common(VariableSet(left->schema),
                                    VariableSet(right->schema));
  const bool joins =
      step.kind == JoinKind::kInner || step.kind == JoinKind::kLeft;
  if (!joins) right = MergedRepeats(std::move(right), Repeats::kDropped);
  node.schema = joins ? JoinSchema(*left, *right, needed)
                      : JoinSchema(*left, *left, needed);
  node.certain = step.kind == JoinKind::kInner
                     ? VariableSet::Union(left->certain, right->certain)
                     : left->certain;
  node.certain = KeptCertain(node.certain, node.schema);
  // Rows that a condition leaves alone come at the end of their batch; a
  // variable that the right side may bind is not sorted.
  if (step.condition == nullptr) {
    for (const Variable v : KeptOrder(left->order, node.schema)) {
      if (!left->certain.Has(v)) break;
      node.order.push_back(v);
    }
    node.descending = KeptDescending(*left, node.schema);
  }
  node.rows = rows;
  node.cost = left->cost + right->cost + Costs::kHashBuild * right->rows +
              Costs::kHashProbe * left->rows + Costs::kOutputRow * rows;
  node.step = std::move(step);
  node.inputs = {std::move(left), std::move(right)};
  return Make(std::move(node));
}

PlanPtr MergeJoinNode(PlanPtr left, PlanPtr right, std::vector<Variable> key,
                      const VariableSet& needed, double rows, double cost) {
  PlanNode node;
  node.schema = JoinSchema(*left, *right, needed);
  node.certain = KeptCertain(VariableSet::Union(left->certain, right->certain),
                             node.schema);
  node.order = KeptOrder(left->order, node.schema);
  node.rows = rows;
  node.cost = cost;
  node.step = MergeJoinStep{std::move(key)};
  node.inputs = {std::move(left), std::move(right)};
  return Make(std::move(node));
}

PlanPtr BindJoinNode(PlanPtr left, PlanPtr right, BindJoinStep step,
                     const VariableSet& needed, double rows) {
  PlanNode node;
  const bool joins =
      step.kind == JoinKind::kInner || step.kind == JoinKind::kLeft;
  if (!joins) right = MergedRepeats(std::move(right), Repeats::kDropped);
  node.schema = joins ? JoinSchema(*left, *right, needed)
                      : JoinSchema(*left, *left, needed);
  node.certain = step.kind == JoinKind::kInner
                     ? VariableSet::Union(left->certain, right->certain)
                     : left->certain;
  node.certain = KeptCertain(node.certain, node.schema);
  for (const Variable v : KeptOrder(left->order, node.schema)) {
    if (!left->certain.Has(v)) break;
    node.order.push_back(v);
  }
  node.descending = KeptDescending(*left, node.schema);
  node.rows = rows;
  node.cost = left->cost + left->rows * (right->cost + Costs::kRunPlan) +
              Costs::kOutputRow * rows;
  node.step = std::move(step);
  node.inputs = {std::move(left), std::move(right)};
  return Make(std::move(node));
}

double StartCost(const PlanNode& plan) {
  if (std::holds_alternative<ScanStep>(plan.step)) return Costs::kOpenScan;
  if (const auto* table = std::get_if<TableStep>(&plan.step))
    return table->start_cost;
  if (std::holds_alternative<HashJoinStep>(plan.step)) {
    return StartCost(*plan.inputs[0]) + plan.inputs[1]->cost +
           Costs::kHashBuild * plan.inputs[1]->rows;
  }
  if (std::holds_alternative<BindJoinStep>(plan.step)) {
    return StartCost(*plan.inputs[0]) + plan.inputs[1]->cost + Costs::kRunPlan;
  }
  if (std::holds_alternative<MergeJoinStep>(plan.step))
    return StartCost(*plan.inputs[0]) + StartCost(*plan.inputs[1]);
  const bool streams = std::holds_alternative<FilterStep>(plan.step) ||
                       std::holds_alternative<ExtendStep>(plan.step) ||
                       std::holds_alternative<ProjectStep>(plan.step) ||
                       std::holds_alternative<DistinctStep>(plan.step) ||
                       std::holds_alternative<UnionStep>(plan.step) ||
                       std::holds_alternative<SliceStep>(plan.step) ||
                       std::holds_alternative<TripleTermStep>(plan.step);
  return streams ? StartCost(*plan.inputs[0]) : plan.cost;
}

double Selectivity(const Expression& condition) {
  switch (condition.kind) {
    case Expression::Kind::kEqual:
      return 0.05;
    case Expression::Kind::kNotEqual:
      return 0.9;
    case Expression::Kind::kIn:
      return 0.1;
    default:
      return 1.0 / 3;
  }
}

}  // namespace skg::query::plan
