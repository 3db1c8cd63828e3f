// VersionMerge: the rules by which rows of several epochs and runs become one
// live and one history run (architecture page, Storage: statements are
// versioned rows).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "base/cancellation.h"
#include "storage/row_source.h"
#include "storage/run.h"

namespace skg::storage {

struct VersionMergeOptions {
  // A remove that hides nothing (its statement's signs sum to 0) becomes
  // history. Only right where no row that is not merged may stand between the
  // merged commits.
  bool settle_removes = false;
  const Cancellation* cancellation = nullptr;
};

// Reads all sources to their end. Of the rows of a statement the newest stays
// live with the sums of all their signs; each older one goes to `history` with
// the newest one's commit as its end; rows that have an end already go there
// as they are. Both outputs are in key order. O(rows x sources); memory: the
// versions of one statement, up to a bound.
[[nodiscard]] absl::Status MergeVersions(
    std::vector<std::unique_ptr<RowSource>> sources, IndexOrder order,
    const VersionMergeOptions& options,
    const std::function<absl::Status(const RunRow&)>& live,
    const std::function<absl::Status(const RunRow&)>& history);

}  // namespace skg::storage
