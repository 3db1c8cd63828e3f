// Random literals that crowd where comparisons change their answer.
#pragma once

#include <array>
#include <random>
#include <string>
#include <utility>

#include "rdf/random_term.h"
#include "rdf/term.h"

namespace skg::query::test {

class BorderTerms {
 public:
  explicit BorderTerms(std::mt19937_64 random) : terms_(random) {}

  rdf::Term Literal() {
    switch (Below(8)) {
      case 0:
      case 1:
      case 2:
        return Number();
      case 3:
      case 4:
        return Moment();
      case 5:
        return Text();
      case 6:
        return Of("boolean",
                  terms_.Choose({"true", "false", "0", "1", "TRUE"}));
      default:
        return terms_.Literal();
    }
  }
  // Mostly of a kind that compares with the other one.
  rdf::Term Near(const rdf::Term& other) {
    if (Below(6) == 0) return Below(4) == 0 ? terms_.Any(1) : Literal();
    if (Below(6) == 0) return other;
    if (other.datatype.empty()) return Text();
    const std::string name =
        other.datatype.substr(other.datatype.find('#') + 1);
    for (const std::string_view moment : kMoments) {
      if (name == moment) return MomentOf(Below(5) == 0 ? Other(name) : name);
    }
    return name == "boolean" ? Literal() : Number();
  }
  uint64_t Below(uint64_t below) { return terms_.Below(below); }

 private:
  static constexpr std::array<std::string_view, 9> kMoments = {
      "dateTime",   "dateTimeStamp", "date", "time",  "gYear",
      "gYearMonth", "gMonthDay",     "gDay", "gMonth"};

  static rdf::Term Of(std::string_view datatype, std::string_view lexical) {
    return rdf::Term::Literal(
        std::string(lexical),
        std::string(rdf::iri::kXsd) + std::string(datatype));
  }
  static std::string Other(const std::string& name) {
    return name == "dateTime" ? "dateTimeStamp" : "dateTime";
  }

  rdf::Term Number() {
    static constexpr std::array<std::string_view, 12> kCentres = {
        "0",
        "1",
        "2",
        "16777217",
        "360287970",
        "9007199254740993",
        "576460752303423488",
        "-1",
        "-360287970",
        "-9007199254740993",
        "-576460752303423488",
        "123456789012345678901234567890"};
    std::string number(Below(2) == 0 ? kCentres[Below(3)]
                                     : kCentres[Below(kCentres.size())]);
    if (number.size() < 20 && Below(2) == 0)
      number = std::to_string(std::stoll(number) +
                              static_cast<int64_t>(Below(5)) - 2);
    if (Below(12) == 0)
      number = (number[0] == '-' ? "-0" : "0") +
               number.substr(number[0] == '-' ? 1 : 0);
    const std::string fraction(terms_.Choose(
        {"", ".0", ".5", ".50", ".00000001", ".000000001", ".19019264"}));
    switch (Below(6)) {
      case 0:
        return Of("decimal", number + fraction);
      case 1:
        return Of(terms_.Choose({"int", "long", "nonNegativeInteger", "byte"}),
                  number);
      case 2:
        return Of("float", Floating(number));
      case 3:
        return Of("double", Floating(number));
      default:
        return Of("integer", Below(8) == 0 ? "+" + number : number);
    }
  }
  std::string Floating(const std::string& number) {
    switch (Below(6)) {
      case 0:
        return std::string(
            terms_.Choose({"INF", "-INF", "NaN", "-0.0E0", "0.0E0", "0.0",
                           "4.9E-324", "1.7976931348623157E308"}));
      case 1:
        return std::string(terms_.Choose(
            {"1.0E0", "2.0E0", "-1.0E0", "1.5E0", "1.0000000000000002E0",
             "9.007199254740992E15", "1.6777216E7", "3.6028797E8"}));
      case 2:
        return number + "E0";
      default:
        return number;
    }
  }

  rdf::Term Moment() { return MomentOf(kMoments[Below(kMoments.size())]); }
  rdf::Term MomentOf(std::string_view name) {
    const std::string year(terms_.Choose(
        {"2000", "2000", "2000", "1999", "2001", "-0001", "999999999"}));
    const std::string month(terms_.Choose({"01", "01", "12", "02"}));
    const std::string day(terms_.Choose({"01", "01", "02", "31", "30"}));
    const std::string time(terms_.Choose(
        {"00:00:00", "00:00:00", "12:00:00", "14:00:00", "10:00:00.000",
         "23:59:59.999", "24:00:00", "00:00:00.0001", "13:59:59.9999"}));
    const std::string zone(
        terms_.Choose({"", "", "", "Z", "Z", "+14:00", "-14:00", "+05:30",
                       "-00:01", "+00:00"}));
    std::string text;
    if (name == "dateTime" || name == "dateTimeStamp") {
      text = year + "-" + month + "-" + day + "T" + time;
    } else if (name == "date") {
      text = year + "-" + month + "-" + day;
    } else if (name == "time") {
      text = time;
    } else if (name == "gYear") {
      text = year;
    } else if (name == "gYearMonth") {
      text = year + "-" + month;
    } else if (name == "gMonthDay") {
      text = "--" + month + "-" + day;
    } else if (name == "gDay") {
      text = "---" + day;
    } else {
      text = "--" + month;
    }
    return Of(name, text + zone);
  }

  rdf::Term Text() {
    const std::string whole = "abcdefghij";
    std::string text = whole.substr(0, Below(whole.size() + 1));
    if (!text.empty() && Below(2) == 0)
      text.back() = terms_.Choose({"a", "z", "e", "\x01"})[0];
    if (Below(8) == 0) text += '\0';
    if (Below(6) == 0)
      return rdf::Term::LanguageString(text, Below(2) == 0 ? "en" : "de");
    return rdf::Term::Literal(text, "");
  }

  skg::test::RandomTerms terms_;
};

}  // namespace skg::query::test
