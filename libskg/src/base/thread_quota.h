// How many threads queries and kernels may start. Thread safety: all of it from
// any thread.
#pragma once

#include <cstddef>

namespace skg {

// As many as the machine runs at once, at least one.
[[nodiscard]] size_t HardwareThreads();
// As many as all calls of the process may have started at a time.
[[nodiscard]] size_t MostThreads();

// Asks to start one more. False: there are enough of them.
[[nodiscard]] bool TakeThread();
// So many have ended, or were never started.
void GiveBackThreads(size_t threads);

}  // namespace skg
