// How a graph hangs together: components, cores, triangles, and the figures of
// single nodes. See libskg/docs/analytics.md.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "skg/export.h"
#include "skg/graph_view.h"
#include "skg/kernel.h"

namespace skg {

struct WeaklyConnectedComponentsOptions {
  KernelOptions run = {};
};

struct StronglyConnectedComponentsOptions {
  KernelOptions run = {};
};

// Components are numbered from 0 by falling size; of equal sizes the one with
// the least vertex comes first.
struct ComponentsResult {
  std::vector<uint32_t> component;  // of each vertex
  std::vector<uint32_t> sizes;      // of each component, falling; sum: vertices
};

// The parts of a graph between which there is no edge in either direction.
// A vertex without edges is a part of its own; without vertices there is none.
// Weights do not matter, an edge of weight 0 is an edge.
// Source: Sutton, Ben-Nun, Barak (2018), "Optimizing Parallel Graph
// Connectivity Computation via Subgraph Sampling" (Afforest), algorithm 2. The
// sample of the greatest component is not drawn but is every n-th vertex.
// Time O(edges + vertices) in practice; on a graph with a giant component about
// 2 edges a vertex are looked at where view.in() was made before, else all.
// Memory: 12 bytes a vertex. The same for any number of threads.
[[nodiscard]] SKG_EXPORT absl::StatusOr<ComponentsResult>
WeaklyConnectedComponents(const GraphView& view,
                          const WeaklyConnectedComponentsOptions& options = {});

// The greatest sets of vertices each of which leads to each other along the
// direction of edges. A vertex on no cycle is one of its own.
// Source: Pearce (2016), "A space-efficient algorithm for finding strongly
// connected components", algorithm PEA_FIND_SCC3, with a stack of its own
// instead of recursion.
// Time O(edges + vertices), on one thread; memory 29 bytes a vertex.
[[nodiscard]] SKG_EXPORT absl::StatusOr<ComponentsResult>
StronglyConnectedComponents(
    const GraphView& view,
    const StronglyConnectedComponentsOptions& options = {});

struct CoreNumbersOptions {
  KernelOptions run = {};
};

struct CoreNumbersResult {
  std::vector<uint32_t> core;  // of each vertex
  uint32_t greatest = 0;       // of them; 0 without vertices
};

// The core number of a vertex is the greatest k for which it lies in a k-core:
// a subgraph in which everyone has k neighbours or more. Directions and weights
// are left aside, loops are no neighbours (view.both()).
// Source: Batagelj, Zaversnik (2003), "An O(m) Algorithm for Cores
// Decomposition of Networks".
// Time O(edges + vertices), on one thread; memory 16 bytes a vertex and
// view.both(). Range 0 to vertices - 1.
[[nodiscard]] SKG_EXPORT absl::StatusOr<CoreNumbersResult> CoreNumbers(
    const GraphView& view, const CoreNumbersOptions& options = {});

struct TriangleCountOptions {
  KernelOptions run = {};
};

struct TriangleCountResult {
  uint64_t triangles = 0;
};

// How many sets of three vertices are all neighbours of each other. Directions
// and weights are left aside, loops do not count (view.both()).
// Source: the forward algorithm of Schank, Wagner (2005), "Finding, Counting
// and Listing all Triangles in Large Graphs", section 3: vertices renumbered by
// falling degree, each edge kept at its end of the lesser degree; the lists of
// two ends are intersected by bitmap.
// Time O(edges^1.5) at worst; memory view.both(), 24 bytes a vertex, 4 an
// undirected edge, and a bit a vertex for each thread. The same for any number
// of threads.
[[nodiscard]] SKG_EXPORT absl::StatusOr<TriangleCountResult> TriangleCount(
    const GraphView& view, const TriangleCountOptions& options = {});

struct ClusteringOptions {
  KernelOptions run = {};
};

struct ClusteringResult {
  std::vector<uint64_t> triangles;  // that each vertex is a corner of
  // Of each vertex in [0, 1]: which share of the pairs of its neighbours are
  // neighbours of each other; 0 for less than two neighbours.
  std::vector<double> coefficient;
  uint64_t triangle_count = 0;  // as TriangleCount: a third of the sum
  // The mean coefficient of all vertices, those with less than two neighbours
  // among them (as 0); 0 without vertices. Also called global clustering
  // coefficient of Watts and Strogatz.
  double average = 0;
  // 3 triangles / (paths of length 2), in [0, 1]; 0 without such paths.
  double transitivity = 0;
};

// Triangles at each vertex and what follows from them. Directions and weights
// are left aside, loops do not count (view.both()).
// Source: coefficients of Watts, Strogatz (1998), "Collective dynamics of
// 'small-world' networks"; transitivity of Newman, Watts, Strogatz (2002),
// "Random graph models of social networks". Triangles as TriangleCount.
// Time as TriangleCount and some time for each triangle; memory as
// TriangleCount and 8 bytes a vertex for each thread. The same for any number
// of threads.
[[nodiscard]] SKG_EXPORT absl::StatusOr<ClusteringResult> Clustering(
    const GraphView& view, const ClusteringOptions& options = {});

struct VertexFeaturesOptions {
  KernelOptions run = {};
  // Which columns there are; the others stay empty.
  bool degrees = true;     // out_degree, in_degree, degree
  bool clustering = true;  // clustering, triangles
  bool component = true;   // component, component_size
  bool core = true;        // core
};

// One entry a vertex in each column that was asked for.
struct VertexFeaturesResult {
  std::vector<uint32_t> out_degree;  // edges that leave; a loop is one
  std::vector<uint32_t> in_degree;   // edges that arrive; a loop is one
  std::vector<uint32_t> degree;      // neighbours without itself, of any way
  std::vector<double> clustering;    // ClusteringResult::coefficient
  std::vector<uint64_t> triangles;   // ClusteringResult::triangles
  std::vector<uint32_t> component;   // of WeaklyConnectedComponents
  std::vector<uint32_t> component_size;  // of the vertex' component
  std::vector<uint32_t> core;            // of CoreNumbers
};

// Figures of every vertex at once, as input of models: the columns are what the
// kernels named above give.
// Time and memory: those of the kernels, one after the other; view.both().
[[nodiscard]] SKG_EXPORT absl::StatusOr<VertexFeaturesResult> VertexFeatures(
    const GraphView& view, const VertexFeaturesOptions& options = {});

}  // namespace skg
