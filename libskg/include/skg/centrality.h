// Centrality: how much each vertex of a GraphView matters, by several measures.
//
// Where an option `weighted` is true and the view has no weights, every edge
// weighs 1. Loops count as edges where it says so; shortest paths never use
// them. A view without vertices gives empty scores. Every kernel here gives the
// same scores for any number of threads, to the last bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "skg/export.h"
#include "skg/graph_view.h"
#include "skg/kernel.h"

namespace skg {

// A score of each vertex: scores[v].
struct Scores {
  std::vector<double> scores;
};

// Scores of a measure that is approached step by step. That it was not reached
// within the iterations is no error: `converged` says so.
struct IteratedScores : Scores {
  size_t iterations = 0;
  double residual = 0;  // what the last iteration changed, see each kernel
  bool converged = true;
};

// Scores that come from all vertices as sources, or from some of them.
struct SampledScores : Scores {
  size_t sources = 0;  // how many vertices were sources, draws of one once each
  bool exact = true;   // all of them were
  // No score is further than this from the exact one, with a probability of at
  // least 1 - delta; in the scale of the scores. 0 where exact; unset: nothing
  // is known.
  std::optional<double> error_bound = 0;
};

// The k vertices of the greatest scores, greatest first; of equal scores the
// lower vertex first. Fewer where there are fewer.
// Cost: O(scores log k) at worst; O(scores) where they are in no sequence.
[[nodiscard]] SKG_EXPORT std::vector<Vertex> TopK(
    std::span<const double> scores, size_t k);

// ---------------------------------------------------------------- PageRank

// Where the mass of vertices without out-edges goes.
enum class DanglingMass : uint8_t {
  kEvenly,        // to all vertices alike
  kPersonalised,  // as `personalisation` says (networkx does so)
};

struct PageRankOptions {
  KernelOptions run = {};
  // The share of its mass that a vertex hands on, in [0, 1).
  double damping = 0.85;
  // Iterations end when the sum of all changes of scores is at most this.
  // (networkx takes `tol` times the number of vertices.)
  double tolerance = 1e-6;
  size_t max_iterations = 100;
  // What vertices the rest, 1 - damping, goes to, and in what shares; empty: to
  // all alike. Shares are not negative, their sum is positive; those of one
  // vertex are added.
  std::vector<std::pair<Vertex, double>> personalisation = {};
  DanglingMass dangling = DanglingMass::kEvenly;
  bool directed = true;  // false: every edge leads both ways
  // A vertex hands its mass on in proportion to the weights of its out-edges;
  // else in equal parts. Out-edges that all weigh 0 are none.
  bool weighted = true;
};

// PageRank by power iteration: the score of v is (1 - damping) p(v) + damping
// (sum over edges u -> v of score(u) w(u,v) / strength(u) + dangling mass as
// `dangling` says). Scores are positive (or 0 where a personalisation never
// leads) and sum to 1. Loops count. `residual` is the sum of all changes in the
// last iteration.
// Source: Page, Brin, Motwani, Winograd: The PageRank citation ranking, 1999,
// section 2; dangling mass as in Langville, Meyer: Deeper inside PageRank,
// 2004, section 3.1.
// With more than 100,000 vertices, a tolerance of 1e-7 or more and no weights,
// what edges carry is rounded to float: scores then keep six digits.
// Errors: those of every kernel; kInvalidArgument also for a personalisation
// that names no vertex or has a share that is negative, infinite or not a
// number.
// Cost: O(edges) an iteration; at most log(tolerance / 2) / log(damping) of
// them. Memory: 24 bytes a vertex (with floats 16), 8 for a personalisation,
// and the view's in().
[[nodiscard]] SKG_EXPORT absl::StatusOr<IteratedScores> PageRank(
    const GraphView& view, const PageRankOptions& options = {});

// ------------------------------------------------------------------ Degree

enum class DegreeKind : uint8_t {
  kIn,
  kOut,
  kInAndOut,    // their sum: a loop counts twice, u <-> v two for each of them
  kNeighbours,  // as entries of GraphView::both(): each neighbour once
};

struct DegreeOptions {
  KernelOptions run = {};
  DegreeKind kind = DegreeKind::kInAndOut;
  // Divided by vertices - 1 (by 1 for a single vertex). More than 1 is
  // possible with loops, weights and kInAndOut.
  bool normalised = true;
  bool weighted = true;  // the sum of the edges' weights ("strength")
};

// How many edges each vertex has.
// Source: Freeman: Centrality in social networks, 1979, section "degree";
// Barrat et al.: The architecture of complex weighted networks, 2004
// (strength). Cost: O(vertices), O(edges) where weighted. kIn and kInAndOut
// need no in() without weights.
[[nodiscard]] SKG_EXPORT absl::StatusOr<Scores> Degree(
    const GraphView& view, const DegreeOptions& options = {});

// ------------------------------------------------- Measures of shortest paths
//
// An edge's weight is its length here, if `weighted` asks for lengths; else
// each edge is one step. Weights of statements rather say how strong an edge
// is: so these are off unless asked for. Lengths must be greater than 0
// (kInvalidArgument names the first edge of length 0); sums of them are
// doubles, and paths are equally short where these are equal.

struct BetweennessOptions {
  KernelOptions run = {};
  bool directed = true;  // false: every edge leads both ways
  // Divided by the number of ordered pairs of other vertices, (n - 1) (n - 2),
  // (undirected: of pairs), so that scores are in [0, 1]; 0 for fewer than
  // three vertices.
  bool normalised = true;
  bool weighted = false;
  // 0, or as many as there are vertices or more: exact, from all vertices. Else
  // estimated from so many draws of one, even and with replacement.
  size_t sources = 0;
  // Greater than 0: estimated from as many draws as make the bound of the error
  // at most this, in the scale of the normalised score, but not from more than
  // `sources` (0: than there are vertices).
  double epsilon = 0;
  double delta = 0.1;  // in (0, 1): the chance that the bound does not hold
  uint64_t seed = 42;  // of the draw
};

// Betweenness: for each vertex v the sum over pairs s, t (s, t, v all
// different) of the share of shortest paths from s to t that lead over v.
// Undirected, each pair counts once.
// Sources: Brandes: A faster algorithm for betweenness centrality, 2001;
// sampling of sources: Brandes, Pich: Centrality estimation in large networks,
// 2007, section 4; forward steps push or pull as Beamer et al.:
// Direction-optimizing breadth-first search, 2012.
// The error's bound is the lesser of Hoeffding's (1963, theorem 2) and the
// empirical Bernstein bound (Maurer, Pontil 2009, theorem 4) for the shares
// dependency(s, v) / (n - 2), each at delta / 2 and for all vertices at once;
// with an epsilon they are looked at after 64, 128, 256 ... sources, the i-th
// time at delta / 2^i.
// Path counts beyond the range of double are counted with exponents of their
// own, more slowly.
// Errors: those of every kernel, and lengths of 0.
// Cost: O(edges) a source, weighted O(edges log(vertices)). Memory: 36 bytes a
// vertex and thread (sampled 44, weighted 56 and 64), and 20 a vertex; fewer
// threads work where the budget has no room for them. Needs in() (undirected:
// both()).
[[nodiscard]] SKG_EXPORT absl::StatusOr<SampledScores> Betweenness(
    const GraphView& view, const BetweennessOptions& options = {});

// Which distances of a vertex count.
enum class DistanceKind : uint8_t {
  kTo,    // from the others to it (networkx)
  kFrom,  // from it to the others (igraph's "out")
};

struct ClosenessOptions {
  KernelOptions run = {};
  bool directed = true;  // false: every edge leads both ways
  DistanceKind distances = DistanceKind::kTo;
  // The mean is taken over the vertices that are reached, and is multiplied by
  // their share of all others (Wasserman, Faust). False: without the factor.
  bool by_reach = true;
  bool weighted = false;
  // 0: exact. Else estimated from so many vertices as the others, drawn without
  // replacement; as many as there are vertices or more: exact.
  size_t sources = 0;
  uint64_t seed = 42;
};

// Closeness: with r other vertices that have a path to v, at distances of sum
// D, the score is r / D times r / (n - 1); 0 where r is 0.
// Sources: Freeman 1979, section "closeness"; the factor: Wasserman, Faust:
// Social network analysis, 1994, formula 5.22; all at once: Then et al.: The
// more the merrier, 2014 (a breadth-first search for 256 sources together);
// sampling: Eppstein, Wang: Fast approximation of centrality, 2004. Sampled
// scores have no bound.
// Cost: O(edges) for 256 sources where their searches meet, at most O(edges) a
// source; weighted O(edges log(vertices)) a source. Memory: 120 bytes a vertex
// and thread (weighted 48) and 20 a vertex.
[[nodiscard]] SKG_EXPORT absl::StatusOr<SampledScores> Closeness(
    const GraphView& view, const ClosenessOptions& options = {});

struct HarmonicOptions {
  KernelOptions run = {};
  bool directed = true;
  DistanceKind distances = DistanceKind::kTo;
  bool normalised = true;  // divided by vertices - 1
  bool weighted = false;
  size_t sources = 0;  // as ClosenessOptions
  double delta = 0.1;  // as BetweennessOptions
  uint64_t seed = 42;
};

// Harmonic centrality: the sum of 1 / distance over all other vertices, 0 for
// those without a path.
// Source: Boldi, Vigna: Axioms for centrality, 2014, section 3.3. The bound of
// sampled scores is Hoeffding's (see Betweenness); weighted ones have none.
// Cost and memory: as Closeness.
[[nodiscard]] SKG_EXPORT absl::StatusOr<SampledScores> Harmonic(
    const GraphView& view, const HarmonicOptions& options = {});

// ------------------------------------------------------- Measures of matrices
//
// A is the matrix of weights, A(u, v) of the edge u -> v. Loops count.

struct EigenvectorOptions {
  KernelOptions run = {};
  bool directed = true;
  bool weighted = true;
  double tolerance = 1e-8;  // of the residual
  size_t max_iterations = 1000;
};

// Eigenvector centrality: scores x >= 0 of Euclidean length 1 with A' x =
// lambda x for the greatest lambda: who is pointed to by those of high scores.
// By power iteration of A' + c I from equal scores; c, half the length of A' x,
// keeps graphs of two sides from swinging. `residual` is the Euclidean length
// of the last change. Without edges, or where all weigh 0, the scores are
// equal. Without a directed cycle lambda is 0 and scores gather, more and more
// slowly, at vertices that no edge leaves: then `converged` may be false.
// Source: Bonacich: Factoring and weighting approaches to status scores, 1972.
// Cost: O(edges) an iteration. Memory: 16 bytes a vertex, and in() or both().
[[nodiscard]] SKG_EXPORT absl::StatusOr<IteratedScores> Eigenvector(
    const GraphView& view, const EigenvectorOptions& options = {});

struct KatzOptions {
  KernelOptions run = {};
  // What a step costs, greater than 0. Scores exist below 1 / (greatest
  // eigenvalue of A) only: beyond that it does not converge. Unset: 0.85 / (a
  // bound of that eigenvalue), which always converges.
  std::optional<double> alpha = std::nullopt;
  double beta = 1;  // what each vertex has of itself, greater than 0
  bool directed = true;
  bool normalised = true;  // to the Euclidean length 1
  bool weighted = true;
  double tolerance = 1e-8;  // of the residual
  size_t max_iterations = 1000;
};

struct KatzScores : IteratedScores {
  double alpha = 0;  // the one that was used
};

// Katz centrality: x = alpha A' x + beta, every walk that ends at a vertex
// counted at alpha to the power of its length. `residual` is the sum of the
// changes of the last iteration over the sum of the scores.
// Source: Katz: A new status index, 1953; the bound: Collatz, Wielandt (max of
// (A' x)(v) / x(v) for a positive x, from 20 power iterations).
// Cost and memory: as Eigenvector.
[[nodiscard]] SKG_EXPORT absl::StatusOr<KatzScores> Katz(
    const GraphView& view, const KatzOptions& options = {});

struct HitsOptions {
  KernelOptions run = {};
  bool weighted = true;
  double tolerance = 1e-8;  // of the residual
  size_t max_iterations = 1000;
};

struct HitsScores {
  std::vector<double> hubs, authorities;  // each sums to 1
  size_t iterations = 0;
  double residual = 0;
  bool converged = true;
};

// Hubs point to good authorities, authorities are pointed to by good hubs:
// authorities = A' hubs, hubs = A authorities, each divided by its sum; from
// equal hubs. `residual` is the sum of the changes of the hubs in the last
// iteration. Without edges, or where all weigh 0, all scores are 0.
// Source: Kleinberg: Authoritative sources in a hyperlinked environment, 1999,
// section 3 (there of Euclidean length 1).
// Cost: O(edges) an iteration. Memory: 8 bytes a vertex, and in().
[[nodiscard]] SKG_EXPORT absl::StatusOr<HitsScores> Hits(
    const GraphView& view, const HitsOptions& options = {});

}  // namespace skg
