#include "query/values/accumulator.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "query/values/term_order.h"
#include "query/values/values_fixture.h"
#include "rdf/random_term.h"

namespace skg::query {
namespace {

using test::Shown;
using test::T;
using test::ValuesGraph;

std::string Aggregated(ValuesGraph& graph, Aggregation aggregation,
                       const std::vector<std::string>& values,
                       uint64_t times = 1, std::string separator = " ") {
  Aggregate aggregate;
  aggregate.aggregation = aggregation;
  aggregate.separator = std::move(separator);
  const auto accumulator = MakeAccumulator(aggregate, graph.terms());
  for (const std::string& value : values) {
    const rdf::TermId id = value.empty() ? rdf::TermId{} : graph.Id(T(value));
    REQUIRE_OK(accumulator->Add(id, times));
  }
  CHECK(accumulator->memory_bytes() > 0);
  const auto result = accumulator->Finish();
  REQUIRE_OK(result);
  return Shown(graph.Term(*result));
}

TEST_CASE("aggregates", "[aggregates]") {
  using enum Aggregation;
  struct Case {
    Aggregation aggregation;
    std::vector<std::string> values;
    std::string want;
  };
  const std::string one = R"("1"^^xsd:integer)", two = R"("2"^^xsd:integer)";
  const std::string error, none = "unbound";
  ValuesGraph graph;
  for (const Case& c : {
           Case{kCount, {}, R"("0"^^xsd:integer)"},
           Case{kCount, {one, "<urn:a>", error, one}, R"("3"^^xsd:integer)"},
           Case{kSum, {}, R"("0"^^xsd:integer)"},
           Case{kSum, {one, two}, R"("3"^^xsd:integer)"},
           Case{kSum, {one, R"("2.2"^^xsd:decimal)"}, R"("3.2"^^xsd:decimal)"},
           Case{kSum, {one, R"("2.5"^^xsd:float)"}, R"("3.5E0"^^xsd:float)"},
           Case{kSum,
                {R"("2.5"^^xsd:float)", R"("1"^^xsd:double)"},
                R"("3.5E0"^^xsd:double)"},
           Case{kSum, {R"("007"^^xsd:byte)", one}, R"("8"^^xsd:integer)"},
           Case{kSum, {one, R"("a")"}, none},
           Case{kSum, {one, error}, none},
           Case{kSum, {error, one}, none},
           Case{kAvg, {}, R"("0"^^xsd:integer)"},
           Case{kAvg, {one, two}, R"("1.5"^^xsd:decimal)"},
           Case{
               kAvg, {one, one, two}, R"("1.333333333333333333"^^xsd:decimal)"},
           Case{
               kAvg, {R"("1.0E0"^^xsd:double)", two}, R"("1.5E0"^^xsd:double)"},
           Case{kAvg, {one, error}, none},
           Case{kMin, {}, none},
           Case{kMin, {two, one, R"("1.5"^^xsd:double)"}, one},
           Case{kMax, {two, one, R"("1.5"^^xsd:double)"}, two},
           Case{kMin, {R"("b, which is longer")", R"("a")"}, R"("a")"},
           Case{kMax,
                {R"("b, which is longer")", R"("a")"},
                R"("b, which is longer")"},
           Case{kMin, {one, "<urn:a>"}, "<urn:a>"},
           Case{kMax, {one, R"("a")"}, R"("a")"},
           Case{kMin, {one, error}, none},
           Case{kMax, {error, one}, none},
           Case{kSample, {}, none},
           Case{kSample, {error, one}, one},
           Case{kGroupConcat, {}, R"("")"},
           Case{kGroupConcat, {one, R"("a"@en)", "<urn:a>"}, R"("1 a urn:a")"},
           Case{kGroupConcat, {R"("")", R"("")"}, R"(" ")"},
           Case{kGroupConcat, {one, "_:b"}, none},
           Case{kGroupConcat, {one, error}, none},
       }) {
    std::string shown = std::to_string(static_cast<int>(c.aggregation));
    for (const std::string& value : c.values) shown += " " + value;
    INFO(shown);
    CHECK(Aggregated(graph, c.aggregation, c.values) == c.want);
  }
  CHECK(Aggregated(graph, kGroupConcat, {one, two}, 1, ", ") == R"("1, 2")");
}

TEST_CASE("equal values at once are the same as one by one", "[aggregates]") {
  ValuesGraph graph;
  const std::vector<std::string> values = {
      R"("1"^^xsd:integer)", R"("2.5"^^xsd:decimal)", R"("-3"^^xsd:int)",
      R"("99999999999999999999"^^xsd:integer)"};
  std::vector<std::string> repeated;
  for (int i = 0; i < 5; ++i)
    repeated.insert(repeated.end(), values.begin(), values.end());
  for (const Aggregation aggregation :
       {Aggregation::kCount, Aggregation::kSum, Aggregation::kAvg,
        Aggregation::kMin, Aggregation::kMax}) {
    CHECK(Aggregated(graph, aggregation, values, 5) ==
          Aggregated(graph, aggregation, repeated));
  }
  CHECK(Aggregated(graph, Aggregation::kGroupConcat, {R"("ab")"}, 3, "-") ==
        R"("ab-ab-ab")");
}

TEST_CASE("sums that are too large are errors", "[aggregates]") {
  ValuesGraph graph;
  const std::string large = "\"" + std::string(38, '9') + "\"^^xsd:integer";
  CHECK(Aggregated(graph, Aggregation::kSum, {large}) == large);
  CHECK(Aggregated(graph, Aggregation::kSum, {large, large}) == "unbound");
  CHECK(Aggregated(graph, Aggregation::kSum, {large}, 1'000'000) == "unbound");
  CHECK(Aggregated(graph, Aggregation::kSum,
                   {R"("576460752303423487"^^xsd:integer)"},
                   uint64_t{1} << 60) ==
        R"("664613997892457935298982025533325312"^^xsd:integer)");
}

TEST_CASE("a GROUP_CONCAT of too much ends", "[aggregates]") {
  ValuesGraph graph;
  Aggregate aggregate;
  aggregate.aggregation = Aggregation::kGroupConcat;
  auto accumulator = MakeAccumulator(aggregate, graph.terms());
  CHECK(accumulator->Add(graph.Id(T(R"("abc")")), uint64_t{1} << 62).code() ==
        absl::StatusCode::kResourceExhausted);
  // Nothing, however often, is nothing.
  accumulator = MakeAccumulator(aggregate, graph.terms());
  REQUIRE_OK(accumulator->Add(graph.Id(T(R"("")")), uint64_t{1} << 62));
  const auto result = accumulator->Finish();
  REQUIRE_OK(result);
  CHECK(Shown(graph.Term(*result)) == R"("")");
}

TEST_CASE("MIN and MAX are the ends of ORDER BY", "[aggregates]") {
  skg::test::RandomTerms random(skg::test::Random(40));
  for (int round = 0; round < 50; ++round) {
    std::vector<rdf::Term> terms;
    for (int i = 0; i < 20; ++i) terms.push_back(random.Any(1));
    ValuesGraph graph(std::vector<rdf::Term>(terms.begin(), terms.begin() + 5));
    const auto less = [](const rdf::Term& a, const rdf::Term& b) {
      return OrderTerms(&a, &b) < 0;
    };
    const auto [least, most] =
        std::minmax_element(terms.begin(), terms.end(), less);
    for (const bool want_least : {true, false}) {
      Aggregate aggregate;
      aggregate.aggregation =
          want_least ? Aggregation::kMin : Aggregation::kMax;
      const auto accumulator = MakeAccumulator(aggregate, graph.terms());
      for (const rdf::Term& term : terms)
        REQUIRE_OK(accumulator->Add(graph.Id(term), 1));
      const auto result = accumulator->Finish();
      REQUIRE_OK(result);
      CHECK(graph.Term(*result) == (want_least ? *least : *most));
    }
  }
}

}  // namespace
}  // namespace skg::query
