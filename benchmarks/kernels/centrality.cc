#include "skg/centrality.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "kernels/kernels.h"

namespace skg::bench {
namespace {

// The first vertices, their scores and what all scores sum to.
nlohmann::json Summary(const std::vector<double>& scores) {
  nlohmann::json first = nlohmann::json::array();
  for (const Vertex v : TopK(scores, 3)) first.push_back({v, scores[v]});
  return {{"first", std::move(first)},
          {"sum", std::accumulate(scores.begin(), scores.end(), 0.0)}};
}

nlohmann::json Answer(const IteratedScores& result) {
  nlohmann::json answer = Summary(result.scores);
  answer["iterations"] = result.iterations;
  answer["residual"] = result.residual;
  answer["converged"] = result.converged;
  return answer;
}

nlohmann::json Answer(const SampledScores& result) {
  nlohmann::json answer = Summary(result.scores);
  answer["sources"] = result.sources;
  if (result.error_bound) answer["error_bound"] = *result.error_bound;
  return answer;
}

nlohmann::json Answer(const HitsScores& result) {
  return {{"hubs", Summary(result.hubs)},
          {"authorities", Summary(result.authorities)},
          {"iterations", result.iterations},
          {"residual", result.residual},
          {"converged", result.converged}};
}

nlohmann::json Answer(const Scores& result) { return Summary(result.scores); }

// A case that calls `kernel` with `options`.
template <typename Kernel, typename Options>
KernelCase Case(std::string name, Kernel kernel, Options options) {
  return {std::move(name),
          [kernel, options](const GraphView& view, const KernelOptions& run)
              -> absl::StatusOr<nlohmann::json> {
            Options own = options;
            own.run = run;
            const auto result = kernel(view, own);
            if (!result.ok()) return result.status();
            return Answer(*result);
          }};
}

}  // namespace

std::vector<KernelCase> CentralityKernels() {
  std::vector<KernelCase> kernels;
  kernels.push_back(Case("pagerank", PageRank, PageRankOptions()));
  kernels.push_back(
      Case("pagerank_20", PageRank,
           PageRankOptions{.tolerance = 1e-7, .max_iterations = 20}));
  kernels.push_back(Case("betweenness", Betweenness, BetweennessOptions()));
  kernels.push_back(
      Case("betweenness_16", Betweenness, BetweennessOptions{.sources = 16}));
  kernels.push_back(Case("closeness", Closeness, ClosenessOptions()));
  kernels.push_back(
      Case("closeness_256", Closeness, ClosenessOptions{.sources = 256}));
  kernels.push_back(Case("harmonic", Harmonic, HarmonicOptions()));
  kernels.push_back(Case("degree", Degree, DegreeOptions()));
  kernels.push_back(Case("eigenvector", Eigenvector, EigenvectorOptions()));
  kernels.push_back(Case("katz", Katz, KatzOptions()));
  kernels.push_back(Case("hits", Hits, HitsOptions()));
  return kernels;
}

}  // namespace skg::bench
