#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "analytics/distance_buckets.h"
#include "analytics/edge_length.h"
#include "analytics/kernel_run.h"
#include "analytics/pace.h"
#include "analytics/shortest_path_tree.h"
#include "analytics/walk.h"
#include "base/status.h"
#include "skg/paths.h"

namespace skg {
namespace analytics {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr uint64_t kGrain = 256;  // vertices of a frontier

// A middling length by the mean degree: what lies in one bucket is then mostly
// settled at once, and buckets are still full.
double ChosenDelta(const Adjacency& edges, const LengthOf& length_of) {
  constexpr uint64_t kSample = 4096;
  const uint64_t step = edges.edges() / kSample + 1;
  std::vector<double> lengths;
  for (uint64_t i = 0; i < edges.edges(); i += step) {
    const double length = length_of(i);
    if (length > 0 && length < kInfinity) lengths.push_back(length);
  }
  if (lengths.empty()) return 1;
  const auto middle =
      lengths.begin() + static_cast<ptrdiff_t>(lengths.size() / 2);
  std::nth_element(lengths.begin(), middle, lengths.end());
  const double degree = static_cast<double>(edges.edges()) /
                        static_cast<double>(edges.vertices());
  return *middle / std::max(1.0, degree / 4);
}

class DeltaStepping {
 public:
  DeltaStepping(const Adjacency& edges, const LengthOf& length_of, double delta,
                std::vector<double>& distance, KernelRun& run)
      : edges_(edges),
        length_of_(length_of),
        distance_(distance),
        run_(run),
        of_thread_(run.team().most()) {
    range_.width = delta;
  }

  absl::Status Run(Vertex source) {
    distance_[source] = 0;
    of_thread_[0].buckets.Add(range_, 0, source);
    for (;;) {
      while (NextFrontier()) {
        RelaxFrontier();
        SKG_RETURN_IF_ERROR(run_.Check(Done()));
      }
      if (!MoveRange()) return absl::OkStatus();
    }
  }

 private:
  struct alignas(64) OfThread {
    DistanceBuckets buckets;
    Pace pace;
  };

  // As if each vertex were relaxed about once.
  [[nodiscard]] double Done() const {
    return std::min(0.9, static_cast<double>(relaxed_) /
                             static_cast<double>(edges_.vertices()));
  }

  bool NextFrontier() {
    size_t first = BucketRange::kBuckets;
    for (OfThread& own : of_thread_) {
      first = std::min(first, own.buckets.First(bucket_));
    }
    if (first == BucketRange::kBuckets) return false;
    bucket_ = first;
    frontier_.clear();
    for (OfThread& own : of_thread_) own.buckets.MoveTo(frontier_, bucket_);
    relaxed_ += frontier_.size();
    return true;
  }

  bool MoveRange() {
    double nearest = kInfinity;
    for (const OfThread& own : of_thread_) {
      nearest = std::min(nearest, own.buckets.nearest_far());
    }
    if (nearest == kInfinity) return false;
    range_.base = nearest;
    // However far some are, this happens a few times only.
    range_.width *= 2;
    bucket_ = 0;
    for (OfThread& own : of_thread_) own.buckets.Spread(range_);
    return true;
  }

  void RelaxFrontier() {
    run_.team().For(
        frontier_.size(), kGrain,
        [&](uint64_t begin, uint64_t end, size_t thread) {
          for (uint64_t i = begin; i < end; ++i) {
            Relax(frontier_[i], of_thread_[thread]);
            if (of_thread_[thread].pace.Due(1 + edges_.Degree(frontier_[i])) &&
                Stopped(run_, thread, Done())) {
              return;
            }
          }
        });
  }

  void Relax(Vertex v, OfThread& own) {
    const double from = std::atomic_ref(distance_[v]).load(kRelaxed);
    // It was nearer than it seemed, and has been in an earlier bucket.
    if (range_.BucketOf(from) < bucket_) return;
    for (uint64_t i = edges_.offsets[v]; i < edges_.offsets[v + 1]; ++i) {
      const Vertex w = edges_.targets[i];
      const double longer = from + length_of_(i);
      if (Lower(distance_[w], longer)) own.buckets.Add(range_, longer, w);
    }
  }

  static bool Lower(double& value, double to) {
    const std::atomic_ref shared(value);
    double was = shared.load(kRelaxed);
    while (to < was) {
      if (shared.compare_exchange_weak(was, to, kRelaxed)) return true;
    }
    return false;
  }

  static constexpr auto kRelaxed = std::memory_order_relaxed;

  const Adjacency edges_;
  const LengthOf length_of_;
  std::vector<double>& distance_;
  KernelRun& run_;
  BucketRange range_;
  size_t bucket_ = 0;
  std::vector<Vertex> frontier_;
  std::vector<OfThread> of_thread_;
  uint64_t relaxed_ = 0;
};

}  // namespace
}  // namespace analytics

absl::StatusOr<SingleSourceShortestPathsResult> SingleSourceShortestPaths(
    const GraphView& view, Vertex source,
    const SingleSourceShortestPathsOptions& options) {
  SKG_RETURN_IF_ERROR(analytics::CheckVertex(view, source, "source"));
  if (!(options.delta >= 0 && std::isfinite(options.delta))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "delta is ", options.delta, "; it must be a finite number, 0 or more"));
  }
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(run.Check(0));
  SKG_ASSIGN_OR_RETURN(const Adjacency edges,
                       analytics::EdgesOf(view, options.direction));
  SKG_RETURN_IF_ERROR(run.Take(16 * size_t{view.vertices()}));
  const analytics::LengthOf length_of(edges, options.length);
  SingleSourceShortestPathsResult result;
  result.distance.assign(view.vertices(), analytics::kInfinity);
  const double delta = options.delta > 0
                           ? options.delta
                           : analytics::ChosenDelta(edges, length_of);
  SKG_RETURN_IF_ERROR(
      analytics::DeltaStepping(edges, length_of, delta, result.distance, run)
          .Run(source));
  if (options.parents) {
    SKG_ASSIGN_OR_RETURN(
        result.parent,
        analytics::ShortestPathTree(
            edges,
            analytics::MadeEdgesOf(view, analytics::Reverse(options.direction)),
            options.length, source, result.distance, run));
  }
  return result;
}

}  // namespace skg
