#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "analytics/csr.h"
#include "analytics/kernel_run.h"
#include "analytics/option_checks.h"
#include "analytics/row_sums.h"
#include "base/status.h"
#include "skg/centrality.h"

namespace skg {
namespace analytics {
namespace {

// From there on sums of floats reach the tolerance for sure; and up to that
// many doubles stay in a core's own cache anyway. What edges of any weight
// carry may be beyond float.
constexpr double kLeastFloatTolerance = 1e-7;
constexpr Vertex kMostDoubles = 100'000;

absl::Status CheckOptions(const GraphView& view,
                          const PageRankOptions& options) {
  SKG_RETURN_IF_ERROR(CheckOption("PageRankOptions::damping", options.damping,
                                  options.damping >= 0 && options.damping < 1,
                                  "at least 0 and below 1"));
  SKG_RETURN_IF_ERROR(
      CheckTolerance("PageRankOptions::tolerance", options.tolerance));
  double sum = 0;
  for (const auto& [vertex, share] : options.personalisation) {
    if (vertex >= view.vertices()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "PageRankOptions::personalisation names vertex ", vertex,
          ", but vertices are numbered from 0 to below ", view.vertices()));
    }
    SKG_RETURN_IF_ERROR(CheckOption(
        absl::StrCat("PageRankOptions::personalisation of vertex ", vertex),
        share, std::isfinite(share) && share >= 0,
        "a finite number and not negative"));
    sum += share;
  }
  return CheckOption(
      "the sum of PageRankOptions::personalisation", sum,
      options.personalisation.empty() || (std::isfinite(sum) && sum > 0),
      "greater than 0 and finite");
}

// Shares by vertex that sum to 1; empty for no personalisation.
Array<double> Personalisation(Vertex vertices, const PageRankOptions& options) {
  if (options.personalisation.empty()) return {};
  Array<double> shares(vertices);
  std::fill_n(shares.data(), vertices, 0.0);
  double sum = 0;
  for (const auto& [vertex, share] : options.personalisation) sum += share;
  for (const auto& [vertex, share] : options.personalisation) {
    shares[vertex] += share / sum;
  }
  return shares;
}

// One call; Share is what edges carry, float or double.
template <typename Share>
class PageRankIteration {
 public:
  PageRankIteration(const Adjacency& in, const PageRankOptions& options,
                    KernelRun& run, std::vector<double>& scores)
      : in_(in),
        options_(options),
        run_(run),
        pieces_(in),
        vertices_(in.vertices()),
        personalisation_(Personalisation(vertices_, options)),
        per_score_(vertices_),
        shares_{Array<Share>(vertices_), Array<Share>(vertices_)},
        changes_(pieces_.size()),
        dangling_(pieces_.size()),
        scores_(scores) {}

  // How many bytes an object takes.
  [[nodiscard]] static size_t Bytes(const Adjacency& in,
                                    const PageRankOptions& options) {
    return in.vertices() * (sizeof(double) + 2 * sizeof(Share) +
                            (options.personalisation.empty() ? 0 : 8)) +
           5 * EdgePieces::Bytes(in);
  }

  // The scores before the first step. `out`: the edges that hand on.
  [[nodiscard]] absl::Status Start(const Adjacency& out) {
    const double even = 1.0 / static_cast<double>(vertices_);
    return pieces_.For(
        run_, 0, Steps(), [&](Vertex begin, Vertex end, size_t piece) {
          dangling_[piece] = 0;
          for (Vertex v = begin; v < end; ++v) {
            const double strength = options_.weighted
                                        ? Strength(out, v)
                                        : static_cast<double>(out.Degree(v));
            per_score_[v] = strength > 0 ? options_.damping / strength : 0.0;
            // From the personalisation: what it never leads to stays at 0.
            SetScore(v,
                     personalisation_.size() == 0 ? even : personalisation_[v],
                     shares_[0].data(), dangling_[piece]);
          }
        });
  }

