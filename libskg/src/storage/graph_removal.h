// The end of dropped graphs: their rows are deleted in batches, and the place
// of large ones is given back.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/kv.h"

namespace skg::storage {

// A range of one family in which much was deleted.
struct DeletedRange {
  Family family = Family::kCatalog;
  std::string begin, end;
};

// Deletes every row of these graphs (ascending numbers, which nobody writes to
// any more) and their entries in the catalog's list of dropped graphs, in one
// batch; what a crash loses of it is done again. Returns what is worth
// compacting. O(graphs x families), and no more where a graph is large.
[[nodiscard]] absl::StatusOr<std::vector<DeletedRange>> DeleteGraphRows(
    KvStore& kv, std::span<const uint32_t> graphs);

// Gives back the place of what was deleted. `stop`, if given, ends it early.
[[nodiscard]] absl::Status ReclaimSpace(KvStore& kv,
                                        const std::vector<DeletedRange>& ranges,
                                        std::atomic<bool>* stop);

// The same for all that a graph has.
[[nodiscard]] absl::Status ReclaimSpace(KvStore& kv, uint32_t graph);

}  // namespace skg::storage
