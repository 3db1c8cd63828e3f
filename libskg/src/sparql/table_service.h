// SERVICE skg:NAME { ... }: a table of the engine's own instead of another
// endpoint, such as the scores of an analysis.
//
//   SERVICE skg:pagerank {
//     skg:with skg:damping 0.9 ; skg:predicate :knows .   # arguments
//     ?person skg:score ?rank                             # columns
//   }
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "query/algebra.h"
#include "sparql/parse_state.h"

namespace skg::sparql {

// The name of the table where the endpoint is of the engine's vocabulary.
[[nodiscard]] std::optional<std::string> TableOf(
    const query::PatternTerm& endpoint);

// The table's rows instead of the group in its braces, which `body` is.
// `offset`: where the SERVICE stands, for errors.
[[nodiscard]] bool MakeTableCall(ParseState& state, size_t offset,
                                 std::string name, const query::Algebra& body,
                                 query::TableCall& call);

}  // namespace skg::sparql
