#include <algorithm>
#include <optional>
#include <utility>

#include "analytics/kernel_run.h"
#include "analytics/path_search.h"
#include "analytics/walk.h"
#include "base/status.h"
#include "skg/paths.h"

namespace skg {

absl::StatusOr<ShortestPathResult> ShortestPath(
    const GraphView& view, Vertex source, Vertex target,
    const ShortestPathOptions& options) {
  SKG_RETURN_IF_ERROR(analytics::CheckVertex(view, source, "source"));
  SKG_RETURN_IF_ERROR(analytics::CheckVertex(view, target, "target"));
  SKG_RETURN_IF_ERROR(analytics::CheckMaxLength(options.max_length));
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(run.Check(0));
  if (source == target) return ShortestPathResult{{{source}, 0}};
  SKG_ASSIGN_OR_RETURN(
      analytics::PathSearch search,
      analytics::PathSearch::Make(view, options.directed, options.length,
                                  options.edge_filter, run));
  ShortestPathResult result;
  SKG_ASSIGN_OR_RETURN(
      const std::optional<double> bound,
      search.AimFromBothEnds(source, target, options.max_length));
  if (!bound) return result;
  SKG_ASSIGN_OR_RETURN(
      std::optional<WeightedPath> path,
      search.Find({.start = source,
                   .target = target,
                   .max_length = std::min(*bound, options.max_length)}));
  if (path) result.path = *std::move(path);
  return result;
}

}  // namespace skg
