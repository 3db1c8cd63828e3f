// The orders of pattern queries.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "query/algebra.h"
#include "query/patterns/pattern_query.h"
#include "query/statement_field.h"

namespace skg::query {

inline constexpr std::array kPatternPlaces = {StatementField::kSubject,
                                              StatementField::kPredicate,
                                              StatementField::kObject};

// Which variable has which field of a statement.
using StatementFieldColumns = std::vector<std::pair<StatementField, Variable>>;

// Whether the order goes by this field; not of the three places.
[[nodiscard]] bool OrdersBy(PatternOrder order, StatementField field);

// The keys of the order that is asked for, as far as there are columns for
// them: a place that has none is a constant.
[[nodiscard]] std::vector<OrderBy::Key> KeysOf(
    const PatternQuery& query, const StatementFieldColumns& columns);

}  // namespace skg::query
