// Answers of JSON query documents (skg/pattern_query.h) as rows.
#pragma once

#include <functional>
#include <memory>

#include "results.h"
#include "skg/pattern_query.h"

namespace skg::python {

// Rows of bindings, of statements or of the edges of a walk. `plan` plans the
// document again where the answer has no plan.
[[nodiscard]] std::unique_ptr<RowSource> RowsOf(
    PatternResult result, std::function<absl::StatusOr<PatternResult>()> plan);

}  // namespace skg::python
