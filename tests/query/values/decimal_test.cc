#include "query/values/decimal.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "support/test_support.h"

namespace skg::query {
namespace {

std::string Text(const std::optional<Decimal>& value) {
  if (!value) return "overflow";
  std::string text;
  AppendDecimal(*value, text);
  return text;
}

Decimal D(std::string_view text) {
  const auto value = ParseDecimal(text);
  INFO(text);
  REQUIRE(value);
  return *value;
}

TEST_CASE("lexical forms of decimals", "[decimal]") {
  struct Case {
    std::string_view lexical, canonical;
  };
  for (const Case& c : {
           Case{"0", "0"},
           Case{"-0", "0"},
           Case{"+1.0", "1"},
           Case{".5", "0.5"},
           Case{"5.", "5"},
           Case{"-00012.3400", "-12.34"},
           Case{"0.000000000000000001", "0.000000000000000001"},
           Case{"170141183460469231731687303715884105719",
                "170141183460469231731687303715884105719"},
           // Beyond 37 fraction digits: half to even.
           Case{"0.00000000000000000000000000000000000005", "0"},
           Case{"0.000000000000000000000000000000000000051",
                "0.0000000000000000000000000000000000001"},
           Case{"0.00000000000000000000000000000000000015",
                "0.0000000000000000000000000000000000002"},
       }) {
    CHECK(Text(ParseDecimal(c.lexical)) == c.canonical);
  }
  for (const std::string_view bad :
       {"", "+", "-", ".", "1.2.3", "1e0", "0x1", " 1", "1 ", "--1", "INF",
        "1,5", "2701411834604692317316873037158841057270"}) {
    CHECK_FALSE(ParseDecimal(bad));
  }
}

TEST_CASE("decimal arithmetic, by example", "[decimal]") {
  CHECK(Text(Add(D("0.1"), D("0.2"))) == "0.3");
  CHECK(Text(Subtract(D("1"), D("1.000000000000000001"))) ==
        "-0.000000000000000001");
  CHECK(Text(Multiply(D("1.10"), D("-1.10"))) == "-1.21");
  CHECK(Text(Divide(D("1"), D("3"))) == "0.333333333333333333");
  CHECK(Text(Divide(D("2"), D("3"))) == "0.666666666666666667");
  CHECK(Text(Divide(D("-1"), D("8"))) == "-0.125");
  CHECK(Text(Divide(D("6"), D("2"))) == "3");
  CHECK(Text(Divide(D("1"), D("0.0"))) == "overflow");
  CHECK(Text(Divide(D("100000000000000000000000000000000000000"),
                    D("0.00000000000000000000000000000000000001"))) ==
        "overflow");
  // More digits than can be held are rounded, not wrong.
  CHECK(
      Text(Multiply(D("0.1234567890123456789"), D("0.9876543210987654321"))) ==
      "0.1219326311370217952237463801111263527");
  CHECK(Text(Add(D("99999999999999999999999999999999999999"), D("0.5"))) ==
        "99999999999999999999999999999999999999");
  CHECK(Text(Add(D("170141183460469231731687303715884105719"), D("8"))) ==
        "170141183460469231731687303715884105727");
  CHECK(Text(Add(D("170141183460469231731687303715884105719"), D("9"))) ==
        "overflow");
  CHECK(Text(Multiply(D("-170141183460469231731687303715884105719"), D("2"))) ==
        "overflow");
}

TEST_CASE("decimals round as XPath does", "[decimal]") {
  struct Case {
    std::string_view value, floor, ceiling, half_up, to_zero;
  };
  for (const Case& c :
       {Case{"2.5", "2", "3", "3", "2"}, Case{"-2.5", "-3", "-2", "-2", "-2"},
        Case{"-2.51", "-3", "-2", "-3", "-2"}, Case{"0.49", "0", "1", "0", "0"},
        Case{"-0.5", "-1", "0", "0", "0"}, Case{"7", "7", "7", "7", "7"}}) {
    const Decimal value = D(c.value);
    INFO(c.value);
    CHECK(Text(RoundToInteger(value, Rounding::kFloor)) == c.floor);
    CHECK(Text(RoundToInteger(value, Rounding::kCeiling)) == c.ceiling);
    CHECK(Text(RoundToInteger(value, Rounding::kHalfUp)) == c.half_up);
    CHECK(Text(RoundToInteger(value, Rounding::kToZero)) == c.to_zero);
  }
}

// Schoolbook arithmetic on strings of digits, the lowest digit first.
using Digits = std::string;
Digits DigitsOf(uint64_t value) {
  Digits digits;
  for (; value > 0; value /= 10) digits += static_cast<char>('0' + value % 10);
  return digits;
}
Digits Product(const Digits& a, const Digits& b) {
  std::vector<unsigned> sums(a.size() + b.size() + 1);
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < b.size(); ++j)
      sums[i + j] += static_cast<unsigned>((a[i] - '0') * (b[j] - '0'));
  }
  Digits digits;
  unsigned carry = 0;
  for (const unsigned sum : sums) {
    carry += sum;
    digits += static_cast<char>('0' + carry % 10);
    carry /= 10;
  }
  digits.erase(digits.find_last_not_of('0') + 1);
  return digits;
}
std::string Placed(Digits digits, unsigned scale, bool negative) {
  while (digits.size() <= scale) digits += '0';
  std::string text(digits.rbegin(), digits.rend());
  text.insert(text.size() - scale, ".");
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return (negative && text != "0" ? "-" : "") + text;
}

