// Records of statements, where a text writes them as properties of reifiers.
#pragma once

#include "query/algebra.h"
#include "sparql/parse_state.h"

namespace skg::sparql {

// Takes the triples out of `bgp` whose predicate is a reserved property
// (query::RecordPropertyOf), with what their subjects reify, and makes record
// patterns of them. The triple itself goes too where it stands beside them: the
// statement of a record is there. Linear in the pattern.
[[nodiscard]] bool SplitRecords(ParseState& state, query::Bgp& bgp);

}  // namespace skg::sparql
