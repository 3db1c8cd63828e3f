// What kernels say of options out of their range.
#pragma once

#include <cmath>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/strings.h"

namespace skg::analytics {

// kInvalidArgument unless `right`: "name is value; it must be `wanted`".
[[nodiscard]] inline absl::Status CheckOption(std::string_view name,
                                              double value, bool right,
                                              std::string_view wanted) {
  if (right) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(av(name), " is ", value, "; it must be ", av(wanted)));
}

[[nodiscard]] inline absl::Status CheckTolerance(std::string_view name,
                                                 double value) {
  return CheckOption(name, value, std::isfinite(value) && value >= 0,
                     "a finite number and not negative");
}

// A probability that must be neither 0 nor 1.
[[nodiscard]] inline absl::Status CheckDelta(std::string_view name,
                                             double value) {
  return CheckOption(name, value, value > 0 && value < 1,
                     "greater than 0 and below 1");
}

}  // namespace skg::analytics
