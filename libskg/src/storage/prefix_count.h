// Exact numbers under a key prefix, from sums of signs: nothing is merged.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "storage/graph_state.h"
#include "storage/read_view.h"
#include "storage/row_key.h"

namespace skg::storage {

// Rows of one order that begin with these terms, and whose next term, if so, is
// in a range.
struct CountedRows {
  TermPrefix prefix;
  std::optional<TermRange> next;
};

// Statements and triples among the rows, as the snapshot sees them. Reads the
// delta's rows and at most two blocks of each run that the snapshot sees as a
// whole; the others are counted as skipped. `counters` may be null.
[[nodiscard]] absl::StatusOr<Counts> CountPrefix(
    const Snapshot& snapshot, IndexOrder order, const CountedRows& rows,
    const Cancellation* cancellation, ReadCounters* counters = nullptr);

// The sums of a pattern over the orders that its scope needs. `next`: of the
// first place of the order that the pattern leaves free.
[[nodiscard]] absl::StatusOr<Counts> CountPattern(
    const Snapshot& snapshot, const ScanPattern& pattern, TermOrder order,
    const std::optional<TermRange>& next, const Cancellation* cancellation,
    ReadCounters* counters = nullptr);

}  // namespace skg::storage
