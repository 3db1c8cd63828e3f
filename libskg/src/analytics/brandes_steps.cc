// Dependencies where every edge is one step, level by level.
//
// Both directions are sums over rows without a look at distances:
// - Paths to a vertex that is not reached yet are the sum of `paths_` over its
//   in-neighbours: those that are reached at all are of the last level, or it
//   would have been reached before; the others have 0.
// - The dependency of v is paths(v) times the sum over its out-neighbours w of
//   (1 + dependency(w)) / paths(w), if only those of the next level have that
//   number: deeper ones are no neighbours, all others still have 0.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "analytics/brandes.h"
#include "analytics/csr.h"
#include "analytics/row_sums.h"

namespace skg::analytics {
namespace {

// Beyond that the quotients lose digits.
constexpr double kMostPaths = 0x1p900;
// What steps cost, in about half nanoseconds: an edge that is pushed, one that
// is pulled, the beginning of a row, and a look whether a vertex is reached.
constexpr uint64_t kPushedEdge = 4, kPulledEdge = 1, kRow = 12, kLook = 2;
// So many edges are followed between two looks at the stop sign.
constexpr uint64_t kWorkBetweenLooks = uint64_t{1} << 15;

class StepSearch final : public SourceDependencies {
 public:
  StepSearch(const Adjacency& out, const Adjacency& in)
      : out_(out),
        in_(in),
        pieces_(in),
        order_(size_t{out.vertices()} + 1),
        paths_(out.vertices()),
        marks_(out.vertices()) {
    std::fill_n(paths_.data(), paths_.size(), 0.0);
    std::fill_n(marks_.data(), marks_.size(), 0.0);
  }

  SourceEnd Run(Vertex source, StopSign stop, AddDependency add) override {
    work_ = 0;
    const SourceEnd end = Search(source, stop);
    if (end == SourceEnd::kStopped) return end;
    const bool all = end == SourceEnd::kDone;
    if (all && !Accumulate(stop, add)) return SourceEnd::kStopped;
    for (uint64_t i = 0; i < levels_.back(); ++i) {
      paths_[order_[i]] = marks_[order_[i]] = 0;
    }
    return end;
  }

 private:
  [[nodiscard]] bool Left(uint64_t edges, StopSign stop) {
    work_ += edges + 1;
    if (work_ < kWorkBetweenLooks) return false;
    work_ = 0;
    return stop();
  }

  // Fills order_, levels_ and paths_. Until then marks_ holds the paths that
  // were counted while a vertex was new, and something positive ever after.
  SourceEnd Search(Vertex source, StopSign stop) {
    levels_.assign({0, 1});
    order_[0] = source;
    marks_[source] = paths_[source] = 1;
    uint64_t unseen = in_.edges() - in_.Degree(source);
    for (;;) {
      const uint64_t begin = levels_[levels_.size() - 2], end = levels_.back();
      uint64_t edges = 0;
      for (uint64_t i = begin; i < end; ++i) edges += out_.Degree(order_[i]);
      const bool pull = edges * kPushedEdge + (end - begin) * kRow >
                        unseen * kPulledEdge + in_.vertices() * kLook +
                            (in_.vertices() - end) * kRow;
      const uint64_t tail = pull ? Pull(end, stop) : Push(begin, end, stop);
      if (tail < end) return SourceEnd::kStopped;
      if (tail == end) return SourceEnd::kDone;
      double most = 0;
      for (uint64_t i = end; i < tail; ++i) {
        const Vertex v = order_[i];
        paths_[v] = marks_[v];
        most = std::max(most, paths_[v]);
        unseen -= in_.Degree(v);
      }
      levels_.push_back(tail);
      if (!(most <= kMostPaths)) return SourceEnd::kTooManyPaths;
    }
  }

  // Finds the next level, whose vertices become order_[end] and further. Gives
  // the new end; 0: stopped.
  uint64_t Push(uint64_t begin, uint64_t end, StopSign stop) {
    Vertex* const order = order_.data();
    double* const marks = marks_.data();
    uint64_t tail = end;
    for (uint64_t i = begin; i < end; ++i) {
      const Vertex v = order[i];
      const double paths = paths_[v];
      if (Left(out_.Degree(v), stop)) return 0;
      for (const Vertex w : out_.Targets(v)) {
        // What is added to a vertex of an earlier level is never read.
        const double before = marks[w];
        marks[w] = before + paths;
        order[tail] = w;
        tail += before == 0 ? 1 : 0;
      }
    }
    return tail;
  }

  uint64_t Pull(uint64_t end, StopSign stop) {
    uint64_t tail = end;
    for (size_t piece = 0; piece < pieces_.size(); ++piece) {
      if (stop()) return 0;
      for (Vertex v = pieces_.begin(piece); v < pieces_.end(piece); ++v) {
        if (marks_[v] != 0) continue;
        const double paths = RowSum<false>(in_, v, paths_.data());
        if (paths == 0) continue;
        marks_[v] = paths;
        order_[tail++] = v;
      }
    }
    return tail;
  }

  // False: stopped.
  bool Accumulate(StopSign stop, AddDependency add) {
    for (uint64_t i = 0; i < levels_.back(); ++i) marks_[order_[i]] = 0;
    for (size_t level = levels_.size() - 2; level > 0; --level) {
      const uint64_t begin = levels_[level], end = levels_[level + 1];
      const bool last = level + 2 == levels_.size();
      for (uint64_t i = begin; i < end; ++i) {
        const Vertex v = order_[i];
        double dependency = 0;
        if (!last) {
          if (Left(out_.Degree(v), stop)) return false;
          dependency = paths_[v] * RowSum<false>(out_, v, marks_.data());
          add(v, dependency);
        }
        paths_[v] = (1 + dependency) / paths_[v];
      }
      for (uint64_t i = begin; i < end; ++i) {
        marks_[order_[i]] = paths_[order_[i]];
      }
    }
    return true;
  }

  const Adjacency out_, in_;
  const EdgePieces pieces_;
  Array<Vertex> order_;  // as reached; one more, which pushing may write to
  std::vector<uint64_t> levels_;  // where each begins in order_, and the end
  Array<double> paths_;           // from the source; 0: not reached
  Array<double> marks_;           // see Search and Accumulate
  uint64_t work_ = 0;
};

}  // namespace

std::unique_ptr<SourceDependencies> StepDependencies(const Adjacency& out,
                                                     const Adjacency& in) {
  return std::make_unique<StepSearch>(out, in);
}

size_t StepDependenciesBytes(const Adjacency& out) {
  // Levels: at most one a vertex.
  return size_t{out.vertices()} * 28 + EdgePieces::Bytes(out);
}

}  // namespace skg::analytics
