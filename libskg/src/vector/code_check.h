// Whether codes are good enough to build and search a graph by.
#pragma once

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "vector/spaces.h"

namespace skg::vector {

// For some of the rows: whether their nearest by the true vectors are among
// the nearest by codes, of which a search looks at a few times as many. Codes
// fail where many rows differ by less than a step. O(rows), a few milliseconds
// each 10,000.
[[nodiscard]] bool CodesKeepOrder(
    const CodeSpace& space, uint32_t rows,
    absl::FunctionRef<const float*(uint32_t row)> vector, size_t dimension,
    bool squared);

}  // namespace skg::vector
