#include "query/iso_time.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "skg/time_travel.h"

namespace skg {
namespace query {

bool ParseIsoTime(std::string_view text, absl::Time* out) {
  constexpr std::string_view kShape = "dddd-dd-dd";
  if (text.size() < kShape.size() || text.size() > 40) return false;
  for (size_t i = 0; i < kShape.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == 'd' ? !digit : text[i] != kShape[i]) return false;
  }
  // absl::ParseTime would pass over blanks.
  if (text.find_first_of(" \t\r\n\v\f") != std::string_view::npos) return false;
  if (text.size() == kShape.size())
    return absl::ParseTime("%Y-%m-%d", av(text), out, nullptr);
  return absl::ParseTime("%Y-%m-%d%ET%H:%M:%E*S%Ez", av(text), out, nullptr) ||
         absl::ParseTime("%Y-%m-%d%ET%H:%M:%E*S", av(text), out, nullptr);
}

}  // namespace query

absl::StatusOr<PointInTime> ParsePointInTime(std::string_view text) {
  uint64_t commit = 0;
  const char* end = text.data() + text.size();
  if (const auto [stop, error] = std::from_chars(text.data(), end, commit);
      error == std::errc() && stop == end) {
    return PointInTime(commit);
  }
  absl::Time time;
  if (query::ParseIsoTime(text, &time)) return PointInTime(time);
  return absl::InvalidArgumentError(absl::StrCat(
      "must be a commit number or an ISO 8601 time such as 2024-01-15 or "
      "2024-01-15T10:30:00Z, not \"",
      absl::CHexEscape(av(text.substr(0, 80))), "\""));
}

}  // namespace skg
