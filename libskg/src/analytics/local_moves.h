// The loop behind Louvain, Leiden, Infomap and label propagation: vertices are
// looked at one after the other; one that moves to another community wakes its
// neighbours.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "absl/status/statusor.h"
#include "analytics/community_graph.h"
#include "analytics/csr.h"
#include "analytics/kernel_run.h"
#include "analytics/vertex_queue.h"
#include "base/status.h"

namespace skg::analytics {

// One level of moving.
struct MoveTask {
  const AnyRows& rows;
  std::span<Vertex> community;  // of each vertex, below the number of vertices
  // If not null: neighbours with another number than the vertex's own are not
  // looked at, and so no community leaves these bounds.
  const Vertex* bounds = nullptr;
  // Ends once as many looks as there are vertices have gained less than this.
  double tolerance = 0;
  uint64_t most_looks = std::numeric_limits<uint64_t>::max();
  double done = 0;  // for KernelRun::Check
};

// Memory and progress of moving, for one level after the other.
class LocalMoves {
 public:
  explicit LocalMoves(KernelRun& run) : run_(run) {}

  [[nodiscard]] absl::Status Reserve(Vertex vertices) {
    SKG_RETURN_IF_ERROR(queue_.Reserve(run_, vertices));
    return Grow(run_, met_, size_t{vertices} + 1);
  }

  // Looks at every vertex, shuffled, and at those that wake. Gives what was
  // gained. `converged`: nothing is left to be looked at.
  //
  // Objective:
  //   double& Near(Vertex community)   zero; sums up the weight that leads
  //   there Vertex Choose(Vertex v, Vertex own, std::span<const Vertex> met,
  //                 double& gain)
  //     v's new community, of those met or its own or one that is empty; sets
  //     Near of those met to zero again, adds to gain.
  template <typename Objective>
  [[nodiscard]] absl::StatusOr<double> Move(const MoveTask& task,
                                            Objective& objective,
                                            SplitMix& random,
                                            bool* converged = nullptr) {
    queue_.Fill(VerticesOf(task.rows), random);
    absl::StatusOr<double> gained = std::visit(
        [&](const auto& rows) { return Work(rows, task, objective); },
        task.rows);
    if (converged != nullptr) *converged = queue_.empty();
    return gained;
  }

 private:
  template <typename Weight, typename Objective>
  absl::StatusOr<double> Work(const Rows<Weight>& rows, const MoveTask& task,
                              Objective& objective);
  template <typename Weight, typename Objective>
  void Look(const Rows<Weight>& rows, const MoveTask& task,
            Objective& objective, Vertex v, double& gain);

  KernelRun& run_;
  VertexQueue queue_;
  Array<Vertex> met_;
};

template <typename Weight, typename Objective>
void LocalMoves::Look(const Rows<Weight>& rows, const MoveTask& task,
                      Objective& objective, Vertex v, double& gain) {
  Vertex* const community = task.community.data();
  Vertex* const met = met_.data();
  size_t count = 0;
  const uint64_t begin = rows.begins[v], end = rows.ends[v];
  for (uint64_t i = begin; i < end; ++i) {
    const Vertex u = rows.targets[i];
    if (u == v) continue;
    if (task.bounds != nullptr && task.bounds[u] != task.bounds[v]) continue;
    double& near = objective.Near(community[u]);
    met[count] = community[u];
    // An edge that weighs zero is met, too, maybe more than once.
    count += near == 0 ? 1 : 0;
    near += rows.WeightOf(i);
  }
  const Vertex own = community[v];
  const Vertex to = objective.Choose(v, own, {met, count}, gain);
  if (to == own) return;
  community[v] = to;
  for (uint64_t i = begin; i < end; ++i) {
    const Vertex u = rows.targets[i];
    if (community[u] != to) queue_.Push(u);
  }
}

template <typename Weight, typename Objective>
absl::StatusOr<double> LocalMoves::Work(const Rows<Weight>& rows,
                                        const MoveTask& task,
                                        Objective& objective) {
  // Edges that are looked at in a fraction of a millisecond.
  constexpr uint64_t kWorkACheck = 100'000;
  const Vertex vertices = rows.vertices();
  double gained = 0, gained_before = 0;
  uint64_t looks = 0, round_ends = vertices, work = 0;
  while (!queue_.empty() && looks < task.most_looks) {
    if (looks == round_ends) {
      if (gained - gained_before < task.tolerance) break;
      gained_before = gained;
      round_ends += vertices;
    }
    const Vertex v = queue_.Pop();
    ++looks;
    __builtin_prefetch(&rows.begins[queue_.Peek(8)]);
    __builtin_prefetch(rows.targets + rows.begins[queue_.Peek(4)]);
    Look(rows, task, objective, v, gained);
    work += 8 + rows.ends[v] - rows.begins[v];
    if (work < kWorkACheck) continue;
    work = 0;
    SKG_RETURN_IF_ERROR(run_.Check(task.done));
  }
  return gained;
}

}  // namespace skg::analytics
