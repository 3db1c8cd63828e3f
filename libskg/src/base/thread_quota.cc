#include "base/thread_quota.h"

#include <algorithm>
#include <atomic>
#include <thread>

namespace skg {
namespace {

std::atomic<size_t> running_threads{0};

}  // namespace

size_t HardwareThreads() {
  return std::max<size_t>(1, std::thread::hardware_concurrency());
}

size_t MostThreads() { return 2 * HardwareThreads(); }

bool TakeThread() {
  const size_t most = MostThreads();
  size_t running = running_threads.load();
  while (running < most) {
    if (running_threads.compare_exchange_weak(running, running + 1))
      return true;
  }
  return false;
}

void GiveBackThreads(size_t threads) { running_threads -= threads; }

}  // namespace skg
