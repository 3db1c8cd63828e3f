// The rows of a source as they were right after a commit.
#pragma once

#include <cstdint>
#include <memory>

#include "storage/row_source.h"

namespace skg::storage {

// Rows of later commits are passed over, and an end that came later had not
// come: the rows are infinite again that a later one closed.
[[nodiscard]] std::unique_ptr<RowSource> MakeRowsUpTo(
    std::unique_ptr<RowSource> rows, IndexOrder order, uint64_t commit);

}  // namespace skg::storage
