// Property paths (SPARQL 1.1 Query, section 9).
#pragma once

#include "query/algebra.h"
#include "sparql/parse_state.h"

namespace skg::sparql {

// Whether a path that is no variable could begin at the token at hand.
[[nodiscard]] bool AtPath(const ParseState& state);
[[nodiscard]] bool ReadPath(ParseState& state, query::PropertyPath& path);

}  // namespace skg::sparql
