#include "rdf/term_id.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "rdf/civil_date.h"
#include "rdf/random_term.h"
#include "support/test_support.h"

namespace skg::rdf {
namespace {

constexpr int kRounds = 20'000;

Term Xsd(std::string lexical, const std::string& type) {
  return Term::Literal(std::move(lexical), std::string(iri::kXsd) + type);
}

uint64_t Bits(const Term& term) {
  const auto id = InlineId(term);
  return id ? id->bits : 0;
}

// The order of ids must be that of the values: `Value` is computed naively from
// the lexical form.
template <typename MakeLexical, typename ValueOf>
void CheckOrder(const std::string& type, int rounds, MakeLexical make,
                ValueOf value_of) {
  int compared = 0;
  for (int i = 0; i < rounds; ++i) {
    const std::string a = make();
    const std::string b = make();
    const auto a_id = InlineId(Xsd(a, type));
    const auto b_id = InlineId(Xsd(b, type));
    if (!a_id || !b_id) continue;
    ++compared;
    INFO(type << " " << a << " " << b);
    if (value_of(a) < value_of(b)) REQUIRE(*a_id < *b_id);
    if (value_of(b) < value_of(a)) REQUIRE(*b_id < *a_id);
    REQUIRE((a == b) == (*a_id == *b_id));
  }
  REQUIRE(compared > rounds / 10);
}

}  // namespace

TEST_CASE("inline ids are the ones that the format page shows", "[rdf]") {
  struct Case {
    Term term;
    uint64_t bits;
  };
  const std::vector<Case> cases = {
      {Xsd("0", "integer"), 0x8800000000000000},
      {Xsd("42", "integer"), 0x880000000000002A},
      {Xsd("-1", "integer"), 0x87FFFFFFFFFFFFFF},
      {Xsd("19.9", "decimal"), 0x9800000769CFD801},
      {Xsd("19.90", "decimal"), 0x9800000769CFD802},
      {Xsd("-0.5", "decimal"), 0x97FFFFFFD050F801},
      {Xsd("-INF", "double"), 0xA000FFFFFFFFFFFF},
      {Xsd("-1.0E0", "double"), 0xA400FFFFFFFFFFFF},
      {Xsd("-0.0E0", "double"), 0xA7FFFFFFFFFFFFFF},
      {Xsd("0.0E0", "double"), 0xA800000000000000},
      {Xsd("1.0E0", "double"), 0xABFF000000000000},
      {Xsd("INF", "double"), 0xAFFF000000000000},
      {Xsd("NaN", "double"), 0xAFFF800000000000},
      {Xsd("1970-01-01T00:00:00Z", "dateTime"), 0xB800000000000004},
      {Xsd("1879-03-14T11:30:00", "dateTime"), 0xB7FAC9AFF6158000},
      {Xsd("1879-03-14T12:30:00+01:00", "dateTime"), 0xB7FAC9AFF61580F8},
      {Xsd("1879-03-14T11:30:00.50Z", "dateTime"), 0xB7FAC9AFF6196806},
      {Xsd("1879-03-14", "date"), 0xC17FFFFE93A37000},
      {Xsd("12:30:00.5+01:00", "time"), 0xC2800004EF7168F9},
      {Xsd("1879Z", "gYear"), 0xC37FFFFE92D8F001},
      {Xsd("---31", "gDay"), 0xC68000000C07B000},
      {Xsd("false", "boolean"), 0xD010000000000000},
      {Xsd("true", "boolean"), 0xD010000000000002},
      {Term::Literal(""), 0xE000000000000000},
      {Term::Literal("abc"), 0xE616263000000003},
      {Term::Literal("Z\xC3\xBCrich"), 0xE5AC3BC726963687},
  };
  for (const Case& c : cases) {
    INFO(c.term.value << " " << c.term.datatype);
    CHECK(Bits(c.term) == c.bits);
  }
}

TEST_CASE("years of nine digits are no inline times, and no others", "[rdf]") {
  // So many days after 1970 milliseconds wrap round in 64 bits.
  constexpr int64_t kWrapDays = 213'503'982'335;
  auto random = test::Random();
  for (int i = 0; i < 2000; ++i) {
    const int64_t days =
        i % 2 == 0
            ? kWrapDays + static_cast<int64_t>(random() % 2000) - 1000
            : static_cast<int64_t>(random() % 365'000'000'000) + 100'000'000;
    const CivilDate date = CivilFromDays(i % 3 == 0 ? -days : days);
    std::string year = std::to_string(std::abs(date.year));
    if (year.size() > 9) continue;
    const auto two = [](int number) {
      return (number < 10 ? "0" : "") + std::to_string(number);
    };
    const std::string day = (date.year < 0 ? "-" : "") + year + "-" +
                            two(date.month) + "-" + two(date.day);
    CHECK(Bits(Xsd(day + "T12:00:00", "dateTime")) == 0);
    // Dates reach further; their form comes back.
    const Term as_date = Xsd(day, "date");
    if (const auto id = InlineId(as_date))
      CHECK(InlineTerm(*id).value() == as_date);
  }
}

TEST_CASE("a literal is inline exactly where its form comes back", "[rdf]") {
  struct Case {
    const char* type;
    std::vector<const char*> inline_forms, other_forms;
  };
  const std::vector<Case> cases = {
      {"integer",
       {"0", "1", "-1", "576460752303423487", "-576460752303423488"},
       {"-0", "+1", "01", "", "-", " 1", "1 ", "1.0", "576460752303423488",
        "-576460752303423489", "99999999999999999999999", "1e3"}},
      {"decimal",
       {"0", "0.0", "19.90", "-0.5", "5", "0.00000001", "360287970.18963967",
        "-360287970.18963968"},
       {"+1.0", ".5", "5.", "-0.0", "-0", "01.0", "0.000000001",
        "360287970.18963968", "-360287970.18963969", "1e3", "", "-", "."}},
      {"double",
       {"1.0E0", "0.0E0", "-0.0E0", "INF", "-INF", "NaN", "1.25E-1", "2.5E10",
        "5.0E-1"},
       {"1.5E-7", "1", "1.0", "1e0", "1.0e0", "1.0E+0", "1.0E00", "+INF", "nan",
        "0.1E1", "10.0E0", "1.00E0", "1.0E1000", "1.7976931348623157E308", "",
        "0x1.0E0", "1.E0", "-NaN", "1.1E0"}},
      {"boolean", {"true", "false", "1", "0"}, {"TRUE", "", "2", " true"}},
      {"dateTime",
       {"2024-02-29T23:59:59Z", "2024-01-01T00:00:00", "0000-01-01T00:00:00Z",
        "-0001-12-31T00:00:00.123+05:45", "12024-01-01T00:00:00.50-14:00",
        "2024-01-01T00:00:00+00:00", "2024-01-01T00:00:00.0Z"},
       {"2023-02-29T00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:00:60Z",
        "2024-01-01T00:00:00.1234Z",
        "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00+05:50",
        "2024-01-01T00:00:00+14:15",
        "2024-01-01T00:00:00-00:00",
        "02024-01-01T00:00:00Z",
        "-0000-01-01T00:00:00Z",
        "24-01-01T00:00:00Z",
        "2024-1-01T00:00:00Z",
        "2024-01-01",
        "99999-01-01T00:00:00Z",
        "2024-01-01T00:00:00z",
        "2024-01-01t00:00:00Z",
        "2024-01-01T00:00:00+5:00",
        "2024-13-01T00:00:00Z",
        "2024-00-01T00:00:00Z",
        "2024-01-00T00:00:00Z",
        "",
        "2024-01-01T00:00"}},
      {"date",
       {"2024-02-29", "2024-12-31Z", "-44000-01-01+14:00", "123456789-01-01"},
       {"2023-02-29", "1234567890-01-01", "2024-01-01T00:00:00", "2024-01-1",
        "-0000-01-01"}},
      {"time",
       {"00:00:00", "23:59:59.999Z", "12:00:00.10-14:00"},
       {"24:00:00", "12:00", "12:00:00.1234", "12:60:00"}},
      {"gYear", {"2024", "-0044Z", "12024+05:30"}, {"24", "+2024", "2024-01"}},
      {"gYearMonth", {"2024-12", "0001-01Z"}, {"2024-13", "2024-1", "2024"}},
      {"gMonthDay", {"--02-29", "--12-31Z"}, {"--02-30", "--2-29", "02-29"}},
      {"gDay", {"---01", "---31-05:00"}, {"---32", "---00", "--01"}},
      {"gMonth", {"--01", "--12Z"}, {"--13", "--00", "-01", "--01--"}},
      {"float", {}, {"1.0E0"}},
      {"int", {}, {"1"}},
  };
  for (const Case& c : cases) {
    for (const char* form : c.inline_forms) {
      INFO(c.type << " " << form);
      const Term term = Xsd(form, c.type);
      const auto id = InlineId(term);
      REQUIRE(id.has_value());
      const auto back = InlineTerm(*id);
      REQUIRE_OK(back);
      CHECK(*back == term);
    }
    for (const char* form : c.other_forms) {
      INFO(c.type << " " << form);
      CHECK_FALSE(InlineId(Xsd(form, c.type)).has_value());
    }
  }
}

TEST_CASE("only short plain strings are inline strings", "[rdf]") {
  CHECK(InlineId(Term::Literal("1234567")).has_value());
  CHECK_FALSE(InlineId(Term::Literal("12345678")).has_value());
  CHECK(InlineId(Term::Literal(std::string("a\0", 2))) !=
        InlineId(Term::Literal("a")));
  CHECK_FALSE(InlineId(Term::LanguageString("a", "en")).has_value());
  CHECK_FALSE(InlineId(Term::Iri("urn:a")).has_value());
  CHECK_FALSE(InlineId(Term::BlankNode("a")).has_value());
}

TEST_CASE("every inline id gives back its term, and no other id a term",
          "[rdf]") {
  test::RandomTerms terms(test::Random(1));
  int inlined = 0;
  for (int i = 0; i < kRounds; ++i) {
    const Term term = terms.Any();
    const auto id = InlineId(term);
    if (!id) continue;
    ++inlined;
    INFO(term.value << " " << term.datatype);
    REQUIRE(id->is_inline());
    const auto back = InlineTerm(*id);
    REQUIRE_OK(back);
    REQUIRE(*back == term);
  }
  REQUIRE(inlined > kRounds / 20);

  // Any bits: either of no term, or of a term whose id they are.
  for (int i = 0; i < 10 * kRounds; ++i) {
    TermId id{terms.engine()()};
    if (terms.Below(2) == 0) {  // likely to be of a term: a changed one
      const auto base = InlineId(terms.Literal());
      if (base) id.bits = base->bits ^ (uint64_t{1} << terms.Below(64));
    }
    const auto term = InlineTerm(id);
    if (!term.ok()) {
      REQUIRE(term.status().code() == absl::StatusCode::kDataLoss);
      continue;
    }
    INFO(std::hex << id.bits << " " << term->value);
    REQUIRE(InlineId(*term) == id);
  }
}

TEST_CASE("ids of numbers are in the order of the numbers", "[rdf]") {
  test::RandomTerms terms(test::Random(2));
  CheckOrder(
      "integer", kRounds,
      [&] {
        return std::to_string(static_cast<int64_t>(terms.engine()()) >>
                              terms.Below(60));
      },
      [](const std::string& text) {
        return std::strtoll(text.c_str(), nullptr, 10);
      });
  // As an integer of 10^-8: exact, unlike a double.
  CheckOrder(
      "decimal", kRounds,
      [&] {
        std::string text = terms.Below(2) == 0 ? "-" : "";
        text +=
            std::to_string(terms.Below(terms.Below(2) == 0 ? 20 : 360'287'970));
        const uint64_t digits = terms.Below(9);
        if (digits > 0) text += '.';
        for (uint64_t i = 0; i < digits; ++i)
          text += static_cast<char>('0' + terms.Below(10));
        return text;
      },
      [](std::string text) {
        const size_t point = text.find('.');
        const size_t digits =
            point == std::string::npos ? 0 : text.size() - point - 1;
        if (point != std::string::npos) text.erase(point, 1);
        text.append(8 - digits, '0');
        return std::strtoll(text.c_str(), nullptr, 10);
      });
  CheckOrder(
      "double", kRounds,
      [&] {
        const double value =
            static_cast<double>(static_cast<int64_t>(terms.engine()()) >>
                                terms.Below(60)) /
            static_cast<double>(uint64_t{1} << terms.Below(30));
        char text[64];
        std::snprintf(text, sizeof text, "%.*E",
                      static_cast<int>(1 + terms.Below(6)), value);
        std::string form = text;  // such as -1.2500E+05
        const size_t e = form.find('E');
        std::string mantissa = form.substr(0, e);
        while (mantissa.ends_with('0') && !mantissa.ends_with(".0"))
          mantissa.pop_back();
        return mantissa + "E" + std::to_string(std::atoi(form.c_str() + e + 1));
      },
      [](const std::string& text) {
        return std::strtod(text.c_str(), nullptr);
      });
  // The ends of the doubles.
  const std::vector<std::string> ascending = {
      "-INF",   "-1.0E300", "-1.0E0", "-0.0E0", "0.0E0",
      "5.0E-1", "1.0E0",    "1.0E1",  "INF",    "NaN"};
  uint64_t last = 0;
  for (const std::string& form : ascending) {
    if (!InlineId(Xsd(form, "double"))) continue;
    INFO(form);
    CHECK(last < Bits(Xsd(form, "double")));
    last = Bits(Xsd(form, "double"));
  }
}

TEST_CASE("ids of short strings and booleans are in order", "[rdf]") {
  test::RandomTerms terms(test::Random(3));
  for (int i = 0; i < kRounds; ++i) {
    const Term a = Term::Literal(terms.Text(4));
    const Term b = Term::Literal(terms.Text(4));
    if (!InlineId(a) || !InlineId(b)) continue;
    REQUIRE((a.value < b.value) == (Bits(a) < Bits(b)));
  }
  CHECK(Bits(Xsd("false", "boolean")) < Bits(Xsd("true", "boolean")));
  CHECK(Bits(Xsd("0", "boolean")) < Bits(Xsd("1", "boolean")));
}

namespace {

// A moment and how it is written, made with the calendar of the standard
// library rather than ours.
struct Moment {
  std::string date, time, zone;
  int64_t millis = 0;  // UTC
};

Moment RandomMoment(test::RandomTerms& terms) {
  using std::chrono::day;
  using std::chrono::month;
  using std::chrono::sys_days;
  using std::chrono::year;
  Moment moment;
  const int spread = terms.Below(2) == 0 ? 3 : 30'000;
  const int y =
      static_cast<int>(terms.Below(static_cast<uint64_t>(2 * spread))) -
      spread + (spread == 3 ? 1972 : 0);
  const auto m = static_cast<unsigned>(1 + terms.Below(12));
  const auto d = static_cast<unsigned>(1 + terms.Below(28));
  const auto days =
      sys_days(year(y) / month(m) / day(d)).time_since_epoch().count();
  const auto time = static_cast<int64_t>(terms.Below(86'400'000));
  char text[64];
  std::snprintf(text, sizeof text, "%s%04d-%02u-%02u", y < 0 ? "-" : "",
                std::abs(y), m, d);
  moment.date = text;
  std::snprintf(
      text, sizeof text, "%02d:%02d:%02d.%03d",
      static_cast<int>(time / 3'600'000), static_cast<int>(time / 60'000 % 60),
      static_cast<int>(time / 1000 % 60), static_cast<int>(time % 1000));
  moment.time = text;
  int offset = 0;
  switch (terms.Below(3)) {
    case 0:
      moment.zone = "Z";
      break;
    case 1:
      break;
    default:
      offset = (static_cast<int>(terms.Below(113)) - 56) * 15;
      std::snprintf(text, sizeof text, "%c%02d:%02d", offset < 0 ? '-' : '+',
                    std::abs(offset) / 60, std::abs(offset) % 60);
      moment.zone = text;
  }
  moment.millis =
      static_cast<int64_t>(days) * 86'400'000 + time - int64_t{offset} * 60'000;
  return moment;
}

}  // namespace

TEST_CASE("ids of dates and times are in the order of the moments", "[rdf]") {
  test::RandomTerms terms(test::Random(4));
  for (int i = 0; i < kRounds; ++i) {
    const Moment a = RandomMoment(terms);
    const Moment b = RandomMoment(terms);
    const auto a_id = InlineId(Xsd(a.date + "T" + a.time + a.zone, "dateTime"));
    const auto b_id = InlineId(Xsd(b.date + "T" + b.time + b.zone, "dateTime"));
    INFO(a.date << a.time << a.zone << " " << b.date << b.time << b.zone);
    REQUIRE(a_id.has_value());
    REQUIRE(b_id.has_value());
    if (a.millis != b.millis) REQUIRE((a.millis < b.millis) == (*a_id < *b_id));
    REQUIRE(InlineTerm(*a_id)->value == a.date + "T" + a.time + a.zone);

    // Dates: by their start.
    const auto start = [](const Moment& moment) {
      const Term midnight =
          Xsd(moment.date + "T00:00:00" + moment.zone, "dateTime");
      return InlineId(midnight)->payload() >> 9;
    };
    const auto a_date = InlineId(Xsd(a.date + a.zone, "date"));
    const auto b_date = InlineId(Xsd(b.date + b.zone, "date"));
    REQUIRE(a_date.has_value());
    REQUIRE(b_date.has_value());
    if (start(a) != start(b))
      REQUIRE((start(a) < start(b)) == (*a_date < *b_date));
    REQUIRE(InlineTerm(*a_date)->value == a.date + a.zone);
  }
}

TEST_CASE("ids of the partial dates are in their order", "[rdf]") {
  const std::vector<std::pair<std::string, std::vector<std::string>>>
      ascending = {
          {"time",
           {"00:00:00+14:00", "00:00:00", "00:00:01", "12:00:00",
            "23:59:59.999", "23:00:00-14:00"}},
          {"gYear",
           {"-0001", "0000", "0001", "2023", "2024+14:00", "2024", "2024-14:00",
            "2025"}},
          {"gYearMonth",
           {"-0001-12", "2023-12", "2024-01", "2024-02", "12024-01"}},
          {"gMonthDay",
           {"--01-01", "--02-28", "--02-29", "--03-01", "--12-31"}},
          {"gDay", {"---01", "---02", "---30", "---31"}},
          {"gMonth", {"--01", "--02", "--12"}},
      };
  for (const auto& [type, forms] : ascending) {
    for (size_t i = 1; i < forms.size(); ++i) {
      INFO(type << " " << forms[i - 1] << " " << forms[i]);
      REQUIRE(Bits(Xsd(forms[i - 1], type)) != 0);
      REQUIRE(Bits(Xsd(forms[i - 1], type)) < Bits(Xsd(forms[i], type)));
    }
  }
}

}  // namespace skg::rdf
