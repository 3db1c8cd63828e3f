// Casts (17.5): the rows of the suite's cast cases, and the edges.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "query/values/values_fixture.h"

namespace skg::query {
namespace {

using test::C;
using test::Cast;
using test::ValuesGraph;

struct Case {
  std::string_view type, term, want;
};

TEST_CASE("casts", "[casts]") {
  ValuesGraph graph;
  const std::string_view none = "unbound";
  for (const Case& c : {
           Case{"string", "<http://example.org/z>",
                R"("http://example.org/z")"},
           Case{"string", R"("0"^^xsd:boolean)", R"("false")"},
           Case{"string", R"("007"^^xsd:integer)", R"("7")"},
           Case{"string", R"("1.0"^^xsd:decimal)", R"("1")"},
           Case{"string", R"("0E1"^^xsd:double)", R"("0")"},
           Case{"string", R"("-0.0E0"^^xsd:double)", R"("-0")"},
           Case{"string", R"("1E0"^^xsd:double)", R"("1")"},
           Case{"string", R"("1.25"^^xsd:float)", R"("1.25")"},
           Case{"string", R"("0.1"^^xsd:float)", R"("0.1")"},
           Case{"string", R"("1e6"^^xsd:double)", R"("1.0E6")"},
           Case{"string", R"("0.000001"^^xsd:double)", R"("0.000001")"},
           Case{"string", R"("1e-7"^^xsd:double)", R"("1.0E-7")"},
           Case{"string", R"("-INF"^^xsd:double)", R"("-INF")"},
           Case{"string", R"("2002-10-10T17:00:00.50+00:00"^^xsd:dateTime)",
                R"("2002-10-10T17:00:00.5Z")"},
           Case{"string", R"("x"^^<urn:t>)", R"("x")"},
           Case{"string", "_:b", none},
           Case{"boolean", R"("true")", R"("true"^^xsd:boolean)"},
           Case{"boolean", R"(" 0 ")", R"("false"^^xsd:boolean)"},
           Case{"boolean", R"("TRUE")", none},
           Case{"boolean", R"("1.5"^^xsd:decimal)", R"("true"^^xsd:boolean)"},
           Case{"boolean", R"("NaN"^^xsd:double)", R"("false"^^xsd:boolean)"},
           Case{"boolean", "<urn:a>", none},
           Case{"integer", R"("13")", R"("13"^^xsd:integer)"},
           Case{"integer", R"("+013")", R"("13"^^xsd:integer)"},
           Case{"integer", R"("1.5")", none},
           Case{"integer", R"("1E0")", none},
           Case{"integer", R"("true")", none},
           Case{"integer", R"("true"^^xsd:boolean)", R"("1"^^xsd:integer)"},
           Case{"integer", R"("-2.5"^^xsd:decimal)", R"("-2"^^xsd:integer)"},
           Case{"integer", R"("-7.875"^^xsd:float)", R"("-7"^^xsd:integer)"},
           Case{"integer", R"("1e30"^^xsd:double)",
                R"("1000000000000000019884624838656"^^xsd:integer)"},
           Case{"integer", R"("1e300"^^xsd:double)", none},
           Case{"integer", R"("NaN"^^xsd:double)", none},
           Case{"integer", R"("INF"^^xsd:float)", none},
           Case{"integer", "<urn:a>", none},
           Case{"integer", R"("1"@en)", none},
           Case{"byte", R"("127"^^xsd:integer)", R"("127"^^xsd:byte)"},
           Case{"byte", R"("128"^^xsd:integer)", none},
           Case{"unsignedInt", R"("-1"^^xsd:integer)", none},
           Case{"decimal", R"("1.50")", R"("1.5"^^xsd:decimal)"},
           Case{"decimal", R"("0.1"^^xsd:double)", R"("0.1"^^xsd:decimal)"},
           Case{"decimal", R"("1e-300"^^xsd:double)", R"("0"^^xsd:decimal)"},
           Case{"decimal", R"("INF"^^xsd:double)", none},
           Case{"decimal", R"("1E0")", none},
           Case{"double", R"("-10.2E3")", R"("-1.02E4"^^xsd:double)"},
           Case{"double", R"("+33.3300")", R"("3.333E1"^^xsd:double)"},
           Case{"double", R"("0.1"^^xsd:decimal)", R"("1.0E-1"^^xsd:double)"},
           Case{"double", R"("INF")", R"("INF"^^xsd:double)"},
           Case{"double", R"("inf")", none},
           Case{"float", R"("0.1"^^xsd:double)", R"("1.0E-1"^^xsd:float)"},
           Case{"float", R"("1e39"^^xsd:double)", R"("INF"^^xsd:float)"},
           Case{"float", R"("16777217"^^xsd:integer)",
                R"("1.6777216E7"^^xsd:float)"},
           Case{"dateTime", R"("2002-10-10T17:00:00Z")",
                R"("2002-10-10T17:00:00Z"^^xsd:dateTime)"},
           Case{"dateTime", R"("2002-10-10"^^xsd:date)",
                R"("2002-10-10T00:00:00"^^xsd:dateTime)"},
           Case{"dateTime", R"("2002-13-10T17:00:00Z")", none},
           Case{"dateTime", R"("0"^^xsd:integer)", none},
           Case{"date", R"("2002-10-10T17:00:00+01:00"^^xsd:dateTime)",
                R"("2002-10-10+01:00"^^xsd:date)"},
           Case{"time", R"("2002-10-10T17:00:00.5Z"^^xsd:dateTime)",
                R"("17:00:00.5Z"^^xsd:time)"},
           Case{"time", R"("2002-10-10"^^xsd:date)", none},
           Case{"gYear", R"("2002-10-10"^^xsd:date)", R"("2002"^^xsd:gYear)"},
           Case{"gMonthDay", R"("2001-02-28"^^xsd:date)",
                R"("--02-28"^^xsd:gMonthDay)"},
           Case{"dayTimeDuration", R"("P1Y2DT3H"^^xsd:duration)",
                R"("P2DT3H"^^xsd:dayTimeDuration)"},
           Case{"yearMonthDuration", R"("P14M")",
                R"("P1Y2M"^^xsd:yearMonthDuration)"},
       }) {
    INFO(c.type << "(" << c.term << ")");
    CHECK(graph.Value(Cast(c.type, C(c.term))) == c.want);
  }
}

TEST_CASE("an unknown function is an error of the expression", "[casts]") {
  ValuesGraph graph;
  CHECK(graph.Value(test::Named("urn:no-such-function", {C(R"("a")")})) ==
        "unbound");
  CHECK(graph.Value(test::Named("urn:no-such-function", {})) == "unbound");
  CHECK(graph.Value(Cast("hexBinary", C(R"("00")"))) == "unbound");
  const auto two =
      graph.TryEvaluate(test::Named(std::string(rdf::iri::kXsdInteger),
                                    {C(R"("1")"), C(R"("2")")}),
                        {.rows = 1, .columns = {}});
  CHECK(two.status().code() == absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace skg::query
