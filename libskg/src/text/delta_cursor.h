// Postings of one token in the delta, as a cursor over a copy of them.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/memory_budget.h"
#include "storage/kv.h"
#include "text/posting_cursor.h"
#include "text/posting_rows.h"

namespace skg::text {

// Null: the delta has no such token. Reads all its rows (about 0.3 ms for 1,000
// of them) and keeps 24 bytes of each, out of `budget` (may be null). Errors:
// kResourceExhausted, kDataLoss, those of the store.
[[nodiscard]] absl::StatusOr<std::unique_ptr<PostingCursor>> OpenDeltaList(
    const storage::KvStore& kv, PostingIndex index, std::string_view token,
    const storage::KvSnapshot* snapshot, MemoryBudget* budget);

}  // namespace skg::text
