// GRAPH: patterns in one named graph, or in each of them.
#pragma once

#include "absl/status/statusor.h"
#include "query/plan/planner.h"

namespace skg::query::plan {

// SPARQL 1.1 Query, section 18.6, evaluation of Graph. Patterns that are only
// matched and joined run in all graphs at once, with the graph as one more
// column that all parts share; others run graph by graph.
[[nodiscard]] absl::StatusOr<PlanPtr> PlanGraph(Planner& planner,
                                                const GraphPattern& node,
                                                const Scope& scope,
                                                const VariableSet& needed,
                                                const Filters& filters);

// Whether a pattern means the same with the graph as such a column.
[[nodiscard]] bool WorksInEachGraph(const Algebra& algebra);

}  // namespace skg::query::plan
