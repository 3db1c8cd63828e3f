// Orders: all rows, or the first of them.
#pragma once

#include "absl/status/statusor.h"
#include "query/plan/planner.h"

namespace skg::query::plan {

// Of a join of parts that have no variable in common, of whose rows only some
// first ones are asked for, each part is sorted and cut by itself: not all
// combinations of their rows are made.
[[nodiscard]] absl::StatusOr<PlanPtr> PlanOrderBy(Planner& planner,
                                                  const OrderBy& node,
                                                  const Scope& scope,
                                                  const VariableSet& needed);

}  // namespace skg::query::plan
