#include "analytics/thread_team.h"

#include <algorithm>
#include <system_error>

#include "base/thread_quota.h"

namespace skg::analytics {
namespace {

// How often a thread looks for the next Run before it sleeps: about as long as
// waking it takes.
constexpr int kLooks = 20'000;

void Pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

ThreadTeam::ThreadTeam(size_t threads)
    : most_(threads == 0 ? HardwareThreads()
                         : std::min(threads, MostThreads())) {}

ThreadTeam::~ThreadTeam() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    ++round_;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  GiveBackThreads(threads_.size());
}

void ThreadTeam::Start() {
  started_ = true;
  for (size_t i = 1; i < most_ && TakeThread(); ++i) {
    try {
      threads_.emplace_back([this, i] { Work(i); });
    } catch (const std::system_error&) {
      GiveBackThreads(1);  // the system has no more: fewer will do
      return;
    }
  }
}

void ThreadTeam::Work(size_t thread) {
  // The team starts no thread while a Run is on.
  for (uint64_t seen = 0;; ++seen) {
    for (int i = 0; i < kLooks && round_.load() == seen; ++i) Pause();
    if (round_.load() == seen) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return round_.load() != seen; });
    }
    if (ending_) return;
    (*work_)(thread);
    --busy_;
  }
}

void ThreadTeam::Run(absl::FunctionRef<void(size_t thread)> work) {
  if (!started_) Start();
  if (threads_.empty()) return work(0);
  {
    const std::lock_guard lock(mutex_);
    work_ = &work;
    busy_ = threads_.size();
    ++round_;
  }
  changed_.notify_all();
  work(0);
  // The pieces are small: who is late is late by little.
  while (busy_.load() > 0) {
    for (int i = 0; i < 1000 && busy_.load() > 0; ++i) Pause();
    if (busy_.load() > 0) std::this_thread::yield();
  }
}

void ThreadTeam::For(
    uint64_t count, uint64_t grain,
    absl::FunctionRef<void(uint64_t begin, uint64_t end, size_t thread)> work) {
  if (count == 0) return;
  if (most_ == 1 || count <= grain) {
    for (uint64_t begin = 0; begin < count; begin += grain) {
      work(begin, std::min(count, begin + grain), 0);
    }
    return;
  }
  std::atomic<uint64_t> next{0};
  Run([&](size_t thread) {
    for (;;) {
      const uint64_t begin = next.fetch_add(grain);
      if (begin >= count) return;
      work(begin, std::min(count, begin + grain), thread);
    }
  });
}

}  // namespace skg::analytics
