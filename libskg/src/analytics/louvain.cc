#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "analytics/community_graph.h"
#include "analytics/kernel_run.h"
#include "analytics/labels.h"
#include "analytics/local_moves.h"
#include "analytics/modularity.h"
#include "base/status.h"
#include "skg/communities.h"

namespace skg {
namespace analytics {
namespace {

class LouvainRun {
 public:
  LouvainRun(const GraphView& view, const LouvainOptions& options)
      : options_(options),
        run_(view, options.run),
        moves_(run_),
        coarsener_(run_),
        random_(options.seed) {}

  absl::StatusOr<LouvainResult> Run(const GraphView& view);

 private:
  absl::Status Start(const AnyRows& rows);
  // Moves, and makes what comes together the vertices of the next graph. False:
  // this was the last level.
  absl::StatusOr<bool> Level(LouvainResult& result);

  const LouvainOptions& options_;
  KernelRun run_;
  LocalMoves moves_;
  ModularityObjective objective_;
  Coarsener coarsener_;
  SplitMix random_;

  AnyRows rows_;  // of this level
  std::vector<double> degrees_, next_degrees_;
  double all_ = 0;                  // 2m
  std::vector<Vertex> community_;   // of this level's vertices
  std::vector<Vertex> membership_;  // of the view's
  std::vector<Vertex> scratch_;
};

absl::Status LouvainRun::Start(const AnyRows& rows) {
  rows_ = rows;
  const Vertex vertices = VerticesOf(rows);
  SKG_RETURN_IF_ERROR(
      run_.Take(size_t{vertices} * (2 * sizeof(double) + 3 * sizeof(Vertex))));
  SKG_RETURN_IF_ERROR(moves_.Reserve(vertices));
  SKG_RETURN_IF_ERROR(objective_.Reserve(run_, vertices));
  next_degrees_.resize(vertices);
  community_.resize(vertices);
  scratch_.resize(vertices);
  membership_.resize(vertices);
  std::iota(membership_.begin(), membership_.end(), Vertex{0});
  return absl::OkStatus();
}

absl::StatusOr<bool> LouvainRun::Level(LouvainResult& result) {
  const Vertex vertices = VerticesOf(rows_);
  const double done = 1 - 1 / (2.0 + static_cast<double>(result.levels.size()));
  community_.resize(vertices);
  std::iota(community_.begin(), community_.end(), Vertex{0});
  objective_.Start(degrees_, options_.resolution / all_, community_);
  SKG_RETURN_IF_ERROR(moves_
                          .Move({.rows = rows_,
                                 .community = community_,
                                 .tolerance = options_.tolerance * all_ / 2,
                                 .done = done},
                                objective_, random_)
                          .status());
  const Vertex communities = Compact(community_, scratch_);
  if (communities == vertices) return false;
  result.levels.push_back(communities);
  Compose(membership_, community_);
  if (result.levels.size() == options_.max_levels) return false;
  SKG_ASSIGN_OR_RETURN(
      rows_, coarsener_.Coarsen(rows_, community_, communities, done));
  next_degrees_.resize(communities);
  SumBy(degrees_, community_, next_degrees_);
  degrees_.swap(next_degrees_);
  return true;
}

absl::StatusOr<LouvainResult> LouvainRun::Run(const GraphView& view) {
  SKG_ASSIGN_OR_RETURN(const Adjacency both, view.both());
  const AnyRows rows = RowsOf(both, options_.weighted);
  SKG_RETURN_IF_ERROR(Start(rows));
  SKG_ASSIGN_OR_RETURN(const Array<double> degrees, Degrees(run_, rows, 2));
  degrees_.assign(degrees.span().begin(), degrees.span().end());
  all_ = Sum(degrees_);
  LouvainResult result;
  if (all_ > 0) {
    for (bool more = true; more;) {
      SKG_ASSIGN_OR_RETURN(more, Level(result));
    }
  }
  result.partition = PartitionOf(membership_);
  SKG_ASSIGN_OR_RETURN(
      result.modularity,
      UndirectedModularity(run_, rows, degrees.span(), result.partition,
                           options_.resolution, 1));
  return result;
}

}  // namespace
}  // namespace analytics

absl::StatusOr<LouvainResult> Louvain(const GraphView& view,
                                      const LouvainOptions& options) {
  SKG_RETURN_IF_ERROR(
      analytics::CheckNotNegative("resolution", options.resolution));
  SKG_RETURN_IF_ERROR(
      analytics::CheckNotNegative("tolerance", options.tolerance));
  return analytics::LouvainRun(view, options).Run(view);
}

}  // namespace skg
