#include "storage/group_sync.h"

#include <chrono>

namespace skg::storage {

namespace {
// How long a commit of durability `none` may stay in the kernel alone.
constexpr std::chrono::milliseconds kBackgroundInterval{200};
}  // namespace

GroupSync::GroupSync(KvStore& kv) : kv_(kv), thread_([this] { Run(); }) {}

GroupSync::~GroupSync() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    work_.notify_all();
  }
  thread_.join();
}

absl::Status GroupSync::Wait() {
  std::unique_lock lock(mutex_);
  // The round that runs now may have begun before our write: the next one.
  const uint64_t mine = begun_ + 1;
  wanted_ = true;
  work_.notify_all();
  done_.wait(lock, [&] { return finished_ >= mine; });
  return failed_ >= mine ? failure_ : absl::OkStatus();
}

void GroupSync::MarkDirty() {
  const std::lock_guard lock(mutex_);
  dirty_ = true;
}

void GroupSync::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait_for(lock, kBackgroundInterval, [&] { return wanted_ || stop_; });
    if (!wanted_ && !dirty_) {
      if (stop_) return;
      continue;
    }
    const uint64_t round = ++begun_;
    wanted_ = false;
    dirty_ = false;
    lock.unlock();
    absl::Status status = kv_.Sync();
    lock.lock();
    finished_ = round;
    if (!status.ok()) {
      // A store that could not sync has stopped: later rounds fail as well.
      failed_ = round;
      failure_ = std::move(status);
    }
    done_.notify_all();
  }
}

}  // namespace skg::storage
