// OPTIONAL, and the closures of property paths.
#pragma once

#include "absl/status/statusor.h"
#include "query/plan/planner.h"

namespace skg::query::plan {

// By a table of the right side, or by asking the right side for each left row:
// whichever is cheaper, where both give the same.
[[nodiscard]] absl::StatusOr<PlanPtr> PlanLeftJoin(Planner& planner,
                                                   const LeftJoin& node,
                                                   const Scope& scope,
                                                   const VariableSet& needed,
                                                   const Filters& filters);

// The path is a closure; the graph is none of many.
[[nodiscard]] absl::StatusOr<PlanPtr> PlanClosure(Planner& planner,
                                                  const PathPattern& node,
                                                  const Scope& scope,
                                                  const Filters& filters);

}  // namespace skg::query::plan
