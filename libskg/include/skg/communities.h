// Communities of a graph: groups of vertices that have more to do with each
// other than with the rest, and measures of such groups.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "skg/export.h"
#include "skg/graph_view.h"
#include "skg/kernel.h"

namespace skg {

// Conventions. Undirected is what view.both() says; m is the sum of its
// weights, each pair once; the degree k of a vertex is the sum of the weights
// of its edges, a loop twice, so that degrees sum to 2m. A weight is a
// strength: the heavier an edge, the closer its ends. Where a view has weights
// and `weighted` is false, every edge weighs 1. Zero weights hold nothing
// together; where all weights are zero, or there are no edges, each vertex is a
// community of its own, with modularity 0 and codelength 0.

// Which community each vertex is in. Of a method: numbered by falling size,
// those of equal size by their least vertex, so that equal partitions are equal
// vectors.
struct Partition {
  std::vector<Vertex> community;  // of each vertex, below `communities`
  Vertex communities = 0;

  friend bool operator==(const Partition&, const Partition&) = default;
};

// The partition that any numbers tell: equal ones are a community.
// Time O(V), and O(C log C) of C communities.
[[nodiscard]] SKG_EXPORT Partition PartitionOf(std::span<const Vertex> labels);

// How many vertices are in each community, by its number. Numbers from
// `communities` on are left out.
[[nodiscard]] SKG_EXPORT std::vector<Vertex> CommunitySizes(
    const Partition& partition);

// ---- Methods ----

struct LouvainOptions {
  KernelOptions run = {};
  bool weighted = true;
  // At least 0. The larger, the smaller the communities.
  double resolution = 1;
  uint64_t seed = 42;  // of the sequence in which vertices are looked at
  // Ends after so many levels; 0: when nothing can be merged any more.
  size_t max_levels = 0;
  // A level ends once as many looks as it has vertices have together gained
  // less modularity than this, at least 0.
  double tolerance = 1e-5;
};

struct LouvainResult {
  Partition partition;
  double modularity = 0;  // as Modularity() gives it, with the same resolution
  // How many communities there were after each level, falling.
  std::vector<Vertex> levels;
};

// Maximises modularity: vertices move to the neighbouring community that gains
// most until none gains; then communities become the vertices of a smaller
// graph, and so on. Undirected.
// Source: Blondel, Guillaume, Lambiotte, Lefebvre (2008), section 2.
// Departures: vertices are looked at in an order shuffled by the seed, and
// again only when a neighbour has moved (as in Traag, Waltman, van Eck 2019,
// algorithm A.2); a vertex may also leave for a community of its own.
// Of equal gains the present community wins, then the one that is met first.
// A community may be disconnected: see Leiden.
// The result is the same for any number of threads; one of them does the moves.
// Time O(E) a round, in practice some tens of rounds in all.
// Memory: up to 12 bytes for each entry of both() on the first smaller graph,
// fewer on the next, and about 100 bytes a vertex.
// Errors: see KernelOptions.
[[nodiscard]] SKG_EXPORT absl::StatusOr<LouvainResult> Louvain(
    const GraphView& view, const LouvainOptions& options = {});

struct LeidenOptions {
  KernelOptions run = {};
  bool weighted = true;
  double resolution = 1;  // as of Louvain
  uint64_t seed = 42;     // as of Louvain
  // At most so many, each starting from the communities of the one before; 0:
  // until one gains nothing.
  size_t iterations = 2;
  double tolerance = 1e-5;  // as of Louvain; an iteration that gains less ends
};

struct LeidenResult {
  Partition partition;
  double modularity = 0;  // as of Louvain
  size_t iterations = 0;  // that were done
};

// Maximises modularity, and every community is connected (by edges that weigh
// more than zero), always. Between moving and merging communities are refined:
// from single vertices, parts are put together again within each community, and
// only well-connected ones; parts become the vertices of the smaller graph, and
// start in the communities that they came from. Undirected.
// Source: Traag, Waltman, van Eck (2019), algorithm A.2. Departures: refinement
// takes the greatest gain instead of drawing by exp(gain / theta) (at the
// theta of .01 that the paper proposes, the two rarely differ), and what may be
// disconnected since nothing of it was well connected is split in the end,
// which can only gain.
// Determinism, time and memory: as Louvain, an iteration; 60 bytes a vertex
// more.
// Errors: see KernelOptions.
[[nodiscard]] SKG_EXPORT absl::StatusOr<LeidenResult> Leiden(
    const GraphView& view, const LeidenOptions& options = {});

// What a random walker does, whose steps the map equation codes.
struct FlowOptions {
  bool weighted = true;
  // False: each edge is walked both ways in proportion to its weight, and a
  // vertex is visited in proportion to its degree. True: PageRank; the walker
  // follows edges by weight and teleports to any vertex with probability
  // `teleportation`, and always where no edge leads on.
  bool directed = false;
  double teleportation = 0.15;  // in (0, 1); of directed only
  // True: teleporting is coded as a step like others (Rosvall and Bergstrom
  // 2008). False: only steps along edges are, and a vertex is visited as often
  // as they lead to it (Lambiotte and Rosvall 2012, "unrecorded").
  bool recorded_teleportation = false;
};

struct InfomapOptions {
  KernelOptions run = {};
  FlowOptions flow = {};
  uint64_t seed = 42;  // as of Louvain
  // How often all is done from the start, with another order; the shortest
  // code is kept. At least 1.
  size_t trials = 1;
  // Refinement ends when a round shortens the code by less than this share of
  // it, and a level when as many looks as it has vertices save less than a
  // tenth of this in bits. At least 0.
  double tolerance = 1e-4;
};

struct InfomapResult {
  Partition partition;
  double codelength = 0;     // bits a step, as Codelength() gives it
  double one_community = 0;  // the same if all vertices were one community
};

// Finds communities in which a random walker stays long: minimises the
// two-level map equation, the length of a step's code. Undirected or directed.
// Source: Rosvall and Bergstrom (2008, 2010): moves as of Louvain, then rounds
// in which vertices, and parts of communities, move once more.
// The partition into one community is taken where its code is the shortest.
// Determinism: as Louvain. Time: a round O(E), with some logarithms for each
// neighbouring community of a vertex. Memory: as Louvain, 250 bytes a vertex
// more, and of directed flow 8 for each entry of both().
// Errors: kInvalidArgument (teleportation, trials), see KernelOptions.
[[nodiscard]] SKG_EXPORT absl::StatusOr<InfomapResult> Infomap(
    const GraphView& view, const InfomapOptions& options = {});

struct LabelPropagationOptions {
  KernelOptions run = {};
  bool weighted = true;
  uint64_t seed = 42;  // as of Louvain, and of the choice between equal labels
  // A vertex is looked at so often on average, at most. At least 1.
  size_t max_iterations = 100;
};

struct LabelPropagationResult {
  Partition partition;
  // Whether every vertex has a label that none outweighs among its neighbours.
  bool converged = false;
};

// Each vertex takes the label that weighs most among its neighbours, one vertex
// after the other, until all have one. Undirected; loops say nothing.
// Source: Raghavan, Albert, Kumara (2007). Departures: after its first look a
// vertex is looked at again only when a neighbour's label has changed. Ties: a
// vertex keeps its label where none outweighs it, else takes one by the seed. A
// vertex without neighbours (or whose edges all weigh zero) keeps its own.
// Communities are connected or not, as it comes.
// Determinism: as Louvain. Time O(E) an iteration. Memory 25 bytes a vertex.
// Errors: kInvalidArgument (max_iterations), see KernelOptions.
[[nodiscard]] SKG_EXPORT absl::StatusOr<LabelPropagationResult>
LabelPropagation(const GraphView& view,
                 const LabelPropagationOptions& options = {});

// ---- Measures ----
// Each takes a partition of the view's vertices in any numbering.
// kInvalidArgument: it is of another number of vertices, or a community's
// number is not below `communities`. Sums are put together in one sequence
// whatever the number of threads. Time O(E + V); memory 8 bytes a vertex and
// 16 a community.

struct ModularityOptions {
  KernelOptions run = {};
  bool weighted = true;
  double resolution = 1;  // at least 0
  bool directed = false;
};

// How much more weight lies within communities than degrees let expect, as a
// share: sum over communities of in / 2m - resolution (K / 2m)^2, with the
// weight inside (each pair and each loop twice) and the sum of degrees of each
// community. Directed: in / m - resolution (Kout Kin) / m^2, where each edge
// counts once. At most 1; 0 without edges.
// Source: Newman and Girvan (2004), (5); Leicht and Newman (2008), (3);
// resolution: Reichardt and Bornholdt (2006).
[[nodiscard]] SKG_EXPORT absl::StatusOr<double> Modularity(
    const GraphView& view, const Partition& partition,
    const ModularityOptions& options = {});

struct CodelengthOptions {
  KernelOptions run = {};
  FlowOptions flow = {};
};

// The two-level map equation: bits a step that name where a random walker goes,
// with one code for entering communities and one within each for its vertices
// and for leaving it. One community: the entropy of the visits. 0 without
// edges. Source: Rosvall and Bergstrom (2008), (1); where entering and leaving
// are not equally frequent (unrecorded teleportation), the code of communities
// is by entering, that of each community by leaving. Time of directed flow:
// PageRank to 1e-15 in addition.
[[nodiscard]] SKG_EXPORT absl::StatusOr<double> Codelength(
    const GraphView& view, const Partition& partition,
    const CodelengthOptions& options = {});

struct ConductanceOptions {
  KernelOptions run = {};
  bool weighted = true;
};

// Of each community: the weight of the edges that leave it, over the degrees of
// its vertices or of the others, whichever is less. In [0, 1]: 0 where nothing
// leaves, also where both are 0. Undirected.
// Source: Kannan, Vempala, Vetta (2004), section 2.
[[nodiscard]] SKG_EXPORT absl::StatusOr<std::vector<double>> Conductance(
    const GraphView& view, const Partition& partition,
    const ConductanceOptions& options = {});

// What the mutual information of two partitions is divided by: a mean of their
// entropies.
enum class NmiMean : uint8_t { kArithmetic, kGeometric, kGreater, kLess };

// How much one partition tells of the other, from 0 to 1 (they are the same).
// Two partitions into one community (or of no vertices) tell 1 of each other;
// one into one community and another into several tell 0.
// Source: Danon, Diaz-Guilera, Duch, Arenas (2005), (2), which takes the
// arithmetic mean.
// Errors: kInvalidArgument (partitions of different numbers of vertices).
// Time O(V log V), memory 8 bytes a vertex.
[[nodiscard]] SKG_EXPORT absl::StatusOr<double> NormalizedMutualInformation(
    const Partition& a, const Partition& b,
    NmiMean mean = NmiMean::kArithmetic);

}  // namespace skg
