#include <numeric>
#include <utility>
#include <vector>

#include "analytics/community_graph.h"
#include "analytics/kernel_run.h"
#include "analytics/labels.h"
#include "analytics/local_moves.h"
#include "analytics/modularity.h"
#include "analytics/refinement.h"
#include "base/status.h"
#include "skg/communities.h"

namespace skg {
namespace analytics {
namespace {

class LeidenRun {
 public:
  LeidenRun(const GraphView& view, const LeidenOptions& options)
      : options_(options),
        run_(view, options.run),
        moves_(run_),
        refinement_(run_),
        coarsener_(run_),
        random_(options.seed) {}

  absl::StatusOr<LeidenResult> Run(const GraphView& view);

 private:
  absl::Status Start(const AnyRows& rows);
  // From the communities that there are to better ones; gives what m times the
  // modularity gained.
  absl::StatusOr<double> Iterate(const AnyRows& rows,
                                 std::span<const double> degrees);
  // Parts of communities become the vertices of the next graph.
  absl::Status Merge(Vertex communities);

  const LeidenOptions& options_;
  KernelRun run_;
  LocalMoves moves_;
  ModularityObjective objective_;
  Refinement refinement_;
  Coarsener coarsener_;
  SplitMix random_;
  double all_ = 0;   // 2m
  double done_ = 0;  // for Check
  // Every level's vertices were made of parts, which are connected.
  bool connected_ = true;

  AnyRows rows_;  // of this level
  std::vector<double> degrees_, next_degrees_;
  std::vector<Vertex> community_, part_;  // of this level's vertices
  std::vector<Vertex> membership_;        // communities of the view's vertices
  std::vector<Vertex> level_vertex_;      // what those are on this level
  std::vector<Vertex> scratch_;
};

absl::Status LeidenRun::Start(const AnyRows& rows) {
  const Vertex vertices = VerticesOf(rows);
  SKG_RETURN_IF_ERROR(
      run_.Take(size_t{vertices} * (2 * sizeof(double) + 5 * sizeof(Vertex))));
  SKG_RETURN_IF_ERROR(moves_.Reserve(vertices));
  SKG_RETURN_IF_ERROR(objective_.Reserve(run_, vertices));
  SKG_RETURN_IF_ERROR(refinement_.Reserve(vertices));
  scratch_.resize(vertices);
  membership_.resize(vertices);
  std::iota(membership_.begin(), membership_.end(), Vertex{0});
  return absl::OkStatus();
}

absl::StatusOr<double> LeidenRun::Iterate(const AnyRows& rows,
                                          std::span<const double> degrees) {
  rows_ = rows;
  degrees_.assign(degrees.begin(), degrees.end());
  community_ = membership_;
  level_vertex_.resize(membership_.size());
  std::iota(level_vertex_.begin(), level_vertex_.end(), Vertex{0});
  const double expected = options_.resolution / all_;
  double gained = 0;
  for (;;) {
    objective_.Start(degrees_, expected, community_);
    SKG_ASSIGN_OR_RETURN(
        const double more,
        moves_.Move({.rows = rows_,
                     .community = community_,
                     .tolerance = options_.tolerance * all_ / 2,
                     .done = done_},
                    objective_, random_));
    gained += more;
    done_ += (1 - done_) / 8;
    const Vertex communities = Compact(community_, scratch_);
    if (communities == community_.size()) break;
    SKG_RETURN_IF_ERROR(Merge(communities));
  }
  for (size_t v = 0; v < membership_.size(); ++v) {
    membership_[v] = community_[level_vertex_[v]];
  }
  return gained;
}

absl::Status LeidenRun::Merge(Vertex communities) {
  part_.resize(community_.size());
  SKG_RETURN_IF_ERROR(refinement_.Refine(rows_, degrees_, community_,
                                         options_.resolution / all_, random_,
                                         done_, part_));
  Vertex parts = Compact(part_, scratch_);
  if (parts == part_.size()) {
    // Nothing is well connected: whole communities go on, or this never ends.
    connected_ = false;
    part_ = community_;
    parts = communities;
  }
  for (size_t v = 0; v < part_.size(); ++v) scratch_[part_[v]] = community_[v];
  Compose(level_vertex_, part_);
  SKG_ASSIGN_OR_RETURN(rows_, coarsener_.Coarsen(rows_, part_, parts, done_));
  next_degrees_.resize(parts);
  SumBy(degrees_, part_, next_degrees_);
  degrees_.swap(next_degrees_);
  community_.assign(scratch_.begin(), scratch_.begin() + parts);
  return absl::OkStatus();
}

absl::StatusOr<LeidenResult> LeidenRun::Run(const GraphView& view) {
  SKG_ASSIGN_OR_RETURN(const Adjacency both, view.both());
  const AnyRows rows = RowsOf(both, options_.weighted);
  SKG_RETURN_IF_ERROR(Start(rows));
  SKG_ASSIGN_OR_RETURN(const Array<double> degrees, Degrees(run_, rows, 2));
  all_ = Sum(degrees.span());
  LeidenResult result;
  while (all_ > 0 && (options_.iterations == 0 ||
                      result.iterations < options_.iterations)) {
    SKG_ASSIGN_OR_RETURN(const double gained, Iterate(rows, degrees.span()));
    ++result.iterations;
    if (gained <= options_.tolerance * all_ / 2) break;
  }
  if (!connected_) {
    SKG_RETURN_IF_ERROR(
        SplitDisconnected(run_, rows, membership_, done_).status());
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

absl::StatusOr<LeidenResult> Leiden(const GraphView& view,
                                    const LeidenOptions& options) {
  SKG_RETURN_IF_ERROR(
      analytics::CheckNotNegative("resolution", options.resolution));
  SKG_RETURN_IF_ERROR(
      analytics::CheckNotNegative("tolerance", options.tolerance));
  return analytics::LeidenRun(view, options).Run(view);
}

}  // namespace skg
