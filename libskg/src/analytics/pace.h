// How loops of kernels come to look at the clock often enough, and not too
// often.
#pragma once

#include <cstddef>
#include <cstdint>

#include "analytics/kernel_run.h"

namespace skg::analytics {

// For each piece of a loop that the team shares: whether to leave it undone.
[[nodiscard]] inline bool Stopped(KernelRun& run, size_t thread, double done) {
  return thread == 0 ? !run.Check(done).ok() : run.Stopped();
}

// For loops on one thread whose steps are small: counts them (edges, mostly),
// and says about each fraction of a millisecond that it is time for Check.
class Pace {
 public:
  [[nodiscard]] bool Due(uint64_t steps) {
    steps_ += steps;
    if (steps_ < kSteps) return false;
    all_ += steps_;
    steps_ = 0;
    return true;
  }
  // Steps as of the last time that it was due.
  [[nodiscard]] double all() const { return static_cast<double>(all_); }

 private:
  static constexpr uint64_t kSteps = 100'000;
  uint64_t steps_ = 0, all_ = 0;
};

}  // namespace skg::analytics
