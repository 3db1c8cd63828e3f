// The short forms in which a template is also the pattern: CONSTRUCT WHERE and
// DELETE WHERE.
#pragma once

#include <vector>

#include "query/request.h"
#include "sparql/group_parser.h"
#include "sparql/parse_state.h"

namespace skg::sparql {

// The pattern that `triples` are; their blank nodes become variables.
[[nodiscard]] bool MakePattern(ParseState& state,
                               const std::vector<query::TriplePattern>& triples,
                               Pattern& out);
// The same for quads, which have no blank nodes.
[[nodiscard]] bool MakePattern(ParseState& state,
                               const std::vector<query::QuadPattern>& quads,
                               Pattern& out);

}  // namespace skg::sparql
