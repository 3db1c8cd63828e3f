// DESCRIBE (SPARQL 1.1 Query, 16.4).
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "query/exec/run.h"

namespace skg::query::exec {

// The triples of the default graph whose subject is a resource that is asked
// for, and those of blank nodes that these lead to.
[[nodiscard]] absl::StatusOr<std::unique_ptr<GraphAnswer>> RunDescribe(
    const Query& query, const storage::ReadView& view,
    const QueryOptions& options);

}  // namespace skg::query::exec
