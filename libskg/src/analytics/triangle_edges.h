// The loop that all kernels of triangles share.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "analytics/forward_graph.h"
#include "analytics/kernel_run.h"
#include "analytics/pace.h"
#include "base/status.h"

namespace skg::analytics {

// The list of one rank, a bit for each of its members.
class Marks {
 public:
  explicit Marks(size_t ranks) : words_((ranks + 63) / 64, 0) {}
  void Set(std::span<const Vertex> list) {
    for (const Vertex v : list) words_[v / 64] |= uint64_t{1} << (v % 64);
  }
  void Clear(std::span<const Vertex> list) {
    for (const Vertex v : list) words_[v / 64] = 0;
  }
  // 1 or 0.
  [[nodiscard]] uint64_t Has(Vertex v) const {
    return words_[v / 64] >> (v % 64) & 1;
  }

 private:
  std::vector<uint64_t> words_;
};

// Calls meet(thread, u, v, marks) for each edge of the graph with v < u, where
// the marks are u's list: who of v's list is marked makes a triangle with u and
// v, and each triangle is met once. Takes the memory of the marks.
template <typename Meet>
absl::Status ForEachTriangleEdge(const ForwardGraph& graph, KernelRun& run,
                                 Meet meet) {
  constexpr uint64_t kGrain = 16;  // ranks: few of them have most of the work
  struct alignas(64) OfThread {
    std::optional<Marks> marks;
    Pace pace;
  };
  const size_t threads = run.team().most();
  SKG_RETURN_IF_ERROR(run.Take(threads * (graph.size() / 8 + 8)));
  std::vector<OfThread> of_thread(threads);
  run.team().For(
      graph.size(), kGrain, [&](uint64_t begin, uint64_t end, size_t thread) {
        auto& [marks, pace] = of_thread[thread];
        if (!marks) marks.emplace(graph.size());
        const double done = 0.05 + 0.9 * static_cast<double>(begin) /
                                       static_cast<double>(graph.size());
        for (uint64_t u = begin; u < end; ++u) {
          const auto list = graph.List(static_cast<Vertex>(u));
          marks->Set(list);
          for (const Vertex v : list) {
            meet(thread, static_cast<Vertex>(u), v, *marks);
            const uint64_t steps = 1 + graph.offsets[v + 1] - graph.offsets[v];
            if (pace.Due(steps) && Stopped(run, thread, done)) return;
          }
          marks->Clear(list);
        }
      });
  return run.Check(0.95);
}

}  // namespace skg::analytics
