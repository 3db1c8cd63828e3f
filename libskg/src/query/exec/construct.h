// CONSTRUCT: templates filled in with solutions (SPARQL 1.1 Query, 16.2).
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "query/exec/run.h"

namespace skg::query::exec {

// Triples that are none (an unbound place, a literal as subject ...) are left
// out. Blank nodes of the template are others in each solution.
[[nodiscard]] absl::StatusOr<std::unique_ptr<GraphAnswer>> RunConstruct(
    const Query& query, const storage::ReadView& view,
    const QueryOptions& options);

}  // namespace skg::query::exec
