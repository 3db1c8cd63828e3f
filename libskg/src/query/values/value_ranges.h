// Comparisons with a constant as ranges of term ids: within a tag, ids ascend
// with values (libskg/docs/formats-terms.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "query/expression.h"
#include "query/values/value.h"
#include "rdf/term_id.h"

namespace skg::query {

struct IdRange {
  rdf::TermId first, last;  // both included
  // Every id in it is of a term that passes. Else some may not: those are
  // asked one by one. What is in no range passes never.
  bool exact = false;
  friend bool operator==(const IdRange&, const IdRange&) = default;
};
// Ascending; no two of one kind touch, and none overlap.
using IdRanges = std::vector<IdRange>;

// Whose ids a comparison is about.
struct IdUniverse {
  // Terms may have arena ids, as those of a transaction that the graph lacks.
  bool arena = false;
};

// The terms x for which `x comparison constant` is true (kEqual, kLess,
// kLessOrEqual, kGreater, kGreaterOrEqual). `id`: that of the constant, unbound
// where no statement has it. Unset: ranges tell nothing of this comparison.
// Cost: some hundred comparisons of numbers.
[[nodiscard]] std::optional<IdRanges> RangesWhere(Expression::Kind comparison,
                                                  const Value& constant,
                                                  rdf::TermId id,
                                                  const IdUniverse& universe);

// What passes both, and what passes one of them.
[[nodiscard]] IdRanges InBoth(const IdRanges& a, const IdRanges& b);
[[nodiscard]] IdRanges InEither(const IdRanges& a, const IdRanges& b);

// The same ids, none of them exact: what a condition lets through that asks for
// more besides.
[[nodiscard]] IdRanges WithoutExact(IdRanges ranges);

// For people: "integers from 3 to 5". Of dictionary ids only their kind.
[[nodiscard]] std::string RangeText(const IdRange& range);

}  // namespace skg::query
