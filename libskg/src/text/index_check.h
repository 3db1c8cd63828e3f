// Whether a graph's text indexes can be read.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "storage/kv.h"

namespace skg::text {

// Tells each problem in a sentence. Errors: where reading itself is impossible.
// Cost: reads what is not folded yet; `deep`: every posting.
[[nodiscard]] absl::Status CheckIndexes(
    const storage::KvStore& kv, uint32_t graph, bool deep,
    const std::function<void(std::string problem)>& tell);

}  // namespace skg::text
