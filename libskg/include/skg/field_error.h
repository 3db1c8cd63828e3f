// Which field of a caller's document is wrong, carried by a Status.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "skg/export.h"

namespace skg {

struct FieldError {
  // From the document's root: {"patterns", "0", "weight_min"}; empty: the
  // document as a whole.
  std::vector<std::string> path;
  std::string message;  // what is wrong and what would be right
  // Machine-readable: "missing", "unknown_field", "wrong_type",
  // "out_of_range", "too_long", "too_short", "malformed", "not_allowed".
  std::string type;
};

// A status, kInvalidArgument unless said otherwise, whose message lists the
// errors ("weight: ...; object: ...").
[[nodiscard]] SKG_EXPORT absl::Status FieldErrorStatus(
    const std::vector<FieldError>& errors,
    absl::StatusCode code = absl::StatusCode::kInvalidArgument);

// The errors carried by a status; empty if it carries none.
[[nodiscard]] SKG_EXPORT std::vector<FieldError> FieldErrors(
    const absl::Status& status);

}  // namespace skg
