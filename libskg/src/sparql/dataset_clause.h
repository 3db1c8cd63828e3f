// FROM and USING, and names of graphs.
#pragma once

#include <string_view>

#include "query/request.h"
#include "sparql/parse_state.h"

namespace skg::sparql {

// Any number of clauses that begin with `keyword` (upper case).
[[nodiscard]] bool ReadDataset(ParseState& state, std::string_view keyword,
                               query::DatasetClause& dataset);
// A variable or an IRI.
[[nodiscard]] bool ReadName(ParseState& state, query::PatternTerm& name);

}  // namespace skg::sparql
