#include "routes/put_vectors.h"

#include <cstdint>

namespace skg::server {

absl::StatusOr<CommitResult> PutVectors(Graph& graph, const std::string& index,
                                        std::span<const VectorEntry> entries,
                                        const CommitOptions& options) {
  absl::StatusOr<CommitResult> put = graph.PutVectors(index, entries, options);
  if (!absl::IsNotFound(put.status()) || index != "default" ||
      entries.empty()) {
    return put;
  }
  VectorIndexOptions made;
  made.dimension = static_cast<uint32_t>(entries.front().vector.size());
  // First, lest an empty index stays where the vectors are refused.
  if (absl::Status status = graph.CheckVectors(made, entries); !status.ok())
    return status;
  const absl::Status status = graph.CreateVectorIndex(index, made).status();
  // Another request may have been first.
  if (!status.ok() && !absl::IsAlreadyExists(status)) return status;
  return graph.PutVectors(index, entries, options);
}

}  // namespace skg::server
