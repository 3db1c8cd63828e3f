#include <algorithm>
#include <atomic>
#include <bit>
#include <optional>
#include <utility>
#include <vector>

#include "analytics/csr.h"
#include "analytics/kernel_run.h"
#include "analytics/pace.h"
#include "analytics/walk.h"
#include "base/status.h"
#include "skg/paths.h"

namespace skg {
namespace analytics {
namespace {

// As in the paper: a frontier with more than 1/15 of the edges that are left is
// searched from the other side, until it is below 1/18 of the vertices.
constexpr uint64_t kAlpha = 15;
constexpr uint64_t kBeta = 18;
constexpr uint64_t kTopDownGrain = 256;    // vertices of the frontier
constexpr uint64_t kBottomUpGrain = 4096;  // vertices, a multiple of 64

// A set of vertices, a bit each.
class VertexSet {
 public:
  explicit VertexSet(size_t vertices) : words_((vertices + 63) / 64) {}

  void Clear() { std::fill_n(words_.data(), words_.size(), 0); }
  void Add(Vertex v) { words_[v / 64] |= uint64_t{1} << (v % 64); }
  [[nodiscard]] bool Has(Vertex v) const {
    return (words_[v / 64] >> (v % 64) & 1) != 0;
  }
  void AppendTo(std::vector<Vertex>& list) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      for (uint64_t word = words_[i]; word != 0; word &= word - 1) {
        list.push_back(static_cast<Vertex>(64 * i) +
                       static_cast<Vertex>(std::countr_zero(word)));
      }
    }
  }

 private:
  Array<uint64_t> words_;
};

class Search {
 public:
  Search(const GraphView& view, const BreadthFirstSearchOptions& options,
         const Adjacency& edges, KernelRun& run)
      : view_(view),
        options_(options),
        edges_(edges),
        run_(run),
        frontier_set_(edges.vertices()),
        next_set_(edges.vertices()),
        of_thread_(run.team().most()) {
    result_.distance.assign(edges.vertices(), kUnreached);
    if (options.parents) result_.parent.assign(edges.vertices(), kNoVertex);
  }

  absl::StatusOr<BreadthFirstSearchResult> Run(Vertex source) {
    result_.distance[source] = 0;
    frontier_ = {source};
    frontier_edges_ = edges_.Degree(source);
    edges_left_ = edges_.edges();
    reached_ = 1;
    for (bool bottom_up = false;
         frontier_size_ > 0 && result_.depth < options_.max_depth;) {
      SKG_RETURN_IF_ERROR(run_.Check(Done()));
      bottom_up = bottom_up ? StaysBottomUp() : TurnsBottomUp();
      bottom_up ? BottomUp() : TopDown();
      SKG_RETURN_IF_ERROR(run_.Check(Done()));
      if (frontier_size_ > 0) ++result_.depth;
      reached_ += frontier_size_;
    }
    result_.reached = reached_;
    return std::move(result_);
  }

 private:
  [[nodiscard]] double Done() const {
    return static_cast<double>(reached_) /
           static_cast<double>(edges_.vertices());
  }

  bool TurnsBottomUp() {
    if (frontier_edges_ <= edges_left_ / kAlpha || no_reverse_) return false;
    if (!reverse_) {
      auto reverse = EdgesOf(view_, Reverse(options_.direction));
      no_reverse_ = !reverse.ok();
      if (no_reverse_) return false;
      reverse_ = *reverse;
    }
    frontier_set_.Clear();
    for (const Vertex v : frontier_) frontier_set_.Add(v);
    return true;
  }

  bool StaysBottomUp() {
    const bool grows = frontier_size_ > last_size_;
    if (grows || frontier_size_ > edges_.vertices() / kBeta) return true;
    frontier_.clear();
    frontier_set_.AppendTo(frontier_);
    frontier_edges_ = 1;  // it shrinks: the end is near
    return false;
  }

  void TopDown() {
    edges_left_ -= std::min(edges_left_, frontier_edges_);
    const bool alone =
        run_.team().most() == 1 || frontier_.size() <= kTopDownGrain;
    run_.team().For(frontier_.size(), kTopDownGrain,
                    [&](uint64_t begin, uint64_t end, size_t thread) {
                      if (Stopped(run_, thread, Done())) return;
                      for (uint64_t i = begin; i < end; ++i) {
                        alone ? Expand<false>(frontier_[i], thread)
                              : Expand<true>(frontier_[i], thread);
                      }
                    });
    frontier_.clear();
    frontier_edges_ = 0;
    for (OfThread& found : of_thread_) {
      frontier_.insert(frontier_.end(), found.next.begin(), found.next.end());
      frontier_edges_ += std::exchange(found.edges, 0);
      found.next.clear();
    }
    frontier_size_ = frontier_.size();
  }

