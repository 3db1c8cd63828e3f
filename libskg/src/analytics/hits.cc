#include <cmath>
#include <vector>

#include "analytics/edge_matrix.h"
#include "analytics/kernel_run.h"
#include "analytics/option_checks.h"
#include "base/status.h"
#include "skg/centrality.h"

namespace skg {
namespace analytics {
namespace {

struct Total {
  double sum = 0;
  void operator+=(const Total& other) { sum += other.sum; }
};

// to = matrix times from; gives its sum.
absl::StatusOr<double> Follow(const EdgeMatrix& matrix, double step,
                              double steps, KernelRun& run,
                              const std::vector<double>& from,
                              std::vector<double>& to) {
  SKG_ASSIGN_OR_RETURN(
      const Total total,
      matrix.Multiply<Total>(run, step, steps, from,
                             [&](Vertex v, double sum, Total& parts) {
                               to[v] = sum;
                               parts.sum += sum;
                             }));
  return total.sum;
}

// hubs = next / sum; gives the sum of the changes.
absl::StatusOr<double> Replace(const EdgeMatrix& matrix, double step,
                               double steps, KernelRun& run,
                               const std::vector<double>& next, double sum,
                               std::vector<double>& hubs) {
  SKG_ASSIGN_OR_RETURN(
      const Total changes,
      matrix.ForAll<Total>(run, step, steps,
                           [&](Vertex begin, Vertex end, Total& parts) {
                             for (Vertex v = begin; v < end; ++v) {
                               const double score = next[v] / sum;
                               parts.sum += std::abs(score - hubs[v]);
                               hubs[v] = score;
                             }
                           }));
  return changes.sum;
}

}  // namespace
}  // namespace analytics

absl::StatusOr<HitsScores> Hits(const GraphView& view,
                                const HitsOptions& options) {
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(run.Check(0));
  SKG_RETURN_IF_ERROR(
      analytics::CheckTolerance("HitsOptions::tolerance", options.tolerance));
  HitsScores result;
  const size_t vertices = view.vertices();
  if (vertices == 0) return result;
  SKG_ASSIGN_OR_RETURN(const Adjacency in, view.in());
  SKG_RETURN_IF_ERROR(run.Take(3 * vertices * sizeof(double) +
                               2 * analytics::EdgeMatrix::Bytes(in)));
  const analytics::EdgeMatrix inward(in, options.weighted);
  const analytics::EdgeMatrix outward(view.out(), options.weighted);
  result.hubs.assign(vertices, 1 / static_cast<double>(vertices));
  result.authorities.assign(vertices, 0);
  std::vector<double> next(vertices);
  result.converged = false;
  result.residual = 1;
  double authority_sum = 1;
  const double steps = 3 * static_cast<double>(options.max_iterations);
  while (!result.converged && result.iterations < options.max_iterations) {
    const double step = 3 * static_cast<double>(result.iterations);
    SKG_ASSIGN_OR_RETURN(
        authority_sum, analytics::Follow(inward, step, steps, run, result.hubs,
                                         result.authorities));
    SKG_ASSIGN_OR_RETURN(const double hub_sum,
                         analytics::Follow(outward, step + 1, steps, run,
                                           result.authorities, next));
    ++result.iterations;
    if (hub_sum == 0) {  // no edge has a weight
      result.hubs.assign(vertices, 0);
      result.authorities.assign(vertices, 0);
      result.residual = 0;
      result.converged = true;
      return result;
    }
    SKG_ASSIGN_OR_RETURN(result.residual,
                         analytics::Replace(inward, step + 2, steps, run, next,
                                            hub_sum, result.hubs));
    result.converged = result.residual <= options.tolerance;
  }
  for (double& score : result.authorities) score /= authority_sum;
  return result;
}

}  // namespace skg
