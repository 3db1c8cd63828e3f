#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "analytics/component_numbers.h"
#include "analytics/csr.h"
#include "analytics/kernel_run.h"
#include "analytics/pace.h"
#include "analytics/walk.h"
#include "base/status.h"
#include "skg/structure.h"

namespace skg {
namespace analytics {
namespace {

constexpr uint64_t kGrain = 8192;  // vertices
constexpr uint64_t kFirst = 2;     // edges of each vertex that are linked first
constexpr Vertex kAhead = 32;      // vertices whose memory is asked for early
constexpr size_t kSamples = 1024;

// Trees of vertices, each of which points to one that is not greater; the root
// of each tree points to itself. Any thread may change any of them.
class Forest {
 public:
  explicit Forest(Vertex vertices) : up_(vertices) {
    for (Vertex v = 0; v < vertices; ++v) up_[v] = v;
  }

  [[nodiscard]] Vertex Up(Vertex v) {
    return std::atomic_ref(up_[v]).load(std::memory_order_relaxed);
  }
  void Prefetch(Vertex v) const { __builtin_prefetch(up_.data() + v); }
  // Puts both into one tree, the greater root below the lesser.
  void Link(Vertex u, Vertex v) {
    Vertex a = Up(u), b = Up(v);
    while (a != b) {
      const Vertex high = std::max(a, b), low = std::min(a, b);
      Vertex above = Up(high);
      if (above == low) return;
      if (above == high && std::atomic_ref(up_[high]).compare_exchange_strong(
                               above, low, std::memory_order_relaxed)) {
        return;
      }
      a = Up(Up(high));
      b = Up(low);
    }
  }
  // Lets it point to its root.
  void Shorten(Vertex v) {
    Vertex root = Up(v);
    for (Vertex above = Up(root); above != root; above = Up(root)) root = above;
    std::atomic_ref(up_[v]).store(root, std::memory_order_relaxed);
  }
  [[nodiscard]] std::span<const Vertex> roots() const { return up_.span(); }

 private:
  Array<Vertex> up_;
};

class Afforest {
 public:
  // `in` where it is there already.
  Afforest(const Adjacency& out, std::optional<Adjacency> in, KernelRun& run)
      : out_(out), in_(std::move(in)), run_(run), forest_(out.vertices()) {}

  absl::Status Run() {
    ForAll(0, [&](Vertex v) { LinkFirst(v); });
    ForAll(0.3, [&](Vertex v) { forest_.Shorten(v); });
    const Vertex giant = FrequentRoot();
    ForAll(0.4, [&](Vertex v) { LinkRest(v, giant); });
    ForAll(0.8, [&](Vertex v) { forest_.Shorten(v); });
    return run_.Check(0.9);
  }
  [[nodiscard]] std::span<const Vertex> roots() const {
    return forest_.roots();
  }

 private:
  template <typename Work>
  void ForAll(double done, Work work) {
    run_.team().For(out_.vertices(), kGrain,
                    [&](uint64_t begin, uint64_t end, size_t thread) {
                      if (Stopped(run_, thread, done)) return;
                      for (uint64_t v = begin; v < end; ++v) {
                        work(static_cast<Vertex>(v));
                      }
                    });
  }

  // What most of the sample belong to: a wrong guess costs time alone.
  [[nodiscard]] Vertex FrequentRoot() {
    std::vector<Vertex> sample;
    const Vertex step =
        std::max<Vertex>(1, out_.vertices() / static_cast<Vertex>(kSamples));
    for (uint64_t v = 0; v < out_.vertices(); v += step) {
      sample.push_back(forest_.Up(static_cast<Vertex>(v)));
    }
    std::sort(sample.begin(), sample.end());
    Vertex best = 0;
    size_t most = 0;
    for (size_t i = 0, end = 0; i < sample.size(); i = end) {
      while (end < sample.size() && sample[end] == sample[i]) ++end;
      if (end - i > most) {
        most = end - i;
        best = sample[i];
      }
    }
    return best;
  }

  // In one pass: the lines of memory that hold the first edges are what costs.
  void LinkFirst(Vertex v) {
    if (out_.vertices() - v > kAhead) {
      const uint64_t far = out_.offsets[v + kAhead];
      __builtin_prefetch(out_.targets.data() + far);
      const uint64_t near = out_.offsets[v + kAhead / 2];
      if (near < out_.edges()) forest_.Prefetch(out_.targets[near]);
    }
    const uint64_t end =
        std::min(out_.offsets[v] + kFirst, out_.offsets[v + 1]);
    for (uint64_t i = out_.offsets[v]; i < end; ++i) {
      forest_.Link(v, out_.targets[i]);
    }
  }

  // The edges that the first pass left out. One from the giant to elsewhere may
  // be seen from either end, so that with `in` those of the giant are left out.
  void LinkRest(Vertex v, Vertex giant) {
    const bool of_giant = forest_.Up(v) == giant;
    if (of_giant && in_) return;
    for (uint64_t i = out_.offsets[v] + kFirst; i < out_.offsets[v + 1]; ++i) {
      if (of_giant && forest_.Up(out_.targets[i]) == giant) continue;
      forest_.Link(v, out_.targets[i]);
    }
    if (!in_) return;
    for (const Vertex u : in_->Targets(v)) forest_.Link(v, u);
  }

  const Adjacency out_;
  const std::optional<Adjacency> in_;
  KernelRun& run_;
  Forest forest_;
};

}  // namespace
}  // namespace analytics

absl::StatusOr<ComponentsResult> WeaklyConnectedComponents(
    const GraphView& view, const WeaklyConnectedComponentsOptions& options) {
  using analytics::Afforest, analytics::KernelRun;
  KernelRun run(view, options.run);
  SKG_RETURN_IF_ERROR(run.Take(analytics::NumberingBytes(view.vertices())));
  Afforest search(view.out(), analytics::MadeEdgesOf(view, WalkDirection::kIn),
                  run);
  SKG_RETURN_IF_ERROR(search.Run());
  return analytics::NumberComponents(search.roots());
}

}  // namespace skg