  // Who comes first takes a target to the next frontier, but its parent is the
  // least of all that came.
  template <bool kShared>
  void Expand(Vertex v, size_t thread) {
    const uint32_t distance = result_.depth + 1;
    OfThread& found = of_thread_[thread];
    for (const Vertex target : edges_.Targets(v)) {
      uint32_t& to = result_.distance[target];
      uint32_t was = Load<kShared>(to);
      if (was < distance) continue;
      if (was == kUnreached && Claim<kShared>(to, distance)) {
        found.next.push_back(target);
        found.edges += edges_.Degree(target);
      }
      if (options_.parents) Least<kShared>(result_.parent[target], v);
    }
  }

  template <bool kShared>
  [[nodiscard]] static uint32_t Load(uint32_t& value) {
    if constexpr (!kShared) return value;
    return std::atomic_ref(value).load(std::memory_order_relaxed);
  }
  template <bool kShared>
  [[nodiscard]] static bool Claim(uint32_t& to, uint32_t distance) {
    if constexpr (!kShared) {
      to = distance;
      return true;
    }
    uint32_t unreached = kUnreached;
    return std::atomic_ref(to).compare_exchange_strong(
        unreached, distance, std::memory_order_relaxed);
  }
  template <bool kShared>
  static void Least(Vertex& parent, Vertex v) {
    if constexpr (!kShared) {
      parent = std::min(parent, v);
      return;
    }
    const std::atomic_ref least(parent);
    Vertex was = least.load(std::memory_order_relaxed);
    while (v < was &&
           !least.compare_exchange_weak(was, v, std::memory_order_relaxed)) {
    }
  }

  // Pieces end at words of the sets, so that each word has one writer.
  void BottomUp() {
    next_set_.Clear();
    std::atomic<uint64_t> size{0};
    run_.team().For(edges_.vertices(), kBottomUpGrain,
                    [&](uint64_t begin, uint64_t end, size_t thread) {
                      if (Stopped(run_, thread, Done())) return;
                      size += FindParents(static_cast<Vertex>(begin), end);
                    });
    std::swap(frontier_set_, next_set_);
    last_size_ = frontier_size_;
    frontier_size_ = size;
  }

  uint64_t FindParents(Vertex begin, uint64_t end) {
    uint64_t found = 0;
    for (uint64_t v = begin; v < end; ++v) {
      if (result_.distance[v] != kUnreached) continue;
      for (const Vertex u : reverse_->Targets(static_cast<Vertex>(v))) {
        if (!frontier_set_.Has(u)) continue;
        result_.distance[v] = result_.depth + 1;
        if (options_.parents) result_.parent[v] = u;
        next_set_.Add(static_cast<Vertex>(v));
        ++found;
        break;
      }
    }
    return found;
  }

  struct alignas(64) OfThread {
    std::vector<Vertex> next;
    uint64_t edges = 0;  // that leave them
  };

  const GraphView& view_;
  const BreadthFirstSearchOptions& options_;
  const Adjacency edges_;
  std::optional<Adjacency> reverse_;
  bool no_reverse_ = false;
  KernelRun& run_;
  BreadthFirstSearchResult result_;
  std::vector<Vertex> frontier_;       // top-down
  VertexSet frontier_set_, next_set_;  // bottom-up
  std::vector<OfThread> of_thread_;
  uint64_t frontier_size_ = 1, last_size_ = 0, frontier_edges_ = 0;
  uint64_t edges_left_ = 0;  // from vertices that were not in a frontier yet
  uint64_t reached_ = 0;
};

}  // namespace
}  // namespace analytics

absl::StatusOr<BreadthFirstSearchResult> BreadthFirstSearch(
    const GraphView& view, Vertex source,
    const BreadthFirstSearchOptions& options) {
  using analytics::CheckVertex, analytics::EdgesOf;
  SKG_RETURN_IF_ERROR(CheckVertex(view, source, "source"));
  analytics::KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(
      run.Take((2 * sizeof(Vertex) + 1) * size_t{view.vertices()}));
  SKG_ASSIGN_OR_RETURN(const Adjacency edges, EdgesOf(view, options.direction));
  return analytics::Search(view, options, edges, run).Run(source);
}

}  // namespace skg
