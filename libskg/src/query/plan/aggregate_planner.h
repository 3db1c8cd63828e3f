// Groups: what computes columns first and then needs all rows.
#pragma once

#include "absl/status/statusor.h"
#include "query/plan/planner.h"

namespace skg::query::plan {

// Where only one scan is counted, nothing is read.
[[nodiscard]] absl::StatusOr<PlanPtr> PlanGroup(Planner& planner,
                                                const Group& node,
                                                const Scope& scope);

// The column of an expression, added to the plan unless it is one.
[[nodiscard]] Variable ColumnOf(const Expression& expression,
                                const Scope& scope, Planner& planner,
                                PlanPtr* plan);

}  // namespace skg::query::plan
