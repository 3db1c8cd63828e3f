// The functions of SPARQL 1.1 Query, 17.4, and of the 1.2 drafts: the examples
// of the text, and what it leaves to the reader.
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "query/values/values_fixture.h"

namespace skg::query {
namespace {

using test::C;
using test::E;
using test::F;
using test::T;
using test::ValuesGraph;

struct Case {
  Function function;
  std::vector<std::string> arguments;
  std::string want;
};

void Check(const std::vector<Case>& cases) {
  ValuesGraph graph;
  for (const Case& c : cases) {
    std::vector<Expression> arguments;
    std::string shown;
    for (const std::string& argument : c.arguments) {
      arguments.push_back(C(argument));
      shown += argument + " ";
    }
    INFO("function " << static_cast<int>(c.function) << ": " << shown);
    CHECK(graph.Value(F(c.function, std::move(arguments))) == c.want);
  }
}

const std::string kTrue = R"("true"^^xsd:boolean)";
const std::string kFalse = R"("false"^^xsd:boolean)";
const std::string kNone = "unbound";

std::string Int(int value) {
  return "\"" + std::to_string(value) + "\"^^xsd:integer";
}

TEST_CASE("functions on terms", "[functions]") {
  using enum Function;
  Check({
      {kIsIri, {"<mailto:alice@example>"}, kTrue},
      {kIsIri, {R"("mailto:alice@example")"}, kFalse},
      {kIsIri, {R"("short")"}, kFalse},
      {kIsBlank, {"_:b"}, kTrue},
      {kIsBlank, {"<urn:a>"}, kFalse},
      {kIsLiteral, {R"("x"@en)"}, kTrue},
      {kIsLiteral, {"<urn:a>"}, kFalse},
      {kIsLiteral, {R"(<<( <urn:s> <urn:p> <urn:o> )>>)"}, kFalse},
      {kIsNumeric, {Int(12)}, kTrue},
      {kIsNumeric, {R"("12")"}, kFalse},
      {kIsNumeric, {R"("1200"^^xsd:byte)"}, kFalse},
      {kIsNumeric, {R"("12"^^xsd:byte)"}, kTrue},
      {kIsNumeric, {R"("NaN"^^xsd:float)"}, kTrue},
      {kIsNumeric, {R"("abc"^^xsd:integer)"}, kFalse},
      {kIsNumeric, {"<urn:a>"}, kFalse},
      {kStr, {"<mailto:alice@work.example>"}, R"("mailto:alice@work.example")"},
      {kStr, {R"("x"@en)"}, R"("x")"},
      {kStr, {R"("01.50"^^xsd:decimal)"}, R"("01.50")"},
      {kStr, {R"("1.50"^^xsd:decimal)"}, R"("1.50")"},
      {kStr, {"_:b"}, kNone},
      {kLang, {R"("Roberto"@ES)"}, R"("es")"},
      {kLang, {R"("Roberto")"}, R"("")"},
      {kLang, {"<urn:a>"}, kNone},
      {kDatatype, {R"("x")"}, "<http://www.w3.org/2001/XMLSchema#string>"},
      {kDatatype, {Int(1)}, "<http://www.w3.org/2001/XMLSchema#integer>"},
      {kDatatype,
       {R"("x"@en)"},
       "<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString>"},
      {kDatatype,
       {R"("x"@en--ltr)"},
       "<http://www.w3.org/1999/02/22-rdf-syntax-ns#dirLangString>"},
      {kDatatype, {R"("x"^^<urn:t>)"}, "<urn:t>"},
      {kDatatype,
       {R"("x"^^xsd:integer)"},
       "<http://www.w3.org/2001/XMLSchema#integer>"},
      {kDatatype, {"<urn:a>"}, kNone},
      {kIri, {R"("http://example/")"}, "<http://example/>"},
      {kIri, {"<urn:a>"}, "<urn:a>"},
      {kIri, {R"("../iri")"}, "<http://example.org/iri>"},
      {kIri, {R"("")"}, "<http://example.org/base/>"},
      {kIri, {R"("a b")"}, kNone},
      {kIri, {R"("x"@en)"}, kNone},
      {kStrDt,
       {R"("123")", "<http://www.w3.org/2001/XMLSchema#integer>"},
       Int(123)},
      {kStrDt,
       {R"("iiii")", "<http://example/romanNumeral>"},
       R"("iiii"^^<http://example/romanNumeral>)"},
      {kStrDt,
       {R"("x")", "<http://www.w3.org/2001/XMLSchema#string>"},
       R"("x")"},
      {kStrDt, {R"("x"@en)", "<urn:t>"}, kNone},
      {kStrDt,
       {R"("x")", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString>"},
       kNone},
      {kStrLang, {R"("chat")", R"("en")"}, R"("chat"@en)"},
      {kStrLang, {R"("chat")", R"("en-US")"}, R"("chat"@en-us)"},
      {kStrLang, {R"("chat")", R"("")"}, kNone},
      {kStrLang, {R"("chat")", R"("not a tag")"}, kNone},
      {kStrLang, {R"("chat"@fr)", R"("en")"}, kNone},
      {kStrLang, {Int(1), R"("en")"}, kNone},
      {kLangMatches, {R"("en")", R"("EN")"}, kTrue},
      {kLangMatches, {R"("de-CH-1996")", R"("de-ch")"}, kTrue},
      {kLangMatches, {R"("de")", R"("de-ch")"}, kFalse},
      {kLangMatches, {R"("deu")", R"("de")"}, kFalse},
      {kLangMatches, {R"("en")", R"("*")"}, kTrue},
      {kLangMatches, {R"("")", R"("*")"}, kFalse},
      {kLangMatches, {R"("en"@en)", R"("*")"}, kNone},
      {kSameTerm, {Int(1), R"("01"^^xsd:integer)"}, kFalse},
      {kSameTerm, {R"("NaN"^^xsd:float)", R"("NaN"^^xsd:float)"}, kTrue},
      {kSameTerm, {R"("x"@en)", R"("x"@EN)"}, kTrue},
  });
}

TEST_CASE("functions on triple terms and base directions", "[functions]") {
  using enum Function;
  const std::string triple = R"(<<( <urn:s> <urn:p> "o"@en )>>)";
  Check({
      {kTriple, {"<urn:s>", "<urn:p>", R"("o"@en)"}, triple},
      {kTriple,
       {"_:b", "<urn:p>", triple},
       R"(<<( _:b <urn:p> <<( <urn:s> <urn:p> "o"@en )>> )>>)"},
      {kTriple, {R"("s")", "<urn:p>", "<urn:o>"}, kNone},
      {kTriple, {"<urn:s>", "_:p", "<urn:o>"}, kNone},
      {kTriple, {triple, "<urn:p>", "<urn:o>"}, kNone},
      {kSubject, {triple}, "<urn:s>"},
      {kPredicate, {triple}, "<urn:p>"},
      {kObject, {triple}, R"("o"@en)"},
      {kSubject, {"<urn:s>"}, kNone},
      {kIsTriple, {triple}, kTrue},
      {kIsTriple, {"<urn:s>"}, kFalse},
      {kStr, {triple}, kNone},
      {kLangDir, {R"("x"@ar--rtl)"}, R"("rtl")"},
      {kLangDir, {R"("x"@ar)"}, R"("")"},
      {kLangDir, {Int(1)}, R"("")"},
      {kLangDir, {"<urn:a>"}, kNone},
      {kHasLang, {R"("x"@ar--rtl)"}, kTrue},
      {kHasLang, {Int(1)}, kFalse},
      {kHasLang, {"<urn:a>"}, kFalse},
      {kHasLangDir, {R"("x"@ar--rtl)"}, kTrue},
      {kHasLangDir, {R"("x"@ar)"}, kFalse},
      {kStrLangDir, {R"("x")", R"("ar")", R"("rtl")"}, R"("x"@ar--rtl)"},
      {kStrLangDir, {R"("x")", R"("ar")", R"("up")"}, kNone},
  });
}

TEST_CASE("functions on strings", "[functions]") {
  using enum Function;
  Check({
      {kStrLen, {R"("chat"@en)"}, Int(4)},
      {kStrLen, {R"("食べ物𐀀")"}, Int(4)},
      {kStrLen, {Int(1)}, kNone},
      {kSubStr, {R"("foobar")", Int(4)}, R"("bar")"},
      {kSubStr, {R"("foobar"@en)", Int(4), Int(1)}, R"("b"@en)"},
      {kSubStr, {R"("食べ物")", Int(2), Int(1)}, R"("べ")"},
      {kSubStr, {R"("motor car")", Int(0)}, R"("motor car")"},
      {kSubStr,
       {R"("12345")", R"("1.5"^^xsd:decimal)", R"("2.6"^^xsd:decimal)"},
       R"("234")"},
      {kSubStr, {R"("12345")", Int(0), Int(3)}, R"("12")"},
      {kSubStr, {R"("12345")", Int(5), Int(-3)}, R"("")"},
      {kSubStr, {R"("12345")", Int(-3), Int(5)}, R"("1")"},
      {kSubStr, {R"("12345")", R"("NaN"^^xsd:double)", Int(3)}, R"("")"},
      {kSubStr, {R"("12345")", Int(-42), R"("INF"^^xsd:double)"}, R"("12345")"},
      {kSubStr,
       {R"("12345")", R"("-INF"^^xsd:double)", R"("INF"^^xsd:double)"},
       R"("")"},
      {kSubStr, {R"("12345")", Int(100)}, R"("")"},
      {kSubStr, {R"("foobar")", R"("4")"}, kNone},
      {kUCase, {R"("foo"@en)"}, R"("FOO"@en)"},
      {kUCase, {R"("straße")"}, R"("STRASSE")"},
      {kUCase, {R"("𐐨")"}, R"("𐐀")"},
      {kLCase, {R"("BAR")"}, R"("bar")"},
      {kLCase, {R"("ΑΣ")"}, R"("ας")"},
      {kStrStarts, {R"("foobar"@en)", R"("foo"@en)"}, kTrue},
      {kStrStarts, {R"("foobar"@en)", R"("foo")"}, kTrue},
      {kStrStarts, {R"("foobar")", R"("foo"@en)"}, kNone},
      {kStrStarts, {R"("foobar"@en)", R"("foo"@fr)"}, kNone},
      {kStrStarts, {R"("foobar"@en--ltr)", R"("foo"@en)"}, kNone},
      {kStrEnds, {R"("foobar")", R"("bar")"}, kTrue},
      {kStrEnds, {R"("foobar")", R"("foo")"}, kFalse},
      {kContains, {R"("foobar")", R"("oba")"}, kTrue},
      {kContains, {R"("foobar")", R"("")"}, kTrue},
      {kContains, {Int(1), R"("1")"}, kNone},
      {kStrBefore, {R"("abc"@en)", R"("bc")"}, R"("a"@en)"},
      {kStrBefore, {R"("abc"@en)", R"("b"@cy)"}, kNone},
      {kStrBefore, {R"("abc")", R"("xyz")"}, R"("")"},
      {kStrBefore, {R"("abc"@en)", R"("z"@en)"}, R"("")"},
      {kStrBefore, {R"("abc"@en)", R"(""@en)"}, R"(""@en)"},
      {kStrBefore, {R"("abc"@en)", R"("")"}, R"(""@en)"},
      {kStrAfter, {R"("abc"@en)", R"("ab")"}, R"("c"@en)"},
      {kStrAfter, {R"("abc")", R"("xyz")"}, R"("")"},
      {kStrAfter, {R"("abc"@en)", R"("")"}, R"("abc"@en)"},
      {kEncodeForUri, {R"("Los Angeles"@en)"}, R"("Los%20Angeles")"},
      {kEncodeForUri, {R"("~bébé_.-/")"}, R"("~b%C3%A9b%C3%A9_.-%2F")"},
      {kConcat, {R"("foo"@en)", R"("bar"@en)"}, R"("foobar"@en)"},
      {kConcat, {R"("foo"@en)", R"("bar"@es)"}, R"("foobar")"},
      {kConcat, {R"("foo"@en)", R"("bar")"}, R"("foobar")"},
      {kConcat, {R"("foo"@en--ltr)", R"("bar"@en)"}, R"("foobar")"},
      {kConcat, {R"("foo")", Int(1)}, kNone},
      {kConcat, {R"("a")", R"("b")", R"("c")"}, R"("abc")"},
      {kConcat, {}, R"("")"},
  });
}

TEST_CASE("REGEX and REPLACE", "[functions]") {
  using enum Function;
  Check({
      {kRegex, {R"("Alice")", R"("^ali")", R"("i")"}, kTrue},
      {kRegex, {R"("Alice")", R"("^ali")"}, kFalse},
      {kRegex, {R"("Alice"@en)", R"("lic")"}, kTrue},
      {kRegex, {R"("a?+*.{}()[]c")", R"("a?+*.{}()[]C")", R"("iq")"}, kTrue},
      {kRegex, {R"("a\nc")", R"("a.c")"}, kFalse},
      {kRegex, {R"("a\nc")", R"("a.c")", R"("s")"}, kTrue},
      {kRegex, {R"("a\nb\nc")", R"("^b$")"}, kFalse},
      {kRegex, {R"("a\nb\nc")", R"("^b$")", R"("m")"}, kTrue},
      {kRegex, {R"("a\n\tc")", R"(" a\\n\\tc ")", R"("x")"}, kTrue},
      {kRegex, {R"("a")", R"("(")"}, kNone},
      {kRegex, {R"("a")", R"("a")", R"("z")"}, kNone},
      {kRegex, {Int(1), R"("1")"}, kNone},
      {kRegex, {"<urn:a>", R"("a")"}, kNone},
      {kRegex, {R"("a")", R"("a"@en)"}, kNone},
      {kReplace, {R"("abcd")", R"("b")", R"("Z")"}, R"("aZcd")"},
      {kReplace, {R"("abab")", R"("B")", R"("Z")", R"("i")"}, R"("aZaZ")"},
      {kReplace, {R"("abab")", R"("B.")", R"("Z")", R"("i")"}, R"("aZb")"},
      {kReplace,
       {R"("aAbBaC")", R"("a")", R"("~/")", R"("i")"},
       R"("~/~/bB~/C")"},
      {kReplace, {R"("banana"@en)", R"("ana")", R"("*")"}, R"("b*na"@en)"},
      // XPath and XQuery Functions 3.1, 5.6.4.
      {kReplace, {R"("abracadabra")", R"("bra")", R"("*")"}, R"("a*cada*")"},
      {kReplace, {R"("abracadabra")", R"("a.*a")", R"("*")"}, R"("*")"},
      {kReplace, {R"("abracadabra")", R"("a.*?a")", R"("*")"}, R"("*c*bra")"},
      {kReplace,
       {R"("abracadabra")", "\"a(.)\"", R"("a$1$1")"},
       R"("abbraccaddabbra")"},
      {kReplace, {R"("AAAA")", R"("A+?")", R"("b")"}, R"("bbbb")"},
      {kReplace, {R"("abracadabra")", R"(".*?")", R"("$1")"}, kNone},
      {kReplace,
       {R"("darted")", "\"^(.*?)d(.*)$\"", R"("$1c$2")"},
       R"("carted")"},
      {kReplace, {R"("a")", R"("a")", R"("\\$\\\\")"}, R"("$\\")"},
      {kReplace, {R"("a")", R"("a")", R"("$")"}, kNone},
      {kReplace, {R"("a")", R"("a")", R"("\\n")"}, kNone},
      {kReplace, {R"("a")", R"("a")", R"("x$0y")"}, R"("xay")"},
      {kReplace, {R"("a")", R"("a")", R"("x$7y")"}, R"("xy")"},
      {kReplace, {R"("ab")", "\"(a)(b)\"", R"("$21")"}, R"("b1")"},
      {kReplace, {R"("a.b")", R"(".")", R"("$")", R"("q")"}, R"("a$b")"},
      {kReplace, {R"("ab")", "\"(a)|(b)\"", R"("[$1$2]")"}, R"("[a][b]")"},
  });
}

TEST_CASE("functions on numbers", "[functions]") {
  using enum Function;
  Check({
      {kAbs, {Int(-1)}, Int(1)},
      {kAbs, {R"("-1.5"^^xsd:decimal)"}, R"("1.5"^^xsd:decimal)"},
      {kAbs, {R"("-0.0"^^xsd:double)"}, R"("0.0E0"^^xsd:double)"},
      {kAbs, {R"("-INF"^^xsd:float)"}, R"("INF"^^xsd:float)"},
      {kAbs, {R"("-128"^^xsd:byte)"}, Int(128)},
      {kAbs, {R"("1")"}, kNone},
      {kRound, {R"("2.4999"^^xsd:decimal)"}, R"("2"^^xsd:decimal)"},
      {kRound, {R"("2.5"^^xsd:decimal)"}, R"("3"^^xsd:decimal)"},
      {kRound, {R"("-2.5"^^xsd:decimal)"}, R"("-2"^^xsd:decimal)"},
      {kRound, {R"("-2.5"^^xsd:double)"}, R"("-2.0E0"^^xsd:double)"},
      {kRound, {R"("-0.3"^^xsd:double)"}, R"("-0.0E0"^^xsd:double)"},
      {kRound,
       {R"("0.49999999999999994"^^xsd:double)"},
       R"("0.0E0"^^xsd:double)"},
      {kRound, {R"("NaN"^^xsd:double)"}, R"("NaN"^^xsd:double)"},
      {kRound, {R"("-INF"^^xsd:double)"}, R"("-INF"^^xsd:double)"},
      {kCeil, {R"("10.5"^^xsd:decimal)"}, R"("11"^^xsd:decimal)"},
      {kCeil, {R"("-10.5"^^xsd:decimal)"}, R"("-10"^^xsd:decimal)"},
      {kFloor, {R"("-10.5"^^xsd:decimal)"}, R"("-11"^^xsd:decimal)"},
      {kFloor, {R"("2.5"^^xsd:float)"}, R"("2.0E0"^^xsd:float)"},
      {kFloor, {Int(7)}, Int(7)},
  });
}

TEST_CASE("arithmetic", "[functions]") {
  using Kind = Expression::Kind;
  struct Operation {
    Kind kind;
    std::string a, b, want;
  };
  ValuesGraph graph;
  for (const Operation& c : {
           Operation{Kind::kAdd, Int(1), Int(2), Int(3)},
           Operation{Kind::kAdd, Int(1), R"("2.5"^^xsd:decimal)",
                     R"("3.5"^^xsd:decimal)"},
           Operation{Kind::kAdd, Int(1), R"("2.5"^^xsd:float)",
                     R"("3.5E0"^^xsd:float)"},
           Operation{Kind::kAdd, R"("2.5"^^xsd:float)", R"("1"^^xsd:double)",
                     R"("3.5E0"^^xsd:double)"},
           Operation{Kind::kAdd, R"("1"^^xsd:byte)", R"("2"^^xsd:short)",
                     Int(3)},
           Operation{Kind::kAdd, R"("1")", R"("2")", kNone},
           Operation{Kind::kAdd, Int(1), "<urn:a>", kNone},
           Operation{Kind::kSubtract, Int(1), Int(2), Int(-1)},
           Operation{Kind::kMultiply, R"("0.1"^^xsd:decimal)",
                     R"("0.1"^^xsd:decimal)", R"("0.01"^^xsd:decimal)"},
           Operation{Kind::kDivide, Int(1), Int(2), R"("0.5"^^xsd:decimal)"},
           Operation{Kind::kDivide, Int(4), Int(2), R"("2"^^xsd:decimal)"},
           Operation{Kind::kDivide, Int(1), Int(0), kNone},
           Operation{Kind::kDivide, R"("1"^^xsd:double)", Int(0),
                     R"("INF"^^xsd:double)"},
           Operation{Kind::kDivide, R"("0"^^xsd:float)", Int(0),
                     R"("NaN"^^xsd:float)"},
           Operation{Kind::kAdd, R"("9223372036854775807"^^xsd:long)", Int(1),
                     R"("9223372036854775808"^^xsd:integer)"},
           Operation{Kind::kMultiply,
                     R"("99999999999999999999999999999999999999"^^xsd:integer)",
                     Int(2), kNone},
       }) {
    INFO(c.a << " " << static_cast<int>(c.kind) << " " << c.b);
    CHECK(graph.Value(E(c.kind, {C(c.a), C(c.b)})) == c.want);
  }
  CHECK(graph.Value(E(Kind::kUnaryMinus, {C(Int(1))})) == Int(-1));
  CHECK(graph.Value(E(Kind::kUnaryMinus, {C(R"("0.0E0"^^xsd:double)")})) ==
        R"("-0.0E0"^^xsd:double)");
  CHECK(graph.Value(E(Kind::kUnaryMinus, {C(R"("a")")})) == kNone);
  CHECK(graph.Value(E(Kind::kUnaryPlus, {C(R"("01"^^xsd:integer)")})) ==
        R"("01"^^xsd:integer)");
  CHECK(graph.Value(E(Kind::kUnaryPlus, {C(R"("a")")})) == kNone);
}

TEST_CASE("functions on dates and times", "[functions]") {
  using enum Function;
  const std::string time = R"("2011-01-10T14:45:13.815-05:00"^^xsd:dateTime)";
  Check({
      {kYear, {time}, Int(2011)},
      {kMonth, {time}, Int(1)},
      {kDay, {time}, Int(10)},
      {kHours, {time}, Int(14)},
      {kMinutes, {time}, Int(45)},
      {kSeconds, {time}, R"("13.815"^^xsd:decimal)"},
      {kTimezone, {time}, R"("-PT5H"^^xsd:dayTimeDuration)"},
      {kTz, {time}, R"("-05:00")"},
      {kTimezone,
       {R"("2011-01-10T14:45:13Z"^^xsd:dateTime)"},
       R"("PT0S"^^xsd:dayTimeDuration)"},
      {kTz, {R"("2011-01-10T14:45:13Z"^^xsd:dateTime)"}, R"("Z")"},
      {kTimezone, {R"("2011-01-10T14:45:13"^^xsd:dateTime)"}, kNone},
      {kTz, {R"("2011-01-10T14:45:13"^^xsd:dateTime)"}, R"("")"},
      {kTz, {R"("2011-01-10T14:45:13+05:45"^^xsd:dateTime)"}, R"("+05:45")"},
      {kSeconds,
       {R"("2011-01-10T14:45:00Z"^^xsd:dateTime)"},
       R"("0"^^xsd:decimal)"},
      {kYear, {R"("-0044-03-15"^^xsd:date)"}, Int(-44)},
      {kDay, {R"("2000-02-29"^^xsd:date)"}, Int(29)},
      {kHours, {R"("2000-02-29"^^xsd:date)"}, kNone},
      {kHours, {R"("23:59:59"^^xsd:time)"}, Int(23)},
      {kYear, {R"("23:59:59"^^xsd:time)"}, kNone},
      {kYear, {R"("2011-13-10T14:45:13"^^xsd:dateTime)"}, kNone},
      {kYear, {R"("2011")"}, kNone},
      {kYear, {R"("1999-12-31T24:00:00"^^xsd:dateTime)"}, Int(2000)},
      {kNow, {}, R"("2023-11-14T22:13:20Z"^^xsd:dateTime)"},
  });
}

TEST_CASE("hash functions", "[functions]") {
  using enum Function;
  Check({
      {kMd5, {R"("abc")"}, R"("900150983cd24fb0d6963f7d28e17f72")"},
      {kSha1, {R"("abc")"}, R"("a9993e364706816aba3e25717850c26c9cd0d89d")"},
      {kSha256,
       {R"("abc")"},
       "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20"
       "015ad\""},
      {kSha384,
       {R"("abc")"},
       "\"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43f"
       "f5bed"
       "8086072ba1e7cc2358baeca134c825a7\""},
      {kSha512,
       {R"("abc")"},
       "\"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b5"
       "5d39a"
       "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca"
       "49f\""},
      {kMd5, {R"("")"}, R"("d41d8cd98f00b204e9800998ecf8427e")"},
      {kMd5, {R"("abc"@en)"}, kNone},
      {kMd5, {Int(1)}, kNone},
  });
}

TEST_CASE("random values differ by row and repeat by seed", "[functions]") {
  using enum Function;
  ValuesGraph graph;
  const std::vector<test::Row> rows(100, test::Row{});
  for (const Function function : {kRand, kUuid, kStrUuid, kBnode}) {
    graph.Restart();
    const auto first = graph.Evaluate(F(function, {}), rows);
    CHECK(std::set(first.begin(), first.end()).size() == rows.size());
    CHECK(graph.Evaluate(F(function, {}), rows) != first);
    graph.Restart();
    CHECK(graph.Evaluate(F(function, {}), rows) == first);
    graph.Restart();
    graph.context.seed = 8;
    CHECK(graph.Evaluate(F(function, {}), rows) != first);
  }
  graph.Restart();
  for (
      const std::string& uuid : graph.Evaluate(
          F(kRegex,
            {F(kStr, {F(kUuid, {})}),
             C(R"("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")")}),
          rows)) {
    CHECK(uuid == kTrue);
  }
  for (const std::string& inside : graph.Evaluate(
           E(Expression::Kind::kAnd,
             {E(Expression::Kind::kGreaterOrEqual, {F(kRand, {}), C(Int(0))}),
              E(Expression::Kind::kLess, {F(kRand, {}), C(Int(1))})}),
           rows)) {
    CHECK(inside == kTrue);
  }
}

TEST_CASE("BNODE with a label is scoped to a solution", "[functions]") {
  using enum Function;
  ValuesGraph graph;
  const std::vector<test::Row> rows = {{T(R"("foo")"), T(R"("foo")")},
                                       {T(R"("foo")"), T(R"("BAZ")")},
                                       {T(R"("foo")"), T(R"("foo")")}};
  graph.context.solution_scope = 1;
  const auto first = graph.Evaluate(F(kBnode, {test::V(0)}), rows);
  const auto second = graph.Evaluate(F(kBnode, {test::V(1)}), rows);
  CHECK(first[0].starts_with("_:"));
  CHECK(std::set(first.begin(), first.end()).size() == 3);
  CHECK(first[0] == second[0]);
  CHECK(first[1] != second[1]);
  CHECK(first[2] == second[2]);
  graph.context.solution_scope = 2;
  CHECK(graph.Evaluate(F(kBnode, {test::V(0)}), rows)[0] != first[0]);
  graph.context.solution_scope.reset();
  const auto alone = graph.Evaluate(F(kBnode, {test::V(0)}), rows);
  CHECK(alone[0] != first[0]);
  CHECK(graph.Evaluate(F(kBnode, {test::V(0)}), rows)[0] != alone[0]);
  // Within one expression, too; and in later batches no solution
  // repeats.
  graph.context.solution_scope = 3;
  const Expression same =
      F(kSameTerm, {F(kBnode, {test::V(0)}), F(kBnode, {test::V(1)})});
  CHECK(graph.Evaluate(same, rows) ==
        std::vector<std::string>{kTrue, kFalse, kTrue});
  const Batch batch = graph.MakeBatch(rows);
  auto evaluator = MakeEvaluator(F(kBnode, {test::V(0)}),
                                 ValuesGraph::Schema(batch), graph.context);
  REQUIRE_OK(evaluator);
  std::set<rdf::TermId> ids;
  for (int i = 0; i < 3; ++i) {
    std::vector<rdf::TermId> values;
    REQUIRE_OK((*evaluator)->Evaluate(batch, &values));
    ids.insert(values.begin(), values.end());
  }
  CHECK(ids.size() == 9);
  CHECK(graph.Value(F(kBnode, {C(Int(1))})) == kNone);
  CHECK(graph.Value(F(kBnode, {C(R"("x"@en)")})) == kNone);
}

}  // namespace
}  // namespace skg::query
