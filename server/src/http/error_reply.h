// The one shape of an error answer, and the one table from codes to statuses.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "http/message.h"
#include "skg/field_error.h"

namespace skg::server {

// What an error answer says beyond its status.
struct ErrorDetail {
  std::string detail;
  std::string hint;
  // Fields of the request, each with where it stands: "body" or "query".
  std::string_view place = "body";
  std::vector<FieldError> fields;
  std::optional<absl::Duration> retry_after;
  // Instead of what the status says.
  std::string_view error;
  std::optional<bool> retryable;
};

// {"detail", "error", "correlation_id", "category", "severity", "retryable",
// "retry_after"?, "hint"?, "errors"?}. From 500 on the detail is replaced by
// the status' own text, but for 501.
[[nodiscard]] ApiResponse ErrorReply(int status, const ErrorDetail& detail,
                                     std::string_view request_id);
[[nodiscard]] ApiResponse ErrorReply(int status, std::string_view detail,
                                     std::string_view request_id);

// The HTTP status of a failed call. kInvalidArgument is 422 where the status
// carries field errors, else 400; kResourceExhausted is 429 where a quota was
// its cause, else 503.
[[nodiscard]] int HttpStatus(const absl::Status& status);

// The answer to a failed library call. Messages of failures of ours (500 and
// more) are not shown.
[[nodiscard]] ApiResponse StatusReply(const absl::Status& status,
                                      std::string_view request_id,
                                      std::string_view place = "body");

// ["body", "triples", 3, "weight"].
[[nodiscard]] nlohmann::json FieldLocation(
    std::string_view place, const std::vector<std::string>& path);

}  // namespace skg::server
