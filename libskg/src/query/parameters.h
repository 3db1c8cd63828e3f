// Parameters: terms given to variables of a request before it runs.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "query/request.h"
#include "rdf/term.h"

namespace skg::query {

// Each variable at most once, none of them internal.
using VariableValues = std::vector<std::pair<Variable, rdf::Term>>;

// The request as it is when these variables have these values from the outset,
// in every group, EXISTS and subquery, projected there or not: the terms stand
// in their places, and VALUES keeps the rows that agree with them. Columns of
// the answer and templates keep the variable, bound in every solution. In a
// place where it can match nothing (a literal as predicate) a term matches
// nothing. Errors: kInvalidArgument (the request itself assigns a value by AS;
// SERVICE uses the variable where VALUES before its group would not reach).
// Time: linear in the request.
[[nodiscard]] absl::StatusOr<Query> WithParameters(
    const Query& query, const VariableValues& values);
[[nodiscard]] absl::StatusOr<Update> WithParameters(
    const Update& update, const VariableValues& values);

}  // namespace skg::query
