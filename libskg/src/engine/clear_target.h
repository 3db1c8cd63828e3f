// What a clear of the public API takes, in the words of the storage.
#pragma once

#include "absl/status/status.h"
#include "skg/statement.h"
#include "storage/statement_row.h"

namespace skg::engine {

// kInvalidArgument: it names no graph though it is about one, or one though it
// is not.
[[nodiscard]] absl::Status CheckClearTarget(const ClearTarget& target);
[[nodiscard]] storage::GraphScope ScopeOf(ClearTarget::Part part);

}  // namespace skg::engine
