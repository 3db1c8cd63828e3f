#include "rdf/inline_time.h"

#include <array>

#include "rdf/characters.h"
#include "rdf/civil_date.h"

namespace skg::rdf {
namespace {

constexpr int64_t kMinutesPerDay = 24 * 60;
constexpr int64_t kMillisPerMinute = 60'000;
constexpr int64_t kMillisPerDay = kMinutesPerDay * kMillisPerMinute;

// Timezones: 0 none, 1 `Z`, else 58 + quarter hours east, -14:00 to +14:00.
constexpr unsigned kZoneBits = 7;
constexpr uint64_t kNoZone = 0;
constexpr uint64_t kZuluZone = 1;
constexpr uint64_t kZoneBias = 58;
constexpr uint64_t kLastZone = kZoneBias + 56;

constexpr unsigned kDigitBits = 2;  // written digits of the second's fraction

constexpr unsigned kDateTimeBits = 51;  // milliseconds since 1970, biased
constexpr unsigned kTimeBits = 47;      // milliseconds since midnight, biased
constexpr unsigned kDateBits = 49;      // minutes since 1970, biased

constexpr std::array<Datatype, 8> kSubtypes = {
    Datatype::kOther, Datatype::kDate,       Datatype::kTime,
    Datatype::kGYear, Datatype::kGYearMonth, Datatype::kGMonthDay,
    Datatype::kGDay,  Datatype::kGMonth};

// Reads the parts of a lexical form off its front; a part that is not there,
// out of range or not canonical makes the whole scan fail.
class Scan {
 public:
  explicit Scan(std::string_view text) : rest_(text) {}

  void Literal(std::string_view text) {
    if (ok_ && rest_.substr(0, text.size()) == text) {
      rest_.remove_prefix(text.size());
    } else {
      ok_ = false;
    }
  }

  int TwoDigits(int first, int last) {
    if (!ok_ || rest_.size() < 2 || !Is(rest_[0], kDigitByte) ||
        !Is(rest_[1], kDigitByte)) {
      return Fail();
    }
    const int value = (rest_[0] - '0') * 10 + (rest_[1] - '0');
    rest_.remove_prefix(2);
    return value >= first && value <= last ? value : Fail();
  }

  // Four digits, or more without a leading zero; no `-0000`.
  int64_t Year() {
    if (!ok_) return 0;
    const bool negative = !rest_.empty() && rest_.front() == '-';
    if (negative) rest_.remove_prefix(1);
    size_t length = 0;
    int64_t value = 0;
    while (length < rest_.size() && Is(rest_[length], kDigitByte)) {
      if (length == 9) return Fail();
      value = value * 10 + (rest_[length++] - '0');
    }
    if (length < 4 || (length > 4 && rest_.front() == '0') ||
        (negative && value == 0)) {
      return Fail();
    }
    rest_.remove_prefix(length);
    return negative ? -value : value;
  }

  void DayOfMonth(CivilDate& date) {
    date.day = TwoDigits(1, 31);
    if (ok_ && date.day > DaysInMonth(date.year, date.month)) ok_ = false;
  }

  // hh:mm:ss with at most three digits of fraction, as milliseconds.
  int64_t TimeOfDay(uint64_t& fraction_digits) {
    const int64_t hour = TwoDigits(0, 23);
    Literal(":");
    const int64_t minute = TwoDigits(0, 59);
    Literal(":");
    const int64_t second = TwoDigits(0, 59);
    fraction_digits = 0;
    int64_t fraction = 0;
    if (ok_ && !rest_.empty() && rest_.front() == '.') {
      rest_.remove_prefix(1);
      while (!rest_.empty() && Is(rest_.front(), kDigitByte)) {
        if (++fraction_digits > 3) return Fail();
        fraction = fraction * 10 + (rest_.front() - '0');
        rest_.remove_prefix(1);
      }
      if (fraction_digits == 0) return Fail();
      for (uint64_t i = fraction_digits; i < 3; ++i) fraction *= 10;
    }
    return (hour * 60 + minute) * kMillisPerMinute + second * 1000 + fraction;
  }

