#include "vector/embed/circuit_breaker.h"

#include "absl/strings/str_cat.h"

namespace skg::vector {

absl::Status CircuitBreaker::Enter(absl::Time now) {
  const std::lock_guard lock(mutex_);
  if (failures_ < most_failures_) return absl::OkStatus();
  if (now < open_until_) {
    return absl::UnavailableError(
        absl::StrCat("the embedder failed ", failures_,
                     " times in a row and is not asked "
                     "again for ",
                     absl::FormatDuration(open_until_ - now)));
  }
  if (trying_) {
    return absl::UnavailableError(
        absl::StrCat("the embedder failed ", failures_,
                     " times in a row; one request tries whether it is back"));
  }
  trying_ = true;
  return absl::OkStatus();
}

void CircuitBreaker::Succeeded() {
  const std::lock_guard lock(mutex_);
  failures_ = 0;
  trying_ = false;
}

void CircuitBreaker::Failed(absl::Time now) {
  const std::lock_guard lock(mutex_);
  if (failures_ < most_failures_) ++failures_;
  trying_ = false;
  if (failures_ >= most_failures_) open_until_ = now + pause_;
}

}  // namespace skg::vector
