#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "analytics/community_graph.h"
#include "analytics/flow.h"
#include "analytics/kernel_run.h"
#include "analytics/labels.h"
#include "analytics/local_moves.h"
#include "analytics/map_equation.h"
#include "analytics/modularity.h"
#include "base/status.h"
#include "skg/communities.h"

namespace skg {
namespace analytics {
namespace {

class InfomapRun {
 public:
  InfomapRun(const GraphView& view, const InfomapOptions& options)
      : options_(options),
        run_(view, options.run),
        moves_(run_),
        coarsener_(run_),
        random_(options.seed) {}

  absl::StatusOr<InfomapResult> Run(const GraphView& view);

 private:
  absl::Status Reserve(Vertex vertices);
  // From single vertices; leaves the communities in membership_.
  absl::StatusOr<double> Trial();
  // From the communities that there are to better ones; gives the codelength.
  // `by_parts`: parts of communities move, else whole ones.
  absl::StatusOr<double> Iterate(bool by_parts);
  absl::Status Move(std::span<Vertex> community, const Vertex* bounds);
  // What is together in part_ becomes one vertex.
  absl::Status Merge(Vertex parts);

  const InfomapOptions& options_;
  KernelRun run_;
  LocalMoves moves_;
  MapEquationObjective objective_;
  Coarsener coarsener_;
  SplitMix random_;
  double done_ = 0;  // for Check
  Flow flow_;        // of the view

  AnyRows rows_;  // of this level
  std::vector<VertexFlow> flows_, next_flows_;
  std::vector<Vertex> community_, part_;  // of this level's vertices
  std::vector<Vertex> membership_;        // communities of the view's vertices
  std::vector<Vertex> level_vertex_;      // what those are on this level
  std::vector<Vertex> scratch_;
};

absl::Status InfomapRun::Reserve(Vertex vertices) {
  SKG_RETURN_IF_ERROR(run_.Take(size_t{vertices} *
                                (2 * sizeof(VertexFlow) + 6 * sizeof(Vertex))));
  SKG_RETURN_IF_ERROR(moves_.Reserve(vertices));
  SKG_RETURN_IF_ERROR(objective_.Reserve(run_, vertices));
  scratch_.resize(vertices);
  membership_.resize(vertices);
  return absl::OkStatus();
}

absl::Status InfomapRun::Move(std::span<Vertex> community,
                              const Vertex* bounds) {
  SKG_RETURN_IF_ERROR(objective_.Start(run_, rows_, flow_.scale, flow_.balanced,
                                       flows_, community, done_));
  return moves_
      .Move({.rows = rows_,
             .community = community,
             .bounds = bounds,
             .tolerance = options_.tolerance / 10,
             .done = done_},
            objective_, random_)
      .status();
}

absl::Status InfomapRun::Merge(Vertex parts) {
  for (size_t v = 0; v < part_.size(); ++v) scratch_[part_[v]] = community_[v];
  Compose(level_vertex_, part_);
  next_flows_.resize(parts);
  SKG_RETURN_IF_ERROR(
      SumFlows(run_, rows_, flow_.scale, flows_, part_, done_, next_flows_));
  flows_.swap(next_flows_);
  SKG_ASSIGN_OR_RETURN(rows_, coarsener_.Coarsen(rows_, part_, parts, done_));
  community_.assign(scratch_.begin(), scratch_.begin() + parts);
  return absl::OkStatus();
}

absl::StatusOr<double> InfomapRun::Iterate(bool by_parts) {
  rows_ = flow_.rows;
  flows_.assign(flow_.vertices.span().begin(), flow_.vertices.span().end());
  community_ = membership_;
  level_vertex_.resize(membership_.size());
  std::iota(level_vertex_.begin(), level_vertex_.end(), Vertex{0});
  for (;;) {
    SKG_RETURN_IF_ERROR(Move(community_, nullptr));
    done_ += (1 - done_) / 16;
    Vertex parts = Compact(community_, scratch_);
    const Vertex communities = parts;
    if (communities == community_.size()) break;
    part_ = community_;
    if (std::exchange(by_parts, false)) {
      std::iota(part_.begin(), part_.end(), Vertex{0});
      SKG_RETURN_IF_ERROR(Move(part_, community_.data()));
      parts = Compact(part_, scratch_);
      if (parts == part_.size()) {
        part_ = community_;
        parts = communities;
      }
    }
    SKG_RETURN_IF_ERROR(Merge(parts));
  }
  for (size_t v = 0; v < membership_.size(); ++v) {
    membership_[v] = community_[level_vertex_[v]];
  }
  // Each of this level's vertices is a community.
  return CodelengthOf(flows_, flow_.balanced, flow_.entropy);
}

absl::StatusOr<double> InfomapRun::Trial() {
  std::iota(membership_.begin(), membership_.end(), Vertex{0});
  SKG_ASSIGN_OR_RETURN(double codelength, Iterate(false));
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const double next, Iterate(true));
    const double saved = codelength - next;
    codelength = next;
    if (saved <= options_.tolerance * codelength) return codelength;
  }
}

absl::StatusOr<InfomapResult> InfomapRun::Run(const GraphView& view) {
  SKG_ASSIGN_OR_RETURN(flow_, FlowOf(run_, view, options_.flow));
  done_ = 0.3;
  SKG_RETURN_IF_ERROR(Reserve(view.vertices()));
  std::vector<Vertex> best(view.vertices());
  std::iota(best.begin(), best.end(), Vertex{0});
  InfomapResult result;
  result.one_community = flow_.entropy;
  if (flow_.scale == 0) {
    result.partition = PartitionOf(best);
    return result;
  }
  for (size_t trial = 0; trial < options_.trials; ++trial) {
    SKG_ASSIGN_OR_RETURN(const double codelength, Trial());
    if (trial > 0 && codelength >= result.codelength) continue;
    result.codelength = codelength;
    best = membership_;
  }
  if (result.one_community < result.codelength) {
    std::fill(best.begin(), best.end(), Vertex{0});
    result.codelength = result.one_community;
  }
  result.partition = PartitionOf(best);
  return result;
}

}  // namespace
}  // namespace analytics

absl::StatusOr<InfomapResult> Infomap(const GraphView& view,
                                      const InfomapOptions& options) {
  SKG_RETURN_IF_ERROR(analytics::CheckFlowOptions(options.flow));
  SKG_RETURN_IF_ERROR(
      analytics::CheckNotNegative("tolerance", options.tolerance));
  if (options.trials == 0) {
    return absl::InvalidArgumentError("trials is 0; it is at least 1");
  }
  return analytics::InfomapRun(view, options).Run(view);
}

}  // namespace skg
