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

// Of y = matrix times x.
struct Products {
  double yy = 0, xy = 0;
  void operator+=(const Products& other) {
    yy += other.yy;
    xy += other.xy;
  }
};
struct Change {
  double squares = 0;
  void operator+=(const Change& other) { squares += other.squares; }
};

// x becomes (matrix + shift I) x of length 1; y is room for it. Half the length
// of matrix times x is a shift that fits any scale of weights, large enough
// that graphs of two sides do not swing for long.
absl::StatusOr<double> Step(const EdgeMatrix& matrix, double step, double steps,
                            KernelRun& run, std::vector<double>& x,
                            std::vector<double>& y) {
  SKG_ASSIGN_OR_RETURN(
      const Products products,
      matrix.Multiply<Products>(run, 2 * step, 2 * steps, x,
                                [&](Vertex v, double sum, Products& parts) {
                                  y[v] = sum;
                                  parts.yy += sum * sum;
                                  parts.xy += sum * x[v];
                                }));
  if (products.yy == 0) return 0;  // no edge, or none that leads on
  const double shift = std::sqrt(products.yy) / 2;
  const double length =
      std::sqrt(products.yy + 2 * shift * products.xy + shift * shift);
  SKG_ASSIGN_OR_RETURN(
      const Change change,
      matrix.ForAll<Change>(run, 2 * step + 1, 2 * steps,
                            [&](Vertex begin, Vertex end, Change& parts) {
                              for (Vertex v = begin; v < end; ++v) {
                                const double score =
                                    (y[v] + shift * x[v]) / length;
                                const double by = score - x[v];
                                parts.squares += by * by;
                                x[v] = score;
                              }
                            }));
  return std::sqrt(change.squares);
}

}  // namespace
}  // namespace analytics

absl::StatusOr<IteratedScores> Eigenvector(const GraphView& view,
                                           const EigenvectorOptions& options) {
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(run.Check(0));
  SKG_RETURN_IF_ERROR(analytics::CheckTolerance("EigenvectorOptions::tolerance",
                                                options.tolerance));
  IteratedScores result;
  const size_t vertices = view.vertices();
  if (vertices == 0) return result;
  SKG_ASSIGN_OR_RETURN(const Adjacency in,
                       options.directed ? view.in() : view.both());
  SKG_RETURN_IF_ERROR(run.Take(2 * vertices * sizeof(double) +
                               analytics::EdgeMatrix::Bytes(in)));
  const analytics::EdgeMatrix matrix(in, options.weighted);
  result.scores.assign(vertices, 1 / std::sqrt(static_cast<double>(vertices)));
  std::vector<double> room(vertices);
  result.converged = false;
  result.residual = 1;
  while (!result.converged && result.iterations < options.max_iterations) {
    SKG_ASSIGN_OR_RETURN(
        result.residual,
        analytics::Step(matrix, static_cast<double>(result.iterations),
                        static_cast<double>(options.max_iterations), run,
                        result.scores, room));
    ++result.iterations;
    result.converged = result.residual <= options.tolerance;
  }
  return result;
}

}  // namespace skg
