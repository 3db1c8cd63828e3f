// Weights of edges as lengths.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "analytics/kernel_run.h"
#include "skg/graph_view.h"

namespace skg::analytics {

// kInvalidArgument where an edge of the view has the length 0.
[[nodiscard]] absl::Status CheckLengths(const GraphView& view, KernelRun& run);

}  // namespace skg::analytics
