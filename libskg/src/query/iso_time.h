// Times as people write them.
#pragma once

#include <string_view>

#include "absl/time/time.h"

namespace skg::query {

// An ISO 8601 date, which is its first moment, or date and time; without a
// zone it is UTC. False: it is neither.
[[nodiscard]] bool ParseIsoTime(std::string_view text, absl::Time* out);

}  // namespace skg::query
