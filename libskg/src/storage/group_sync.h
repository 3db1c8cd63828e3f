// GroupSync: one shared fsync for the commits of all graphs that asked for it,
// and the background fsync behind those that did not.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "absl/status/status.h"
#include "storage/kv.h"

namespace skg::storage {

// Thread safety: all methods from any thread.
class GroupSync {
 public:
  explicit GroupSync(KvStore& kv);
  // Syncs what is left.
  ~GroupSync();
  GroupSync(const GroupSync&) = delete;
  GroupSync& operator=(const GroupSync&) = delete;

  // Returns once everything written before the call is durable: the next fsync
  // that begins serves all who wait by then.
  [[nodiscard]] absl::Status Wait();
  // Something was written that nobody waits for.
  void MarkDirty();

  // Commits of all graphs since open.
  std::atomic<uint64_t> commits{0};

 private:
  void Run();

  KvStore& kv_;
  std::mutex mutex_;
  std::condition_variable work_, done_;
  uint64_t begun_ = 0;     // the last round that began
  uint64_t finished_ = 0;  // the last round that ended
  uint64_t failed_ = 0;    // the last round that failed
  absl::Status failure_;
  bool wanted_ = false;  // somebody waits for the next round
  bool dirty_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace skg::storage
