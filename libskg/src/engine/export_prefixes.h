// The prefixes that make a Turtle or TriG document of a graph short.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "storage/read_view.h"

namespace skg::engine {

// Prefix (without colon) -> namespace IRI: the base as the empty prefix, the
// namespaces of the predicates, and those that the first statements use
// often; under their usual names where they have one, else ns1, ns2 ...
// Cost: bounded, whatever the size of the graph.
[[nodiscard]] absl::StatusOr<std::map<std::string, std::string>> ChoosePrefixes(
    const storage::ReadView& view, std::string_view base);

}  // namespace skg::engine
