// What this process holds in memory that is no file's.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>
#include <thread>

namespace skg::test {

inline int64_t AnonymousBytes() {
  std::ifstream rollup("/proc/self/smaps_rollup");
  std::string word;
  int64_t kilobytes = 0;
  while (rollup >> word) {
    if (word == "Anonymous:") rollup >> kilobytes;
  }
  return kilobytes * 1024;
}

// Its greatest value while this lives, looked at ten times a second: that is
// costly.
class Peak {
 public:
  Peak()
      : watcher_([this] {
          while (!stop_) {
            peak_ = std::max(peak_.load(), AnonymousBytes());
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
          }
        }) {}
  ~Peak() {
    stop_ = true;
    watcher_.join();
  }
  // Since the last time it was asked.
  int64_t Take() { return peak_.exchange(AnonymousBytes()); }

 private:
  std::atomic<int64_t> peak_{0};
  std::atomic<bool> stop_{false};
  std::thread watcher_;
};

}  // namespace skg::test
