// Which parts of a plan several threads run.
#pragma once

#include "query/exec/query_options.h"
#include "query/plan/plan_node.h"

namespace skg::query::plan {

// Puts a ParallelStep above chains of filters and computed columns over inputs
// of many rows. Not within the inner plans of index joins, which are run often,
// nor below merge joins, which skip.
[[nodiscard]] PlanPtr Parallelised(PlanPtr plan, const PlanLimits& limits);

}  // namespace skg::query::plan
