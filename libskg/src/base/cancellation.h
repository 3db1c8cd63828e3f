// Deadline and cancellation of one call, polled inside loops.
#pragma once

#include <atomic>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace skg {

// Thread safety: Cancel from any thread; Check from the thread(s) that work.
class Cancellation {
 public:
  Cancellation() = default;
  explicit Cancellation(absl::Time deadline) : deadline_(deadline) {}

  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }

  // kCancelled or kDeadlineExceeded once that is so. Cheap enough for each
  // batch (reads the clock only where there is a deadline).
  [[nodiscard]] absl::Status Check() const {
    if (cancelled_.load(std::memory_order_relaxed)) {
      return absl::CancelledError("the caller cancelled the call");
    }
    if (deadline_ != absl::InfiniteFuture() && absl::Now() >= deadline_) {
      return absl::DeadlineExceededError(
          "the call passed its deadline; ask for less or allow more time");
    }
    return absl::OkStatus();
  }

 private:
  std::atomic<bool> cancelled_{false};
  absl::Time deadline_ = absl::InfiniteFuture();
};

}  // namespace skg
