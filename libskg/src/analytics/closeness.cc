#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <numeric>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "analytics/distance_search.h"
#include "analytics/kernel_run.h"
#include "analytics/lengths.h"
#include "analytics/option_checks.h"
#include "analytics/ordered_pieces.h"
#include "base/status.h"
#include "skg/centrality.h"

namespace skg {
namespace analytics {
namespace {

// What is asked of both measures.
struct DistanceRequest {
  bool directed = true;
  DistanceKind distances = DistanceKind::kTo;
  bool lengths = false;
  bool inverse = false;  // sums of 1 / distance
  size_t sources = 0;
  uint64_t seed = 0;
};

// Over the sources that have a path to a vertex (or from it).
struct DistanceSums {
  std::vector<double> sums;     // of the distances, or of 1 / distance
  std::vector<double> reached;  // how many sources; empty where inverse
};

// What workers share.
struct DistanceWork {
  const Adjacency out, in;
  const bool lengths, inverse;
  std::span<const Vertex> sources;
  const size_t batch;  // sources in a piece
  std::atomic<uint64_t>& pieces_done;
  DistanceSums& whole;
};

class DistanceWorker final : public PieceWorker {
 public:
  explicit DistanceWorker(const DistanceWork& work)
      : work_(work),
        search_(work.lengths ? LengthDistances(work.out)
                             : StepDistances(work.out, work.in, work.batch)) {
    part_.sums.resize(work.whole.sums.size());
    part_.reached.resize(work.whole.reached.size());
  }

  bool Work(uint64_t piece, StopSign stop) override {
    const size_t begin = piece * work_.batch;
    const size_t size = std::min(work_.batch, work_.sources.size() - begin);
    const auto add = [&](Vertex v, double distance, size_t sources) {
      const auto count = static_cast<double>(sources);
      if (work_.inverse) {
        part_.sums[v] += count / distance;
      } else {
        part_.sums[v] += count * distance;
        part_.reached[v] += count;
      }
    };
    if (!search_->Run(work_.sources.subspan(begin, size), stop, add)) {
      return false;
    }
    ++work_.pieces_done;
    return true;
  }

  void Merge() override {
    AddAndForget(part_.sums, work_.whole.sums);
    AddAndForget(part_.reached, work_.whole.reached);
  }

