// PathSearch: the first path between two vertices, also where parts of the
// graph are closed to it, as often as one asks.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "analytics/edge_length.h"
#include "analytics/kernel_run.h"
#include "analytics/pace.h"
#include "analytics/walk.h"
#include "skg/paths.h"

namespace skg::analytics {

// Of a path: shorter ones come first, then those of fewer edges.
struct PathKey {
  double length = 0;
  uint32_t edges = 0;

  friend bool operator<(const PathKey& a, const PathKey& b) {
    return a.length < b.length || (a.length == b.length && a.edges < b.edges);
  }
};

// Which path is wanted: one that is the rest of a longer one, which has the key
// `start_key` up to here, and does not go on from `start` to one of `closed`.
struct PathQuery {
  Vertex start = 0;
  PathKey start_key = {};
  std::span<const Vertex> closed = {};  // ascending
  Vertex target = 0;                    // not the start
  // Of all of it.
  double max_length = std::numeric_limits<double>::infinity();
};

// A set of vertices that is emptied at once.
class VertexStamps {
 public:
  explicit VertexStamps(size_t vertices) : epochs_(vertices) {}

  void Clear() { ++epoch_; }
  void Add(Vertex v) { epochs_[v] = epoch_; }
  [[nodiscard]] bool Has(Vertex v) const { return epochs_[v] == epoch_; }

 private:
  ZeroedArray<uint32_t> epochs_;
  uint32_t epoch_ = 1;
};

// What is known of each vertex that a search has met; emptied at once, too.
class Labels {
 public:
  explicit Labels(size_t vertices) : labels_(vertices) {}

  void Clear() { ++epoch_; }
  [[nodiscard]] bool Has(Vertex v) const { return labels_[v].epoch == epoch_; }
  [[nodiscard]] PathKey At(Vertex v) const {
    return {labels_[v].length, labels_[v].edges};
  }
  void Set(Vertex v, const PathKey& key) {
    labels_[v] = {key.length, key.edges, epoch_};
  }

 private:
  struct Label {
    double length;
    uint32_t edges;
    uint32_t epoch;
  };
  ZeroedArray<Label> labels_;
  uint32_t epoch_ = 1;
};

class PathSearch {
 public:
  // All outlive the search. Takes its memory from the run.
  [[nodiscard]] static absl::StatusOr<PathSearch> Make(const GraphView& view,
                                                       bool directed,
                                                       EdgeLength length,
                                                       const EdgeFilter& filter,
                                                       KernelRun& run);

  // Makes later searches for this target faster: finds out how far it is from
  // all that are nearer to it than `source`. False: from there it is not
  // reached within `max_length`.
  [[nodiscard]] absl::StatusOr<bool> AimAt(Vertex source, Vertex target,
                                           double max_length);

  // No path that Find gives meets this vertex, until all are free again.
  void Block(Vertex v) { blocked_.Add(v); }
  void UnblockAll() { blocked_.Clear(); }

  // The same for one search: as far as it is worth it, from both ends. Gives a
  // bound for the length of the shortest path, as Find's max_length; unset:
  // there is no path within `max_length`.
  [[nodiscard]] absl::StatusOr<std::optional<double>> AimFromBothEnds(
      Vertex source, Vertex target, double max_length);

  // The first of all paths that the query lets through, from its start on, but
  // with the length of all of it; unset: there is none.
  [[nodiscard]] absl::StatusOr<std::optional<WeightedPath>> Find(
      const PathQuery& query);

  // The key of a path that one more edge of this graph makes longer.
  [[nodiscard]] PathKey Longer(const PathKey& key, Vertex from,
                               Vertex to) const;

 private:
  struct Entry {
    double priority;  // no path through the vertex is shorter
    uint32_t edges;
    Vertex vertex;
    friend bool operator<(const Entry& a, const Entry& b) {  // of a max-heap
      if (a.priority != b.priority) return a.priority > b.priority;
      if (a.edges != b.edges) return a.edges > b.edges;
      return a.vertex > b.vertex;
    }
  };

  PathSearch(const Adjacency& out, const Adjacency& in, EdgeLength length,
             const EdgeFilter& filter, KernelRun& run);

  [[nodiscard]] bool MayGo(Vertex from, Vertex to) const {
    return !filter_ || filter_(from, to);
  }
  [[nodiscard]] bool MayGo(Vertex from, Vertex to,
                           const PathQuery& query) const;
  [[nodiscard]] double Priority(double length, Vertex v) const;
  [[nodiscard]] bool Stale(const Entry& entry) const;
  static void Push(std::vector<Entry>& heap, const Entry& entry);
  static Entry Pop(std::vector<Entry>& heap);
  // A step of Dijkstra's algorithm, forward or back; tells `met` of those that
  // have come nearer.
  template <bool kForward, typename Met>
  void Expand(const Entry& entry, std::vector<Entry>& heap, Labels& labels,
              Met met);
  absl::Status Step(uint64_t edges);
  void Relax(Vertex v, const PathQuery& query, double& most);
  [[nodiscard]] bool Tight(Vertex from, Vertex to, double length,
                           const PathQuery& query) const;
  absl::Status MarkWays(const PathQuery& query);
  [[nodiscard]] WeightedPath FirstWay(const PathQuery& query) const;

  Adjacency out_, in_;
  LengthOf out_length_, in_length_;
  const EdgeFilter& filter_;
  KernelRun& run_;
  Pace pace_;
  std::vector<Entry> heap_;
  size_t heap_bytes_ = 0;  // taken for it
  Labels labels_;          // keys of the way from the start
  VertexStamps marked_;    // who lies on a first path
  VertexStamps blocked_;
  std::optional<Labels> to_target_;  // lengths of the way on to it
  double radius_ = 0;  // how far from the target to_target_ knows all
};

}  // namespace skg::analytics
