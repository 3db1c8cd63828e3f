// How decoded values compare; term_order.h says the same of terms.
#pragma once

#include <compare>
#include <optional>

#include "query/values/value.h"
#include "rdf/term_id.h"

namespace skg::query {

// `=` and `<`. Unset: a type error. Unordered: a NaN, so every comparison but
// `!=` is false.
[[nodiscard]] std::optional<bool> ValueEqual(const Value& a, const Value& b);
[[nodiscard]] std::optional<std::partial_ordering> ValueCompare(const Value& a,
                                                                const Value& b);

// The order of OrderTerms; kError is unbound. Values that are compared often
// are better decoded once than given to OrderTerms.
[[nodiscard]] std::strong_ordering OrderValues(const Value& a, const Value& b);

// What ids say by themselves. Unset: decode both.
struct IdComparison {
  bool error = false;  // a type error
  std::partial_ordering order = std::partial_ordering::unordered;
};
// For `=`: equal or not, where it is no error.
[[nodiscard]] std::optional<IdComparison> EqualIds(rdf::TermId a,
                                                   rdf::TermId b);
// For `<` and its kin.
[[nodiscard]] std::optional<IdComparison> CompareIds(rdf::TermId a,
                                                     rdf::TermId b);

}  // namespace skg::query