 private:
  const DistanceWork& work_;
  const std::unique_ptr<DistanceSearch> search_;
  DistanceSums part_;
};

// So many different vertices, ascending (Floyd's draw); 0: all.
std::vector<Vertex> DrawSources(Vertex vertices, size_t count, uint64_t seed) {
  std::vector<Vertex> sources;
  if (count == 0 || count >= vertices) {
    sources.resize(vertices);
    std::iota(sources.begin(), sources.end(), Vertex{0});
    return sources;
  }
  std::mt19937_64 random(seed);
  absl::flat_hash_set<Vertex> drawn;
  for (size_t last = vertices - count; last < vertices; ++last) {
    const double draw = static_cast<double>(random() >> 11) * 0x1p-53;
    const auto v = static_cast<Vertex>(draw * static_cast<double>(last + 1));
    if (!drawn.insert(v).second) drawn.insert(static_cast<Vertex>(last));
  }
  sources.assign(drawn.begin(), drawn.end());
  std::sort(sources.begin(), sources.end());
  return sources;
}

// The sums over the sources; `sources` gets them.
absl::StatusOr<DistanceSums> SumDistances(const GraphView& view,
                                          const DistanceRequest& request,
                                          KernelRun& run,
                                          std::vector<Vertex>& sources) {
  if (request.lengths) SKG_RETURN_IF_ERROR(CheckLengths(view, run));
  Adjacency out = view.out(), in = out;
  if (!request.directed) {
    SKG_ASSIGN_OR_RETURN(out, view.both());
    in = out;
  } else {
    SKG_ASSIGN_OR_RETURN(in, view.in());
    // A search from a source finds the distances to others: the sum of what
    // they are from all sources is of distances to a vertex.
    if (request.distances == DistanceKind::kFrom) std::swap(out, in);
  }
  const size_t vertices = view.vertices();
  const size_t sums_bytes =
      vertices * sizeof(double) * (request.inverse ? 1 : 2);
  // A draw is kept in a hash table, too.
  const size_t draws = std::min(request.sources, vertices);
  SKG_RETURN_IF_ERROR(run.Take(sums_bytes + vertices * sizeof(Vertex) +
                               draws * 4 * sizeof(Vertex)));
  sources = DrawSources(view.vertices(), request.sources, request.seed);
  DistanceSums whole;
  whole.sums.resize(vertices);
  if (!request.inverse) whole.reached.resize(vertices);
  // Depends on the sources alone, since sums do on it.
  const size_t batch = request.lengths          ? 8
                       : sources.size() >= 2048 ? DistanceSearch::kMostSources
                                                : 64;
  const size_t pieces = (sources.size() + batch - 1) / batch;
  std::atomic<uint64_t> pieces_done{0};
  const DistanceWork work{out,     in,    request.lengths, request.inverse,
                          sources, batch, pieces_done,     whole};
  const size_t bytes =
      sums_bytes + (request.lengths ? LengthDistancesBytes(out)
                                    : StepDistancesBytes(out, batch));
  const double edges =
      static_cast<double>(request.lengths ? sources.size() : pieces) *
      static_cast<double>(out.edges() + vertices);
  SKG_ASSIGN_OR_RETURN(
      const size_t workers,
      TakeWorkers(run, std::min(run.team().most(), pieces), edges, bytes));
  SKG_RETURN_IF_ERROR(WorkInOrder(
      run, pieces, workers,
      [&] { return std::make_unique<DistanceWorker>(work); },
      [&] {
        return static_cast<double>(pieces_done) / static_cast<double>(pieces);
      }));
  return whole;
}

// Calls set(v, m) for each vertex, where m is how many of the sources are
// others than v.
template <typename Set>
void ForAll(size_t vertices, std::span<const Vertex> sources, const Set& set) {
  size_t next = 0;
  for (size_t v = 0; v < vertices; ++v) {
    const bool drawn = next < sources.size() && sources[next] == v;
    if (drawn) ++next;
    set(v, static_cast<double>(sources.size() - (drawn ? 1 : 0)));
  }
}

}  // namespace
}  // namespace analytics

absl::StatusOr<SampledScores> Closeness(const GraphView& view,
                                        const ClosenessOptions& options) {
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(run.Check(0));
  SampledScores result;
  if (view.vertices() == 0) return result;
  const bool lengths = options.weighted && view.weighted();
  const analytics::DistanceRequest request{
      options.directed,  options.distances, lengths,
      /*inverse=*/false, options.sources,   options.seed};
  std::vector<Vertex> sources;
  SKG_ASSIGN_OR_RETURN(const analytics::DistanceSums sums,
                       analytics::SumDistances(view, request, run, sources));
  result.sources = sources.size();
  result.exact = sources.size() == view.vertices();
  if (!result.exact) result.error_bound = std::nullopt;
  result.scores.resize(view.vertices());
  analytics::ForAll(view.vertices(), sources, [&](size_t v, double others) {
    const double reached = sums.reached[v];
    if (reached == 0) return;
    const double closeness = reached / sums.sums[v];
    result.scores[v] =
        options.by_reach ? closeness * (reached / others) : closeness;
  });
  return result;
}

absl::StatusOr<SampledScores> Harmonic(const GraphView& view,
                                       const HarmonicOptions& options) {
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(run.Check(0));
  SKG_RETURN_IF_ERROR(
      analytics::CheckDelta("HarmonicOptions::delta", options.delta));
  SampledScores result;
  if (view.vertices() == 0) return result;
  const bool lengths = options.weighted && view.weighted();
  const analytics::DistanceRequest request{
      options.directed, options.distances, lengths,
      /*inverse=*/true, options.sources,   options.seed};
  std::vector<Vertex> sources;
  SKG_ASSIGN_OR_RETURN(const analytics::DistanceSums sums,
                       analytics::SumDistances(view, request, run, sources));
  const auto n = static_cast<double>(view.vertices());
  const double scale = options.normalised ? 1 : n - 1;
  result.sources = sources.size();
  result.exact = sources.size() == view.vertices();
  result.scores.resize(view.vertices());
  analytics::ForAll(view.vertices(), sources, [&](size_t v, double others) {
    if (sums.sums[v] == 0) return;
    result.scores[v] = result.exact && !options.normalised
                           ? sums.sums[v]
                           : sums.sums[v] / others * scale;
  });
  if (result.exact) return result;
  if (lengths) {
    result.error_bound = std::nullopt;  // 1 / distance may be anything
    return result;
  }
  const double k = std::max(1.0, static_cast<double>(sources.size()) - 1);
  result.error_bound =
      scale *
      std::min(1.0, std::sqrt(std::log(2 * n / options.delta) / (2 * k)));
  return result;
}

}  // namespace skg
