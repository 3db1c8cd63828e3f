// The vector indexes of a graph as they are made and dropped: commits of their
// own, so that every view knows which there were.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "skg/statement.h"
#include "storage/read_view.h"
#include "storage/store.h"
#include "vector/vector_rows.h"

namespace skg::vector {

// kInvalidArgument with FieldErrors.
[[nodiscard]] absl::Status CheckOptions(std::string_view name,
                                        const VectorIndexOptions& options);

// One index of a graph is made or dropped at a time (the caller sees to it).
// Errors: kInvalidArgument, kAlreadyExists, those of a commit.
[[nodiscard]] absl::StatusOr<CommitResult> CreateIndex(
    storage::GraphStore& graph, std::string_view name,
    const VectorIndexOptions& options, Durability durability);
// Errors: kNotFound, those of a commit.
[[nodiscard]] absl::StatusOr<CommitResult> DropIndex(storage::GraphStore& graph,
                                                     std::string_view name,
                                                     Durability durability);

// The index of this name in a view's state. Errors: kNotFound (the message
// says which there are).
[[nodiscard]] absl::StatusOr<IndexDefinition> FindIndex(
    const storage::ReadView& view, std::string_view name);
[[nodiscard]] absl::StatusOr<std::vector<IndexDefinition>> ListIndexes(
    const storage::ReadView& view);

// The rows that make an index known; of several the one with the greatest
// number comes last.
void PutDefinition(uint32_t graph, const IndexDefinition& definition,
                   storage::KvBatch& batch);

}  // namespace skg::vector
