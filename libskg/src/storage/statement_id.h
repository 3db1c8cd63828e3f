// The public id of a statement.
#pragma once

#include <cstdint>

#include "base/uuid.h"
#include "rdf/term.h"

namespace skg::storage {

// UUID version 5 in the graph's UUID as name space, over the statement as one
// N-Quads line without its end (`<s> <p> <o>` or `<s> <p> <o> <g>`, canonical
// escapes), followed by ` #` and the edge number where that is not 0. `graph`
// is null for the default graph.
[[nodiscard]] Uuid StatementUuid(const Uuid& graph_uuid,
                                 const rdf::Term& subject,
                                 const rdf::Term& predicate,
                                 const rdf::Term& object,
                                 const rdf::Term* graph, uint32_t edge);

}  // namespace skg::storage
