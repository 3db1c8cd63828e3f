#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "analytics/edge_matrix.h"
#include "analytics/kernel_run.h"
#include "analytics/option_checks.h"
#include "base/status.h"
#include "skg/centrality.h"

namespace skg {
namespace analytics {
namespace {

constexpr size_t kBoundSteps = 20;
// Scores beyond that only grow.
constexpr double kMostSum = 1e250;

struct Ratio {
  double most = 0;
  void operator+=(const Ratio& other) { most = std::max(most, other.most); }
};
struct Sums {
  double scores = 0, changes = 0;
  void operator+=(const Sums& other) {
    scores += other.scores;
    changes += other.changes;
  }
};

// For a positive x no eigenvalue is greater than the greatest (matrix x)(v) /
// x(v); power iteration brings that down to the greatest eigenvalue.
absl::StatusOr<double> BoundOfEigenvalues(const EdgeMatrix& matrix,
                                          double steps, KernelRun& run,
                                          std::vector<double>& x,
                                          std::vector<double>& y) {
  double bound = std::numeric_limits<double>::infinity();
  std::fill(x.begin(), x.end(), 1.0);
  for (size_t i = 0; i < kBoundSteps; ++i) {
    SKG_ASSIGN_OR_RETURN(
        const Ratio ratio,
        matrix.Multiply<Ratio>(run, 2 * static_cast<double>(i), steps, x,
                               [&](Vertex v, double sum, Ratio& parts) {
                                 y[v] = sum;
                                 parts.most = std::max(parts.most, sum / x[v]);
                               }));
    bound = std::min(bound, ratio.most);
    if (bound == 0) return 0;
    // x stays positive, and at most 1.5 times what it was.
    SKG_ASSIGN_OR_RETURN(
        const Ratio scale,
        matrix.ForAll<Ratio>(run, 2 * static_cast<double>(i) + 1, steps,
                             [&](Vertex begin, Vertex end, Ratio& parts) {
                               for (Vertex v = begin; v < end; ++v) {
                                 x[v] = std::max(y[v] / ratio.most + x[v] / 2,
                                                 1e-200);
                                 parts.most = std::max(parts.most, x[v]);
                               }
                             }));
    if (!(scale.most < 1e200)) return bound;
  }
  return bound;
}

absl::Status CheckOptions(const KatzOptions& options) {
  if (options.alpha) {
    SKG_RETURN_IF_ERROR(
        CheckOption("KatzOptions::alpha", *options.alpha,
                    std::isfinite(*options.alpha) && *options.alpha > 0,
                    "a finite number greater than 0"));
  }
  SKG_RETURN_IF_ERROR(
      CheckOption("KatzOptions::beta", options.beta,
                  options.beta >= 1e-100 && options.beta <= 1e100,
                  "at least 1e-100 and at most 1e100"));
  return CheckTolerance("KatzOptions::tolerance", options.tolerance);
}

// Iterates result.scores; `next` is room for them.
absl::Status Iterate(const EdgeMatrix& matrix, const KatzOptions& options,
                     double done_before, double steps, KernelRun& run,
                     KatzScores& result, std::vector<double>& next) {
  std::fill(result.scores.begin(), result.scores.end(), options.beta);
  result.converged = false;
  result.residual = 1;
  while (!result.converged && result.iterations < options.max_iterations) {
    const std::vector<double>& scores = result.scores;
    SKG_ASSIGN_OR_RETURN(
        const Sums sums,
        matrix.Multiply<Sums>(
            run, done_before + static_cast<double>(result.iterations), steps,
            scores, [&](Vertex v, double sum, Sums& parts) {
              next[v] = result.alpha * sum + options.beta;
              parts.scores += next[v];
              parts.changes += std::abs(next[v] - scores[v]);
            }));
    ++result.iterations;
    result.scores.swap(next);
    result.residual = sums.changes / sums.scores;
    result.converged = result.residual <= options.tolerance;
    if (!(sums.scores < kMostSum)) return absl::OkStatus();
  }
  return absl::OkStatus();
}

// To the Euclidean length 1; by the greatest first, whose square may be beyond
// double.
void Normalise(std::vector<double>& scores) {
  const double most = *std::max_element(scores.begin(), scores.end());
  double squares = 0;
  for (double& score : scores) {
    score /= most;
    squares += score * score;
  }
  const double length = std::sqrt(squares);
  for (double& score : scores) score /= length;
}

}  // namespace
}  // namespace analytics

absl::StatusOr<KatzScores> Katz(const GraphView& view,
                                const KatzOptions& options) {
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(run.Check(0));
  SKG_RETURN_IF_ERROR(analytics::CheckOptions(options));
  KatzScores result;
  result.alpha = options.alpha.value_or(0);
  const size_t vertices = view.vertices();
  if (vertices == 0) return result;
  SKG_ASSIGN_OR_RETURN(const Adjacency in,
                       options.directed ? view.in() : view.both());
  SKG_RETURN_IF_ERROR(run.Take(2 * vertices * sizeof(double) +
                               analytics::EdgeMatrix::Bytes(in)));
  const analytics::EdgeMatrix matrix(in, options.weighted);
  result.scores.resize(vertices);
  std::vector<double> room(vertices);
  const auto bound_steps =
      static_cast<double>(options.alpha ? 0 : 2 * analytics::kBoundSteps);
  const double steps =
      bound_steps + static_cast<double>(options.max_iterations);
  if (!options.alpha) {
    SKG_ASSIGN_OR_RETURN(
        const double bound,
        analytics::BoundOfEigenvalues(matrix, steps, run, result.scores, room));
    // Without edges any would do.
    result.alpha = bound > 0 ? 0.85 / bound : 0.85;
  }
  SKG_RETURN_IF_ERROR(analytics::Iterate(matrix, options, bound_steps, steps,
                                         run, result, room));
  if (options.normalised) analytics::Normalise(result.scores);
  return result;
}

}  // namespace skg
