// Deadline and cancellation of one call, polled inside loops.
#pragma once

#include <atomic>
#include <memory>
#include <stop_token>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace skg {

// Thread safety: Cancel from any thread; Check from the thread(s) that work.
class Cancellation {
 public:
  Cancellation() = default;
  // `stop`: cancels it, too.
  explicit Cancellation(absl::Time deadline, std::stop_token stop = {})
      : deadline_(deadline), stop_(std::move(stop)) {}

  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }

  // kCancelled or kDeadlineExceeded once that is so. Cheap enough for each
  // batch (reads the clock only where there is a deadline).
  [[nodiscard]] absl::Status Check() const {
    if (cancelled_.load(std::memory_order_relaxed) || stop_.stop_requested()) {
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
  std::stop_token stop_;
};

}  // namespace skg
