// Vectors from lines of JSON into an index.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "skg/graph.h"
#include "skg/load.h"

namespace skg::cli {

// Reads lines {"entity": NAME, "vector": [...]}, empty ones aside, and commits
// them in batches of at most a thousand, each all or nothing. Gives how many
// there were. `progress` is called after each batch with that number so far;
// false ends it (kCancelled). Errors: kInvalidArgument and those of
// Graph::PutVectors, with the source's name and the line; batches before are
// there.
[[nodiscard]] absl::StatusOr<uint64_t> PutVectorLines(
    const LoadSource& source, Graph& graph, const std::string& index,
    const std::function<bool(uint64_t)>& progress);

}  // namespace skg::cli
