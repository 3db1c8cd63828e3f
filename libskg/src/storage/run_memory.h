// RunMemory: what the fences and filters of all runs of a store take.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace skg::storage {

// Past the limit somebody is told, who lets go of what was not used lately, of
// other graphs first: what is in use stays, so the limit is not a hard one.
// Thread safety: Add and Sub from any thread.
class RunMemory {
 public:
  explicit RunMemory(size_t limit_bytes) : limit_(limit_bytes) {}

  // Before the first Add. Called from any thread, under locks of graphs and
  // runs: it must only pass the word on.
  void OnOver(std::function<void()> over) { over_ = std::move(over); }

  void Add(uint32_t graph, size_t bytes) {
    last_graph_.store(graph, std::memory_order_relaxed);
    const size_t now =
        bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    if (bytes > 0 && now > limit_ && over_) over_();
  }
  void Sub(size_t bytes) { bytes_.fetch_sub(bytes, std::memory_order_relaxed); }
  [[nodiscard]] size_t bytes() const {
    return bytes_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] bool over() const { return bytes() > limit_; }
  // Whose runs were loaded last: it is the one in use.
  [[nodiscard]] uint32_t last_graph() const {
    return last_graph_.load(std::memory_order_relaxed);
  }

 private:
  const size_t limit_;
  std::function<void()> over_;
  std::atomic<size_t> bytes_{0};
  std::atomic<uint32_t> last_graph_{0};
};

}  // namespace skg::storage
