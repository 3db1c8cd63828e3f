#include "routes/query_state.h"

#include <string>

#include "absl/strings/numbers.h"
#include "skg/field_error.h"

namespace skg::server {
namespace {

absl::Status Refuse(const std::string& name, std::string message) {
  return FieldErrorStatus({{{name}, std::move(message), "malformed"}});
}

absl::Status Take(const std::string& name, const std::string& value,
                  skg::QueryOptions& options) {
  if (name == "min_weight") {
    float weight = 0;
    if (!absl::SimpleAtof(value, &weight) || !(weight >= 0 && weight <= 1))
      return Refuse(name, "must be a number from 0 to 1");
    options.min_weight = weight;
    return absl::OkStatus();
  }
  const absl::StatusOr<PointInTime> point = ParsePointInTime(value);
  if (!point.ok()) return Refuse(name, std::string(point.status().message()));
  if (name == "as_of") {
    options.as_of = *point;
    return absl::OkStatus();
  }
  if (point->commit().has_value()) {
    return Refuse(name,
                  "must be an ISO 8601 time such as 2024-01-15 or "
                  "2024-01-15T10:30:00Z");
  }
  options.valid_at = point->time();
  return absl::OkStatus();
}

}  // namespace

bool IsStateParameter(std::string_view name) {
  return name == "as_of" || name == "valid_at" || name == "min_weight";
}

absl::Status TakeState(const QueryParameters& parameters,
                       skg::QueryOptions& options) {
  for (const auto& [name, value] : parameters) {
    const absl::Status status = Take(name, value, options);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace skg::server
