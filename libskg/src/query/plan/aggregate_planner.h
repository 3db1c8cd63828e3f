// Groups and orders: what computes columns first and then needs all rows.
#pragma once

#include "absl/status/statusor.h"
#include "query/plan/planner.h"

namespace skg::query::plan {

// Where only one scan is counted, nothing is read.
[[nodiscard]] absl::StatusOr<PlanPtr> PlanGroup(Planner& planner,
                                                const Group& node,
                                                const Scope& scope);
[[nodiscard]] absl::StatusOr<PlanPtr> PlanOrderBy(Planner& planner,
                                                  const OrderBy& node,
                                                  const Scope& scope,
                                                  const VariableSet& needed);

}  // namespace skg::query::plan
