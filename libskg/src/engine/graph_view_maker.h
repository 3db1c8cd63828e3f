// Graph::View, ReadView::View: a GraphView of a view's state, from the cache
// where that has one near it.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "engine/view_impl.h"
#include "skg/graph_view.h"

namespace skg::engine {

[[nodiscard]] absl::StatusOr<GraphView> MakeGraphView(
    const ViewImpl& view, const GraphViewOptions& options);

// kInvalidArgument: as MakeGraphView, without making anything.
[[nodiscard]] absl::Status CheckGraphViewOptions(
    const ViewImpl& view, const GraphViewOptions& options);

}  // namespace skg::engine