  // Gives the sum of all changes.
  [[nodiscard]] absl::StatusOr<double> Step(size_t iteration) {
    const double dangling = options_.damping * Sum(dangling_);
    const bool evenly = options_.dangling == DanglingMass::kEvenly ||
                        personalisation_.size() == 0;
    double to_all = evenly ? dangling : 0.0;
    double to_personalised = 1 - options_.damping + (evenly ? 0.0 : dangling);
    if (personalisation_.size() == 0) {
      to_all += std::exchange(to_personalised, 0.0);
    }
    to_all /= static_cast<double>(vertices_);
    SKG_RETURN_IF_ERROR(
        pieces_.For(run_, static_cast<double>(iteration + 1), Steps(),
                    [&](Vertex begin, Vertex end, size_t piece) {
                      if (in_.weighted() && options_.weighted) {
                        Pull<true>(begin, end, piece, to_all, to_personalised);
                      } else {
                        Pull<false>(begin, end, piece, to_all, to_personalised);
                      }
                    }));
    std::swap(shares_[0], shares_[1]);
    return Sum(changes_);
  }

 private:
  // For progress: the start and all iterations.
  [[nodiscard]] double Steps() const {
    return static_cast<double>(options_.max_iterations) + 1;
  }
  [[nodiscard]] static double Sum(const std::vector<double>& parts) {
    return std::accumulate(parts.begin(), parts.end(), 0.0);
  }

  void SetScore(Vertex v, double score, Share* shares, double& dangling) {
    scores_[v] = score;
    const double per_score = per_score_[v];
    shares[v] = static_cast<Share>(score * per_score);
    if (per_score == 0) dangling += score;
  }

  template <bool weighted>
  void Pull(Vertex begin, Vertex end, size_t piece, double to_all,
            double to_personalised) {
    const Share* const shares = shares_[0].data();
    Share* const next = shares_[1].data();
    const double* const personalisation = personalisation_.data();
    double change = 0, dangling = 0;
    for (Vertex v = begin; v < end; ++v) {
      double score = to_all + RowSum<weighted>(in_, v, shares);
      if (personalisation != nullptr) {
        score += to_personalised * personalisation[v];
      }
      change += std::abs(score - scores_[v]);
      SetScore(v, score, next, dangling);
    }
    changes_[piece] = change;
    dangling_[piece] = dangling;
  }

  const Adjacency in_;
  const PageRankOptions& options_;
  KernelRun& run_;
  const EdgePieces pieces_;
  const Vertex vertices_;
  const Array<double> personalisation_;
  // What an edge of weight 1 carries of its source's score; 0: there is none.
  Array<double> per_score_;
  Array<Share> shares_[2];  // what such edges carry now, and in the next step
  std::vector<double> changes_, dangling_;  // by piece
  std::vector<double>& scores_;
};

template <typename Share>
absl::StatusOr<IteratedScores> Iterate(const Adjacency& out,
                                       const Adjacency& in,
                                       const PageRankOptions& options,
                                       KernelRun& run) {
  IteratedScores result;
  SKG_RETURN_IF_ERROR(run.Take(PageRankIteration<Share>::Bytes(in, options)));
  result.scores.resize(in.vertices());
  PageRankIteration<Share> iteration(in, options, run, result.scores);
  SKG_RETURN_IF_ERROR(iteration.Start(out));
  result.residual = 1;
  result.converged = false;
  while (!result.converged && result.iterations < options.max_iterations) {
    SKG_ASSIGN_OR_RETURN(result.residual, iteration.Step(result.iterations));
    ++result.iterations;
    result.converged = result.residual <= options.tolerance;
  }
  // Rounding leaves the sum a little beside 1.
  const double sum =
      std::accumulate(result.scores.begin(), result.scores.end(), 0.0);
  for (double& score : result.scores) score /= sum;
  return result;
}

}  // namespace
}  // namespace analytics

absl::StatusOr<IteratedScores> PageRank(const GraphView& view,
                                        const PageRankOptions& options) {
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(run.Check(0));
  SKG_RETURN_IF_ERROR(analytics::CheckOptions(view, options));
  if (view.vertices() == 0) return IteratedScores();
  SKG_ASSIGN_OR_RETURN(const Adjacency in,
                       options.directed ? view.in() : view.both());
  const Adjacency out = options.directed ? view.out() : in;
  if ((options.weighted && view.weighted()) ||
      view.vertices() <= analytics::kMostDoubles ||
      options.tolerance < analytics::kLeastFloatTolerance) {
    return analytics::Iterate<double>(out, in, options, run);
  }
  return analytics::Iterate<float>(out, in, options, run);
}

}  // namespace skg
