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

// How much of a plan's rows whoever runs it will ask for.
enum class Asked { kAll, kFew };

PlanPtr Parallelised(PlanPtr plan, const PlanLimits& limits, Asked asked);

// Of an input of a plan of which so much is asked.
Asked AskedOfInput(const PlanNode& plan, size_t input, Asked asked,
                   const PlanLimits& limits) {
  if (const auto* slice = std::get_if<SliceStep>(&plan.step)) {
    const bool few = slice->limit < limits.parallel_rows &&
                     slice->offset < limits.parallel_rows;
    return few ? Asked::kFew : asked;
  }
  // They read all of it before they give anything.
  const bool reads_all =
      std::holds_alternative<SortStep>(plan.step) ||
      std::holds_alternative<GroupStep>(plan.step) ||
      (std::holds_alternative<HashJoinStep>(plan.step) && input == 1);
  return reads_all ? Asked::kAll : asked;
}

// The plan with its inputs parallelised, but for those that must not be.
PlanPtr InputsParallelised(const PlanPtr& plan, const PlanLimits& limits,
                           Asked asked) {
  if (std::holds_alternative<MergeJoinStep>(plan->step)) return plan;
  const bool binds = std::holds_alternative<BindJoinStep>(plan->step);
  std::shared_ptr<PlanNode> changed;
  for (size_t i = 0; i < (binds ? 1 : plan->inputs.size()); ++i) {
    PlanPtr input = Parallelised(plan->inputs[i], limits,
                                 AskedOfInput(*plan, i, asked, limits));
    if (input == plan->inputs[i]) continue;
    if (changed == nullptr) changed = std::make_shared<PlanNode>(*plan);
    changed->inputs[i] = std::move(input);
  }
  return changed == nullptr ? plan : PlanPtr(std::move(changed));
}

PlanPtr Parallelised(PlanPtr plan, const PlanLimits& limits, Asked asked) {
  // The chain from here down, and how many of its steps compute something.
  size_t steps = 0, computing = 0;
  const PlanNode* below = plan.get();
  while (IsRowByRow(*below)) {
    if (!std::holds_alternative<ProjectStep>(below->step)) ++computing;
    ++steps;
    below = below->inputs[0].get();
  }
  if (computing == 0 || below->rows < limits.parallel_rows ||
      asked == Asked::kFew) {
    return InputsParallelised(plan, limits, asked);
  }
  // The nodes of the chain, over an input that may have threads of its own.
  std::vector<PlanPtr> chain = {plan};
  while (chain.size() <= steps) chain.push_back(chain.back()->inputs[0]);
  PlanPtr made = InputsParallelised(chain.back(), limits, asked);
  for (size_t i = steps; i-- > 0;) {
    auto node = std::make_shared<PlanNode>(*chain[i]);
    node->inputs[0] = std::move(made);
    made = std::move(node);
  }
  return WithThreads(std::move(made), steps);
}

}  // namespace

PlanPtr Parallelised(PlanPtr plan, const PlanLimits& limits) {
  return Parallelised(std::move(plan), limits, Asked::kAll);
}

}  // namespace skg::query::plan
