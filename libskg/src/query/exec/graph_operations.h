// The operations of updates that take whole graphs (SPARQL 1.1 Update, sections
// 3.1.4, 3.1.5 and 3.2).
#pragma once

#include "absl/status/status.h"
#include "query/exec/change_set.h"
#include "query/request.h"

namespace skg::query::exec {

// Each makes its changes in the state's transaction. Errors: see ApplyUpdate.
[[nodiscard]] absl::Status Run(const LoadDocument& load, UpdateState& state);
[[nodiscard]] absl::Status Run(const Clear& clear, UpdateState& state);
[[nodiscard]] absl::Status Run(const Drop& drop, UpdateState& state);
[[nodiscard]] absl::Status Run(const Create& create, UpdateState& state);
[[nodiscard]] absl::Status Run(const Transfer& transfer, UpdateState& state);

}  // namespace skg::query::exec
