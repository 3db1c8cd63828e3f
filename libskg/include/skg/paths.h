// Walks through a graph and its shortest paths. See libskg/docs/analytics.md.
//
// Which edges may be walked is chosen where the view is made (predicates,
// weights, types of nodes, named graph: GraphViewOptions); an EdgeFilter
// chooses further for one call.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "skg/export.h"
#include "skg/graph_view.h"
#include "skg/kernel.h"

namespace skg {

// No vertex has this number.
inline constexpr Vertex kNoVertex = std::numeric_limits<Vertex>::max();
// A distance in edges to what cannot be reached.
inline constexpr uint32_t kUnreached = std::numeric_limits<uint32_t>::max();
inline constexpr uint32_t kAnyLength = std::numeric_limits<uint32_t>::max();

// Which way edges are walked.
enum class WalkDirection : uint8_t {
  kOut,  // from source to target
  kIn,   // from target to source
  kBoth  // either way
};

// Whether the path may go from one vertex to the other. Called by the calling
// thread alone, once or more for an edge; must always say the same.
using EdgeFilter = std::function<bool(Vertex from, Vertex to)>;

struct BreadthFirstSearchOptions {
  KernelOptions run = {};
  WalkDirection direction = WalkDirection::kOut;
  uint32_t max_depth = kAnyLength;  // farther vertices are not reached
  bool parents = true;              // else that column stays empty
};

struct BreadthFirstSearchResult {
  std::vector<uint32_t> distance;  // in edges; kUnreached
  // The least vertex from which an edge leads here and which is one nearer;
  // kNoVertex: of the source and of what is not reached.
  std::vector<Vertex> parent;
  uint64_t reached = 0;  // vertices, the source among them
  uint32_t depth = 0;    // the greatest distance
};

// Distances in edges from one vertex to all. Weights do not matter.
// Source: Beamer, Asanovic, Patterson (2012), "Direction-Optimizing
// Breadth-First Search": while the frontier is large, vertices that are not
// reached look for a neighbour in it. That needs the edges turned round
// (view.in() for kOut), which are made when that first happens; where memory
// has no room for them, it goes on without.
// Time O(edges + vertices); memory 9 bytes a vertex. The same for any number of
// threads.
// Errors: kInvalidArgument (no such vertex).
[[nodiscard]] SKG_EXPORT absl::StatusOr<BreadthFirstSearchResult>
BreadthFirstSearch(const GraphView& view, Vertex source,
                   const BreadthFirstSearchOptions& options = {});

struct DepthFirstSearchOptions {
  KernelOptions run = {};
  WalkDirection direction = WalkDirection::kOut;
  // Go on from the least vertex that was not met, until all are.
  bool all = false;
};

struct DepthFirstSearchResult {
  std::vector<Vertex> preorder;   // vertices as they are first met
  std::vector<Vertex> postorder;  // as all behind them is done
  std::vector<Vertex> parent;     // of each vertex; kNoVertex: roots and unmet
};

// Walks on from the last vertex met as long as it leads to one not yet met, in
// the order of vertices, as the recursive definition does; but without
// recursion.
// Source: Cormen, Leiserson, Rivest, Stein, "Introduction to Algorithms",
// section 20.3.
// Time O(edges + vertices), on one thread; memory 8 bytes a vertex. Errors:
// kInvalidArgument (no such vertex).
[[nodiscard]] SKG_EXPORT absl::StatusOr<DepthFirstSearchResult>
DepthFirstSearch(const GraphView& view, Vertex source,
                 const DepthFirstSearchOptions& options = {});

struct AllShortestPathsOptions {
  KernelOptions run = {};
  bool directed = true;              // false: edges are walked either way
  uint32_t max_length = kAnyLength;  // in edges; longer ones are none
  uint64_t limit = 1000;             // the first so many paths are given
  EdgeFilter edge_filter = nullptr;
};

struct AllShortestPathsResult {
  // Each from source to target, both included, in lexicographic order of the
  // vertices. Empty: the target is not reached.
  std::vector<std::vector<Vertex>> paths;
  uint32_t length = 0;  // in edges; 0 without paths
  // How many there are; 2^64 - 1: as many or more.
  uint64_t count = 0;
  bool more = false;  // than the limit let through
};

// All paths with the fewest edges between two vertices. Weights do not matter.
// From a vertex to itself there is one path, of this vertex alone, whatever
// loops it has.
// Source: search from both ends (Pohl 1971, "Bi-directional search"), each time
// a whole level of the end whose frontier has fewer edges; then the graph of
// all successors on shortest paths, along which paths are enumerated.
// Time O(edges + vertices) at worst and the length of each path; on graphs with
// short paths far less. Memory: view.in() (view.both() if not directed), 16
// bytes a vertex of which only what the search meets is touched, and up to 32
// for each vertex and edge that lies on a shortest path. On one thread.
// Errors: kInvalidArgument (no such vertex).
[[nodiscard]] SKG_EXPORT absl::StatusOr<AllShortestPathsResult>
AllShortestPaths(const GraphView& view, Vertex source, Vertex target,
                 const AllShortestPathsOptions& options = {});

// The same paths in the same order, one at a time and none of them kept: the
// span is valid until the callback returns, which says whether it wants more.
// The result has no paths; `more` says whether some were left. Errors: as
// above, kInvalidArgument (no callback).
[[nodiscard]] SKG_EXPORT absl::StatusOr<AllShortestPathsResult>
VisitShortestPaths(const GraphView& view, Vertex source, Vertex target,
                   const std::function<bool(std::span<const Vertex>)>& visit,
                   const AllShortestPathsOptions& options = {});

// What an edge adds to the length of a path.
enum class EdgeLength : uint8_t {
  kOne,            // 1
  kWeight,         // its weight: a distance or a cost
  kInverseWeight,  // 1 / its weight: weights are strengths; 0: no way through
};

// Lengths are sums in double precision from the source on. Paths are ordered by
// length, then by number of edges, then lexicographically by their vertices
// ("the first" below); lengths are equal where their sums are. Edges of a view
// without weights weigh 1.
struct ShortestPathOptions {
  KernelOptions run = {};
  EdgeLength length = EdgeLength::kWeight;
  bool directed = true;  // false: edges are walked either way
  // Longer paths are none. Not negative, not NaN.
  double max_length = std::numeric_limits<double>::infinity();
  EdgeFilter edge_filter = nullptr;
};

struct WeightedPath {
  std::vector<Vertex> vertices;  // from source to target, both included
  double length = 0;
};

struct ShortestPathResult {
  WeightedPath path;  // without vertices: the target is not reached
};

// The first of the shortest paths between two vertices. From a vertex to itself
// it is this vertex alone, of length 0.
// Source: Dijkstra (1959), "A Note on Two Problems in Connexion with Graphs",
// from both ends until they meet (Pohl 1971); then once more from the source,
// led by the distances to the target, for the first of the paths.
// Time O((edges + vertices) log vertices) at worst; memory view.in()
// (view.both() if not directed), 40 bytes a vertex of which only what the
// search meets is touched, and 16 for each entry of the heap (one an edge at
// worst). On one thread.
// Errors: kInvalidArgument (no such vertex, max_length).
[[nodiscard]] SKG_EXPORT absl::StatusOr<ShortestPathResult> ShortestPath(
    const GraphView& view, Vertex source, Vertex target,
    const ShortestPathOptions& options = {});

struct KShortestPathsOptions {
  KernelOptions run = {};
  uint32_t k = 10;  // at least 1
  // kOne: the paths of the fewest edges.
  EdgeLength length = EdgeLength::kWeight;
  bool directed = true;  // false: edges are walked either way
  double max_length = std::numeric_limits<double>::infinity();
  EdgeFilter edge_filter = nullptr;
};

struct KShortestPathsResult {
  // The first k of all paths without repeated vertices, in their order; fewer
  // where there are fewer.
  std::vector<WeightedPath> paths;
};

// The k first paths that meet no vertex twice. From a vertex to itself: one
// path, of this vertex alone.
// Source: Yen (1971), "Finding the K Shortest Loopless Paths in a Network",
// with the saving of Lawler (1972) (no deviation before the place where a path
// left its parent), and searches that are led by the distances to the target.
// Time O(k length (edges + vertices) log vertices) at worst; memory that of
// ShortestPath. On one thread.
// Errors: kInvalidArgument (no such vertex, k, max_length).
[[nodiscard]] SKG_EXPORT absl::StatusOr<KShortestPathsResult> KShortestPaths(
    const GraphView& view, Vertex source, Vertex target,
    const KShortestPathsOptions& options = {});

struct SingleSourceShortestPathsOptions {
  KernelOptions run = {};
  EdgeLength length = EdgeLength::kWeight;
  WalkDirection direction = WalkDirection::kOut;
  bool parents = true;  // else that column stays empty
  // Width of a bucket; changes the speed alone. 0: chosen. Not negative,
  // finite.
  double delta = 0;
};

struct SingleSourceShortestPathsResult {
  std::vector<double> distance;  // infinity: not reached
  // From which vertex a shortest path arrives here: the least of those that are
  // nearer. Where there is none (edges of length 0), the least of those from
  // which the fewest edges lead here from one that has such. kNoVertex: of the
  // source and of what is not reached. They make a tree.
  std::vector<Vertex> parent;
};

// Lengths of the shortest paths from one vertex to all.
// Source: Meyer, Sanders (2003), "Delta-stepping: a parallelizable shortest
// path algorithm"; light and heavy edges are not told apart, as in Beamer,
// Asanovic, Patterson (2015), "The GAP Benchmark Suite". Distances are those of
// Dijkstra's algorithm to the last bit.
// Time O(edges + vertices) for lengths of like size, in practice; memory
// 16 bytes a vertex. The same for any number of threads and `delta`.
// Errors: kInvalidArgument (no such vertex, delta).
[[nodiscard]] SKG_EXPORT absl::StatusOr<SingleSourceShortestPathsResult>
SingleSourceShortestPaths(const GraphView& view, Vertex source,
                          const SingleSourceShortestPathsOptions& options = {});

}  // namespace skg
