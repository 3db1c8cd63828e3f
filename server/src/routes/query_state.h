// Parameters of the SPARQL routes that are not the protocol's: which state of
// the graph is asked.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "http/message.h"
#include "skg/query.h"

namespace skg::server {

// `as_of`, `valid_at`, `min_weight`.
[[nodiscard]] bool IsStateParameter(std::string_view name);

// Sets what such parameters say. Errors: kInvalidArgument with the field.
[[nodiscard]] absl::Status TakeState(const QueryParameters& parameters,
                                     skg::QueryOptions& options);

}  // namespace skg::server
