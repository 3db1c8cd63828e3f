// Decimal: the values of xsd:integer and xsd:decimal.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skg::query {

__extension__ typedef __int128 Int128;

// units / 10^scale. Integers have scale 0; any integer of up to 38 digits, any
// decimal of up to 37 fraction digits that 38 digits can hold. One value has
// several forms (10/10^1 = 1/10^0).
struct Decimal {
  static constexpr unsigned kMostScale = 37;
  // Fraction digits of a quotient, where its operands have no more.
  static constexpr unsigned kQuotientScale = 18;

  Int128 units = 0;
  unsigned scale = 0;
};

// The lexical forms of xsd:decimal, which are those of xsd:integer too where
// there is no point. Fraction digits beyond what a Decimal holds are rounded
// away, half to even. Unset: malformed, or too large.
[[nodiscard]] std::optional<Decimal> ParseDecimal(std::string_view lexical);
// The canonical form of XSD 1.1: no point where there is no fraction.
void AppendDecimal(const Decimal& value, std::string& out);

// Exact where the result can be held, else rounded, half to even, to as many
// fraction digits as can. Unset: the overflow that XPath calls FOAR0002.
[[nodiscard]] std::optional<Decimal> Add(const Decimal& a, const Decimal& b);
[[nodiscard]] std::optional<Decimal> Subtract(const Decimal& a,
                                              const Decimal& b);
[[nodiscard]] std::optional<Decimal> Multiply(const Decimal& a,
                                              const Decimal& b);
// Rounded, half to even, to 18 fraction digits, or to as many more as `a` has.
// Unset: overflow, or `b` is zero.
[[nodiscard]] std::optional<Decimal> Divide(const Decimal& a, const Decimal& b);

// By value.
[[nodiscard]] std::strong_ordering Compare(const Decimal& a, const Decimal& b);
// Exact; the number must not be NaN.
[[nodiscard]] std::strong_ordering Compare(const Decimal& a, double b);
// The nearest.
[[nodiscard]] double ToDouble(const Decimal& value);
[[nodiscard]] float ToFloat(const Decimal& value);

enum class Rounding : uint8_t { kFloor, kCeiling, kHalfUp, kToZero };
[[nodiscard]] Decimal RoundToInteger(const Decimal& value, Rounding rounding);
// Without trailing zeros of the fraction.
[[nodiscard]] Decimal WithoutTrailingZeros(Decimal value);

}  // namespace skg::query
