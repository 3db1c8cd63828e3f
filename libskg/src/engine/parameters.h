// From the parameters of a caller to values of a request's variables.
#pragma once

#include "absl/status/statusor.h"
#include "query/parameters.h"
#include "query/request.h"
#include "rdf/name.h"
#include "skg/parameters.h"

namespace skg::engine {

// Errors: kInvalidArgument with FieldErrors, see skg/parameters.h.
[[nodiscard]] absl::StatusOr<query::VariableValues> ResolveParameters(
    const ParameterValues& given, const query::VariableTable& variables,
    const rdf::NameSpace& names);

}  // namespace skg::engine
