#include "base/memory_status.h"

#include "absl/strings/cord.h"
#include "base/strings.h"

namespace skg {

namespace {

constexpr char kPayload[] = "skg/memory_budget";

}  // namespace

absl::Status OutOfMemoryBudget(std::string_view message) {
  absl::Status status = absl::ResourceExhaustedError(av(message));
  status.SetPayload(kPayload, absl::Cord());
  return status;
}

bool IsOutOfMemoryBudget(const absl::Status& status) {
  return status.GetPayload(kPayload).has_value();
}

}  // namespace skg
