#include "query/plan/parallel.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "query/exec/operators.h"
#include "query/plan/variables.h"

namespace skg::query::plan {
namespace {

bool IsPureOrAbsent(const SharedExpression& condition) {
  return condition == nullptr || IsPure(*condition);
}

bool ArePure(const std::vector<SharedExpression>& conditions) {
  return std::all_of(conditions.begin(), conditions.end(), IsPureOrAbsent);
}

// Whoever runs it, and how often, its rows are the same.
bool MayRunAnywhere(const PlanNode& node) {
  bool may = std::holds_alternative<ScanStep>(node.step) ||
             std::holds_alternative<ValuesStep>(node.step) ||
             std::holds_alternative<UnionStep>(node.step) ||
             std::holds_alternative<ProjectStep>(node.step) ||
             std::holds_alternative<DistinctStep>(node.step) ||
             std::holds_alternative<PathStep>(node.step);
  if (const auto* filter = std::get_if<FilterStep>(&node.step))
    may = ArePure(filter->conditions);
  if (const auto* extend = std::get_if<ExtendStep>(&node.step))
    may = IsPure(*extend->expression);
  if (const auto* join = std::get_if<BindJoinStep>(&node.step))
    may = IsPureOrAbsent(join->condition);
  return may &&
         std::all_of(node.inputs.begin(), node.inputs.end(),
                     [](const PlanPtr& in) { return MayRunAnywhere(*in); });
}

bool AsksServices(const PlanNode& node) {
  return std::holds_alternative<ServiceStep>(node.step) ||
         std::any_of(node.inputs.begin(), node.inputs.end(),
                     [](const PlanPtr& in) { return AsksServices(*in); });
}

// What comes of a batch of its first input does not depend on the other
// batches, nor on who computes it.
bool WorksByBatch(const PlanNode& node) {
  if (const auto* filter = std::get_if<FilterStep>(&node.step))
    return ArePure(filter->conditions);
  if (const auto* extend = std::get_if<ExtendStep>(&node.step))
    return IsPure(*extend->expression);
  if (std::holds_alternative<HashJoinStep>(node.step)) {
    // Services are asked about the rows of the other side.
    return exec::IsKeyJoin(node, *node.inputs[0], *node.inputs[1]) &&
           !AsksServices(node);
  }
  if (const auto* join = std::get_if<BindJoinStep>(&node.step))
    return IsPureOrAbsent(join->condition) && MayRunAnywhere(*node.inputs[1]);
  return std::holds_alternative<ProjectStep>(node.step);
}

// For one row, where an expression is 1.
double WorkOfRow(const PlanNode& node) {
  if (std::holds_alternative<ProjectStep>(node.step)) return 0;
  constexpr double kProbe = 0.125;
  return std::holds_alternative<HashJoinStep>(node.step) ? kProbe : 1;
}

PlanPtr WithThreads(PlanPtr input, size_t steps) {
  PlanNode node;
  node.schema = input->schema;
  node.certain = input->certain;
  node.order = input->order;
  node.descending = input->descending;
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
  if (const auto* sort = std::get_if<SortStep>(&plan.step);
      sort != nullptr && sort->stops_early) {
    return sort->limit < limits.parallel_rows ? Asked::kFew : Asked::kAll;
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
  // The chain from here down.
  size_t steps = 0;
  double work = 0;
  const PlanNode* below = plan.get();
  while (WorksByBatch(*below)) {
    work += WorkOfRow(*below);
    ++steps;
    below = below->inputs[0].get();
  }
  if (work == 0 || below->rows * std::min(work, 1.0) < limits.parallel_rows ||
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
    // It is read before there are threads.
    if (std::holds_alternative<HashJoinStep>(node->step)) {
      node->inputs[1] = Parallelised(node->inputs[1], limits, Asked::kAll);
    }
    made = std::move(node);
  }
  return WithThreads(std::move(made), steps);
}

}  // namespace

PlanPtr Parallelised(PlanPtr plan, const PlanLimits& limits) {
  return Parallelised(std::move(plan), limits, Asked::kAll);
}

}  // namespace skg::query::plan
