// Property paths as patterns (SPARQL 1.1 Query, section 18.2.2.4).
#pragma once

#include "query/algebra.h"
#include "query/exec/context.h"

namespace skg::query::plan {

// The same as triple patterns, joins and unions, one level deep; null for the
// closures (kZeroOrMore, kOneOrMore, kZeroOrOne), which are none.
[[nodiscard]] AlgebraPtr RewritePath(const PathPattern& path,
                                     exec::Context& context);

}  // namespace skg::query::plan
