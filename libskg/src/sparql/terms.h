// The terms that a text writes out.
#pragma once

#include "rdf/term.h"
#include "sparql/parse_state.h"

namespace skg::sparql {

// Whether the token at hand is a number, a string, or true or false.
[[nodiscard]] bool AtLiteral(const ParseState& state);
[[nodiscard]] bool AtNumber(const ParseState& state);

// A literal with its language or datatype.
[[nodiscard]] bool ReadLiteral(ParseState& state, rdf::Term& term);
// The number at hand, but for its first `skip` bytes.
[[nodiscard]] bool ReadNumber(ParseState& state, size_t skip, rdf::Term& term);
// An IRI or a literal.
[[nodiscard]] bool ReadIriOrLiteral(ParseState& state, rdf::Term& term);
// An IRI, or `a`.
[[nodiscard]] bool ReadPredicate(ParseState& state, rdf::Term& term);
// <<( s p o )>> of IRIs and literals, as VALUES has it.
[[nodiscard]] bool ReadTripleTermData(ParseState& state, rdf::Term& term);

}  // namespace skg::sparql
