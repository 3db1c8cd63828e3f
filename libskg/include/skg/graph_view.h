// GraphView: the nodes and edges of a graph as arrays in memory, which is what
// the kernels of centrality.h, communities.h, structure.h and paths.h read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "skg/export.h"

namespace skg {

namespace analytics {
class GraphViewImpl;
}

// A node of a GraphView: 0 to vertices() - 1, in the order of the graph's term
// numbers, so that the same state of a graph always has the same vertices.
using Vertex = uint32_t;

struct Edge {
  Vertex source = 0, target = 0;
  float weight = 1;
};

// One direction of a graph in compressed sparse rows. Edge i of vertex v is
// entry offsets[v] + i of targets and weights. The spans live as long as the
// GraphView that gave them (or a copy of it).
struct Adjacency {
  std::span<const uint64_t> offsets;  // vertices + 1 entries
  std::span<const Vertex> targets;  // ascending within a vertex, all different
  std::span<const float> weights;   // as targets; empty: every edge weighs 1

  [[nodiscard]] Vertex vertices() const {
    return static_cast<Vertex>(offsets.size() - 1);
  }
  [[nodiscard]] uint64_t edges() const { return targets.size(); }
  [[nodiscard]] bool weighted() const { return !weights.empty(); }
  [[nodiscard]] uint64_t Degree(Vertex v) const {
    return offsets[v + 1] - offsets[v];
  }
  [[nodiscard]] std::span<const Vertex> Targets(Vertex v) const {
    return targets.subspan(offsets[v], Degree(v));
  }
  // Empty where every edge weighs 1.
  [[nodiscard]] std::span<const float> Weights(Vertex v) const {
    return weights.empty() ? weights : weights.subspan(offsets[v], Degree(v));
  }
  [[nodiscard]] float Weight(uint64_t edge) const {
    return weights.empty() ? 1.0f : weights[edge];
  }
};

// What the weight of an edge is where several statements lead from one node to
// the other (by other predicates, in other named graphs, with other numbers).
enum class ParallelEdges : uint8_t { kSum, kGreatest, kLeast, kMean };

// Which statements are edges, and which nodes there are.
struct GraphViewOptions {
  // Only statements of these; empty: of all predicates. Names or <IRIs>.
  std::vector<std::string> predicates = {};
  // Never statements of these, though named above.
  std::vector<std::string> without_predicates = {};
  // Only statements of this named graph, or of the default graph if empty;
  // unset: of all graphs together, each triple once.
  std::optional<std::string> graph = std::nullopt;
  // Only nodes that have one of these as rdf:type, in the same graphs, and the
  // edges between them; empty: all nodes.
  std::vector<std::string> node_types = {};
  float min_weight = 0;   // in [0, 1]
  bool literals = false;  // literals and triple terms are nodes, too
  // Edges weigh what their statements do; else each weighs 1.
  bool weighted = false;
  ParallelEdges parallel_edges = ParallelEdges::kSum;
  absl::Time deadline = absl::InfiniteFuture();
  // Called now and then by the calling thread with the share that is done, 0
  // to 1. False cancels (kCancelled).
  std::function<bool(double done)> progress = nullptr;
};

// Nodes are all subjects and objects of the statements that are edges; an edge
// leads from subject to object, once however many statements say it. A
// statement about itself is a loop.
// Thread safety: all methods from any thread; copies share the arrays.
// Lifetime: one that a Graph made must be destroyed before its Engine. It holds
// no old versions on disk.
// Memory: 8 bytes a node and 4 an edge (8 with weights) for out(); as much
// again for in() and for both() once they are asked for; 8 a node for names.
// That of a Graph is taken from the engine's memory budget.
class SKG_EXPORT GraphView {
 public:
  // A graph of nobody's: vertices without names, edges in any sequence. Edges
  // between the same two vertices become one by the rule. Errors:
  // kInvalidArgument (a vertex beyond `vertices`, a weight that is negative,
  // infinite or not a number: the message tells the edge's place).
  // Cost: O(vertices + edges log(edges of one vertex)).
  [[nodiscard]] static absl::StatusOr<GraphView> FromEdges(
      Vertex vertices, std::span<const Edge> edges, bool weighted = false,
      ParallelEdges parallel_edges = ParallelEdges::kSum);

  GraphView(const GraphView&);
  GraphView(GraphView&&) noexcept;
  GraphView& operator=(const GraphView&);
  GraphView& operator=(GraphView&&) noexcept;
  ~GraphView();

  [[nodiscard]] Vertex vertices() const;
  [[nodiscard]] uint64_t edges() const;  // directed, loops among them
  [[nodiscard]] bool weighted() const;
  // The state it shows; 0 for FromEdges.
  [[nodiscard]] uint64_t commit() const;
  // What it holds now.
  [[nodiscard]] size_t memory_bytes() const;

  // The edges as they are.
  [[nodiscard]] Adjacency out() const;
  // The edges turned round. Made when first asked for, O(vertices + edges).
  // kResourceExhausted: the memory budget has no room for it.
  [[nodiscard]] absl::StatusOr<Adjacency> in() const;
  // Without directions: u and v are neighbours of each other where an edge
  // leads from one to the other. Where both edges are there, the weight is
  // what the rule for parallel edges makes of theirs. A loop is one entry.
  // Made when first asked for. Errors: as in().
  [[nodiscard]] absl::StatusOr<Adjacency> both() const;

  // Names, as a Statement has them; of FromEdges the numbers. One for each of
  // `vertices`. Errors: kInvalidArgument (there is no such vertex), kDataLoss.
  // Cost: a dictionary read a vertex.
  [[nodiscard]] absl::StatusOr<std::vector<std::string>> Names(
      std::span<const Vertex> vertices) const;
  // Unset: no node has this name. Errors: kInvalidArgument (no term).
  [[nodiscard]] absl::StatusOr<std::optional<Vertex>> Find(
      std::string_view name) const;

 private:
  friend class analytics::GraphViewImpl;
  explicit GraphView(std::shared_ptr<const analytics::GraphViewImpl> impl);
  std::shared_ptr<const analytics::GraphViewImpl> impl_;
};

}  // namespace skg
