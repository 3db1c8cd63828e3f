// Duration: the values of the duration datatypes.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rdf/datatypes.h"

namespace skg::query {

// A duration, dayTimeDuration or yearMonthDuration; all parts of one sign.
struct Duration {
  int64_t months = 0;
  int64_t seconds = 0;
  int64_t attoseconds = 0;
  friend bool operator==(const Duration&, const Duration&) = default;
};
[[nodiscard]] std::optional<Duration> ParseDuration(rdf::Datatype datatype,
                                                    std::string_view lexical);
// The canonical form: `P1Y2M3DT4H`, `PT0S` (`P0M` for a yearMonthDuration).
void AppendDuration(rdf::Datatype datatype, const Duration& duration,
                    std::string& out);
// Unordered unless both are months only, or both are seconds only, or equal.
[[nodiscard]] std::partial_ordering Compare(const Duration& a,
                                            const Duration& b);
// Total: a month counts as a twelfth of 365.2425 days.
[[nodiscard]] std::strong_ordering CompareLength(const Duration& a,
                                                 const Duration& b);

}  // namespace skg::query