TEST_CASE("products agree with schoolbook ones", "[decimal]") {
  auto random = test::Random(1);
  for (int i = 0; i < 5000; ++i) {
    const uint64_t a = random() >> (random() % 64);
    const uint64_t b = random() >> (random() % 64);
    const auto scale_a = static_cast<unsigned>(random() % 19);
    const auto scale_b = static_cast<unsigned>(random() % 19);
    const bool negative = random() % 2 == 0;
    const Digits digits = Product(DigitsOf(a), DigitsOf(b));
    if (digits.size() > 38) continue;
    const Decimal left{negative ? -static_cast<Int128>(a) : Int128{a}, scale_a};
    CHECK(Text(Multiply(left, Decimal{Int128{b}, scale_b})) ==
          Placed(digits, scale_a + scale_b, negative && a != 0));
  }
}

TEST_CASE("sums and quotients undo each other", "[decimal]") {
  auto random = test::Random(2);
  const auto any = [&] {
    return Decimal{static_cast<int64_t>(random()) >> (random() % 63),
                   static_cast<unsigned>(random() % 12)};
  };
  for (int i = 0; i < 5000; ++i) {
    const Decimal a = any(), b = any();
    CHECK(Text(Subtract(*Add(a, b), b)) == Text(a));
    if (b.units == 0) continue;
    const auto quotient = Divide(a, b);
    if (!quotient) continue;
    const auto back = Multiply(*quotient, b);
    if (!back) continue;
    // Half a unit of the last digit, times the divisor.
    const double error = std::abs(ToDouble(*Subtract(*back, a)));
    CHECK(error <=
          std::abs(ToDouble(b)) * 0.51e-18 + std::abs(ToDouble(a)) * 1e-30);
  }
}

TEST_CASE("decimals compare by value, and exactly with doubles", "[decimal]") {
  CHECK((Compare(D("1.0"), D("1")) == 0));
  CHECK((Compare(D("-1"), D("0.00000000000000000000000000000000001")) < 0));
  CHECK((Compare(D("99999999999999999999999999999999999999"),
                 D("0.0000000000000000000000000000000000001")) > 0));
  CHECK((Compare(D("9007199254740993"), 9007199254740992.0) > 0));
  CHECK((Compare(D("0.1"), 0.1) < 0));  // the double is a little above
  CHECK((Compare(D("0.5"), 0.5) == 0));
  CHECK((Compare(D("-0.1"), -0.1) > 0));
  CHECK((Compare(D("1"), INFINITY) < 0));
  CHECK((Compare(D("1"), -INFINITY) > 0));
  CHECK((Compare(D("0"), -0.0) == 0));
  auto random = test::Random(3);
  for (int i = 0; i < 3000; ++i) {
    const Decimal a{static_cast<int64_t>(random()) >> (random() % 60),
                    static_cast<unsigned>(random() % 20)};
    const Decimal b{static_cast<int64_t>(random()) >> (random() % 60),
                    static_cast<unsigned>(random() % 20)};
    CHECK((Compare(a, b) < 0) == (Compare(b, a) > 0));
    CHECK((Compare(a, b) <=> 0) == (Subtract(a, b)->units <=> 0));
    const double nearest = ToDouble(b);
    if (nearest != ToDouble(a)) {
      CHECK((Compare(a, nearest) < 0) == (ToDouble(a) < nearest));
    }
  }
}

TEST_CASE("decimals become the nearest double", "[decimal]") {
  auto random = test::Random(4);
  for (int i = 0; i < 3000; ++i) {
    const Decimal value{static_cast<int64_t>(random()) >> (random() % 60),
                        static_cast<unsigned>(random() % 37)};
    CHECK(ToDouble(value) == std::stod(Text(value)));
    CHECK(ToFloat(value) == std::stof(Text(value)));
  }
}

}  // namespace
}  // namespace skg::query
