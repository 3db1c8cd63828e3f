// FILTER EXISTS and FILTER NOT EXISTS.
#pragma once

#include "absl/status/statusor.h"
#include "query/plan/planner.h"

namespace skg::query::plan {

// Whether the condition is one of the two, alone.
[[nodiscard]] bool IsExistence(const Expression& condition);

// The rows of `input` that pass the condition: by a table of all that its
// pattern matches where that gives the same as asking for each row, and is
// cheaper; else by asking.
[[nodiscard]] absl::StatusOr<PlanPtr> PlanExistence(
    Planner& planner, PlanPtr input, const SharedExpression& condition,
    const Scope& scope, const VariableSet& needed);

}  // namespace skg::query::plan
