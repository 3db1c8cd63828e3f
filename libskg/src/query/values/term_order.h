// How terms compare: `=` and `<` of expressions, and the order of ORDER BY.
#pragma once

#include <compare>
#include <optional>

#include "rdf/term.h"
#include "rdf/term_id.h"

namespace skg::query {

// RDFterm-equal and the value comparisons of SPARQL 1.1 Query, 17.3 and 17.4.1;
// unset: a type error.
[[nodiscard]] std::optional<bool> ValueEqual(const rdf::Term& a,
                                             const rdf::Term& b);
[[nodiscard]] std::optional<std::partial_ordering> ValueCompare(
    const rdf::Term& a, const rdf::Term& b);

// A total order (section 15.1, made total): unbound (null) first, then blank
// nodes, IRIs, literals, triple terms; numbers by value, strings by code point,
// what else has an order by it, and the rest by datatype and lexical form.
// Terms of equal rank and value compare by text, so that only equal terms are
// equal.
[[nodiscard]] std::strong_ordering OrderTerms(const rdf::Term* a,
                                              const rdf::Term* b);

// The same of ids, as far as they tell it. Unset: decode both and ask
// OrderTerms (or OrderValues of compare.h, with each decoded once).
[[nodiscard]] std::optional<std::strong_ordering> OrderIds(rdf::TermId a,
                                                           rdf::TermId b);

}  // namespace skg::query
