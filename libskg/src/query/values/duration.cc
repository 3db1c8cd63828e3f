#include "query/values/duration.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "query/values/decimal.h"
#include "query/values/moment.h"

namespace skg::query {
namespace {

using rdf::Datatype;

constexpr int64_t kSecondsPerDay = 86'400;

}  // namespace

std::optional<Duration> ParseDuration(Datatype datatype,
                                      std::string_view lexical) {
  // Larger parts than this are refused, so that no sum overflows.
  constexpr size_t kMostDigits = 12;
  const bool negative = lexical.starts_with('-');
  if (negative) lexical.remove_prefix(1);
  if (!lexical.starts_with('P')) return std::nullopt;
  lexical.remove_prefix(1);
  Duration value;
  bool any = false, in_time = false, any_time = false;
  std::string_view designators = "YMD";
  while (!lexical.empty()) {
    if (lexical.front() == 'T') {
      if (in_time) return std::nullopt;
      in_time = true;
      designators = "HMS";
      lexical.remove_prefix(1);
      continue;
    }
    const size_t digits =
        std::min(lexical.find_first_not_of("0123456789"), lexical.size());
    if (digits == 0 || digits > kMostDigits) return std::nullopt;
    int64_t number = 0;
    std::from_chars(lexical.data(), lexical.data() + digits, number);
    lexical.remove_prefix(digits);
    if (lexical.starts_with('.')) {
      const size_t end =
          std::min(lexical.find_first_not_of("0123456789", 1), lexical.size());
      if (!in_time || end == lexical.size() || lexical[end] != 'S')
        return std::nullopt;
      if (end == 1) return std::nullopt;
      value.attoseconds = AttosecondsOf(lexical.substr(1, end - 1));
      lexical.remove_prefix(end);
    }
    if (lexical.empty()) return std::nullopt;
    const size_t place = designators.find(lexical.front());
    if (place == std::string_view::npos) return std::nullopt;
    const char designator = designators[place];
    designators.remove_prefix(place + 1);
    lexical.remove_prefix(1);
    any = true;
    any_time |= in_time;
    if (designator == 'Y') value.months += number * 12;
    if (designator == 'M' && !in_time) value.months += number;
    if (designator == 'D') value.seconds += number * kSecondsPerDay;
    if (designator == 'H') value.seconds += number * 3600;
    if (designator == 'M' && in_time) value.seconds += number * 60;
    if (designator == 'S') value.seconds += number;
    const bool of_year = !in_time && designator != 'D';
    if (datatype == Datatype::kDayTimeDuration && of_year) return std::nullopt;
    if (datatype == Datatype::kYearMonthDuration && !of_year)
      return std::nullopt;
  }
  if (!any || (in_time && !any_time)) return std::nullopt;
  if (datatype == Datatype::kYearMonthDuration && in_time) return std::nullopt;
  if (negative) {
    value.months = -value.months;
    value.seconds = -value.seconds;
    value.attoseconds = -value.attoseconds;
  }
  return value;
}

void AppendDuration(Datatype datatype, const Duration& duration,
                    std::string& out) {
  const bool negative =
      duration.months < 0 || duration.seconds < 0 || duration.attoseconds < 0;
  const int64_t sign = negative ? -1 : 1;
  const int64_t months = duration.months * sign;
  const int64_t seconds = duration.seconds * sign;
  const int64_t attoseconds = duration.attoseconds * sign;
  if (negative) out += '-';
  out += 'P';
  const auto part = [&](int64_t number, char designator) {
    if (number == 0) return;
    out += std::to_string(number);
    out += designator;
  };
  part(months / 12, 'Y');
  part(months % 12, 'M');
  part(seconds / kSecondsPerDay, 'D');
  const int64_t time = seconds % kSecondsPerDay;
  if (time != 0 || attoseconds != 0) {
    out += 'T';
    part(time / 3600, 'H');
    part(time / 60 % 60, 'M');
    if (attoseconds != 0) {
      out += std::to_string(time % 60);
      AppendFraction(attoseconds, out);
      out += 'S';
    } else {
      part(time % 60, 'S');
    }
  } else if (months == 0 && seconds == 0) {
    out += datatype == Datatype::kYearMonthDuration ? "0M" : "T0S";
  }
}

std::partial_ordering Compare(const Duration& a, const Duration& b) {
  if (a.months == b.months) {
    return std::tie(a.seconds, a.attoseconds) <=>
           std::tie(b.seconds, b.attoseconds);
  }
  const bool months_only =
      a.seconds == b.seconds && a.attoseconds == b.attoseconds;
  if (months_only) return a.months <=> b.months;
  return std::partial_ordering::unordered;
}

std::strong_ordering CompareLength(const Duration& a, const Duration& b) {
  constexpr int64_t kSecondsPerMonth = 2'629'746;
  const auto length = [](const Duration& d) {
    return static_cast<Int128>(d.months) * kSecondsPerMonth + d.seconds;
  };
  if (const auto order = length(a) <=> length(b); order != 0) return order;
  return a.attoseconds <=> b.attoseconds;
}

}  // namespace skg::query
