#include "query/values/value.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "query/values/compare.h"
#include "query/values/values_fixture.h"
#include "rdf/random_term.h"

namespace skg::query {
namespace {

using test::Shown;
using test::T;

TEST_CASE("a value gives back its term", "[value]") {
  skg::test::RandomTerms random(skg::test::Random(10));
  for (int i = 0; i < 20'000; ++i) {
    const rdf::Term term = random.Any();
    INFO(rdf::ToNTriples(term));
    CHECK(TermOf(ValueOf(term)) == term);
  }
}

TEST_CASE("what an inline id means is what its text means", "[value]") {
  skg::test::RandomTerms random(skg::test::Random(11));
  int inlined = 0;
  for (int i = 0; i < 20'000; ++i) {
    const rdf::Term term = random.Literal();
    const auto id = rdf::InlineId(term);
    const Value by_text = ValueOf(term);
    CHECK(InlineIdOf(by_text) == id);
    if (!id) continue;
    ++inlined;
    INFO(rdf::ToNTriples(term));
    const Value by_id = ValueOfInline(*id);
    CHECK(by_id.kind == by_text.kind);
    CHECK((OrderValues(by_id, by_text) == 0));
    CHECK(TermOf(by_id) == term);
    CHECK(EffectiveBoolean(by_id) == EffectiveBoolean(by_text));
    CHECK(ValueEqual(by_id, by_text) == ValueEqual(by_text, by_text));
  }
  CHECK(inlined > 2000);
}

TEST_CASE("computed values have the id of their term", "[value]") {
  auto random = skg::test::Random(12);
  const auto check = [](const Value& value) {
    INFO(rdf::ToNTriples(TermOf(value)));
    CHECK(InlineIdOf(value) == rdf::InlineId(TermOf(value)));
  };
  for (int i = 0; i < 5000; ++i) {
    const auto bits = random();
    check(Value::Integer(static_cast<int64_t>(bits) >> (random() % 64)));
    check(Value::OfDecimal({static_cast<int64_t>(bits) >> (random() % 64),
                            static_cast<unsigned>(random() % 12)}));
    check(Value::Double(std::bit_cast<double>(bits)));
    check(Value::Double(static_cast<double>(bits % 1000) / 8));
    check(Value::Float(std::bit_cast<float>(static_cast<uint32_t>(bits))));
  }
  for (const double value :
       {0.0, -0.0, double{INFINITY}, -double{INFINITY}, double{NAN},
        -double{NAN}, 5e-324, 1.7976931348623157e308}) {
    check(Value::Double(value));
  }
  check(Value::Integer(Int128{1} << 100));
  check(Value::Boolean(true));
  check(Value::Boolean(false));
  check(Value::String(""));
  check(Value::String("seven b"));
  check(Value::String("eight by"));
}

TEST_CASE("lexical forms of numbers", "[value]") {
  CHECK(ParseDouble("1") == 1.0);
  CHECK(ParseDouble("+1.5e+2") == 150.0);
  CHECK(ParseDouble(".5") == 0.5);
  CHECK(ParseDouble("5.E1") == 50.0);
  CHECK(ParseDouble("-INF") == -INFINITY);
  CHECK(ParseDouble("+INF") == INFINITY);
  CHECK(ParseDouble("1e999") == INFINITY);
  CHECK(ParseDouble("-1e99999999999999999999") == -INFINITY);
  CHECK(ParseDouble("1e-999") == 0.0);
  CHECK(ParseDouble("0.000e99999") == 0.0);
  CHECK(ParseDouble("1" + std::string(400, '0')) == INFINITY);
  CHECK(ParseDouble("0." + std::string(400, '0') + "1") == 0.0);
  CHECK(ParseDouble("0." + std::string(400, '0') + "1e402") == 10.0);
  CHECK(std::isnan(*ParseDouble("NaN")));
  CHECK(ParseFloat("3.4e39") == std::numeric_limits<float>::infinity());
  for (const std::string_view bad :
       {"", "inf", "nan", "-NaN", "infinity", "0x10", "1e", "1e+", "e1", ".",
        "1 ", " 1", "1f", "--1", "+-1", "1.2.3", "nan(1)"}) {
    INFO(bad);
    CHECK_FALSE(ParseDouble(bad));
  }
}

TEST_CASE("derived integer types have their ranges", "[value]") {
  struct Case {
    std::string_view type, least, most;
  };
  for (const Case& c : {
           Case{"byte", "-128", "127"},
           Case{"short", "-32768", "32767"},
           Case{"int", "-2147483648", "2147483647"},
           Case{"long", "-9223372036854775808", "9223372036854775807"},
           Case{"unsignedByte", "0", "255"},
           Case{"unsignedShort", "0", "65535"},
           Case{"unsignedInt", "0", "4294967295"},
           Case{"unsignedLong", "0", "18446744073709551615"},
           Case{"nonNegativeInteger", "0", ""},
           Case{"positiveInteger", "1", ""},
           Case{"nonPositiveInteger", "", "0"},
           Case{"negativeInteger", "", "-1"},
       }) {
    const std::string iri = std::string(rdf::iri::kXsd) + std::string(c.type);
    const auto kind = [&](Int128 offset, std::string_view lexical) {
      std::string text;
      AppendDecimal({ParseDecimal(lexical)->units + offset, 0}, text);
      INFO(text << " " << c.type);
      return ValueOf(rdf::Term::Literal(text, iri)).kind;
    };
    if (!c.least.empty()) {
      CHECK(kind(0, c.least) == Value::Kind::kInteger);
      CHECK(kind(-1, c.least) == Value::Kind::kOpaque);
    }
    if (!c.most.empty()) {
      CHECK(kind(0, c.most) == Value::Kind::kInteger);
      CHECK(kind(1, c.most) == Value::Kind::kOpaque);
    }
  }
  CHECK(ValueOf(T(R"("1.0"^^xsd:integer)")).kind == Value::Kind::kOpaque);
  CHECK(ValueOf(T(R"("1.0"^^xsd:int)")).kind == Value::Kind::kOpaque);
  CHECK(ValueOf(T(R"("1e0"^^xsd:decimal)")).kind == Value::Kind::kOpaque);
  // As many digits as fit are a number; more are a literal like any other.
  const std::string digits(38, '9');
  CHECK(ValueOf(T("\"" + digits + "\"^^xsd:integer")).kind ==
        Value::Kind::kInteger);
  CHECK(ValueOf(T("\"" + digits + "0\"^^xsd:integer")).kind ==
        Value::Kind::kOpaque);
}

TEST_CASE("effective boolean values", "[value]") {
  struct Case {
    std::string_view term;
    std::optional<bool> want;
  };
  for (const Case& c : {
           Case{R"("true"^^xsd:boolean)", true},
           Case{R"("1"^^xsd:boolean)", true},
           Case{R"("false"^^xsd:boolean)", false},
           Case{R"("z"^^xsd:boolean)", std::nullopt},
           Case{R"("")", false},
           Case{R"("a")", true},
           Case{R"("a longer string")", true},
           Case{R"("a"@en)", std::nullopt},
           Case{R"("0"^^xsd:integer)", false},
           Case{R"("00"^^xsd:integer)", false},
           Case{R"("-1"^^xsd:int)", true},
           Case{R"("0.0"^^xsd:decimal)", false},
           Case{R"("0.01"^^xsd:decimal)", true},
           Case{R"("NaN"^^xsd:double)", false},
           Case{R"("-0.0E0"^^xsd:double)", false},
           Case{R"("1.0E0"^^xsd:double)", true},
           Case{R"("NaN"^^xsd:float)", false},
           Case{R"("abc"^^xsd:integer)", std::nullopt},
           Case{R"("2020-01-01T00:00:00Z"^^xsd:dateTime)", std::nullopt},
           Case{R"(<http://example/a>)", std::nullopt},
           Case{R"(_:b)", std::nullopt},
       }) {
    INFO(c.term);
    CHECK(EffectiveBoolean(ValueOf(T(c.term))) == c.want);
    // The same through ids, as a filter and as a value.
    test::ValuesGraph graph;
    const auto selected = graph.Select(test::V(0), {{T(c.term)}});
    CHECK(selected.size() == (c.want == true ? 1u : 0u));
    CHECK(graph.Value(test::E(Expression::Kind::kNot, {test::C(c.term)})) ==
          (!c.want   ? "unbound"
           : *c.want ? R"("false"^^xsd:boolean)"
                     : R"("true"^^xsd:boolean)"));
  }
}

}  // namespace
}  // namespace skg::query
