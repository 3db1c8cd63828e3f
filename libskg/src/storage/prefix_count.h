// Exact numbers under a key prefix, from sums of signs: nothing is merged.
#pragma once

#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "storage/graph_state.h"
#include "storage/read_view.h"
#include "storage/row_key.h"

namespace skg::storage {

// Statements and triples under the prefix of one order, as the snapshot sees
// them. Reads the delta's rows of the prefix and at most two blocks of each run
// that the snapshot sees as a whole; the others are counted as skipped.
// `counters` may be null.
[[nodiscard]] absl::StatusOr<Counts> CountPrefix(
    const Snapshot& snapshot, IndexOrder order, const TermPrefix& prefix,
    const Cancellation* cancellation, ReadCounters* counters = nullptr);

// The sums of a pattern over the orders that its scope needs.
[[nodiscard]] absl::StatusOr<Counts> CountPattern(
    const Snapshot& snapshot, const ScanPattern& pattern,
    const Cancellation* cancellation, ReadCounters* counters = nullptr);

}  // namespace skg::storage
