#include "analytics/shortest_path_tree.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "analytics/pace.h"
#include "base/status.h"

namespace skg::analytics {
namespace {

constexpr uint64_t kGrain = 1024;

class Tree {
 public:
  Tree(const Adjacency& edges, const std::optional<Adjacency>& reverse,
       EdgeLength length, const std::vector<double>& distance, KernelRun& run)
      : edges_(edges),
        length_of_(edges, length),
        reverse_(reverse.value_or(edges)),
        reverse_length_of_(reverse_, length),
        has_reverse_(reverse.has_value()),
        distance_(distance),
        run_(run),
        parent_(distance.size(), kNoVertex) {}

  absl::StatusOr<std::vector<Vertex>> Run(Vertex source) {
    run_.team().For(distance_.size(), kGrain,
                    [&](uint64_t begin, uint64_t end, size_t thread) {
                      if (Stopped(run_, thread, 0.95)) return;
                      for (uint64_t v = begin; v < end; ++v) {
                        if (has_reverse_) {
                          FindNearer(static_cast<Vertex>(v));
                        } else {
                          OfferFromNearer(static_cast<Vertex>(v));
                        }
                      }
                    });
    SKG_RETURN_IF_ERROR(run_.Check(0.95));
    SKG_RETURN_IF_ERROR(GrowAtEqualDistance(source));
    return std::move(parent_);
  }

 private:
  // Where an edge of infinite length leads, nobody has arrived by it: both ends
  // of the equation would be infinite.
  template <typename Offer>
  void ForEachNext(Vertex v, Offer offer) const {
    for (uint64_t i = edges_.offsets[v]; i < edges_.offsets[v + 1]; ++i) {
      const Vertex w = edges_.targets[i];
      if (distance_[v] + length_of_(i) == distance_[w] &&
          std::isfinite(distance_[w])) {
        offer(w);
      }
    }
  }

  void FindNearer(Vertex w) {
    const double to = distance_[w];
    if (!std::isfinite(to)) return;
    const uint64_t end = reverse_.offsets[w + 1];
    for (uint64_t i = reverse_.offsets[w]; i < end; ++i) {
      const double from = distance_[reverse_.targets[i]];
      if (from >= to || from + reverse_length_of_(i) != to) continue;
      parent_[w] = reverse_.targets[i];
      return;
    }
  }

  void OfferFromNearer(Vertex v) {
    if (!std::isfinite(distance_[v])) return;
    ForEachNext(v, [&](Vertex w) {
      if (distance_[v] >= distance_[w]) return;
      const std::atomic_ref least(parent_[w]);
      Vertex was = least.load(std::memory_order_relaxed);
      while (v < was &&
             !least.compare_exchange_weak(was, v, std::memory_order_relaxed)) {
      }
    });
  }

  // Those that are only reached along edges which add nothing: level by level
  // from those that have a parent already, so that no circle comes about.
  absl::Status GrowAtEqualDistance(Vertex source) {
    uint64_t waiting = 0;
    std::vector<Vertex> level, next;
    for (Vertex v = 0; v < distance_.size(); ++v) {
      if (!std::isfinite(distance_[v])) continue;
      if (parent_[v] == kNoVertex && v != source)
        ++waiting;
      else
        level.push_back(v);
    }
    Pace pace;
    for (; waiting > 0 && !level.empty(); level.swap(next)) {
      next.clear();
      for (const Vertex v : level) {
        ForEachNext(v, [&](Vertex w) {
          if (parent_[w] != kNoVertex || w == source) return;
          parent_[w] = v;
          next.push_back(w);
        });
        if (!pace.Due(1 + edges_.Degree(v))) continue;
        SKG_RETURN_IF_ERROR(run_.Check(0.97));
      }
      std::sort(next.begin(), next.end());
      waiting -= next.size();
    }
    return absl::OkStatus();
  }

  const Adjacency edges_;
  const LengthOf length_of_;
  const Adjacency reverse_;
  const LengthOf reverse_length_of_;
  const bool has_reverse_;
  const std::vector<double>& distance_;
  KernelRun& run_;
  std::vector<Vertex> parent_;
};

}  // namespace

absl::StatusOr<std::vector<Vertex>> ShortestPathTree(
    const Adjacency& edges, const std::optional<Adjacency>& reverse,
    EdgeLength length, Vertex source, const std::vector<double>& distance,
    KernelRun& run) {
  return Tree(edges, reverse, length, distance, run).Run(source);
}

}  // namespace skg::analytics
