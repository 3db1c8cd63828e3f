#include "query/plan/parallel.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "query/plan/variables.h"

namespace skg::query::plan {
namespace {

// It computes each row by itself, whoever does it.
bool IsRowByRow(const PlanNode& node) {
  if (const auto* filter = std::get_if<FilterStep>(&node.step)) {
    return std::all_of(filter->conditions.begin(), filter->conditions.end(),
                       [](const auto& c) { return IsPure(*c); });
  }
  if (const auto* extend = std::get_if<ExtendStep>(&node.step))
    return IsPure(*extend->expression);
  return std::holds_alternative<ProjectStep>(node.step);
}

PlanPtr WithThreads(PlanPtr input, size_t steps) {
  PlanNode node;
  node.schema = input->schema;
  node.certain = input->certain;
  node.order = input->order;
  node.repeats = input->repeats;
  node.rows = input->rows;
  node.cost = input->cost;
  node.step = ParallelStep{steps};
  node.inputs = {std::move(input)};
  return std::make_shared<const PlanNode>(std::move(node));
}

// The plan with its inputs parallelised, but for those that must not be.
PlanPtr InputsParallelised(const PlanPtr& plan, const PlanLimits& limits) {
  if (std::holds_alternative<MergeJoinStep>(plan->step)) return plan;
  const bool binds = std::holds_alternative<BindJoinStep>(plan->step);
  std::shared_ptr<PlanNode> changed;
  for (size_t i = 0; i < (binds ? 1 : plan->inputs.size()); ++i) {
    PlanPtr input = Parallelised(plan->inputs[i], limits);
    if (input == plan->inputs[i]) continue;
    if (changed == nullptr) changed = std::make_shared<PlanNode>(*plan);
    changed->inputs[i] = std::move(input);
  }
  return changed == nullptr ? plan : PlanPtr(std::move(changed));
}

}  // namespace

PlanPtr Parallelised(PlanPtr plan, const PlanLimits& limits) {
  // The chain from here down, and how many of its steps compute something.
  size_t steps = 0, computing = 0;
  const PlanNode* below = plan.get();
  while (IsRowByRow(*below)) {
    if (!std::holds_alternative<ProjectStep>(below->step)) ++computing;
    ++steps;
    below = below->inputs[0].get();
  }
  if (computing == 0 || below->rows < limits.parallel_rows)
    return InputsParallelised(plan, limits);
  // The nodes of the chain, over an input that may have threads of its own.
  std::vector<PlanPtr> chain = {plan};
  while (chain.size() <= steps) chain.push_back(chain.back()->inputs[0]);
  PlanPtr made = InputsParallelised(chain.back(), limits);
  for (size_t i = steps; i-- > 0;) {
    auto node = std::make_shared<PlanNode>(*chain[i]);
    node->inputs[0] = std::move(made);
    made = std::move(node);
  }
  return WithThreads(std::move(made), steps);
}

}  // namespace skg::query::plan
