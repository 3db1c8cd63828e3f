// Dependencies where edges have lengths: Dijkstra's search, then its vertices
// in reverse.
#include <algorithm>
#include <limits>

#include "analytics/brandes.h"
#include "analytics/csr.h"
#include "analytics/distance_heap.h"
#include "analytics/path_count.h"

namespace skg::analytics {
namespace {

constexpr double kFar = std::numeric_limits<double>::infinity();
constexpr double kUnsettled = -1;
constexpr uint64_t kWorkBetweenLooks = uint64_t{1} << 13;

// Beyond that quotients of doubles lose digits.
bool Fits(double paths) { return paths <= 0x1p900; }
bool Fits(const PathCount&) { return true; }
double Ratio(double left, double right) { return left / right; }

// Count is double or PathCount.
template <typename Count>
class LengthSearch final : public SourceDependencies {
 public:
  explicit LengthSearch(const Adjacency& out)
      : out_(out),
        order_(out.vertices()),
        distances_(out.vertices()),
        paths_(out.vertices()),
        dependencies_(out.vertices()),
        heap_(out.vertices()) {
    std::fill_n(distances_.data(), distances_.size(), kFar);
    std::fill_n(dependencies_.data(), dependencies_.size(), kUnsettled);
  }

  [[nodiscard]] static size_t Bytes(const Adjacency& out) {
    return size_t{out.vertices()} *
               (sizeof(Vertex) + 2 * sizeof(double) + sizeof(Count)) +
           DistanceHeap::Bytes(out.vertices());
  }

  SourceEnd Run(Vertex source, StopSign stop, AddDependency add) override {
    settled_ = 0;
    fits_ = true;
    if (!Search(source, stop)) return SourceEnd::kStopped;
    if (fits_ && !Accumulate(stop, add)) return SourceEnd::kStopped;
    for (size_t i = 0; i < settled_; ++i) {
      distances_[order_[i]] = kFar;
      dependencies_[order_[i]] = kUnsettled;
    }
    return fits_ ? SourceEnd::kDone : SourceEnd::kTooManyPaths;
  }

 private:
  [[nodiscard]] bool Left(uint64_t edges, StopSign stop) {
    work_ += edges + 1;
    if (work_ < kWorkBetweenLooks) return false;
    work_ = 0;
    return stop();
  }

  // False: stopped.
  bool Search(Vertex source, StopSign stop) {
    distances_[source] = 0;
    paths_[source] = Count(1);
    heap_.Push(source, 0);
    while (!heap_.empty()) {
      const Vertex v = heap_.Pop();
      if (Left(out_.Degree(v), stop)) return false;
      order_[settled_++] = v;
      dependencies_[v] = 0;
      fits_ = fits_ && Fits(paths_[v]);
      for (uint64_t i = out_.offsets[v]; i < out_.offsets[size_t{v} + 1]; ++i) {
        Relax(v, out_.targets[i], static_cast<double>(out_.Weight(i)));
      }
    }
    return true;
  }

  void Relax(Vertex v, Vertex w, double length) {
    const double distance = distances_[v] + length;
    if (distance > distances_[w]) return;
    if (distance == distances_[w]) {
      // Settled with this distance: a length too small to change it.
      if (dependencies_[w] == kUnsettled) paths_[w] += paths_[v];
      return;
    }
    const bool found = distances_[w] != kFar;
    distances_[w] = distance;
    paths_[w] = paths_[v];
    if (found) {
      heap_.Decrease(w, distance);
    } else {
      heap_.Push(w, distance);
    }
  }

  // Only what was settled later counts, as in Relax: a length may be so small
  // that it does not change a distance.
  bool Accumulate(StopSign stop, AddDependency add) {
    for (size_t i = 0; i < settled_; ++i) dependencies_[order_[i]] = kUnsettled;
    for (size_t at = settled_; at-- > 1;) {
      const Vertex v = order_[at];
      if (Left(out_.Degree(v), stop)) return false;
      double dependency = 0;
      for (uint64_t i = out_.offsets[v]; i < out_.offsets[size_t{v} + 1]; ++i) {
        const Vertex w = out_.targets[i];
        const double length = static_cast<double>(out_.Weight(i));
        if (distances_[w] != distances_[v] + length ||
            dependencies_[w] == kUnsettled) {
          continue;
        }
        dependency += Ratio(paths_[v], paths_[w]) * (1 + dependencies_[w]);
      }
      dependencies_[v] = dependency;
      add(v, dependency);
    }
    return true;
  }

  const Adjacency out_;
  Array<Vertex> order_;  // as settled
  size_t settled_ = 0;
  Array<double> distances_;  // kFar: not found
  Array<Count> paths_;
  Array<double> dependencies_;  // kUnsettled: not settled, or not summed up yet
  DistanceHeap heap_;
  bool fits_ = true;
  uint64_t work_ = 0;
};

}  // namespace

std::unique_ptr<SourceDependencies> LengthDependencies(const Adjacency& out) {
  return std::make_unique<LengthSearch<double>>(out);
}
std::unique_ptr<SourceDependencies> ManyPathDependencies(const Adjacency& out) {
  return std::make_unique<LengthSearch<PathCount>>(out);
}
size_t LengthDependenciesBytes(const Adjacency& out) {
  return LengthSearch<double>::Bytes(out);
}
size_t ManyPathDependenciesBytes(const Adjacency& out) {
  return LengthSearch<PathCount>::Bytes(out);
}

}  // namespace skg::analytics
