// The union of default and named graphs as one sorted scan, with a
// transaction's overlay on top.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/live_cursor.h"
#include "storage/overlay.h"
#include "storage/read_view.h"

namespace skg::storage {

// The order whose prefix the pattern's bound terms are, so that the scan reads
// nothing that does not match.
[[nodiscard]] TermOrder NaturalOrder(const ScanPattern& pattern);

// The ranges of the index orders that hold what a pattern's bound terms lead
// to in `order`: one of the default (or the one named) graph, one of all named
// graphs, whichever the scope needs.
struct OrderPrefix {
  IndexOrder order = IndexOrder::kGspo;
  TermPrefix prefix;
};
[[nodiscard]] std::vector<OrderPrefix> PrefixesOf(const ScanPattern& pattern,
                                                  TermOrder order);

// `overlay` may be null; it must not change while the cursor lives.
[[nodiscard]] std::unique_ptr<ScanCursor> MakeScan(
    std::shared_ptr<const Snapshot> snapshot, const Overlay* overlay,
    const ScanPattern& pattern, const ScanOptions& options);

}  // namespace skg::storage
