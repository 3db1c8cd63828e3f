// Several threads that begin together and are timed as one.
#pragma once

#include <functional>

#include "absl/status/statusor.h"

namespace skg::bench {

struct ThreadTimes {
  double seconds = 0;  // from the common start to the end of the last one
  double cpu_seconds = 0;
};

// Calls `work(thread)` once on each of `threads` threads. The first error, if
// any.
[[nodiscard]] absl::StatusOr<ThreadTimes> TimeThreads(
    int threads, const std::function<absl::Status(int)>& work);

}  // namespace skg::bench
