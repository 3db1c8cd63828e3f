#include <algorithm>
#include <limits>
#include <utility>

#include "analytics/csr.h"
#include "analytics/kernel_run.h"
#include "analytics/pace.h"
#include "analytics/walk.h"
#include "base/status.h"
#include "skg/paths.h"

namespace skg {
namespace analytics {
namespace {

constexpr uint64_t kUnmet = std::numeric_limits<uint64_t>::max();

// The way back from a vertex is its parents: no stack is needed.
class Walk {
 public:
  Walk(const Adjacency& edges, KernelRun& run)
      : edges_(edges), run_(run), next_edge_(edges.vertices()) {
    std::fill_n(next_edge_.data(), next_edge_.size(), kUnmet);
    result_.parent.assign(edges.vertices(), kNoVertex);
  }

  [[nodiscard]] bool Met(Vertex v) const { return next_edge_[v] != kUnmet; }

  absl::Status From(Vertex root) {
    Meet(root);
    for (Vertex v = root; v != kNoVertex;) {
      const uint64_t from = next_edge_[v];
      const Vertex deeper = NextUnmet(v);
      if (pace_.Due(1 + next_edge_[v] - from)) {
        SKG_RETURN_IF_ERROR(run_.Check(
            pace_.all() /
            static_cast<double>(1 + edges_.edges() + 2 * next_edge_.size())));
      }
      if (deeper != kNoVertex) {
        result_.parent[deeper] = v;
        Meet(deeper);
        v = deeper;
      } else {
        result_.postorder.push_back(v);
        v = result_.parent[v];
      }
    }
    return absl::OkStatus();
  }
  [[nodiscard]] DepthFirstSearchResult Take() { return std::move(result_); }

 private:
  void Meet(Vertex v) {
    next_edge_[v] = edges_.offsets[v];
    result_.preorder.push_back(v);
  }
  Vertex NextUnmet(Vertex v) {
    const uint64_t end = edges_.offsets[v + 1];
    for (uint64_t& i = next_edge_[v]; i < end;) {
      const Vertex target = edges_.targets[i++];
      if (!Met(target)) return target;
    }
    return kNoVertex;
  }

  const Adjacency edges_;
  KernelRun& run_;
  Pace pace_;
  Array<uint64_t> next_edge_;
  DepthFirstSearchResult result_;
};

}  // namespace
}  // namespace analytics

absl::StatusOr<DepthFirstSearchResult> DepthFirstSearch(
    const GraphView& view, Vertex source,
    const DepthFirstSearchOptions& options) {
  SKG_RETURN_IF_ERROR(analytics::CheckVertex(view, source, "source"));
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(run.Check(0));
  SKG_ASSIGN_OR_RETURN(const Adjacency edges,
                       analytics::EdgesOf(view, options.direction));
  SKG_RETURN_IF_ERROR(run.Take(sizeof(uint64_t) * size_t{view.vertices()}));
  analytics::Walk walk(edges, run);
  SKG_RETURN_IF_ERROR(walk.From(source));
  for (Vertex v = 0; v < view.vertices() && options.all; ++v) {
    if (!walk.Met(v)) SKG_RETURN_IF_ERROR(walk.From(v));
  }
  return walk.Take();
}

}  // namespace skg
