// KernelRun: the threads, the memory and the end of one call of a kernel.
#pragma once

#include <atomic>
#include <cstddef>

#include "absl/status/status.h"
#include "analytics/thread_team.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "skg/graph_view.h"
#include "skg/kernel.h"

namespace skg::analytics {

class KernelRun {
 public:
  // Both outlive the run.
  KernelRun(const GraphView& view, const KernelOptions& options);

  [[nodiscard]] ThreadTeam& team() { return team_; }

  // Takes so much more from the view's budget until the run ends; to be called
  // before it is allocated. kResourceExhausted: see MemoryBudget.
  [[nodiscard]] absl::Status Take(size_t bytes);

  // From the calling thread, outside of the team's loops or in them: whether
  // the deadline has passed; tells `progress` the share that is done.
  // kDeadlineExceeded, kCancelled; always the same error once there was one.
  // Cost: a look at the clock: call it every millisecond of work or so.
  [[nodiscard]] absl::Status Check(double done);

  // From any thread, for loops that the team shares: whether the work is to be
  // left, since the deadline has passed or Check has failed. Costs as Check;
  // Check tells why.
  [[nodiscard]] bool Stopped();

 private:
  const KernelOptions& options_;
  MemoryBudget* const budget_;
  MemoryReservation reservation_;
  Cancellation cancellation_;
  std::atomic<bool> stopped_{false};
  absl::Status status_;
  ThreadTeam team_;  // ends first
};

}  // namespace skg::analytics
