// Casts: the constructor functions of 17.5, by the rules of XPath and XQuery
// Functions 3.1, section 19, and as far as they go those of the other datatypes
// that have values. What cannot be cast is an error.
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "query/values/functions.h"
#include "rdf/inline_value.h"

namespace skg::query {
namespace {

using Kind = Value::Kind;
using rdf::Datatype;

// Casts from strings read them as XML Schema does, white space at the ends off.
std::string_view Collapsed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\n\r";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// 19.1.2.2: plain digits where they are few.
template <typename Float>
std::string FloatText(Float value) {
  const Float magnitude = std::abs(value);
  const bool plain = value == 0 || (magnitude >= static_cast<Float>(1e-6) &&
                                    magnitude < static_cast<Float>(1e6));
  std::string text;
  if (plain) {
    char digits[64];
    const auto written = std::to_chars(digits, digits + sizeof digits, value,
                                       std::chars_format::fixed);
    text.assign(digits, written.ptr);
  } else {
    rdf::AppendCanonical(value, text);
  }
  return text;
}

Value ToText(Call& call) {
  Value value = call[0];
  switch (value.kind) {
    case Kind::kBlankNode:
    case Kind::kTriple:
      return {};
    case Kind::kFloat:
      return Value::String(FloatText(value.single));
    case Kind::kDouble:
      return Value::String(FloatText(value.number));
    case Kind::kBoolean:
    case Kind::kInteger:
    case Kind::kDecimal:
    case Kind::kMoment:
    case Kind::kDuration:
      // Canonical, however it was written.
      value.has_text = false;
      value.id = {};
      return Value::String(TextOf(value));
    default:
      return Value::String(TextOf(value));
  }
}

Value ToBoolean(const Value& value) {
  if (!value.numeric()) return {};
  return Value::Boolean(*EffectiveBoolean(value));
}

// Unset: NaN, an infinity, or too large.
template <typename Float>
std::optional<Decimal> ToDecimal(Float value) {
  if (!std::isfinite(value)) return std::nullopt;
  // The shortest digits that give it back; a double may need 309 of them.
  char digits[400];
  const auto written = std::to_chars(digits, digits + sizeof digits, value,
                                     std::chars_format::fixed);
  return ParseDecimal(
      std::string_view(digits, static_cast<size_t>(written.ptr - digits)));
}

std::optional<Decimal> ExactNumber(const Value& value) {
  switch (value.kind) {
    case Kind::kInteger:
    case Kind::kDecimal:
      return value.decimal;
    case Kind::kFloat:
      return ToDecimal(value.single);
    case Kind::kDouble:
      return ToDecimal(value.number);
    case Kind::kBoolean:
      return Decimal{value.boolean ? 1 : 0, 0};
    default:
      return std::nullopt;
  }
}

Value ToInteger(Datatype datatype, const Value& value) {
  const auto number = ExactNumber(value);
  if (!number) return {};
  Value result =
      Value::Integer(RoundToInteger(*number, Rounding::kToZero).units);
  if (!InRange(datatype, result.decimal.units)) return {};
  result.datatype = datatype;
  return result;
}

Value ToDecimalValue(const Value& value) {
  const auto number = ExactNumber(value);
  return number ? Value::OfDecimal(*number) : Value();
}

Value ToDoubleValue(const Value& value) {
  if (value.kind == Kind::kDouble) return Value::Double(value.number);
  if (value.kind == Kind::kFloat)
    return Value::Double(static_cast<double>(value.single));
  const auto number = ExactNumber(value);
  return number ? Value::Double(ToDouble(*number)) : Value();
}

Value ToFloatValue(const Value& value) {
  if (value.kind == Kind::kFloat) return Value::Float(value.single);
  if (value.kind == Kind::kDouble)
    return Value::Float(static_cast<float>(value.number));
  const auto number = ExactNumber(value);
  return number ? Value::Float(ToFloat(*number)) : Value();
}

bool IsDateTime(Datatype datatype) {
  return datatype == Datatype::kDateTime ||
         datatype == Datatype::kDateTimeStamp;
}

// dateTime to all, date to all but time, each to itself.
Value ToMoment(Datatype datatype, const Value& value) {
  if (value.kind != Kind::kMoment) return {};
  const bool possible =
      value.datatype == datatype || IsDateTime(value.datatype) ||
      (value.datatype == Datatype::kDate && datatype != Datatype::kTime);
  if (!possible) return {};
  // The text of the new type leaves out the parts that it does not have.
  std::string text;
  AppendMoment(datatype, value.moment, text);
  return ParseLiteral(datatype, text);
}

Value ToDuration(Datatype datatype, const Value& value) {
  if (value.kind != Kind::kDuration) return {};
  Duration duration = value.duration;
  if (datatype == Datatype::kDayTimeDuration) duration.months = 0;
  if (datatype == Datatype::kYearMonthDuration)
    duration.seconds = duration.attoseconds = 0;
  return Value::OfDuration(datatype, duration);
}

template <Datatype datatype>
Value Cast(Call& call) {
  const Value& value = call[0];
  if (value.kind == Kind::kString)
    return ParseLiteral(datatype, Collapsed(value.text));
  switch (datatype) {
    case Datatype::kBoolean:
      return value.kind == Kind::kBoolean ? Value::Boolean(value.boolean)
                                          : ToBoolean(value);
    case Datatype::kDecimal:
      return ToDecimalValue(value);
    case Datatype::kDouble:
      return ToDoubleValue(value);
    case Datatype::kFloat:
      return ToFloatValue(value);
    case Datatype::kDuration:
    case Datatype::kDayTimeDuration:
    case Datatype::kYearMonthDuration:
      return ToDuration(datatype, value);
    default:
      return rdf::IsNumeric(datatype) ? ToInteger(datatype, value)
                                      : ToMoment(datatype, value);
  }
}

template <size_t... datatypes>
FunctionEntry FindIn(Datatype wanted, std::index_sequence<datatypes...>) {
  FunctionEntry entry;
  const auto consider = [&](Datatype datatype, FunctionEntry::Body body) {
    if (datatype == wanted) entry = {body, 1, 1};
  };
  // From xsd:integer on, the codes of rdf/datatypes.h.
  (consider(static_cast<Datatype>(datatypes + 1),
            Cast<static_cast<Datatype>(datatypes + 1)>),
   ...);
  return entry;
}

}  // namespace

FunctionEntry FindCast(std::string_view iri) {
  if (iri == rdf::iri::kXsdString) return {ToText, 1, 1};
  constexpr auto kLast = static_cast<size_t>(Datatype::kYearMonthDuration);
  return FindIn(rdf::FindDatatype(iri), std::make_index_sequence<kLast>());
}

}  // namespace skg::query
