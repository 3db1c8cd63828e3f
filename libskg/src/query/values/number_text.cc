// Lexical forms of xsd:double and xsd:float, ranges of the integer types.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "query/values/value.h"
#include "rdf/characters.h"

namespace skg::query {
namespace {

using rdf::Datatype;

size_t TakeDigits(std::string_view& text) {
  size_t length = 0;
  while (length < text.size() && rdf::Is(text[length], rdf::kDigitByte))
    ++length;
  text.remove_prefix(length);
  return length;
}

// Digits with at most one point, then perhaps an exponent.
bool IsNumber(std::string_view text) {
  size_t digits = TakeDigits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digits += TakeDigits(text);
  }
  if (digits == 0) return false;
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return TakeDigits(text) > 0 && text.empty();
}

// Whether a number that no Float can hold is too large rather than too small.
bool IsLarge(std::string_view text) {
  const size_t exponent_at = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, exponent_at);
  int64_t exponent = 0;
  if (exponent_at != std::string_view::npos) {
    std::string_view digits = text.substr(exponent_at + 1);
    const bool negative = digits.starts_with('-');
    if (negative || digits.starts_with('+')) digits.remove_prefix(1);
    const auto read =
        std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (read.ec != std::errc()) exponent = std::numeric_limits<int32_t>::max();
    if (negative) exponent = -exponent;
  }
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  const size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return false;
  const auto magnitude = first < point ? static_cast<int64_t>(point - first)
                                       : -static_cast<int64_t>(first - point);
  return magnitude + exponent > 0;
}

template <typename Float>
std::optional<Float> Parse(std::string_view text) {
  using Limits = std::numeric_limits<Float>;
  if (text == "INF" || text == "+INF") return Limits::infinity();
  if (text == "-INF") return -Limits::infinity();
  if (text == "NaN") return Limits::quiet_NaN();
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (!IsNumber(text)) return std::nullopt;
  Float value = 0;
  const auto read =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec == std::errc::result_out_of_range)
    value = IsLarge(text) ? Limits::infinity() : Float{0};
  return negative ? -value : value;
}

struct Range {
  Int128 least, most;
};

constexpr Int128 kNone = static_cast<Int128>(1) << 126;

// By Datatype, from kNonPositiveInteger on.
constexpr std::array<Range, 12> kRanges = {{
    {-kNone, 0},
    {-kNone, -1},
    {INT64_MIN, INT64_MAX},
    {INT32_MIN, INT32_MAX},
    {INT16_MIN, INT16_MAX},
    {INT8_MIN, INT8_MAX},
    {0, kNone},
    {0, UINT64_MAX},
    {0, UINT32_MAX},
    {0, UINT16_MAX},
    {0, UINT8_MAX},
    {1, kNone},
}};

}  // namespace

std::optional<double> ParseDouble(std::string_view lexical) {
  return Parse<double>(lexical);
}

std::optional<float> ParseFloat(std::string_view lexical) {
  return Parse<float>(lexical);
}

bool InRange(Datatype datatype, Int128 value) {
  if (datatype < Datatype::kNonPositiveInteger ||
      datatype > Datatype::kPositiveInteger) {
    return true;
  }
  const Range& range =
      kRanges[static_cast<size_t>(datatype) -
              static_cast<size_t>(Datatype::kNonPositiveInteger)];
  return (range.least == -kNone || value >= range.least) &&
         (range.most == kNone || value <= range.most);
}

}  // namespace skg::query
