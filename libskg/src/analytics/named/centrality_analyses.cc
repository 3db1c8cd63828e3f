// Centralities of nodes.
#include <algorithm>
#include <optional>

#include "analytics/named/analyses.h"
#include "analytics/named/ranked.h"
#include "base/status.h"
#include "skg/centrality.h"

namespace skg::analytics {
namespace {

constexpr AnalysisParameter kDirected = {
    "directed",
    ParameterType::kFlag,
    "true",
    0,
    0,
    {},
    "edges lead from subject to object only; false: both ways"};
constexpr AnalysisParameter kNormalised = {
    "normalised",
    ParameterType::kFlag,
    "true",
    0,
    0,
    {},
    "scores are made comparable between graphs of different sizes"};
constexpr AnalysisParameter kLengths = {
    "lengths",
    ParameterType::kFlag,
    "false",
    0,
    0,
    {},
    "weights are the lengths of edges; else each edge is one step"};
constexpr AnalysisParameter kSources = {
    "sources",
    ParameterType::kInteger,
    "0",
    0,
    4294967295,
    {},
    "estimate from so many nodes; 0: exact"};
constexpr AnalysisParameter kSeed = {
    "seed", ParameterType::kInteger,      "42", 0, kUnlimited,
    {},     "of the nodes that are drawn"};
constexpr AnalysisParameter kDelta = {
    "delta",
    ParameterType::kNumber,
    "0.1",
    1e-9,
    0.999999,
    {},
    "the chance that the bound of an estimate's error does not hold"};
constexpr AnalysisParameter kTolerance = {
    "tolerance",
    ParameterType::kNumber,
    "1e-8",
    0,
    kUnlimited,
    {},
    "iterations end when the scores change by less"};
constexpr AnalysisParameter kIterations = {"max_iterations",
                                           ParameterType::kInteger,
                                           "1000",
                                           1,
                                           1e9,
                                           {},
                                           "iterations end after so many"};
constexpr AnalysisParameter kDistances = {
    "distances",
    ParameterType::kChoice,
    "to",
    0,
    0,
    "to|from",
    "from the other nodes to this one, or from this one to them"};

Summary IterationSummary(size_t iterations, double residual, bool converged) {
  return {{"iterations", uint64_t{iterations}},
          {"residual", residual},
          {"converged", converged}};
}

Summary SampleSummary(const SampledScores& result) {
  Summary summary = {{"exact", result.exact},
                     {"sources", uint64_t{result.sources}}};
  if (!result.exact && result.error_bound)
    summary.emplace_back("error_bound", *result.error_bound);
  return summary;
}

// ---- PageRank

constexpr AnalysisParameter kPageRank[] = {
    {"damping",
     ParameterType::kNumber,
     "0.85",
     0,
     0.999999,
     {},
     "the share of its score that a node hands on"},
    {"tolerance",
     ParameterType::kNumber,
     "1e-6",
     0,
     kUnlimited,
     {},
     "iterations end when all scores together change by less"},
    {"max_iterations",
     ParameterType::kInteger,
     "100",
     1,
     1e9,
     {},
     "iterations end after so many"},
    kDirected,
    kLimit};

absl::StatusOr<AnalysisTable> RunPageRank(const GraphView& view,
                                          ParameterReader& reader,
                                          const KernelOptions& run) {
  PageRankOptions options;
  options.run = run;
  options.damping = reader.Number("damping");
  options.tolerance = reader.Number("tolerance");
  options.max_iterations = reader.Integer("max_iterations");
  options.directed = reader.Flag("directed");
  const uint64_t limit = reader.Integer("limit");
  SKG_RETURN_IF_ERROR(reader.status());
  SKG_ASSIGN_OR_RETURN(const IteratedScores result, PageRank(view, options));
  return Ranked(
      result.scores, limit,
      IterationSummary(result.iterations, result.residual, result.converged));
}

// ---- Degree

constexpr AnalysisParameter kDegree[] = {
    {"kind", ParameterType::kChoice, "in_and_out", 0, 0,
     "in|out|in_and_out|neighbours", "which edges count"},
    kNormalised,
    kLimit};

absl::StatusOr<AnalysisTable> RunDegree(const GraphView& view,
                                        ParameterReader& reader,
                                        const KernelOptions& run) {
  constexpr DegreeKind kKinds[] = {DegreeKind::kIn, DegreeKind::kOut,
                                   DegreeKind::kInAndOut,
                                   DegreeKind::kNeighbours};
  DegreeOptions options;
  options.run = run;
  options.kind = kKinds[reader.Choice("kind")];
  options.normalised = reader.Flag("normalised");
  const uint64_t limit = reader.Integer("limit");
  SKG_RETURN_IF_ERROR(reader.status());
  SKG_ASSIGN_OR_RETURN(const Scores result, Degree(view, options));
  return Ranked(result.scores, limit, {});
}

// ---- Shortest paths

constexpr AnalysisParameter kBetweenness[] = {
    kDirected,
    kNormalised,
    kLengths,
    kSources,
    kDelta,
    kSeed,
    {"epsilon",
     ParameterType::kNumber,
     "0",
     0,
     0.999999,
     {},
     "an estimate ends early once its error is below; 0: never"},
    kLimit};

absl::StatusOr<AnalysisTable> RunBetweenness(const GraphView& view,
                                             ParameterReader& reader,
                                             const KernelOptions& run) {
  BetweennessOptions options;
  options.run = run;
  options.directed = reader.Flag("directed");
  options.normalised = reader.Flag("normalised");
  options.weighted = reader.Flag("lengths");
  options.sources = reader.Integer("sources");
  options.delta = reader.Number("delta");
  options.seed = reader.Integer("seed");
  options.epsilon = reader.Number("epsilon");
  const uint64_t limit = reader.Integer("limit");
  SKG_RETURN_IF_ERROR(reader.status());
  SKG_ASSIGN_OR_RETURN(const SampledScores result, Betweenness(view, options));
  return Ranked(result.scores, limit, SampleSummary(result));
}

constexpr AnalysisParameter kCloseness[] = {
    kDirected,
    kDistances,
    {"by_reach",
     ParameterType::kFlag,
     "true",
     0,
     0,
     {},
     "scores are multiplied by the share of nodes within reach"},
    kLengths,
    kSources,
    kSeed,
    kLimit};

absl::StatusOr<AnalysisTable> RunCloseness(const GraphView& view,
                                           ParameterReader& reader,
                                           const KernelOptions& run) {
  ClosenessOptions options;
  options.run = run;
  options.directed = reader.Flag("directed");
  options.distances =
      reader.Choice("distances") == 0 ? DistanceKind::kTo : DistanceKind::kFrom;
  options.by_reach = reader.Flag("by_reach");
  options.weighted = reader.Flag("lengths");
  options.sources = reader.Integer("sources");
  options.seed = reader.Integer("seed");
  const uint64_t limit = reader.Integer("limit");
  SKG_RETURN_IF_ERROR(reader.status());
  SKG_ASSIGN_OR_RETURN(const SampledScores result, Closeness(view, options));
  return Ranked(result.scores, limit, SampleSummary(result));
}

constexpr AnalysisParameter kHarmonic[] = {kDirected, kDistances, kNormalised,
                                           kLengths,  kSources,   kDelta,
                                           kSeed,     kLimit};

absl::StatusOr<AnalysisTable> RunHarmonic(const GraphView& view,
                                          ParameterReader& reader,
                                          const KernelOptions& run) {
  HarmonicOptions options;
  options.run = run;
  options.directed = reader.Flag("directed");
  options.distances =
      reader.Choice("distances") == 0 ? DistanceKind::kTo : DistanceKind::kFrom;
  options.normalised = reader.Flag("normalised");
  options.weighted = reader.Flag("lengths");
  options.sources = reader.Integer("sources");
  options.delta = reader.Number("delta");
  options.seed = reader.Integer("seed");
  const uint64_t limit = reader.Integer("limit");
  SKG_RETURN_IF_ERROR(reader.status());
  SKG_ASSIGN_OR_RETURN(const SampledScores result, Harmonic(view, options));
  return Ranked(result.scores, limit, SampleSummary(result));
}

// ---- Matrices

constexpr AnalysisParameter kEigenvector[] = {kDirected, kTolerance,
                                              kIterations, kLimit};

absl::StatusOr<AnalysisTable> RunEigenvector(const GraphView& view,
                                             ParameterReader& reader,
                                             const KernelOptions& run) {
  EigenvectorOptions options;
  options.run = run;
  options.directed = reader.Flag("directed");
  options.tolerance = reader.Number("tolerance");
  options.max_iterations = reader.Integer("max_iterations");
  const uint64_t limit = reader.Integer("limit");
  SKG_RETURN_IF_ERROR(reader.status());
  SKG_ASSIGN_OR_RETURN(const IteratedScores result, Eigenvector(view, options));
  return Ranked(
      result.scores, limit,
      IterationSummary(result.iterations, result.residual, result.converged));
}

constexpr AnalysisParameter kKatz[] = {
    {"alpha",
     ParameterType::kNumber,
     "0",
     0,
     kUnlimited,
     {},
     "what a step costs; 0: one with which scores exist"},
    {"beta",
     ParameterType::kNumber,
     "1",
     1e-100,
     1e100,
     {},
     "what each node has of itself"},
    kDirected,
    kNormalised,
    kTolerance,
    kIterations,
    kLimit};

absl::StatusOr<AnalysisTable> RunKatz(const GraphView& view,
                                      ParameterReader& reader,
                                      const KernelOptions& run) {
  KatzOptions options;
  options.run = run;
  const double alpha = reader.Number("alpha");
  if (alpha > 0) options.alpha = alpha;
  options.beta = reader.Number("beta");
  options.directed = reader.Flag("directed");
  options.normalised = reader.Flag("normalised");
  options.tolerance = reader.Number("tolerance");
  options.max_iterations = reader.Integer("max_iterations");
  const uint64_t limit = reader.Integer("limit");
  SKG_RETURN_IF_ERROR(reader.status());
  SKG_ASSIGN_OR_RETURN(const KatzScores result, Katz(view, options));
  Summary summary =
      IterationSummary(result.iterations, result.residual, result.converged);
  summary.emplace_back("alpha", result.alpha);
  return Ranked(result.scores, limit, std::move(summary));
}

constexpr AnalysisParameter kHits[] = {kTolerance, kIterations, kLimit};

absl::StatusOr<AnalysisTable> RunHits(const GraphView& view,
                                      ParameterReader& reader,
                                      const KernelOptions& run) {
  HitsOptions options;
  options.run = run;
  options.tolerance = reader.Number("tolerance");
  options.max_iterations = reader.Integer("max_iterations");
  const uint64_t limit = reader.Integer("limit");
  SKG_RETURN_IF_ERROR(reader.status());
  SKG_ASSIGN_OR_RETURN(const HitsScores result, Hits(view, options));
  AnalysisTable table = Ranked(
      result.authorities, limit,
      IterationSummary(result.iterations, result.residual, result.converged));
  table.columns[1].name = "authority";
  table.columns.push_back(
      {"hub", Take<double>(result.hubs, std::get<std::vector<Vertex>>(
                                            table.columns[0].values))});
  return table;
}

constexpr Analysis kAnalyses[] = {
    {{"betweenness", AnalysisKind::kScores,
      "the share of shortest paths that lead over a node", kBetweenness},
     RunBetweenness},
    {{"closeness", AnalysisKind::kScores, "how near a node is to the others",
      kCloseness},
     RunCloseness},
    {{"degree", AnalysisKind::kScores, "how many edges a node has", kDegree},
     RunDegree},
    {{"eigenvector", AnalysisKind::kScores,
      "pointed to by those that are themselves pointed to", kEigenvector},
     RunEigenvector},
    {{"harmonic", AnalysisKind::kScores,
      "the sum of 1 / distance to the other nodes", kHarmonic},
     RunHarmonic},
    {{"hits", AnalysisKind::kScores, "authorities that hubs point to, and hubs",
      kHits},
     RunHits},
    {{"katz", AnalysisKind::kScores,
      "walks that end at a node, long ones counting less", kKatz},
     RunKatz},
    {{"pagerank", AnalysisKind::kScores,
      "how often a random walker is at a node", kPageRank},
     RunPageRank},
};

}  // namespace

std::span<const Analysis> CentralityAnalyses() { return kAnalyses; }

}  // namespace skg::analytics
