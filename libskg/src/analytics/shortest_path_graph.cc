#include "analytics/shortest_path_graph.h"

#include <utility>

#include "analytics/pace.h"
#include "analytics/walk.h"
#include "base/status.h"

namespace skg::analytics {
namespace {

class Search {
 public:
  Search(const Adjacency& out, const Adjacency& in,
         const AllShortestPathsOptions& options, KernelRun& run)
      : options_(options), run_(run), from_source_(out), to_target_(in) {}

  absl::StatusOr<std::optional<ShortestPathGraph>> Run(Vertex source,
                                                       Vertex target) {
    from_source_.Start(source);
    to_target_.Start(target);
    while (met_.empty()) {
      const bool ended =
          from_source_.frontier.empty() || to_target_.frontier.empty() ||
          from_source_.depth + to_target_.depth >= options_.max_length;
      if (ended) return std::optional<ShortestPathGraph>();
      SKG_RETURN_IF_ERROR(from_source_.frontier_edges <=
                                  to_target_.frontier_edges
                              ? Expand<true>(from_source_, to_target_)
                              : Expand<false>(to_target_, from_source_));
    }
    SKG_RETURN_IF_ERROR(MarkBack());
    return Collect(source);
  }

 private:
  struct Side {
    explicit Side(const Adjacency& walked)
        : edges(walked), near(walked.vertices()) {}

    void Start(Vertex v) {
      near[v] = 1;
      frontier = {v};
      frontier_edges = edges.Degree(v);
    }

    const Adjacency edges;
    ZeroedArray<uint32_t> near;  // 1 + the distance to its end; 0: not met
    std::vector<Vertex> frontier;
    uint64_t frontier_edges = 0;
    uint32_t depth = 0;  // every vertex so near has been met
  };

  [[nodiscard]] bool MayGo(Vertex from, Vertex to) const {
    return !options_.edge_filter || options_.edge_filter(from, to);
  }
  absl::Status Step(uint64_t edges) {
    if (!pace_.Due(1 + edges)) return absl::OkStatus();
    return run_.Check(0.5);
  }

  // One level farther; who is met from both sides now is in the middle of a
  // shortest path.
  template <bool kForward>
  absl::Status Expand(Side& side, const Side& other) {
    std::vector<Vertex> next;
    uint64_t next_edges = 0;
    for (const Vertex v : side.frontier) {
      for (const Vertex w : side.edges.Targets(v)) {
        if (side.near[w] != 0) continue;
        if (!(kForward ? MayGo(v, w) : MayGo(w, v))) continue;
        side.near[w] = side.near[v] + 1;
        next.push_back(w);
        next_edges += side.edges.Degree(w);
        if (other.near[w] != 0) met_.push_back(w);
      }
      SKG_RETURN_IF_ERROR(Step(side.edges.Degree(v)));
    }
    side.frontier = std::move(next);
    side.frontier_edges = next_edges;
    ++side.depth;
    return absl::OkStatus();
  }

  // Lets those between the source and the middle know how far the target is.
  // None of them does yet: else the sides had met before.
  absl::Status MarkBack() {
    std::vector<Vertex> level = met_;
    while (!level.empty()) {
      std::vector<Vertex> before;
      for (const Vertex v : level) {
        for (const Vertex u : to_target_.edges.Targets(v)) {
          if (from_source_.near[u] == 0 ||
              from_source_.near[u] + 1 != from_source_.near[v] ||
              to_target_.near[u] != 0 || !MayGo(u, v)) {
            continue;
          }
          to_target_.near[u] = to_target_.near[v] + 1;
          before.push_back(u);
        }
        SKG_RETURN_IF_ERROR(Step(to_target_.edges.Degree(v)));
      }
      level = std::move(before);
    }
    return absl::OkStatus();
  }

  // From the source, everyone who is one nearer to the target is a successor.
  absl::StatusOr<std::optional<ShortestPathGraph>> Collect(Vertex source) {
    ShortestPathGraph graph;
    graph.length = from_source_.depth + to_target_.depth;
    graph.vertices = {source};
    from_source_.near[source] = 0;
    size_t taken = 0;
    for (size_t place = 0; place < graph.vertices.size(); ++place) {
      const Vertex v = graph.vertices[place];
      graph.offsets.push_back(graph.successors.size());
      for (const Vertex w : from_source_.edges.Targets(v)) {
        if (to_target_.near[w] == 0 ||
            to_target_.near[w] + 1 != to_target_.near[v] || !MayGo(v, w)) {
          continue;
        }
        graph.successors.push_back(PlaceOf(w, graph.vertices));
      }
      SKG_RETURN_IF_ERROR(Step(from_source_.edges.Degree(v)));
      const size_t bytes =
          2 *
          (sizeof(Vertex) * (graph.vertices.size() + graph.successors.size()) +
           sizeof(uint64_t) * graph.offsets.size());
      if (bytes < taken + kMemoryStep) continue;
      SKG_RETURN_IF_ERROR(run_.Take(bytes - taken));
      taken = bytes;
    }
    graph.offsets.push_back(graph.successors.size());
    return std::optional(std::move(graph));
  }

  // Distances from the source are needed no more: their array holds places. An
  // entry is one only if the vertex of that place agrees.
  [[nodiscard]] uint32_t PlaceOf(Vertex v, std::vector<Vertex>& vertices) {
    uint32_t& place = from_source_.near[v];
    if (place >= vertices.size() || vertices[place] != v) {
      place = static_cast<uint32_t>(vertices.size());
      vertices.push_back(v);
    }
    return place;
  }

  static constexpr size_t kMemoryStep = size_t{1} << 20;

  const AllShortestPathsOptions& options_;
  KernelRun& run_;
  Pace pace_;
  Side from_source_, to_target_;
  std::vector<Vertex> met_;
};

}  // namespace

absl::StatusOr<std::optional<ShortestPathGraph>> FindShortestPathGraph(
    const GraphView& view, Vertex source, Vertex target,
    const AllShortestPathsOptions& options, KernelRun& run) {
  const WalkDirection direction =
      options.directed ? WalkDirection::kOut : WalkDirection::kBoth;
  SKG_ASSIGN_OR_RETURN(const Adjacency out, EdgesOf(view, direction));
  SKG_ASSIGN_OR_RETURN(const Adjacency in, EdgesOf(view, Reverse(direction)));
  // Two distances, and frontiers that may hold everyone.
  SKG_RETURN_IF_ERROR(run.Take(4 * sizeof(Vertex) * size_t{view.vertices()}));
  return Search(out, in, options, run).Run(source, target);
}

}  // namespace skg::analytics
