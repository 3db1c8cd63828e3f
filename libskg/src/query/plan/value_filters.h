// Filters that compare a variable with constants, as ranges of what a scan
// reads.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "query/plan/planner.h"

namespace skg::query::plan {

// A scan, and what filters are left to ask of its rows.
struct RangedScan {
  ScanStep step;
  double rows = 0;  // that it has, as an estimate
  // Asked of rows that are in no exact range of step.ranges.
  Filters asked;
  Filters rest;  // nothing is known of them
};

// `rows` is the estimate of the scan without its filters. Where ranges do not
// pay or filters know none, all is as it was. Cost: a count in the store for
// each range. Errors: those of counting.
[[nodiscard]] absl::StatusOr<RangedScan> WithRanges(Planner& planner,
                                                    const ScanStep& scan,
                                                    double rows,
                                                    const Filters& filters);

// The scan with its filters on top, sorted and with columns as ScanNode makes
// them; `input`: that of the scan alone, or what was put above it.
[[nodiscard]] PlanPtr FilteredRanges(PlanPtr input, const RangedScan& scan,
                                     const Scope& scope);

}  // namespace skg::query::plan
