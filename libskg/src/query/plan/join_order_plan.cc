// JoinOrder: from the ways that were chosen to a plan.
#include <algorithm>
#include <bit>
#include <memory>
#include <utility>
#include <vector>

#include "query/plan/join_order.h"
#include "query/plan/nodes.h"

namespace skg::query::plan {

bool JoinOrder::Asks(const JoinFilter& filter, Mask mask) const {
  return mask == Bit(parts_.size()) - 1 ||
         (!filter.last &&
          VariableSet::Union(subsets_.at(mask).certain, scope_.given)
              .Covers(filter.variables));
}

std::vector<const JoinFilter*> JoinOrder::FiltersAt(Mask mask, Mask left,
                                                    Mask right) const {
  std::vector<const JoinFilter*> filters;
  for (const JoinFilter& filter : filters_) {
    if (Asks(filter, mask) && (left == 0 || !Asks(filter, left)) &&
        (right == 0 || !Asks(filter, right))) {
      filters.push_back(&filter);
    }
  }
  return filters;
}

PlanPtr JoinOrder::AddFilters(PlanPtr plan, Mask mask, Mask left,
                              Mask right) const {
  std::vector<SharedExpression> conditions;
  double selectivity = 1;
  for (const JoinFilter* filter : FiltersAt(mask, left, right)) {
    conditions.push_back(filter->condition);
    selectivity *= Selectivity(*filter->condition);
  }
  return FilterNode(std::move(plan), std::move(conditions), scope_,
                    selectivity);
}

PlanPtr JoinOrder::BuildRead(size_t part, const PlanPtr& plan, Mask mask,
                             const VariableSet& needed) const {
  PlanPtr read = plan;
  if (const auto* scan = std::get_if<ScanStep>(&plan->step)) {
    read = ScanNode(*scan, VariableSet::Common(needed, parts_[part].variables),
                    plan->rows);
  }
  return AddFilters(std::move(read), mask, 0, 0);
}

PlanPtr JoinOrder::Build(Mask mask, const Way& way,
                         const VariableSet& needed) const {
  VariableSet here = needed;
  for (const JoinFilter* f : FiltersAt(mask, way.left_mask, way.right_mask))
    here.Add(f->variables);
  if (way.how == How::kRead) {
    const auto part = static_cast<size_t>(std::countr_zero(mask));
    return BuildRead(part, parts_[part].plans[way.right], mask, here);
  }
  const Subset& a = subsets_.at(way.left_mask);
  const Subset& b = subsets_.at(way.right_mask);
  const double rows = subsets_.at(mask).rows;
  const VariableSet shared = VariableSet::Common(a.variables, b.variables);
  const VariableSet below = VariableSet::Union(here, shared);
  PlanPtr left = Build(way.left_mask, a.ways[way.left], below);
  PlanPtr joined;
  if (way.how == How::kBind) {
    const auto part = static_cast<size_t>(std::countr_zero(way.right_mask));
    const VariableSet& required = parts_[part].required;
    // Filters of the part alone are asked after the join, if there are any.
    PlanPtr right = AddFilters(way.bound, way.right_mask, 0, 0);
    joined =
        BindJoinNode(std::move(left), std::move(right),
                     {JoinKind::kInner, required.empty() ? shared : required,
                      nullptr, scope_},
                     here, rows);
  } else {
    PlanPtr right = Build(way.right_mask, b.ways[way.right], below);
    joined = way.how == How::kMerge
                 ? MergeJoinNode(std::move(left), std::move(right), way.key,
                                 here, rows, way.cost)
                 : HashJoinNode(std::move(left), std::move(right),
                                {JoinKind::kInner, {}, {}, nullptr, scope_},
                                here, rows);
  }
  if (std::vector<Alternative> others = Alternatives(mask, way);
      !others.empty()) {
    auto noted = std::make_shared<PlanNode>(*joined);
    noted->alternatives = std::move(others);
    joined = std::move(noted);
  }
  return AddFilters(std::move(joined), mask, way.left_mask, way.right_mask);
}

std::vector<PlanPtr> JoinOrder::PartsOf(Mask mask) const {
  std::vector<PlanPtr> plans;
  for (size_t i = 0; i < parts_.size(); ++i) {
    if ((mask & Bit(i)) == 0) continue;
    // Null: one that cannot be read by itself.
    plans.push_back(parts_[i].plans.empty() ? nullptr : parts_[i].plans[0]);
  }
  return plans;
}

std::vector<Alternative> JoinOrder::Alternatives(Mask mask,
                                                 const Way& chosen) const {
  std::vector<const Way*> ways;
  for (const Way& way : subsets_.at(mask).ways) {
    if (&way != &chosen) ways.push_back(&way);
  }
  std::stable_sort(ways.begin(), ways.end(), [](const Way* a, const Way* b) {
    return a->cost < b->cost;
  });
  std::vector<Alternative> alternatives;
  const auto add = [&](const auto& way) -> Alternative& {
    Alternative& added = alternatives.emplace_back();
    added.how = way.how == How::kHash    ? Alternative::How::kHash
                : way.how == How::kMerge ? Alternative::How::kMerge
                                         : Alternative::How::kIndex;
    added.left = PartsOf(way.left_mask);
    added.right = PartsOf(way.right_mask);
    added.cost = way.cost;
    return added;
  };
  for (size_t i = 0; i < ways.size(); ++i) {
    const Way& way = *ways[i];
    // Those that differ in what is below them only are one.
    const bool again = std::any_of(
        ways.begin(), ways.begin() + static_cast<std::ptrdiff_t>(i),
        [&](const Way* other) {
          return other->how == way.how && other->left_mask == way.left_mask &&
                 other->order == way.order;
        });
    if (!again) add(way).order = way.order;
  }
  if (const auto& dropped = subsets_.at(mask).dropped) add(*dropped);
  return alternatives;
}

}  // namespace skg::query::plan
