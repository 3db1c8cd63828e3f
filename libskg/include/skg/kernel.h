// What all kernels on a GraphView share.
#pragma once

#include <cstddef>
#include <functional>

#include "absl/time/time.h"

namespace skg {

// Every kernel: gives the same result for the same view, options and number of
// threads (most give the same for any number: where not, the kernel says so);
// stops within milliseconds of its deadline or of a cancellation, but for some
// 50 ms in triangles and coefficients, and but for the time in which the view
// makes its in() or both(), which is not interrupted; takes the memory that it
// needs beyond its result from the view's budget.
// Errors of every kernel: kDeadlineExceeded, kCancelled, kResourceExhausted
// (memory), kInvalidArgument (an option out of its range: the message names
// it).
struct KernelOptions {
  // How many threads may work at once, the caller's among them; 0: as many as
  // the machine runs at once; 1: the caller's alone. More than twice as many as
  // the machine runs are never started, for all calls of the process together.
  size_t threads = 0;
  absl::Time deadline = absl::InfiniteFuture();
  // Called now and then by the calling thread with the share that is done, 0
  // to 1, as a guess. False cancels (kCancelled).
  std::function<bool(double done)> progress = nullptr;
};

}  // namespace skg
