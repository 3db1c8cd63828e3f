#include "query/plan/repeats.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "query/plan/nodes.h"
#include "query/plan/variables.h"

namespace skg::query::plan {
namespace {

// What a step allows its inputs; unset: they stay.
struct Allowed {
  std::vector<std::optional<Repeats>> inputs;
  bool itself = false;
};

class Visitor {
 public:
  Visitor(const PlanNode& node, Repeats repeats)
      : node_(node), repeats_(repeats) {}

  Allowed operator()(const ScanStep& step) const {
    // Parallel edges have records of their own.
    if (step.record != nullptr) return {};
    for (const Variable v : node_.schema) {
      if (step.statement != nullptr && step.statement->FieldOf(v)) return {};
    }
    // With all its variables each row is another.
    VariableSet variables;
    for (const Place* place : {&step.subject, &step.predicate, &step.object}) {
      if (place->kind == Place::Kind::kVariable) variables.Add(place->variable);
      if (place->kind == Place::Kind::kAny) return {{}, true};
    }
    if (!step.graph.is_default) {
      if (step.graph.name.kind == Place::Kind::kVariable)
        variables.Add(step.graph.name.variable);
      if (step.graph.name.kind == Place::Kind::kAny) return {{}, true};
    }
    return {{}, variables.size() > node_.schema.size()};
  }
  Allowed operator()(const MergeJoinStep&) const {
    return {{repeats_, repeats_}, true};
  }
  Allowed operator()(const HashJoinStep& step) const {
    if (step.condition != nullptr) return {};
    return Join(step.kind);
  }
  Allowed operator()(const BindJoinStep& step) const {
    if (step.condition != nullptr) return {};
    return Join(step.kind);
  }
  Allowed operator()(const FilterStep& step) const {
    const bool pure =
        std::all_of(step.conditions.begin(), step.conditions.end(),
                    [](const auto& condition) { return IsPure(*condition); });
    return pure ? Allowed{{repeats_}, true} : Allowed{};
  }
  Allowed operator()(const ExtendStep& step) const {
    return IsPure(*step.expression) ? Allowed{{repeats_}, true} : Allowed{};
  }
  Allowed operator()(const ProjectStep&) const { return {{repeats_}, true}; }
  Allowed operator()(const UnionStep&) const {
    return {std::vector<std::optional<Repeats>>(node_.inputs.size(), repeats_),
            true};
  }
  template <typename Step>
  Allowed operator()(const Step&) const {
    return {};
  }

 private:
  Allowed Join(JoinKind kind) const {
    const bool joins = kind == JoinKind::kInner || kind == JoinKind::kLeft;
    return {{repeats_, joins ? repeats_ : Repeats::kDropped}, true};
  }

  const PlanNode& node_;
  const Repeats repeats_;
};

}  // namespace

PlanPtr SortedByColumns(PlanPtr plan) {
  if (const auto* scan = std::get_if<ScanStep>(&plan->step)) {
    // Ranges are of one order.
    if (scan->record != nullptr || scan->ranges != nullptr) return plan;
    for (const storage::TermOrder order : UsefulOrders(*scan, true)) {
      if (plan->order.size() >= plan->schema.size()) break;
      ScanStep step = *scan;
      step.order = order;
      PlanPtr other = ScanNode(step, VariableSet(plan->schema), plan->rows);
      if (other->order.size() >= other->schema.size()) plan = std::move(other);
    }
    return plan;
  }
  const bool passes = std::holds_alternative<FilterStep>(plan->step) ||
                      std::holds_alternative<ExtendStep>(plan->step) ||
                      std::holds_alternative<ProjectStep>(plan->step);
  if (!passes) return plan;
  auto sorted = std::make_shared<PlanNode>(*plan);
  sorted->inputs[0] = SortedByColumns(sorted->inputs[0]);
  if (sorted->inputs[0] == plan->inputs[0]) return plan;
  sorted->order = KeptOrder(sorted->inputs[0]->order, sorted->schema);
  return sorted;
}

PlanPtr MergedRepeats(PlanPtr plan, Repeats repeats) {
  if (repeats == Repeats::kKept) return plan;
  const Allowed allowed = std::visit(Visitor(*plan, repeats), plan->step);
  if (!allowed.itself) return plan;
  auto merged = std::make_shared<PlanNode>(*plan);
  merged->repeats = repeats;
  for (size_t i = 0; i < allowed.inputs.size(); ++i) {
    if (allowed.inputs[i]) {
      merged->inputs[i] =
          MergedRepeats(std::move(merged->inputs[i]), *allowed.inputs[i]);
    }
  }
  return merged;
}

}  // namespace skg::query::plan
