#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "analytics/kernel_run.h"
#include "analytics/row_sums.h"
#include "base/status.h"
#include "skg/centrality.h"

namespace skg {
namespace analytics {
namespace {

// Adds the degree or strength of each vertex to its score.
absl::Status AddDegrees(const Adjacency& graph, bool weighted, KernelRun& run,
                        double step, std::vector<double>& scores) {
  SKG_RETURN_IF_ERROR(run.Take(EdgePieces::Bytes(graph)));
  return EdgePieces(graph).For(
      run, step, 2, [&](Vertex begin, Vertex end, size_t) {
        for (Vertex v = begin; v < end; ++v) {
          scores[v] += weighted ? Strength(graph, v)
                                : static_cast<double>(graph.Degree(v));
        }
      });
}

// Without weights, in-degrees are counted more cheaply than in() is made.
absl::Status CountTargets(const Adjacency& out, KernelRun& run,
                          std::vector<double>& scores) {
  constexpr size_t kPart = size_t{1} << 18;
  for (size_t begin = 0; begin < out.targets.size(); begin += kPart) {
    const double part =
        static_cast<double>(begin) / static_cast<double>(out.targets.size());
    SKG_RETURN_IF_ERROR(run.Check(0.5 + part / 2));
    const size_t size = std::min(kPart, out.targets.size() - begin);
    for (const Vertex v : out.targets.subspan(begin, size)) ++scores[v];
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace analytics

absl::StatusOr<Scores> Degree(const GraphView& view,
                              const DegreeOptions& options) {
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(run.Check(0));
  const bool weighted = options.weighted && view.weighted();
  Scores result;
  result.scores.resize(view.vertices());
  if (options.kind == DegreeKind::kNeighbours) {
    SKG_ASSIGN_OR_RETURN(const Adjacency both, view.both());
    SKG_RETURN_IF_ERROR(
        analytics::AddDegrees(both, weighted, run, 0, result.scores));
  }
  if (options.kind == DegreeKind::kOut ||
      options.kind == DegreeKind::kInAndOut) {
    SKG_RETURN_IF_ERROR(
        analytics::AddDegrees(view.out(), weighted, run, 0, result.scores));
  }
  if (options.kind == DegreeKind::kIn ||
      options.kind == DegreeKind::kInAndOut) {
    if (weighted) {
      SKG_ASSIGN_OR_RETURN(const Adjacency in, view.in());
      SKG_RETURN_IF_ERROR(
          analytics::AddDegrees(in, true, run, 1, result.scores));
    } else {
      SKG_RETURN_IF_ERROR(
          analytics::CountTargets(view.out(), run, result.scores));
    }
  }
  if (options.normalised && view.vertices() > 2) {
    const double others = static_cast<double>(view.vertices()) - 1;
    for (double& score : result.scores) score /= others;
  }
  return result;
}

std::vector<Vertex> TopK(std::span<const double> scores, size_t k) {
  const auto before = [&](Vertex left, Vertex right) {
    if (scores[left] != scores[right]) return scores[left] > scores[right];
    return left < right;
  };
  // A heap of the first so far, the last of them on top: few vertices get in.
  std::vector<Vertex> first(std::min(k, scores.size()));
  std::iota(first.begin(), first.end(), Vertex{0});
  std::make_heap(first.begin(), first.end(), before);
  for (size_t i = first.size(); i < scores.size() && k > 0; ++i) {
    // Of equal scores a later vertex does not get in.
    if (scores[i] <= scores[first.front()]) continue;
    std::pop_heap(first.begin(), first.end(), before);
    first.back() = static_cast<Vertex>(i);
    std::push_heap(first.begin(), first.end(), before);
  }
  std::sort_heap(first.begin(), first.end(), before);
  return first;
}

}  // namespace skg
