#include "query/values/term_order.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "query/values/compare.h"
#include "query/values/values_fixture.h"
#include "rdf/random_term.h"

namespace skg::query {
namespace {

using rdf::Term;
using test::T;

std::string ShownTruth(std::optional<bool> truth) {
  return !truth ? "error" : *truth ? "true" : "false";
}

// Of `=`, as the open-world cases of the SPARQL 1.0 suite have it.
TEST_CASE("equality of terms", "[order]") {
  struct Case {
    std::string_view a, b, want;
  };
  for (const Case& c : {
           Case{R"("1"^^xsd:integer)", R"("01"^^xsd:integer)", "true"},
           Case{R"("1"^^xsd:integer)", R"("1.0"^^xsd:decimal)", "true"},
           Case{R"("1"^^xsd:byte)", R"("1.0E0"^^xsd:double)", "true"},
           Case{R"("0.1"^^xsd:decimal)", R"("0.1"^^xsd:float)", "true"},
           Case{R"("0.1"^^xsd:float)", R"("0.1"^^xsd:double)", "false"},
           Case{R"("0.0"^^xsd:double)", R"("-0.0"^^xsd:double)", "true"},
           Case{R"("NaN"^^xsd:double)", R"("NaN"^^xsd:double)", "false"},
           Case{R"("NaN"^^xsd:float)", R"("NaN"^^xsd:float)", "false"},
           Case{R"("xyz")", R"("xyz"@en)", "false"},
           Case{R"("xyz"@en)", R"("xyz"@EN)", "true"},
           Case{R"("xyz"@en)", R"("xyz"@en--ltr)", "false"},
           Case{R"("xyz"@en)", R"("xyz"^^<urn:unknown>)", "false"},
           Case{R"("xyz"@en)", R"("xyz"^^xsd:integer)", "false"},
           Case{R"("xyz")", R"("xyz"^^<urn:unknown>)", "error"},
           Case{R"("xyz")", R"("xyz"^^xsd:integer)", "error"},
           Case{R"("xyz"^^xsd:integer)", R"("xyz"^^xsd:integer)", "true"},
           Case{R"("xyz"^^xsd:integer)", R"("abc"^^xsd:integer)", "error"},
           Case{R"("a"^^<urn:t>)", R"("a"^^<urn:t>)", "true"},
           Case{R"("a"^^<urn:t>)", R"("b"^^<urn:t>)", "error"},
           Case{R"("a"^^<urn:t>)", R"("1"^^xsd:integer)", "error"},
           Case{R"("a"^^<urn:t>)", "<urn:t>", "false"},
           Case{"<urn:a>", "<urn:a>", "true"},
           Case{"<urn:a>", "<urn:b>", "false"},
           Case{"<urn:a>", R"("urn:a")", "false"},
           Case{"_:a", "_:a", "true"},
           Case{"_:a", "<urn:a>", "false"},
           Case{R"("1")", R"("1"^^xsd:integer)", "false"},
           Case{R"("true"^^xsd:boolean)", R"("1"^^xsd:boolean)", "true"},
           Case{R"("2006-08-23"^^xsd:date)",
                R"("2006-08-23T09:00:00+01:00"^^xsd:dateTime)", "false"},
           Case{R"("2006-08-23"^^xsd:date)", R"("2006-08-23Z"^^xsd:date)",
                "error"},
           Case{R"("2006-08-23"^^xsd:date)", R"("2001-01-01Z"^^xsd:date)",
                "false"},
           Case{R"("1999-12-31T24:00:00"^^xsd:dateTime)",
                R"("2000-01-01T00:00:00"^^xsd:dateTime)", "true"},
           Case{R"("PT24H"^^xsd:dayTimeDuration)", R"("P1D"^^xsd:duration)",
                "true"},
           Case{R"(<<( <urn:s> <urn:p> "1"^^xsd:integer )>>)",
                R"(<<( <urn:s> <urn:p> "01"^^xsd:integer )>>)", "true"},
           Case{R"(<<( <urn:s> <urn:p> "a"^^<urn:t> )>>)",
                R"(<<( <urn:s> <urn:p> "b"^^<urn:t> )>>)", "error"},
           Case{R"(<<( <urn:s> <urn:p> "a"^^<urn:t> )>>)",
                R"(<<( <urn:x> <urn:p> "b"^^<urn:t> )>>)", "false"},
           Case{R"(<<( <urn:s> <urn:p> "NaN"^^xsd:double )>>)",
                R"(<<( <urn:s> <urn:p> "NaN"^^xsd:double )>>)", "false"},
       }) {
    INFO(c.a << " = " << c.b);
    CHECK(ShownTruth(ValueEqual(T(c.a), T(c.b))) == c.want);
    CHECK(ShownTruth(ValueEqual(T(c.b), T(c.a))) == c.want);
  }
}

TEST_CASE("which terms `<` compares", "[order]") {
  struct Case {
    std::string_view a, b, want;  // `<`, `=`, `unordered`, `error`
  };
  for (const Case& c : {
           Case{R"("1"^^xsd:integer)", R"("1.5"^^xsd:decimal)", "<"},
           Case{R"("9007199254740993"^^xsd:integer)",
                R"("9007199254740992"^^xsd:double)", "="},
           Case{R"("1"^^xsd:integer)", R"("NaN"^^xsd:double)", "unordered"},
           Case{R"("abc")", R"("abd")", "<"},
           Case{R"("B")", R"("a")", "<"},
           Case{R"("￿")", R"("𐀀")", "<"},  // by code point, not by UTF-16
           Case{R"("a"@en)", R"("b"@en)", "error"},
           Case{R"("false"^^xsd:boolean)", R"("true"^^xsd:boolean)", "<"},
           Case{R"("2006-08-22"^^xsd:date)", R"("2006-08-23Z"^^xsd:date)", "<"},
           Case{R"("2006-08-23"^^xsd:date)", R"("2006-08-23Z"^^xsd:date)",
                "error"},
           Case{R"("2000"^^xsd:gYear)", R"("2001"^^xsd:gYear)", "<"},
           Case{R"("2000"^^xsd:gYear)", R"("2001-01-01"^^xsd:date)", "error"},
           Case{R"("P1M"^^xsd:duration)", R"("P31D"^^xsd:duration)", "error"},
           Case{"<urn:a>", "<urn:b>", "error"},
           Case{R"("a"^^<urn:t>)", R"("b"^^<urn:t>)", "error"},
           Case{R"("1")", R"("1"^^xsd:integer)", "error"},
       }) {
    INFO(c.a << " < " << c.b);
    const auto order = ValueCompare(T(c.a), T(c.b));
    CHECK((!order                                       ? "error"
           : *order < 0                                 ? "<"
           : *order == 0                                ? "="
           : *order == std::partial_ordering::unordered ? "unordered"
                                                        : ">") == c.want);
  }
}

TEST_CASE("the order of ORDER BY", "[order]") {
  // Ascending; all distinct.
  const std::vector<std::string> ascending = {
      "_:a",
      "_:b",
      "<urn:a>",
      "<urn:b>",
      R"("-INF"^^xsd:double)",
      R"("-1"^^xsd:integer)",
      R"("0"^^xsd:integer)",
      R"("9007199254740992"^^xsd:double)",
      R"("9007199254740993"^^xsd:integer)",
      R"("9007199254740994"^^xsd:double)",
      R"("INF"^^xsd:double)",
      R"("NaN"^^xsd:double)",
      R"("")",
      R"("B")",
      R"("a")",
      R"("￿")",
      R"("𐀀")",
      R"("a"@de)",
      R"("a"@en)",
      R"("a"@en--ltr)",
      R"("b"@de)",
      R"("false"^^xsd:boolean)",
      R"("true"^^xsd:boolean)",
      R"("2000-01-01T00:00:00Z"^^xsd:dateTime)",
      R"("2000-01-01T00:00:00-01:00"^^xsd:dateTime)",
      R"("1999-01-01"^^xsd:date)",
      R"("P1D"^^xsd:dayTimeDuration)",
      R"("a"^^<urn:t>)",
      R"("b"^^<urn:t>)",
      R"("a"^^<urn:u>)",
      R"(<<( <urn:s> <urn:p> "-456"^^xsd:integer )>>)",
      R"(<<( <urn:s> <urn:p> "123"^^xsd:integer )>>)",
      R"(<<( <urn:s1> <urn:a> "0"^^xsd:integer )>>)"};
  for (size_t i = 0; i < ascending.size(); ++i) {
    const Term a = T(ascending[i]);
    CHECK((OrderTerms(nullptr, &a) < 0));
    for (size_t j = 0; j < ascending.size(); ++j) {
      const Term b = T(ascending[j]);
      INFO(ascending[i] << " and " << ascending[j]);
      CHECK((OrderTerms(&a, &b) <=> 0) == (i <=> j));
    }
  }
  CHECK((OrderTerms(nullptr, nullptr) == 0));
}

std::vector<Term> ManyTerms(uint64_t stream, size_t count) {
  skg::test::RandomTerms random(skg::test::Random(stream));
  std::vector<Term> terms;
  for (const char* text :
       {R"("0.0E0"^^xsd:double)", R"("-0.0E0"^^xsd:double)",
        R"("0"^^xsd:integer)", R"("00"^^xsd:integer)", R"("NaN"^^xsd:double)",
        R"("NaN"^^xsd:float)", R"("0.1"^^xsd:decimal)",
        R"("0.10"^^xsd:decimal)", R"("0.1"^^xsd:float)",
        R"("1.0E-1"^^xsd:double)", R"("9007199254740993"^^xsd:integer)",
        R"("9.007199254740992E15"^^xsd:double)",
        R"("2000-01-01T00:00:00"^^xsd:dateTime)",
        R"("2000-01-01T00:00:00Z"^^xsd:dateTime)",
        R"("2000-01-01T13:00:00+13:00"^^xsd:dateTime)",
        R"("2000-01-01T00:00:00Z"^^xsd:dateTimeStamp)",
        R"("P1M"^^xsd:duration)", R"("P1M"^^xsd:yearMonthDuration)",
        R"("P30D"^^xsd:duration)"}) {
    terms.push_back(T(text));
  }
  while (terms.size() < count) {
    Term term = random.Any();
    // Some pairs differ in little.
    if (random.Below(4) == 0 && term.kind == rdf::TermKind::kLiteral)
      term.datatype = random.Choose({"", rdf::iri::kXsdDouble, "urn:t"});
    if (!term.language.empty()) term.datatype.clear();
    terms.push_back(term);
  }
  return terms;
}

TEST_CASE("the order is total, strict and that of `<`", "[order]") {
  const std::vector<Term> terms = ManyTerms(20, 160);
  for (const Term& a : terms) {
    for (const Term& b : terms) {
      const auto order = OrderTerms(&a, &b);
      INFO(rdf::ToNTriples(a) << " and " << rdf::ToNTriples(b));
      CHECK((order == 0) == (a == b));
      CHECK((OrderTerms(&b, &a) > 0) == (order < 0));
      const auto less = ValueCompare(a, b);
      const bool promoted = ValueOf(a).kind != ValueOf(b).kind;
      if (less && *less < 0 && !promoted) CHECK((order < 0));
    }
  }
  // Sorting finds every contradiction of transitivity among these.
  std::vector<const Term*> sorted;
  for (const Term& term : terms) sorted.push_back(&term);
  std::sort(sorted.begin(), sorted.end(),
            [](const Term* a, const Term* b) { return OrderTerms(a, b) < 0; });
  for (size_t i = 0; i < sorted.size(); ++i) {
    for (size_t j = i; j < sorted.size(); ++j) {
      INFO(rdf::ToNTriples(*sorted[i])
           << " and " << rdf::ToNTriples(*sorted[j]));
      CHECK((OrderTerms(sorted[i], sorted[j]) <= 0));
    }
  }
}

TEST_CASE("what ids tell is what their terms tell", "[order]") {
  const std::vector<Term> terms = ManyTerms(21, 220);
  // Half of them are known to the graph, the others lie in the arena.
  test::ValuesGraph graph(
      std::vector<Term>(terms.begin(), terms.begin() + 110));
  size_t told = 0, ordered = 0;
  for (const Term& a : terms) {
    const rdf::TermId id_a = graph.Id(a);
    for (const Term& b : terms) {
      const rdf::TermId id_b = graph.Id(b);
      INFO(rdf::ToNTriples(a) << " and " << rdf::ToNTriples(b));
      CHECK((id_a == id_b) == (a == b));
      if (const auto equal = EqualIds(id_a, id_b)) {
        ++told;
        const auto want = ValueEqual(a, b);
        CHECK(equal->error == !want.has_value());
        if (want) CHECK((equal->order == 0) == *want);
      }
      if (const auto compared = CompareIds(id_a, id_b)) {
        const auto want = ValueCompare(a, b);
        CHECK(compared->error == !want.has_value());
        if (want) CHECK(compared->order == *want);
      }
      if (const auto order = OrderIds(id_a, id_b)) {
        ++ordered;
        CHECK(*order == OrderTerms(&a, &b));
      }
    }
    CHECK(OrderIds({}, id_a) == std::strong_ordering::less);
  }
  CHECK(told > 5000);
  CHECK(ordered > 2000);
}

}  // namespace
}  // namespace skg::query
