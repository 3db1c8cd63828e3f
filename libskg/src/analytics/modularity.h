// Modularity of partitions, and moves that raise it.
#pragma once

#include <span>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "analytics/community_graph.h"
#include "analytics/csr.h"
#include "analytics/kernel_run.h"
#include "analytics/labels.h"
#include "skg/communities.h"

namespace skg::analytics {

// kInvalidArgument: not a finite number of at least 0. `name`: the option.
[[nodiscard]] absl::Status CheckNotNegative(absl::string_view name,
                                            double value);

// See skg::Modularity. `degrees` with loops twice. `done`: for
// KernelRun::Check.
[[nodiscard]] absl::StatusOr<double> UndirectedModularity(
    KernelRun& run, const AnyRows& rows, std::span<const double> degrees,
    const Partition& partition, double resolution, double done);

// An Objective of LocalMoves: gains are of m times the modularity.
class ModularityObjective {
 public:
  [[nodiscard]] absl::Status Reserve(KernelRun& run, Vertex vertices) {
    SKG_RETURN_IF_ERROR(Grow(run, slots_, vertices));
    return labels_.Reserve(run, vertices);
  }
  // `expected`: resolution / 2m. `degrees` outlive the moves.
  void Start(std::span<const double> degrees, double expected,
             std::span<const Vertex> community) {
    degrees_ = degrees;
    expected_ = expected;
    labels_.Start(community);
    for (size_t c = 0; c < degrees.size(); ++c) slots_[c] = {0, 0};
    for (size_t v = 0; v < degrees.size(); ++v) {
      slots_[community[v]].degrees += degrees[v];
    }
  }

  double& Near(Vertex community) { return slots_[community].near; }

  Vertex Choose(Vertex v, Vertex own, std::span<const Vertex> met,
                double& gain) {
    // Less is rounding: vertices could go in circles.
    constexpr double kLeastGain = 1e-12;
    const double degree = degrees_[v], share = expected_ * degree;
    Slot& home = slots_[own];
    home.degrees -= degree;
    const double stays = home.near - share * home.degrees;
    double best = stays + kLeastGain * degree;
    Vertex to = own;
    for (const Vertex c : met) {
      Slot& slot = slots_[c];
      const double near = std::exchange(slot.near, 0.0);
      const double score = near - share * slot.degrees;
      // Also where a monstrous resolution makes it not a number.
      if (!(score > best) || near == 0) continue;
      best = score;
      to = c;
    }
    if (best < 0 && !labels_.Alone(own)) {
      best = 0;
      to = labels_.Empty();
    }
    slots_[to].degrees += degree;
    if (to == own) return own;
    gain += best - stays;
    labels_.Move(own, to);
    return to;
  }

 private:
  // Together, since each look at a neighbour needs both.
  struct Slot {
    double near = 0;
    double degrees = 0;
  };
  std::span<const double> degrees_;
  double expected_ = 0;
  Array<Slot> slots_;
  Labels labels_;
};

}  // namespace skg::analytics
