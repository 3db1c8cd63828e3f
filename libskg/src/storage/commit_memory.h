// CommitMemory: commits take what they will need from the memory budget before
// they are built.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

#include "absl/status/statusor.h"
#include "base/memory_budget.h"
#include "storage/commit.h"

namespace skg::storage {

// About what a commit takes at most between Prepare and the end of its write,
// the request itself and RocksDB's write buffers (which the block cache is
// charged with) not counted.
[[nodiscard]] size_t CommitBytes(const CommitRequest& request);

// Thread safety: all methods from any thread.
class CommitMemory {
 public:
  // Commits below this reserve nothing: asking would cost them more than it
  // is worth.
  static constexpr size_t kFreeBytes = size_t{256} << 10;

  // `budget` may be null: then there is no limit. It must outlive this.
  explicit CommitMemory(MemoryBudget* budget) : budget_(budget) {}
  CommitMemory(const CommitMemory&) = delete;
  CommitMemory& operator=(const CommitMemory&) = delete;

  // What one commit holds while it lives.
  class Share {
   public:
    Share() = default;  // nothing
    Share(CommitMemory& memory, MemoryReservation reserved)
        : memory_(&memory), reserved_(std::move(reserved)) {}
    Share(Share&& other) noexcept
        : memory_(std::exchange(other.memory_, nullptr)),
          reserved_(std::move(other.reserved_)) {}
    Share& operator=(Share&& other) noexcept;
    ~Share() { GiveBack(); }

   private:
    void GiveBack();

    CommitMemory* memory_ = nullptr;
    MemoryReservation reserved_;
  };

  // Where too little is free, waits for commits that hold some to end, behind
  // those that wait already. kResourceExhausted: none holds any.
  [[nodiscard]] absl::StatusOr<Share> Reserve(const CommitRequest& request);

 private:
  MemoryBudget* const budget_;
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t next_ticket_ = 0;  // of who comes
  uint64_t turn_ = 0;         // whose turn it is to ask the budget
  size_t holders_ = 0;
};

}  // namespace skg::storage
