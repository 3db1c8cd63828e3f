// Early return on errors.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define SKG_CONCAT_INNER(a, b) a##b
#define SKG_CONCAT(a, b) SKG_CONCAT_INNER(a, b)

// Returns the status of `expression` (an absl::Status) unless it is OK.
#define SKG_RETURN_IF_ERROR(expression)        \
  do {                                         \
    absl::Status skg_status_ = (expression);   \
    if (!skg_status_.ok()) return skg_status_; \
  } while (false)

// Declares or assigns `target` from an absl::StatusOr, or returns its status.
#define SKG_ASSIGN_OR_RETURN(target, expression)                        \
  SKG_ASSIGN_OR_RETURN_INNER(SKG_CONCAT(skg_result_, __LINE__), target, \
                             expression)
#define SKG_ASSIGN_OR_RETURN_INNER(result, target, expression) \
  auto result = (expression);                                  \
  if (!result.ok()) return std::move(result).status();         \
  target = *std::move(result)
