#include "query/values/moment.h"

#include <algorithm>
#include <utility>

#include "rdf/characters.h"
#include "rdf/civil_date.h"
#include "rdf/inline_time.h"

namespace skg::query {
namespace {

using rdf::CivilDate;
using rdf::Datatype;

constexpr int64_t kSecondsPerDay = 86'400;
constexpr int64_t kWidestZone = 14 * 60;  // minutes
constexpr int64_t kAttosPerMilli = 1'000'000'000'000'000;
constexpr size_t kMostYearDigits = 9;
constexpr size_t kAttoDigits = 18;

// Reads parts off the front of a lexical form; one that is not there, or out of
// range, makes the whole scan fail.
class Scan {
 public:
  explicit Scan(std::string_view text) : rest_(text) {}

  bool Take(char byte) {
    if (rest_.empty() || rest_.front() != byte) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void Literal(char byte) { ok_ &= Take(byte); }

  // Digits, at least `least` and at most `most`.
  int64_t Number(size_t least, size_t most) {
    size_t length = 0;
    int64_t value = 0;
    while (length < rest_.size() && rdf::Is(rest_[length], rdf::kDigitByte)) {
      if (length == most) return Fail();
      value = value * 10 + (rest_[length++] - '0');
    }
    if (length < least) return Fail();
    rest_.remove_prefix(length);
    return value;
  }
  int TwoDigits(int first, int last) {
    const auto value = static_cast<int>(Number(2, 2));
    ok_ &= value >= first && value <= last;
    return ok_ ? value : first;
  }
  int64_t Fraction() {
    if (!Take('.')) return 0;
    const size_t length =
        std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    ok_ &= length > 0;
    const int64_t value = AttosecondsOf(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return value;
  }
  int64_t Year() {
    const bool negative = Take('-');
    const bool zero = !rest_.empty() && rest_.front() == '0';
    const size_t before = rest_.size();
    const int64_t year = Number(4, kMostYearDigits);
    if (zero && before - rest_.size() > 4) return Fail();
    return negative ? -year : year;
  }
  int16_t Zone() {
    if (rest_.empty()) return Moment::kNoZone;
    if (Take('Z')) return 0;
    const bool west = Take('-');
    if (!west) Literal('+');
    const int hours = TwoDigits(0, 14);
    Literal(':');
    const int minutes = hours * 60 + TwoDigits(0, 59);
    ok_ &= minutes <= kWidestZone;
    return static_cast<int16_t>(west ? -minutes : minutes);
  }
  int64_t Fail() {
    ok_ = false;
    return 0;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool AtEnd() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

void ScanDate(Datatype datatype, Scan& scan, CivilDate& date) {
  const bool year = datatype != Datatype::kGMonthDay &&
                    datatype != Datatype::kGDay &&
                    datatype != Datatype::kGMonth;
  const bool month =
      datatype != Datatype::kGYear && datatype != Datatype::kGDay;
  const bool day = datatype != Datatype::kGYear &&
                   datatype != Datatype::kGYearMonth &&
                   datatype != Datatype::kGMonth;
  if (year) {
    date.year = scan.Year();
  } else {
    scan.Literal('-');
    date.month = rdf::kReferenceMonth;
  }
  if (month) {
    scan.Literal('-');
    date.month = scan.TwoDigits(1, 12);
  } else if (!year) {
    scan.Literal('-');
  }
  if (day) {
    scan.Literal('-');
    date.day = scan.TwoDigits(1, rdf::DaysInMonth(date.year, date.month));
  }
}

int64_t ScanTimeOfDay(Scan& scan, int64_t& attoseconds) {
  const int hours = scan.TwoDigits(0, 24);
  scan.Literal(':');
  const int minutes = scan.TwoDigits(0, 59);
  scan.Literal(':');
  const int seconds = scan.TwoDigits(0, 59);
  attoseconds = scan.Fraction();
  if (hours == 24 && (minutes != 0 || seconds != 0 || attoseconds != 0))
    return scan.Fail();
  return hours * 3600 + minutes * 60 + seconds;
}

void AppendPadded(int64_t value, size_t width, std::string& out) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

// In UTC; a local time without a timezone is taken as UTC, `widen` minutes on.
std::pair<int64_t, int64_t> Instant(const Moment& moment, int64_t widen = 0) {
  const int64_t zone = moment.zoned() ? moment.zone : 0;
  return {moment.seconds - (zone - widen) * 60, moment.attoseconds};
}

int64_t DayOf(const Moment& moment) {
  return rdf::FloorDivide(moment.seconds, kSecondsPerDay);
}

}  // namespace

int64_t AttosecondsOf(std::string_view digits) {
  int64_t value = 0;
  for (size_t i = 0; i < kAttoDigits; ++i)
    value = value * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  return value;
}

void AppendFraction(int64_t attoseconds, std::string& out) {
  if (attoseconds == 0) return;
  std::string digits = std::to_string(attoseconds);
  digits.insert(0, kAttoDigits - digits.size(), '0');
  digits.erase(digits.find_last_not_of('0') + 1);
  out += '.';
  out += digits;
}

std::optional<Moment> ParseMoment(Datatype datatype, std::string_view lexical) {
  Scan scan(lexical);
  CivilDate date;
  Moment moment;
  if (datatype == Datatype::kTime) {
    date.month = rdf::kReferenceMonth;
  } else {
    ScanDate(datatype, scan, date);
  }
  if (!scan.ok()) return std::nullopt;
  moment.seconds = rdf::DaysFromCivil(date) * kSecondsPerDay;
  const bool date_time =
      datatype == Datatype::kDateTime || datatype == Datatype::kDateTimeStamp;
  if (date_time) scan.Literal('T');
  if (date_time || datatype == Datatype::kTime) {
    int64_t time = ScanTimeOfDay(scan, moment.attoseconds);
    if (datatype == Datatype::kTime) time %= kSecondsPerDay;
    moment.seconds += time;
  }
  moment.zone = scan.Zone();
  if (!scan.AtEnd()) return std::nullopt;
  if (datatype == Datatype::kDateTimeStamp && !moment.zoned())
    return std::nullopt;
  return moment;
}

std::optional<Moment> MomentOfId(rdf::TermId id, Datatype* datatype) {
  const auto value = rdf::MomentOf(id);
  if (!value) return std::nullopt;
  *datatype = value->datatype;
  Moment moment;
  moment.seconds = value->utc_seconds;
  if (value->zone_minutes != rdf::InlineMoment::kNoZone) {
    moment.zone = static_cast<int16_t>(value->zone_minutes);
    moment.seconds += int64_t{60} * moment.zone;
  }
  moment.attoseconds = value->utc_millis * kAttosPerMilli;
  if (value->datatype == Datatype::kTime) {
    const CivilDate day{rdf::kReferenceYear, rdf::kReferenceMonth, 1};
    moment.seconds += rdf::DaysFromCivil(day) * kSecondsPerDay;
  }
  return moment;
}

MomentParts PartsOf(const Moment& moment) {
  const int64_t day = DayOf(moment);
  const CivilDate date = rdf::CivilFromDays(day);
  const auto time = static_cast<int>(moment.seconds - day * kSecondsPerDay);
  return {date.year,   date.month,     date.day,
          time / 3600, time / 60 % 60, time % 60};
}

void AppendZone(int16_t zone, std::string& out) {
  if (zone == Moment::kNoZone) return;
  if (zone == 0) {
    out += 'Z';
    return;
  }
  out += zone < 0 ? '-' : '+';
  const int minutes = zone < 0 ? -zone : zone;
  AppendPadded(minutes / 60, 2, out);
  out += ':';
  AppendPadded(minutes % 60, 2, out);
}

void AppendMoment(Datatype datatype, const Moment& moment, std::string& out) {
  const MomentParts parts = PartsOf(moment);
  const auto year = [&] {
    if (parts.year < 0) out += '-';
    AppendPadded(parts.year < 0 ? -parts.year : parts.year, 4, out);
  };
  const auto month = [&] { AppendPadded(parts.month, 2, out); };
  const auto day = [&] {
    out += '-';
    AppendPadded(parts.day, 2, out);
  };
  const auto time = [&] {
    AppendPadded(parts.hours, 2, out);
    out += ':';
    AppendPadded(parts.minutes, 2, out);
    out += ':';
    AppendPadded(parts.seconds, 2, out);
    AppendFraction(moment.attoseconds, out);
  };
  switch (datatype) {
    case Datatype::kTime:
      time();
      break;
    case Datatype::kGYear:
      year();
      break;
    case Datatype::kGYearMonth:
      year();
      out += '-';
      month();
      break;
    case Datatype::kGMonthDay:
      out += "--";
      month();
      day();
      break;
    case Datatype::kGDay:
      out += "--";
      day();
      break;
    case Datatype::kGMonth:
      out += "--";
      month();
      break;
    default:
      year();
      out += '-';
      month();
      day();
      if (datatype != Datatype::kDate) {
        out += 'T';
        time();
      }
  }
  AppendZone(moment.zone, out);
}

std::partial_ordering Compare(const Moment& a, const Moment& b) {
  if (a.zoned() == b.zoned()) return Instant(a) <=> Instant(b);
  const int64_t left = a.zoned() ? 0 : kWidestZone;
  const int64_t right = b.zoned() ? 0 : kWidestZone;
  if (Instant(a, left) < Instant(b, -right)) return std::partial_ordering::less;
  if (Instant(a, -left) > Instant(b, right))
    return std::partial_ordering::greater;
  return std::partial_ordering::unordered;
}

std::weak_ordering CompareInUtc(const Moment& a, const Moment& b) {
  return Instant(a) <=> Instant(b);
}

}  // namespace skg::query
