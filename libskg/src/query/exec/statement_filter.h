// Which statements a query sees at all: those that hold in the world at its
// time, and weigh enough.
#pragma once

#include <memory>

#include "query/exec/query_options.h"
#include "storage/read_view.h"

namespace skg::query::exec {

// Whether options leave statements out. Then what the store counts is more than
// what a scan yields.
[[nodiscard]] inline bool FiltersStatements(const QueryOptions& options) {
  return options.valid_at.has_value() || options.min_weight > 0;
}

// The rows of `scan` that the options let through, in its order; `scan` itself
// where they let all through. `view` is what it reads. Cost: for valid times a
// read for each row that has a record.
[[nodiscard]] std::unique_ptr<storage::ScanCursor> FilterStatements(
    std::unique_ptr<storage::ScanCursor> scan, const storage::ReadView& view,
    const QueryOptions& options);

}  // namespace skg::query::exec
