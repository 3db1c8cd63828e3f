#include "query/plan/order_planner.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/plan/aggregate_planner.h"
#include "query/plan/nodes.h"
#include "query/plan/variables.h"

namespace skg::query::plan {
namespace {

using Keys = std::vector<const OrderBy::Key*>;

VariableSet VariablesOf(const Keys& keys) {
  VariableSet variables;
  for (const OrderBy::Key* key : keys)
    variables.Add(plan::VariablesOf(key->expression));
  return variables;
}

// The input sorted by these keys, whose columns it gets.
PlanPtr Sorted(Planner& planner, PlanPtr input, const Keys& keys,
               const Planner::SortRequest& request, const Scope& scope,
               const VariableSet& needed) {
  SortStep step;
  step.limit = request.limit;
  for (const OrderBy::Key* key : keys) {
    step.keys.push_back({ColumnOf(key->expression, scope, planner, &input),
                         key->descending, key->collation});
  }
  if (request.first_of) {
    step.first_of.emplace();
    for (const Variable v : *request.first_of) {
      if (input->Column(v)) step.first_of->push_back(v);
    }
  }
  return SortNode(std::move(input), std::move(step), needed);
}

// A part of a join, and the keys that are about it.
struct Part {
  const Algebra* algebra = nullptr;
  VariableSet visible;
  Keys keys;
};

// The inputs of a join that have nothing in common, and for each its keys; none
// where there are no such.
std::vector<Part> IndependentParts(const OrderBy& node, const Scope& scope) {
  const auto* join = std::get_if<Join>(&node.input->node);
  if (join == nullptr || scope.in_each_graph()) return {};
  std::vector<Part> parts;
  VariableSet met;
  for (const AlgebraPtr& input : join->inputs) {
    Part& part = parts.emplace_back();
    part.algebra = input.get();
    part.visible = VariableSet::Without(VisibleVariables(*input), scope.given);
    if (met.Meets(part.visible)) return {};
    met.Add(part.visible);
  }
  for (const OrderBy::Key& key : node.keys) {
    const VariableSet variables = plan::VariablesOf(key.expression);
    const auto of = std::find_if(
        parts.begin(), parts.end(),
        [&](const Part& part) { return part.visible.Covers(variables); });
    if (of == parts.end() || variables.empty() || !IsPure(key.expression))
      return {};
    of->keys.push_back(&key);
  }
  return parts;
}

absl::StatusOr<PlanPtr> PlanProduct(Planner& planner, const OrderBy& node,
                                    const std::vector<Part>& parts,
                                    const Planner::SortRequest& request,
                                    const Scope& scope,
                                    const VariableSet& needed) {
  std::vector<PlanPtr> inputs;
  VariableSet columns = needed;
  for (const OrderBy::Key& key : node.keys)
    columns.Add(plan::VariablesOf(key.expression));
  for (const Part& part : parts) {
    const VariableSet wanted = VariableSet::Common(columns, part.visible);
    SKG_ASSIGN_OR_RETURN(PlanPtr plan,
                         planner.Plan(*part.algebra, scope, wanted));
    Planner::SortRequest own{request.limit, {}};
    if (request.first_of)
      own.first_of = VariableSet::Common(*request.first_of, part.visible);
    inputs.push_back(
        Sorted(planner, std::move(plan), part.keys, own, scope, wanted));
  }
  Keys keys;
  for (const OrderBy::Key& key : node.keys) keys.push_back(&key);
  // Rows of a part are different already, and so are their combinations.
  return Sorted(planner, ProductNode(std::move(inputs), request.limit), keys,
                {request.limit, {}}, scope, needed);
}

}  // namespace

absl::StatusOr<PlanPtr> PlanOrderBy(Planner& planner, const OrderBy& node,
                                    const Scope& scope,
                                    const VariableSet& needed) {
  const Planner::SortRequest request = planner.TakeSortRequest();
  if (request.limit != Slice::kNoLimit) {
    const std::vector<Part> parts = IndependentParts(node, scope);
    if (!parts.empty())
      return PlanProduct(planner, node, parts, request, scope, needed);
  }
  Keys keys;
  for (const OrderBy::Key& key : node.keys) keys.push_back(&key);
  VariableSet wanted = VariableSet::Union(needed, VariablesOf(keys));
  if (request.first_of) wanted.Add(*request.first_of);
  const Expression& first = node.keys[0].expression;
  if (request.limit != Slice::kNoLimit && node.keys[0].descending &&
      first.kind == Expression::Kind::kVariable && IsGroupBelow(*node.input)) {
    planner.LimitNextGroup({request.limit, first.variable});
  }
  SKG_ASSIGN_OR_RETURN(PlanPtr input, planner.Plan(*node.input, scope, wanted));
  return Sorted(planner, std::move(input), keys, request, scope, needed);
}

}  // namespace skg::query::plan
