// Wall-clock time and the processor time of the whole process.
#pragma once

#include <chrono>
#include <ctime>

namespace skg::bench {

class Stopwatch {
 public:
  Stopwatch() : wall_(Clock::now()), cpu_(ProcessCpu()) {}

  [[nodiscard]] double Seconds() const {
    return std::chrono::duration<double>(Clock::now() - wall_).count();
  }
  // All threads, those in the background included.
  [[nodiscard]] double CpuSeconds() const { return ProcessCpu() - cpu_; }

 private:
  using Clock = std::chrono::steady_clock;

  static double ProcessCpu() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) +
           static_cast<double>(time.tv_nsec) * 1e-9;
  }

  const Clock::time_point wall_;
  const double cpu_;
};

}  // namespace skg::bench
