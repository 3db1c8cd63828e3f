// What the catalogs of a graph's text indexes and vector indexes have in
// common.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "skg/field_error.h"
#include "skg/statement.h"
#include "storage/commit_part.h"
#include "storage/kv.h"
#include "storage/read_view.h"
#include "storage/store.h"

namespace skg::storage {

// Adds an error of field "name" where it can be no index's.
void CheckIndexName(std::string_view name, std::vector<FieldError>& errors);

// The number that the row `key` gives to the next index; 1: there is no row.
// Errors: kDataLoss, those of the store.
[[nodiscard]] absl::StatusOr<uint32_t> NextIndexNumber(const ReadView& view,
                                                       Family family,
                                                       std::string_view key);

// A commit of these alone.
[[nodiscard]] absl::StatusOr<CommitResult> CommitParts(
    GraphStore& graph, std::vector<std::shared_ptr<CommitPart>> parts,
    Durability durability);

}  // namespace skg::storage
