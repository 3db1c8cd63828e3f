// Vectors into an index, which for `default` need not have been made.
#pragma once

#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "skg/graph.h"
#include "skg/vector_index.h"

namespace skg::server {

// As Graph::PutVectors; but where the graph has no index `default` yet, it gets
// one (over nodes, HNSW, cosine) of the dimension of the first vector, unless
// the vectors are refused.
[[nodiscard]] absl::StatusOr<CommitResult> PutVectors(
    Graph& graph, const std::string& index,
    std::span<const VectorEntry> entries, const CommitOptions& options = {});

}  // namespace skg::server
