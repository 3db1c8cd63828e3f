#include "query/values/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "query/values/wide_integer.h"
#include "rdf/characters.h"

namespace skg::query {
namespace {

// The least number of 128 bits is left out: it has no negative.
constexpr Int128 kMost = static_cast<Int128>(~UInt128{0} >> 1);

constexpr std::array<Int128, 39> kPowers = [] {
  std::array<Int128, 39> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

UInt128 Magnitude(Int128 value) {
  return value < 0 ? UInt128{0} - static_cast<UInt128>(value)
                   : static_cast<UInt128>(value);
}

std::optional<Decimal> Signed(UInt128 magnitude, bool negative,
                              unsigned scale) {
  if (magnitude > static_cast<UInt128>(kMost)) return std::nullopt;
  const auto units = static_cast<Int128>(magnitude);
  return Decimal{negative ? -units : units, scale};
}

// value / 10^digits, half to even.
Int128 DropDigits(Int128 value, unsigned digits) {
  if (digits >= kPowers.size()) return 0;
  const Int128 by = kPowers[digits];
  Int128 quotient = value / by;
  const UInt128 rest = Magnitude(value % by);
  const UInt128 opposite = static_cast<UInt128>(by) - rest;
  if (rest > opposite || (rest == opposite && (quotient & 1) != 0))
    quotient += value < 0 ? -1 : 1;
  return quotient;
}

bool Rescale(const Decimal& value, unsigned scale, Int128& units) {
  if (scale <= value.scale) {
    units = DropDigits(value.units, value.scale - scale);
    return true;
  }
  const unsigned more = scale - value.scale;
  return more < kPowers.size() &&
         !__builtin_mul_overflow(value.units, kPowers[more], &units) &&
         units >= -kMost;
}

// Digits that a Decimal can hold no more: the first of them rounds, the others
// break its ties.
struct Overhang {
  char first = '0';
  bool more = false;
  bool any = false;

  void Add(char digit) {
    if (any) {
      more |= digit != '0';
    } else {
      first = digit;
      any = true;
    }
  }
  [[nodiscard]] bool RoundsUp(Int128 units) const {
    return first > '5' || (first == '5' && (more || (units & 1) != 0));
  }
};

}  // namespace

std::optional<Decimal> ParseDecimal(std::string_view lexical) {
  bool negative = false;
  if (!lexical.empty() && (lexical.front() == '-' || lexical.front() == '+')) {
    negative = lexical.front() == '-';
    lexical.remove_prefix(1);
  }
  constexpr Int128 kRoomForDigit = (kMost - 9) / 10;
  Decimal value;
  Overhang overhang;
  bool digits = false, point = false;
  for (const char byte : lexical) {
    if (byte == '.' && !point) {
      point = true;
      continue;
    }
    if (!rdf::Is(byte, rdf::kDigitByte)) return std::nullopt;
    digits = true;
    const bool fits = value.units <= kRoomForDigit && !overhang.any &&
                      value.scale < Decimal::kMostScale;
    if (!fits) {
      if (!point) return std::nullopt;
      overhang.Add(byte);
      continue;
    }
    value.units = value.units * 10 + (byte - '0');
    if (point) ++value.scale;
  }
  if (!digits) return std::nullopt;
  if (overhang.RoundsUp(value.units)) ++value.units;
  if (negative) value.units = -value.units;
  return value;
}

void AppendDecimal(const Decimal& given, std::string& out) {
  const Decimal value = WithoutTrailingZeros(given);
  UInt128 rest = Magnitude(value.units);
  std::array<char, 40> digits{};
  size_t length = 0;
  do {
    digits[length++] = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest > 0 || length <= value.scale);
  if (value.units < 0) out.push_back('-');
  while (length > 0) {
    if (length == value.scale) out.push_back('.');
    out.push_back(digits[--length]);
  }
}

std::optional<Decimal> Add(const Decimal& a, const Decimal& b) {
  for (unsigned scale = std::max(a.scale, b.scale);; --scale) {
    Int128 left = 0, right = 0, sum = 0;
    if (Rescale(a, scale, left) && Rescale(b, scale, right) &&
        !__builtin_add_overflow(left, right, &sum) && sum >= -kMost) {
      return Decimal{sum, scale};
    }
    if (scale == 0) return std::nullopt;
  }
}

std::optional<Decimal> Subtract(const Decimal& a, const Decimal& b) {
  return Add(a, Decimal{-b.units, b.scale});
}

std::optional<Decimal> Multiply(const Decimal& given_a,
                                const Decimal& given_b) {
  const bool deep = given_a.scale + given_b.scale > Decimal::kMostScale;
  const Decimal a = deep ? WithoutTrailingZeros(given_a) : given_a;
  const Decimal b = deep ? WithoutTrailingZeros(given_b) : given_b;
  const unsigned scale = a.scale + b.scale;
  Int128 product = 0;
  if (scale <= Decimal::kMostScale &&
      !__builtin_mul_overflow(a.units, b.units, &product) &&
      product >= -kMost) {
    return Decimal{product, scale};
  }
  const bool negative = (a.units < 0) != (b.units < 0);
  const UInt256 wide = UInt256::Product(Magnitude(a.units), Magnitude(b.units));
  for (unsigned drop = scale > Decimal::kMostScale ? scale - Decimal::kMostScale
                                                   : 0;
       drop <= scale; ++drop) {
    const auto rounded = wide.DropDigits(drop);
    if (!rounded) continue;
    if (auto value = Signed(*rounded, negative, scale - drop)) return value;
  }
  return std::nullopt;
}

std::optional<Decimal> Divide(const Decimal& a, const Decimal& b) {
  if (b.units == 0) return std::nullopt;
  const Decimal by = WithoutTrailingZeros(b);
  const unsigned most = std::max(Decimal::kQuotientScale, a.scale);
  const bool negative = (a.units < 0) != (by.units < 0);
  for (unsigned scale = most;; --scale) {
    // a.units / 10^a.scale * 10^scale, over by.units / 10^by.scale
    const int shift =
        static_cast<int>(scale + by.scale) - static_cast<int>(a.scale);
    const auto quotient =
        UInt256::Quotient(Magnitude(a.units), shift, Magnitude(by.units));
    if (quotient) {
      if (auto value = Signed(*quotient, negative, scale)) return value;
    }
    if (scale == 0) return std::nullopt;
  }
}

std::strong_ordering Compare(const Decimal& a, const Decimal& b) {
  if (a.scale == b.scale) return a.units <=> b.units;
  const bool left_coarser = a.scale < b.scale;
  const Decimal& coarse = left_coarser ? a : b;
  const Decimal& fine = left_coarser ? b : a;
  Int128 units = 0;
  std::strong_ordering order = std::strong_ordering::equal;
  if (Rescale(coarse, fine.scale, units)) {
    order = units <=> fine.units;
  } else {  // larger than any of that scale
    order = coarse.units <=> 0;
  }
  return left_coarser ? order : 0 <=> order;
}

namespace {

// |a| against |b|, both finite, as the digits of their exact decimal forms.
std::strong_ordering CompareDigits(const Decimal& a, double b) {
  // 37 digits tell a Decimal; a double near one has up to 180 more.
  char buffer[700];
  const auto written =
      std::to_chars(buffer, buffer + sizeof buffer, std::abs(b),
                    std::chars_format::fixed, 200);
  std::string_view right(buffer, static_cast<size_t>(written.ptr - buffer));
  std::string text;
  AppendDecimal(a.units < 0 ? Decimal{-a.units, a.scale} : a, text);
  std::string_view left = text;
  const auto whole = [](std::string_view digits) {
    return std::min(digits.find('.'), digits.size());
  };
  if (whole(left) != whole(right)) return whole(left) <=> whole(right);
  if (left.find('.') == std::string_view::npos) text += '.';
  text.resize(std::max(text.size(), right.size()), '0');
  return text.compare(right) <=> 0;
}

}  // namespace

std::strong_ordering Compare(const Decimal& a, double b) {
  if (std::isinf(b)) {
    return b > 0 ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  // Rounding to the nearest keeps order: only where they meet is it unclear.
  const double nearest = ToDouble(a);
  if (nearest < b) return std::strong_ordering::less;
  if (nearest > b) return std::strong_ordering::greater;
  if (b == 0) return a.units <=> 0;
  const std::strong_ordering order = CompareDigits(a, b);
  return b > 0 ? order : 0 <=> order;
}

double ToDouble(const Decimal& value) {
  constexpr Int128 kExact = Int128{1} << 53;
  if (value.scale == 0) return static_cast<double>(value.units);
  // Both are exact, so their quotient is rounded once.
  if (value.units >= -kExact && value.units <= kExact && value.scale <= 22) {
    constexpr double kTens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    return static_cast<double>(value.units) / kTens[value.scale];
  }
  std::string text;
  AppendDecimal(value, text);
  double nearest = 0;
  std::from_chars(text.data(), text.data() + text.size(), nearest);
  return nearest;
}

float ToFloat(const Decimal& value) {
  std::string text;
  AppendDecimal(value, text);
  float nearest = 0;
  std::from_chars(text.data(), text.data() + text.size(), nearest);
  return nearest;
}

Decimal RoundToInteger(const Decimal& value, Rounding rounding) {
  if (value.scale == 0) return value;
  const Int128 by = kPowers[value.scale];
  Int128 whole = value.units / by;
  const Int128 rest = value.units % by;
  switch (rounding) {
    case Rounding::kFloor:
      if (rest < 0) --whole;
      break;
    case Rounding::kCeiling:
      if (rest > 0) ++whole;
      break;
    case Rounding::kHalfUp:  // towards positive infinity, as fn:round
      if (rest >= by - rest) ++whole;
      if (rest < 0 && -rest > by + rest) --whole;
      break;
    case Rounding::kToZero:
      break;
  }
  return Decimal{whole, 0};
}

Decimal WithoutTrailingZeros(Decimal value) {
  while (value.scale > 0 && value.units % 10 == 0) {
    value.units /= 10;
    --value.scale;
  }
  return value;
}

}  // namespace skg::query
