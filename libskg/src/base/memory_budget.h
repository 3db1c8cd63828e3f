// MemoryBudget: how many bytes may be taken in all, and who has taken them.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skg {

class MemoryBudget;

// Bytes that are taken from a budget while this lives; they must not outlive
// it. Not thread-safe.
class MemoryReservation {
 public:
  MemoryReservation() = default;  // of nothing
  MemoryReservation(MemoryReservation&& other) noexcept;
  MemoryReservation& operator=(MemoryReservation&& other) noexcept;
  ~MemoryReservation();

  [[nodiscard]] size_t bytes() const { return bytes_; }
  // Takes more, or gives back. kResourceExhausted: it is as it was.
  [[nodiscard]] absl::Status Resize(size_t bytes);

 private:
  friend class MemoryBudget;
  MemoryReservation(MemoryBudget& budget, std::string use, size_t bytes)
      : budget_(&budget), use_(std::move(use)), bytes_(bytes) {}

  MemoryBudget* budget_ = nullptr;
  std::string use_;
  size_t bytes_ = 0;
};

// Whoever holds much memory reserves it before it is allocated: caches what
// they may grow to, calls what they need while they run. What is only kept for
// the next call may be asked back (SetReclaim), and one cache may be made to do
// with less for a while (SetLender); else nobody is made to give anything back.
// Thread safety: all methods from any thread.
class MemoryBudget {
 public:
  explicit MemoryBudget(size_t limit_bytes) : limit_(limit_bytes) {}
  // A budget within another: what is taken from it is also taken from `whole`,
  // as `use`. `whole` outlives it; null: it stands alone.
  MemoryBudget(size_t limit_bytes, MemoryBudget* whole, std::string use)
      : limit_(limit_bytes), whole_(whole), use_in_whole_(std::move(use)) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // `use`: what for, in a word or two, as Uses() tells it. kResourceExhausted:
  // not so many are free (the message says how many are).
  [[nodiscard]] absl::StatusOr<MemoryReservation> Reserve(std::string_view use,
                                                          size_t bytes);
  // For work that does with less, but then more slowly: at most `most` bytes
  // and half of what is free, and at least `least`.
  [[nodiscard]] absl::StatusOr<MemoryReservation> ReserveShare(
      std::string_view use, size_t most, size_t least);

  // `reclaim` gives back what is only kept for later. It is called where there
  // is not enough, by the thread that wants more and with the locks that this
  // one holds: it must wait for nobody who may want memory. To be set before
  // anybody takes any.
  void SetReclaim(std::function<void()> reclaim) {
    reclaim_ = std::move(reclaim);
  }

  // Who has taken bytes as `use`, and keeps them, lends up to `most_bytes` of
  // them where there is not enough; the first that others give back are its
  // own again. `lent` is told how many are lent now, under the lock of the
  // budget: it must wait for nobody who may want memory. To be set once, and
  // before others than `use` take any.
  void SetLender(std::string use, size_t most_bytes,
                 std::function<void(size_t bytes)> lent);

  [[nodiscard]] size_t limit_bytes() const { return limit_; }
  [[nodiscard]] size_t free_bytes() const;
  // What is taken now, by use, sorted.
  [[nodiscard]] std::vector<std::pair<std::string, size_t>> Uses() const;

 private:
  friend class MemoryReservation;
  [[nodiscard]] absl::Status Take(std::string_view use, size_t bytes);
  void GiveBack(std::string_view use, size_t bytes);
  void MakeRoom(size_t bytes);
  [[nodiscard]] absl::Status TakeLocked(std::string_view use, size_t bytes);
  void BorrowLocked(size_t bytes);
  void RepayLocked();

  const size_t limit_;
  MemoryBudget* const whole_ = nullptr;
  const std::string use_in_whole_;
  std::function<void()> reclaim_;
  std::string lender_;
  std::function<void(size_t bytes)> tell_lent_;
  size_t lending_step_ = 1, lendable_ = 0;  // this is a multiple of the step
  mutable std::mutex mutex_;
  size_t taken_ = 0;
  size_t lent_ = 0;  // a multiple of the step
  absl::flat_hash_map<std::string, size_t> uses_;
};

}  // namespace skg
