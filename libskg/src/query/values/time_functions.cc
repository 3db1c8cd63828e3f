// Functions on dates and times (17.4.5). Beyond dateTime, they take what other
// types have such a part.
#include "absl/time/time.h"
#include "query/values/functions.h"

namespace skg::query {
namespace {

using Kind = Value::Kind;
using rdf::Datatype;

bool HasDate(const Value& value) {
  return value.datatype == Datatype::kDateTime ||
         value.datatype == Datatype::kDateTimeStamp ||
         value.datatype == Datatype::kDate;
}

bool HasTime(const Value& value) {
  return value.datatype == Datatype::kDateTime ||
         value.datatype == Datatype::kDateTimeStamp ||
         value.datatype == Datatype::kTime;
}

bool HasYear(const Value& value) {
  return HasDate(value) || value.datatype == Datatype::kGYear ||
         value.datatype == Datatype::kGYearMonth;
}

bool HasMonth(const Value& value) {
  return HasDate(value) || value.datatype == Datatype::kGYearMonth ||
         value.datatype == Datatype::kGMonthDay ||
         value.datatype == Datatype::kGMonth;
}

bool HasDay(const Value& value) {
  return HasDate(value) || value.datatype == Datatype::kGMonthDay ||
         value.datatype == Datatype::kGDay;
}

template <bool (*has)(const Value&), auto part>
Value PartOf(Call& call) {
  if (call[0].kind != Kind::kMoment || !has(call[0])) return {};
  return Value::Integer(PartsOf(call[0].moment).*part);
}

Value Seconds(Call& call) {
  if (call[0].kind != Kind::kMoment || !HasTime(call[0])) return {};
  constexpr Int128 kAttos = 1'000'000'000'000'000'000;
  const Moment& moment = call[0].moment;
  return Value::OfDecimal(WithoutTrailingZeros(
      {PartsOf(moment).seconds * kAttos + moment.attoseconds, 18}));
}

Value Timezone(Call& call) {
  if (call[0].kind != Kind::kMoment || !call[0].moment.zoned()) return {};
  return Value::OfDuration(
      Datatype::kDayTimeDuration,
      {.months = 0, .seconds = call[0].moment.zone * 60, .attoseconds = 0});
}

Value Tz(Call& call) {
  if (call[0].kind != Kind::kMoment) return {};
  std::string text;
  AppendZone(call[0].moment.zone, text);
  return Value::String(std::move(text));
}

Value Now(Call& call) {
  constexpr int64_t kAttosPerMicro = 1'000'000'000'000;
  const int64_t micros = absl::ToUnixMicros(call.state.context().now);
  Moment moment;
  moment.seconds = micros / 1'000'000;
  if (micros % 1'000'000 < 0) --moment.seconds;
  moment.attoseconds = (micros - moment.seconds * 1'000'000) * kAttosPerMicro;
  moment.zone = 0;
  return Value::OfMoment(Datatype::kDateTime, moment);
}

}  // namespace

FunctionEntry FindTimeFunction(Function function) {
  switch (function) {
    case Function::kNow:
      return {Now, 0, 0};
    case Function::kYear:
      return {PartOf<HasYear, &MomentParts::year>, 1, 1};
    case Function::kMonth:
      return {PartOf<HasMonth, &MomentParts::month>, 1, 1};
    case Function::kDay:
      return {PartOf<HasDay, &MomentParts::day>, 1, 1};
    case Function::kHours:
      return {PartOf<HasTime, &MomentParts::hours>, 1, 1};
    case Function::kMinutes:
      return {PartOf<HasTime, &MomentParts::minutes>, 1, 1};
    case Function::kSeconds:
      return {Seconds, 1, 1};
    case Function::kTimezone:
      return {Timezone, 1, 1};
    case Function::kTz:
      return {Tz, 1, 1};
    default:
      return {};
  }
}

}  // namespace skg::query