  // The end of the form: a timezone or none.
  uint64_t Zone() {
    if (!ok_ || rest_.empty()) return kNoZone;
    if (rest_ == "Z") {
      rest_ = {};
      return kZuluZone;
    }
    const bool west = rest_.front() == '-';
    if (!west && rest_.front() != '+') return static_cast<uint64_t>(Fail());
    rest_.remove_prefix(1);
    const int hours = TwoDigits(0, 14);
    Literal(":");
    const int minutes = TwoDigits(0, 59);
    const int total = hours * 60 + minutes;
    if (!ok_ || total > 14 * 60 || total % 15 != 0 || (west && total == 0)) {
      return static_cast<uint64_t>(Fail());
    }
    const int quarters = west ? -(total / 15) : total / 15;
    return static_cast<uint64_t>(static_cast<int64_t>(kZoneBias) + quarters);
  }

  [[nodiscard]] bool AtEnd() const { return ok_ && rest_.empty(); }

 private:
  int Fail() {
    ok_ = false;
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

int64_t ZoneMinutes(uint64_t zone) {
  return zone <= kZuluZone
             ? 0
             : (static_cast<int64_t>(zone) - static_cast<int64_t>(kZoneBias)) *
                   15;
}

// A signed value as `bits` bits whose unsigned order is the value's.
std::optional<uint64_t> Bias(int64_t value, unsigned bits) {
  const int64_t bias = int64_t{1} << (bits - 1);
  if (value < -bias || value >= bias) return std::nullopt;
  return static_cast<uint64_t>(value + bias);
}
int64_t Unbias(uint64_t bits_value, unsigned bits) {
  return static_cast<int64_t>(bits_value) - (int64_t{1} << (bits - 1));
}

void AppendPadded(int64_t value, int width, std::string& out) {
  char digits[20];
  int length = 0;
  do {
    digits[length++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value > 0);
  for (; width > length; --width) out.push_back('0');
  while (length > 0) out.push_back(digits[--length]);
}

void AppendYear(int64_t year, std::string& out) {
  if (year < 0) out.push_back('-');
  AppendPadded(year < 0 ? -year : year, 4, out);
}

void AppendTimeOfDay(int64_t millis, uint64_t digits, std::string& out) {
  AppendPadded(millis / (60 * kMillisPerMinute), 2, out);
  out.push_back(':');
  AppendPadded(millis / kMillisPerMinute % 60, 2, out);
  out.push_back(':');
  AppendPadded(millis / 1000 % 60, 2, out);
  if (digits == 0) return;
  int64_t fraction = millis % 1000;
  for (uint64_t i = digits; i < 3; ++i) fraction /= 10;
  out.push_back('.');
  AppendPadded(fraction, static_cast<int>(digits), out);
}

// Whether `millis` has no more than `digits` digits of fraction.
bool FractionFits(int64_t millis, uint64_t digits) {
  constexpr int64_t kUnit[] = {1000, 100, 10, 1};
  return millis % kUnit[digits] == 0;
}

void AppendZone(uint64_t zone, std::string& out) {
  if (zone == kNoZone) return;
  if (zone == kZuluZone) {
    out.push_back('Z');
    return;
  }
  int64_t minutes = ZoneMinutes(zone);
  out.push_back(minutes < 0 ? '-' : '+');
  if (minutes < 0) minutes = -minutes;
  AppendPadded(minutes / 60, 2, out);
  out.push_back(':');
  AppendPadded(minutes % 60, 2, out);
}

std::optional<uint64_t> TimePayload(std::string_view lexical) {
  Scan scan(lexical);
  uint64_t digits = 0;
  const int64_t local = scan.TimeOfDay(digits);
  const uint64_t zone = scan.Zone();
  if (!scan.AtEnd()) return std::nullopt;
  const auto value =
      Bias(local - ZoneMinutes(zone) * kMillisPerMinute, kTimeBits);
  if (!value) return std::nullopt;
  return (((*value << kZoneBits) | zone) << kDigitBits) | digits;
}

bool AppendTime(uint64_t payload, std::string& out) {
  const uint64_t digits = payload & 3;
  const uint64_t zone = (payload >> kDigitBits) & 0x7F;
  if (zone > kLastZone) return false;
  const uint64_t biased =
      (payload >> (kDigitBits + kZoneBits)) & ((uint64_t{1} << kTimeBits) - 1);
  const int64_t local =
      Unbias(biased, kTimeBits) + ZoneMinutes(zone) * kMillisPerMinute;
  if (local < 0 || local >= kMillisPerDay || !FractionFits(local, digits))
    return false;
  AppendTimeOfDay(local, digits, out);
  AppendZone(zone, out);
  return true;
}

// Reads the date parts that `datatype` has.
CivilDate ScanDate(Datatype datatype, Scan& scan) {
  CivilDate date;
  switch (datatype) {
    case Datatype::kDate:
      date.year = scan.Year();
      scan.Literal("-");
      date.month = scan.TwoDigits(1, 12);
      scan.Literal("-");
      scan.DayOfMonth(date);
      break;
    case Datatype::kGYear:
      date.year = scan.Year();
      break;
    case Datatype::kGYearMonth:
      date.year = scan.Year();
      scan.Literal("-");
      date.month = scan.TwoDigits(1, 12);
      break;
    case Datatype::kGMonthDay:
      scan.Literal("--");
      date.month = scan.TwoDigits(1, 12);
      scan.Literal("-");
      scan.DayOfMonth(date);
      break;
    case Datatype::kGDay:
      date.month = kReferenceMonth;
      scan.Literal("---");
      scan.DayOfMonth(date);
      break;
    default:  // kGMonth
      scan.Literal("--");
      date.month = scan.TwoDigits(1, 12);
      break;
  }
  return date;
}

// False if `date` has a part that `datatype` cannot say.
bool AppendDate(Datatype datatype, const CivilDate& date, std::string& out) {
  switch (datatype) {
    case Datatype::kDate:
      AppendYear(date.year, out);
      out.push_back('-');
      AppendPadded(date.month, 2, out);
      out.push_back('-');
      AppendPadded(date.day, 2, out);
      return true;
    case Datatype::kGYear:
      AppendYear(date.year, out);
      return date.month == 1 && date.day == 1;
    case Datatype::kGYearMonth:
      AppendYear(date.year, out);
      out.push_back('-');
      AppendPadded(date.month, 2, out);
      return date.day == 1;
    case Datatype::kGMonthDay:
      out.append("--");
      AppendPadded(date.month, 2, out);
      out.push_back('-');
      AppendPadded(date.day, 2, out);
      return date.year == kReferenceYear;
    case Datatype::kGDay:
      out.append("---");
      AppendPadded(date.day, 2, out);
      return date.year == kReferenceYear && date.month == kReferenceMonth;
    default:  // kGMonth
      out.append("--");
      AppendPadded(date.month, 2, out);
      return date.year == kReferenceYear && date.day == 1;
  }
}

}  // namespace

std::optional<uint64_t> DateTimePayload(std::string_view lexical) {
  Scan scan(lexical);
  const CivilDate date = ScanDate(Datatype::kDate, scan);
  scan.Literal("T");
  uint64_t digits = 0;
  const int64_t time = scan.TimeOfDay(digits);
  const uint64_t zone = scan.Zone();
  if (!scan.AtEnd()) return std::nullopt;
  // Years have up to nine digits: more milliseconds than 64 bits hold.
  constexpr int64_t kMostDays = (int64_t{1} << kDateTimeBits) / kMillisPerDay;
  const int64_t days = DaysFromCivil(date);
  if (days > kMostDays || days < -kMostDays) return std::nullopt;
  const auto value =
      Bias(days * kMillisPerDay + time - ZoneMinutes(zone) * kMillisPerMinute,
           kDateTimeBits);
  if (!value) return std::nullopt;
  return (((*value << kZoneBits) | zone) << kDigitBits) | digits;
}

bool AppendDateTime(uint64_t payload, std::string& out) {
  const uint64_t digits = payload & 3;
  const uint64_t zone = (payload >> kDigitBits) & 0x7F;
  if (zone > kLastZone) return false;
  const int64_t local =
      Unbias(payload >> (kDigitBits + kZoneBits), kDateTimeBits) +
      ZoneMinutes(zone) * kMillisPerMinute;
  if (!FractionFits(local, digits)) return false;
  const int64_t days = FloorDivide(local, kMillisPerDay);
  (void)AppendDate(Datatype::kDate, CivilFromDays(days),
                   out);  // says every date
  out.push_back('T');
  AppendTimeOfDay(local - days * kMillisPerDay, digits, out);
  AppendZone(zone, out);
  return true;
}

std::optional<uint64_t> DateOrTimePayload(Datatype datatype,
                                          std::string_view lexical) {
  uint64_t subtype = 1;
  while (subtype < kSubtypes.size() && kSubtypes[subtype] != datatype)
    ++subtype;
  if (subtype == kSubtypes.size()) return std::nullopt;
  const uint64_t head = subtype << 56;
  if (datatype == Datatype::kTime) {
    const auto time = TimePayload(lexical);
    if (!time) return std::nullopt;
    return head | *time;
  }
  Scan scan(lexical);
  const CivilDate date = ScanDate(datatype, scan);
  const uint64_t zone = scan.Zone();
  if (!scan.AtEnd()) return std::nullopt;
  const auto value =
      Bias(DaysFromCivil(date) * kMinutesPerDay - ZoneMinutes(zone), kDateBits);
  if (!value) return std::nullopt;
  return head | (*value << kZoneBits) | zone;
}

std::optional<InlineMoment> MomentOf(TermId id) {
  constexpr auto zone_of = [](uint64_t zone) {
    return zone == kNoZone ? InlineMoment::kNoZone
                           : static_cast<int>(ZoneMinutes(zone));
  };
  // Years of nine digits have more milliseconds than 64 bits hold.
  constexpr auto set_millis = [](int64_t millis, InlineMoment& out) {
    out.utc_seconds = FloorDivide(millis, 1000);
    out.utc_millis = static_cast<int>(millis - out.utc_seconds * 1000);
  };
  const uint64_t payload = id.payload();
  InlineMoment moment;
  if (id.tag() == TermTag::kDateTime) {
    moment.datatype = Datatype::kDateTime;
    moment.zone_minutes = zone_of((payload >> kDigitBits) & 0x7F);
    set_millis(Unbias(payload >> (kDigitBits + kZoneBits), kDateTimeBits),
               moment);
    return moment;
  }
  const uint64_t subtype = payload >> 56;
  if (id.tag() != TermTag::kDateOrTime || subtype == 0 ||
      subtype >= kSubtypes.size()) {
    return std::nullopt;
  }
  moment.datatype = kSubtypes[subtype];
  const uint64_t value = payload & ((uint64_t{1} << 56) - 1);
  if (moment.datatype == Datatype::kTime) {
    moment.zone_minutes = zone_of((value >> kDigitBits) & 0x7F);
    set_millis(Unbias(value >> (kDigitBits + kZoneBits), kTimeBits), moment);
  } else {
    moment.zone_minutes = zone_of(value & 0x7F);
    moment.utc_seconds = Unbias(value >> kZoneBits, kDateBits) * 60;
  }
  return moment;
}

Datatype AppendDateOrTime(uint64_t payload, std::string& out) {
  const uint64_t subtype = payload >> 56;
  if (subtype == 0 || subtype >= kSubtypes.size()) return Datatype::kOther;
  const Datatype datatype = kSubtypes[subtype];
  payload &= (uint64_t{1} << 56) - 1;
  if (datatype == Datatype::kTime)
    return AppendTime(payload, out) ? datatype : Datatype::kOther;
  const uint64_t zone = payload & 0x7F;
  if (zone > kLastZone) return Datatype::kOther;
  const int64_t local =
      Unbias(payload >> kZoneBits, kDateBits) + ZoneMinutes(zone);
  const int64_t days = FloorDivide(local, kMinutesPerDay);
  if (days * kMinutesPerDay != local) return Datatype::kOther;
  if (!AppendDate(datatype, CivilFromDays(days), out)) return Datatype::kOther;
  AppendZone(zone, out);
  return datatype;
}

}  // namespace skg::rdf
