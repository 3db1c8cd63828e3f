// What a scan reads of statements' records, planned.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "query/exec/context.h"
#include "query/plan/plan_node.h"
#include "query/plan/planner.h"

namespace skg::query::plan {

// The columns of a record pattern; variables of `given` are parameters. What
// `filters` say of the weight bounds what is read; they are asked all the same.
// Errors: kResourceExhausted, kDataLoss.
[[nodiscard]] absl::StatusOr<std::shared_ptr<const RecordColumns>>
MakeRecordColumns(const RecordPattern& pattern, bool needs_reifier,
                  const VariableSet& given, const Filters& filters,
                  exec::Context& context);

}  // namespace skg::query::plan
