#include "query/values/moment.h"

#include <catch2/catch.hpp>
#include <string>

#include "query/values/duration.h"
#include "rdf/random_term.h"
#include "support/test_support.h"

namespace skg::query {
namespace {

using rdf::Datatype;

std::string Again(Datatype datatype, std::string_view lexical) {
  const auto moment = ParseMoment(datatype, lexical);
  if (!moment) return "none";
  std::string text;
  AppendMoment(datatype, *moment, text);
  return text;
}

TEST_CASE("lexical forms of dates and times", "[moment]") {
  struct Case {
    Datatype datatype;
    std::string_view lexical, canonical;
  };
  for (const Case& c : {
           Case{Datatype::kDateTime, "2011-01-10T14:45:13.815-05:00",
                "2011-01-10T14:45:13.815-05:00"},
           Case{Datatype::kDateTime, "1999-12-31T24:00:00",
                "2000-01-01T00:00:00"},
           Case{Datatype::kDateTime, "-0001-02-28T00:00:00.000Z",
                "-0001-02-28T00:00:00Z"},
           Case{Datatype::kDateTime, "2000-02-29T00:00:00+00:00",
                "2000-02-29T00:00:00Z"},
           Case{Datatype::kDateTime, "2000-01-01T00:00:00.1234567890123456789",
                "2000-01-01T00:00:00.123456789012345678"},
           Case{Datatype::kDateTimeStamp, "2000-01-01T00:00:00+05:45",
                "2000-01-01T00:00:00+05:45"},
           Case{Datatype::kDate, "12024-12-31Z", "12024-12-31Z"},
           Case{Datatype::kTime, "24:00:00", "00:00:00"},
           Case{Datatype::kTime, "23:59:59.90-14:00", "23:59:59.9-14:00"},
           Case{Datatype::kGYear, "-0044", "-0044"},
           Case{Datatype::kGYearMonth, "1999-05Z", "1999-05Z"},
           Case{Datatype::kGMonthDay, "--02-29", "--02-29"},
           Case{Datatype::kGDay, "---31+01:00", "---31+01:00"},
           Case{Datatype::kGMonth, "--12", "--12"},
       }) {
    INFO(c.lexical);
    CHECK(Again(c.datatype, c.lexical) == c.canonical);
  }
  const Case bad[] = {
      {Datatype::kDateTime, "2001-02-29T00:00:00", ""},
      {Datatype::kDateTime, "2001-13-01T00:00:00", ""},
      {Datatype::kDateTime, "2001-01-01T24:00:01", ""},
      {Datatype::kDateTime, "2001-01-01T23:60:00", ""},
      {Datatype::kDateTime, "2001-01-01T23:59:60", ""},
      {Datatype::kDateTime, "2001-01-01T00:00:00.", ""},
      {Datatype::kDateTime, "2001-01-01T00:00:00+14:01", ""},
      {Datatype::kDateTime, "2001-01-01T00:00:00 ", ""},
      {Datatype::kDateTime, "2001-01-01", ""},
      {Datatype::kDateTime, "02001-01-01T00:00:00", ""},
      {Datatype::kDateTime, "201-01-01T00:00:00", ""},
      {Datatype::kDateTime, "99999999999999999999-01-01T00:00:00", ""},
      {Datatype::kDateTimeStamp, "2001-01-01T00:00:00", ""},
      {Datatype::kDate, "2001-1-1", ""},
      {Datatype::kTime, "1:00:00", ""},
      {Datatype::kGMonthDay, "--02-30", ""},
      {Datatype::kGDay, "---32", ""},
      {Datatype::kGMonth, "--13", ""},
      {Datatype::kGYear, "", ""},
  };
  for (const Case& c : bad) {
    INFO(c.lexical);
    CHECK_FALSE(ParseMoment(c.datatype, c.lexical));
  }
}

TEST_CASE("an inline id is the moment of its text", "[moment]") {
  skg::test::RandomTerms random(skg::test::Random(5));
  int inlined = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string_view name =
        random.Choose({"dateTime", "date", "time", "gYear", "gYearMonth",
                       "gMonthDay", "gDay", "gMonth"});
    const std::string iri = std::string(rdf::iri::kXsd) + std::string(name);
    const rdf::Term term = rdf::Term::Literal(random.Lexical(iri), iri);
    const auto id = rdf::InlineId(term);
    if (!id) continue;
    ++inlined;
    INFO(term.value << " " << name);
    Datatype datatype = Datatype::kOther;
    const auto from_id = MomentOfId(*id, &datatype);
    REQUIRE(from_id);
    REQUIRE(datatype == rdf::FindDatatype(iri));
    const auto from_text = ParseMoment(datatype, term.value);
    REQUIRE(from_text);
    CHECK(from_id->seconds == from_text->seconds);
    CHECK(from_id->attoseconds == from_text->attoseconds);
    CHECK(from_id->zone == from_text->zone);
  }
  CHECK(inlined > 1000);
}

TEST_CASE("moments with and without timezones", "[moment]") {
  const auto compare = [](std::string_view a, std::string_view b) {
    return Compare(*ParseMoment(Datatype::kDateTime, a),
                   *ParseMoment(Datatype::kDateTime, b));
  };
  CHECK(
      (compare("2002-04-02T23:00:00-04:00", "2002-04-03T02:00:00-01:00") == 0));
  CHECK((compare("2000-01-15T00:00:00", "2000-02-15T00:00:00") < 0));
  // The examples of XML Schema, part 2, 3.2.7.4.
  CHECK((compare("2000-01-15T12:00:00", "2000-01-16T12:00:00Z") < 0));
  const auto unordered = std::partial_ordering::unordered;
  CHECK(compare("2000-01-01T12:00:00", "1999-12-31T23:00:00Z") == unordered);
  CHECK(compare("2000-01-16T12:00:00", "2000-01-16T12:00:00Z") == unordered);
  CHECK(compare("2000-01-16T00:00:00", "2000-01-16T12:00:00Z") == unordered);
  CHECK((compare("2000-01-16T12:00:00Z", "2000-01-15T12:00:00") > 0));
}

TEST_CASE("durations", "[moment]") {
  struct Case {
    Datatype datatype;
    std::string_view lexical, canonical;
  };
  for (const Case& c : {
           Case{Datatype::kDuration, "P1Y2M3DT4H5M6.70S", "P1Y2M3DT4H5M6.7S"},
           Case{Datatype::kDuration, "-P14M", "-P1Y2M"},
           Case{Datatype::kDuration, "PT0S", "PT0S"},
           Case{Datatype::kDayTimeDuration, "PT36H", "P1DT12H"},
           Case{Datatype::kDayTimeDuration, "-PT5H", "-PT5H"},
           Case{Datatype::kDayTimeDuration, "PT0.5S", "PT0.5S"},
           Case{Datatype::kYearMonthDuration, "P0Y", "P0M"},
       }) {
    INFO(c.lexical);
    const auto value = ParseDuration(c.datatype, c.lexical);
    REQUIRE(value);
    std::string text;
    AppendDuration(c.datatype, *value, text);
    CHECK(text == c.canonical);
    CHECK(ParseDuration(c.datatype, text) == value);
  }
  for (const std::string_view bad :
       {"", "P", "PT", "P1DT", "1D", "P1", "P1D1Y", "P1S", "PT1D", "P-1D",
        "P1.5D", "PT1.S", "PT.5S", "P1YT", "P1Y1Y", "P9999999999999Y",
        "PTT1S"}) {
    INFO(bad);
    CHECK_FALSE(ParseDuration(Datatype::kDuration, bad));
  }
  CHECK_FALSE(ParseDuration(Datatype::kDayTimeDuration, "P1Y"));
  CHECK_FALSE(ParseDuration(Datatype::kYearMonthDuration, "P1D"));
  CHECK_FALSE(ParseDuration(Datatype::kYearMonthDuration, "P1YT1S"));

  const auto d = [](std::string_view text) {
    return *ParseDuration(Datatype::kDuration, text);
  };
  CHECK((Compare(d("PT60S"), d("PT1M")) == 0));
  CHECK((Compare(d("-PT0.1S"), d("PT0S")) < 0));
  CHECK((Compare(d("P1Y"), d("P11M")) > 0));
  CHECK(Compare(d("P1M"), d("P30D")) == std::partial_ordering::unordered);
  CHECK((CompareLength(d("P1M"), d("P30D")) > 0));
  CHECK((CompareLength(d("P1M"), d("P31D")) < 0));
}

}  // namespace
}  // namespace skg::query
