#include "base/memory_budget.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/memory_status.h"
#include "base/status.h"
#include "base/strings.h"

namespace skg {
namespace {

// The lender is told of so many changes at most while it lends all and gets all
// back: a small call must not cost it a new size of its cache each time.
constexpr size_t kLendingSteps = 16;

}  // namespace

MemoryReservation::MemoryReservation(MemoryReservation&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)),
      use_(std::move(other.use_)),
      bytes_(std::exchange(other.bytes_, 0)) {}

MemoryReservation& MemoryReservation::operator=(
    MemoryReservation&& other) noexcept {
  if (this == &other) return *this;
  if (budget_ != nullptr) budget_->GiveBack(use_, bytes_);
  budget_ = std::exchange(other.budget_, nullptr);
  use_ = std::move(other.use_);
  bytes_ = std::exchange(other.bytes_, 0);
  return *this;
}

MemoryReservation::~MemoryReservation() {
  if (budget_ != nullptr) budget_->GiveBack(use_, bytes_);
}

absl::Status MemoryReservation::Resize(size_t bytes) {
  if (budget_ == nullptr) {
    return bytes == 0 ? absl::OkStatus()
                      : absl::FailedPreconditionError(
                            "a reservation of no budget cannot grow");
  }
  if (bytes > bytes_) {
    SKG_RETURN_IF_ERROR(budget_->Take(use_, bytes - bytes_));
  } else {
    budget_->GiveBack(use_, bytes_ - bytes);
  }
  bytes_ = bytes;
  return absl::OkStatus();
}

absl::StatusOr<MemoryReservation> MemoryBudget::Reserve(std::string_view use,
                                                        size_t bytes) {
  SKG_RETURN_IF_ERROR(Take(use, bytes));
  return MemoryReservation(*this, std::string(use), bytes);
}

absl::StatusOr<MemoryReservation> MemoryBudget::ReserveShare(
    std::string_view use, size_t most, size_t least) {
  MakeRoom(least);
  const std::lock_guard lock(mutex_);
  const size_t bytes = std::max(std::min(most, (limit_ - taken_) / 2), least);
  SKG_RETURN_IF_ERROR(TakeLocked(use, bytes));
  return MemoryReservation(*this, std::string(use), bytes);
}

size_t MemoryBudget::free_bytes() const {
  const std::lock_guard lock(mutex_);
  return limit_ - taken_;
}

std::vector<std::pair<std::string, size_t>> MemoryBudget::Uses() const {
  std::vector<std::pair<std::string, size_t>> uses;
  {
    const std::lock_guard lock(mutex_);
    uses.assign(uses_.begin(), uses_.end());
  }
  std::sort(uses.begin(), uses.end());
  return uses;
}

void MemoryBudget::SetLender(std::string use, size_t most_bytes,
                             std::function<void(size_t bytes)> lent) {
  const std::lock_guard lock(mutex_);
  lender_ = std::move(use);
  tell_lent_ = std::move(lent);
  lending_step_ = std::max<size_t>(1, most_bytes / kLendingSteps);
  lendable_ = most_bytes / lending_step_ * lending_step_;
}

// As much as makes so many free, or nothing.
void MemoryBudget::BorrowLocked(size_t bytes) {
  const size_t free = limit_ - taken_;
  if (bytes <= free || bytes - free > lendable_ - lent_) return;
  const size_t steps = (bytes - free + lending_step_ - 1) / lending_step_;
  lent_ += steps * lending_step_;
  taken_ -= steps * lending_step_;
  uses_[lender_] -= steps * lending_step_;
  tell_lent_(lent_);
}

void MemoryBudget::RepayLocked() {
  const size_t steps = std::min(lent_, limit_ - taken_) / lending_step_;
  if (steps == 0) return;
  lent_ -= steps * lending_step_;
  taken_ += steps * lending_step_;
  uses_[lender_] += steps * lending_step_;
  tell_lent_(lent_);
}

void MemoryBudget::MakeRoom(size_t bytes) {
  if (reclaim_ && free_bytes() < bytes) reclaim_();
}

absl::Status MemoryBudget::Take(std::string_view use, size_t bytes) {
  MakeRoom(bytes);
  const std::lock_guard lock(mutex_);
  return TakeLocked(use, bytes);
}

absl::Status MemoryBudget::TakeLocked(std::string_view use, size_t bytes) {
  BorrowLocked(bytes);
  if (bytes > limit_ - taken_) {
    return OutOfMemoryBudget(absl::StrCat(
        av(use), ": ", bytes, " bytes of memory are wanted, ", limit_ - taken_,
        " of the budget of ", limit_,
        " are free; ask for less, try again later, or raise the budget"));
  }
  if (whole_ != nullptr)
    SKG_RETURN_IF_ERROR(whole_->Take(use_in_whole_, bytes));
  taken_ += bytes;
  uses_[std::string(use)] += bytes;
  return absl::OkStatus();
}

void MemoryBudget::GiveBack(std::string_view use, size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (whole_ != nullptr) whole_->GiveBack(use_in_whole_, bytes);
  taken_ -= bytes;
  RepayLocked();
  const auto it = uses_.find(std::string(use));
  // What has given everything back before its end is no longer listed.
  if (it == uses_.end()) return;
  it->second -= bytes;
  if (it->second == 0) uses_.erase(it);
}

}  // namespace skg
