// Names of graphs: "tenant/graph", "graph" of tenant `public`, or empty for
// `main`.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skg::engine {

struct GraphName {
  std::string tenant;
  std::string graph;
};

// Tenants: [a-z0-9][a-z0-9_-]{0,49}; graphs: [A-Za-z0-9][A-Za-z0-9_-]{0,62}.
// Errors: kInvalidArgument that names the part.
[[nodiscard]] absl::StatusOr<GraphName> ParseGraphName(std::string_view name);
[[nodiscard]] absl::Status CheckTenantName(std::string_view tenant);

}  // namespace skg::engine
