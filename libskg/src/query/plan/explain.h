// EXPLAIN and PROFILE: a plan, and what its operators did, for people and as
// JSON.
#pragma once

#include <string>

#include "query/exec/context.h"
#include "query/plan/plan_node.h"

namespace skg::query::plan {

// One line for each operator, inputs below and further in:
//   hash join on ?x -> ?x ?y  (rows ~120, cost 4310)
// With `profile`, also rows, batches, milliseconds and bytes that were.
[[nodiscard]] std::string PlanText(const PlanNode& plan,
                                   exec::Context& context);
// {"operator", "detail", "columns", "order", "estimated_rows",
//  "estimated_cost", "alternatives", "profile": {...}, "inputs": [...]}
[[nodiscard]] std::string PlanJson(const PlanNode& plan,
                                   exec::Context& context);

}  // namespace skg::query::plan
