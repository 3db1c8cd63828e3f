// skg:matches and skg:similarTo: searches as properties of patterns.
//
//   ?node skg:matches ("words" 10 ?score ?text "index")
//   ?node skg:similarTo ("what a text says" 10 ?score "index")
//   ?node skg:similarTo (:node 10 ?score)
//
// What follows the words or the node may be left out: how many hits at most (as
// many as the query needs), their scores and texts, the index (`default`).
#pragma once

#include <optional>
#include <string>

#include "query/algebra.h"
#include "sparql/group_parser.h"
#include "sparql/parse_state.h"
#include "sparql/triples_parser.h"

namespace skg::sparql {

// What follows the vocabulary where a predicate is one of them.
[[nodiscard]] std::optional<std::string> SearchPropertyOf(
    const query::PatternTerm& predicate);

// Whether a path goes along one of them, which it cannot.
[[nodiscard]] bool HasSearchProperty(const query::PropertyPath& path);

// The table of the hits, joined with the subject where that is a constant.
[[nodiscard]] bool MakeSearch(ParseState& state, const SearchPattern& search,
                              Pattern& out);

}  // namespace skg::sparql
