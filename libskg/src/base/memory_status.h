// How a lack of memory is told from a full disk and from a quota.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace skg {

// Not enough of a memory budget is free: kResourceExhausted.
[[nodiscard]] absl::Status OutOfMemoryBudget(std::string_view message);
[[nodiscard]] bool IsOutOfMemoryBudget(const absl::Status& status);

}  // namespace skg
