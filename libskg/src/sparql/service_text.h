// The query that a SERVICE pattern sends.
#pragma once

#include <string>

#include "sparql/parse_state.h"

namespace skg::sparql {

// SELECT * of the group that [begin, end) of the request is, braces included:
// with absolute IRIs instead of prefixed names and relative IRIs, so that it
// needs no prologue.
[[nodiscard]] bool MakeServiceText(ParseState& state, size_t begin, size_t end,
                                   std::string& out);

}  // namespace skg::sparql
