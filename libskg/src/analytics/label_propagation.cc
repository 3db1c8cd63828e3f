#include <numeric>
#include <utility>
#include <vector>

#include "analytics/community_graph.h"
#include "analytics/kernel_run.h"
#include "analytics/labels.h"
#include "analytics/local_moves.h"
#include "base/status.h"
#include "skg/communities.h"

namespace skg {
namespace analytics {
namespace {

// An Objective of LocalMoves.
class HeaviestLabel {
 public:
  explicit HeaviestLabel(uint64_t seed) : random_(seed) {}
  [[nodiscard]] absl::Status Reserve(KernelRun& run, Vertex vertices) {
    SKG_RETURN_IF_ERROR(Grow(run, near_, vertices));
    std::fill_n(near_.data(), vertices, 0.0);
    return absl::OkStatus();
  }

  double& Near(Vertex label) { return near_[label]; }

  Vertex Choose(Vertex, Vertex own, std::span<const Vertex> met, double&) {
    double most = near_[own];
    Vertex label = own;
    // How many others weigh as much as the best; 0: it is the vertex's own.
    uint64_t equal = 0;
    for (const Vertex other : met) {
      const double weight = std::exchange(near_[other], 0.0);
      if (weight < most || (weight == most && equal == 0)) continue;
      equal = weight > most ? 1 : equal + 1;
      most = weight;
      // Each of so many is as likely as the others in the end.
      if (random_.Below(equal) == 0) label = other;
    }
    return label;
  }

 private:
  SplitMix random_;
  Array<double> near_;
};

}  // namespace
}  // namespace analytics

absl::StatusOr<LabelPropagationResult> LabelPropagation(
    const GraphView& view, const LabelPropagationOptions& options) {
  if (options.max_iterations == 0) {
    return absl::InvalidArgumentError("max_iterations is 0; it is at least 1");
  }
  analytics::KernelRun run(view, options.run);
  SKG_ASSIGN_OR_RETURN(const Adjacency both, view.both());
  const analytics::AnyRows rows = analytics::RowsOf(both, options.weighted);
  const Vertex vertices = view.vertices();
  analytics::LocalMoves moves(run);
  SKG_RETURN_IF_ERROR(moves.Reserve(vertices));
  analytics::SplitMix random(options.seed);
  analytics::HeaviestLabel objective(random());
  SKG_RETURN_IF_ERROR(objective.Reserve(run, vertices));
  SKG_RETURN_IF_ERROR(run.Take(size_t{vertices} * sizeof(Vertex)));
  std::vector<Vertex> labels(vertices);
  std::iota(labels.begin(), labels.end(), Vertex{0});
  LabelPropagationResult result;
  const uint64_t most_looks =
      options.max_iterations >
              std::numeric_limits<uint64_t>::max() / (uint64_t{vertices} + 1)
          ? std::numeric_limits<uint64_t>::max()
          : options.max_iterations * vertices;
  SKG_RETURN_IF_ERROR(moves
                          .Move({.rows = rows,
                                 .community = labels,
                                 .most_looks = most_looks,
                                 .done = 0.5},
                                objective, random, &result.converged)
                          .status());
  result.partition = PartitionOf(labels);
  return result;
}

}  // namespace skg
