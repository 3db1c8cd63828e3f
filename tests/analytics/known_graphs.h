// The graphs with known communities of the shared folder.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "skg/communities.h"
#include "skg/graph_view.h"

namespace skg::test {

struct KnownGraph {
  GraphView view;  // loops left out
  Partition truth;
};

// From data/communities; "karate.gml". Unset, with a line that says so: the
// shared folder is not there.
[[nodiscard]] std::optional<KnownGraph> ReadKnownGraph(const std::string& name);

}  // namespace skg::test
