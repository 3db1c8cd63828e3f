// Makes a GraphView of a stored graph, and a newer one from an older one.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "analytics/graph_view_impl.h"
#include "analytics/view_filter.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "skg/graph_view.h"
#include "storage/read_view.h"

namespace skg::analytics {

// What a build needs beside the view; all of it outlives the call, `budget`
// the GraphView.
struct ViewWork {
  const Cancellation& cancellation;
  MemoryBudget& budget;
  // Told the share that is done; its error ends the build.
  std::function<absl::Status(double done)> progress = nullptr;
};

// Errors: kCancelled, kDeadlineExceeded, kDataLoss, kResourceExhausted (memory;
// more than 2^32 - 1 nodes). Cost: two scans of what the filter reads; memory
// beside the view's: a quarter of a byte for each number of the dictionary, and
// 12 bytes an edge where single predicates are read.
[[nodiscard]] absl::StatusOr<GraphView> BuildView(
    const storage::ReadView& view, const ViewFilter& filter,
    std::shared_ptr<const VertexNames> names, const ViewWork& work);

// Subject and object of a statement that was written since.
using TermPair = std::pair<rdf::TermId, rdf::TermId>;

// What BuildView would give for `view`, where the filter is the same and only
// statements between these pairs were written since `old`, in either direction
// of time. Errors: as BuildView. Cost: a look at the store a pair, and a copy
// of the old view's arrays. The filter must not ask for types.
[[nodiscard]] absl::StatusOr<GraphView> RefreshView(
    const GraphView& old, const storage::ReadView& view,
    const ViewFilter& filter, std::vector<TermPair> pairs,
    const ViewWork& work);

}  // namespace skg::analytics
