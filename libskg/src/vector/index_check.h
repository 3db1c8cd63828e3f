// Whether a graph's vector indexes have what they say.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "storage/kv.h"

namespace skg::vector {

struct IndexCheckOptions {
  std::string directory;  // where segments lie
  // Also every vector and every byte of the segments.
  bool deep = false;
};

// Tells each problem in a sentence. Seals may go on. Errors: where reading
// itself is impossible. Cost: reads the rows of the tails; `deep`: everything.
[[nodiscard]] absl::Status CheckIndexes(
    const storage::KvStore& kv, uint32_t graph,
    const IndexCheckOptions& options,
    const std::function<void(std::string problem)>& tell);

}  // namespace skg::vector
