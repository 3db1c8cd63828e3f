// Where rows that are equal may be one row.
#pragma once

#include "query/plan/plan_node.h"

namespace skg::query::plan {

// The same plan for somebody who asks of equal solutions only how many they are
// (kCounted), or not even that (kDropped). Orders stay as they are.
[[nodiscard]] PlanPtr MergedRepeats(PlanPtr plan, Repeats repeats);

// The same plan, for somebody who asks for no order: where it reads one
// pattern, it does so in an order that puts equal rows together, if there is
// one.
[[nodiscard]] PlanPtr SortedByColumns(PlanPtr plan);

}  // namespace skg::query::plan
