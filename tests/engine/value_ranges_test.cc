// Filters that scans know as ranges give what filters give that are asked of
// each row.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "engine/open_graph.h"
#include "query/values/border_terms.h"
#include "rdf/name.h"
#include "skg/update.h"

namespace skg::test {
namespace {

using query::test::BorderTerms;
using Rows = std::vector<std::vector<std::string>>;

std::string Literal(BorderTerms& make) {
  for (;;) {
    // Graphs refuse what is no text.
    const rdf::Term term = make.Literal();
    if (term.kind == rdf::TermKind::kLiteral && term.value.size() < 100 &&
        term.language.empty() &&
        (term.datatype.empty() || term.datatype.starts_with(rdf::iri::kXsd))) {
      return rdf::ToNTriples(term);
    }
  }
}

NewStatement RandomStatement(BorderTerms& make) {
  NewStatement statement =
      Triple("s" + std::to_string(make.Below(500)),
             "p" + std::to_string(make.Below(2)), Literal(make),
             static_cast<float>(make.Below(5)) / 4.0f);
  if (make.Below(4) == 0) statement.graph = "g" + std::to_string(make.Below(3));
  if (make.Below(10) == 0)
    statement.edge = static_cast<uint32_t>(make.Below(3));
  if (make.Below(20) == 0)
    statement.valid_from = absl::FromUnixSeconds(1'000'000'000);
  return statement;
}

// `variable` stands where a filter names what it compares.
std::string Condition(BorderTerms& make, const std::string& variable) {
  static const char* const kComparisons[] = {" < ", " <= ", " > ",
                                             " >= ", " = "};
  const auto comparison = [&] {
    const std::string sign = kComparisons[make.Below(5)];
    return make.Below(4) == 0 ? Literal(make) + sign + variable
                              : variable + sign + Literal(make);
  };
  switch (make.Below(6)) {
    case 0:
      return comparison() + " && " + comparison();
    case 1:
      return "(" + comparison() + " && " + comparison() + ") || " +
             comparison();
    case 2:
      return variable + " IN (" + Literal(make) + ", " + Literal(make) + ", " +
             Literal(make) + ")";
    case 3:
      return comparison() + " && STRLEN(STR(" + variable + ")) > 3";
    default:
      return comparison();
  }
}

const char* const kQueries[] = {
    "SELECT * { ?s :p0 ?o FILTER(@) }",
    "SELECT (COUNT(*) AS ?n) { ?s :p0 ?o FILTER(@) }",
    "SELECT (COUNT(?s) AS ?n) { ?s :p1 ?o FILTER(@) }",
    "SELECT ?s { ?s :p0 ?o FILTER(@) }",
    "SELECT DISTINCT ?s { ?s :p0 ?o FILTER(@) }",
    "SELECT ?o (COUNT(*) AS ?n) { ?s :p0 ?o FILTER(@) } GROUP BY ?o",
    "SELECT * { ?s :p0 ?o . ?s :p1 ?x FILTER(@) }",
    "SELECT * { ?s :p0 ?o . ?t :p1 ?o FILTER(@) }",
    "SELECT * { ?s ?p ?o FILTER(@) }",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(@) }",
    "SELECT * { GRAPH ?g { ?s :p0 ?o FILTER(@) } }",
    "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s :p0 ?o FILTER(@) } }",
    "SELECT (COUNT(*) AS ?n) { GRAPH :g1 { ?s :p0 ?o FILTER(@) } }",
    "SELECT * { :s7 :p0 ?o FILTER(@) }",
    "SELECT * { ?s :p1 ?x OPTIONAL { ?s :p0 ?o FILTER(@) } }",
    "SELECT * { ?s :p1 ?x FILTER EXISTS { ?s :p0 ?o FILTER(@) } }",
    "SELECT (COUNT(*) AS ?n) FROM :g0 FROM :g1 { ?s :p0 ?o FILTER(@) }",
};

std::string With(std::string text, const std::string& condition) {
  text.replace(text.find('@'), 1, condition);
  return text;
}

template <typename Source>
Rows All(const Source& source, const std::string& text,
         const QueryOptions& options, std::string* plan = nullptr) {
  auto result = source.Query(text, options);
  INFO(text);
  REQUIRE_OK(result);
  Rows all, rows;
  for (;;) {
    const auto more = result->Next(rows);
    REQUIRE_OK(more);
    if (!*more) break;
    all.insert(all.end(), rows.begin(), rows.end());
  }
  if (plan != nullptr) *plan = result->Explain();
  std::sort(all.begin(), all.end());
  return all;
}

struct Seen {
  size_t ranges = 0, counts = 0, rows = 0;
};

// What ranges do not know is asked of each row.
template <typename Source>
void Compare(const Source& source, BorderTerms& make,
             const QueryOptions& options, int rounds, Seen* seen) {
  for (int i = 0; i < rounds; ++i) {
    const std::string query = kQueries[make.Below(std::size(kQueries))];
    auto state = make;
    const std::string ranged = With(query, Condition(make, "?o"));
    const std::string asked = With(query, Condition(state, "COALESCE(?o)"));
    std::string plan, other;
    const Rows got = All(source, ranged, options, &plan);
    const Rows want = All(source, asked, options, &other);
    INFO(ranged << "\n" << plan << "\n" << other);
    REQUIRE(other.find(" is in {") == std::string::npos);
    REQUIRE(got == want);
    seen->ranges += plan.find(" is in {") != std::string::npos;
    seen->counts += plan.find("count ") != std::string::npos;
    seen->rows += got.size();
  }
}

TEST_CASE("ranges of values give what filters give", "[query][ranges]") {
  BorderTerms make(Random(173));
  TestGraph test;
  std::vector<NewStatement> statements;
  const auto add = [&](int count) {
    for (int i = 0; i < count; ++i) statements.push_back(RandomStatement(make));
    REQUIRE_OK(
        test.graph.AddBatch({statements.end() - count, statements.end()}));
  };
  Seen seen;
  const auto compare = [&](int rounds) {
    QueryOptions options;
    Compare(test.graph, make, options, rounds, &seen);
    options.union_default_graph = true;
    Compare(test.graph, make, options, rounds / 2, &seen);
    options.union_default_graph = false;
    options.min_weight = 0.5f;
    Compare(test.graph, make, options, rounds / 2, &seen);
    options.min_weight = 0;
    options.valid_at = absl::FromUnixSeconds(900'000'000);
    Compare(test.graph, make, options, rounds / 2, &seen);
  };
  add(6000);
  compare(60);
  REQUIRE_OK(test.graph.Compact());
  compare(60);
  // A run, a second one of changes, and what is not folded yet.
  add(2000);
  for (int i = 0; i < 300; ++i) {
    const NewStatement& gone = statements[make.Below(statements.size())];
    REQUIRE_OK(test.graph.Remove(gone.subject, gone.predicate, gone.object,
                                 gone.graph));
  }
  compare(80);
  for (const uint64_t commit : {uint64_t{1}, uint64_t{2}, uint64_t{100}}) {
    const auto then = test.graph.AsOf(commit);
    REQUIRE_OK(then);
    Compare(*then, make, {}, 20, &seen);
  }
  CHECK(seen.ranges > 150);
  CHECK(seen.counts > 5);
  CHECK(seen.rows > 10000);
}

TEST_CASE("ranges see what a transaction has changed", "[query][ranges]") {
  BorderTerms make(Random(174));
  TestGraph test;
  std::vector<NewStatement> statements;
  for (int i = 0; i < 4000; ++i) statements.push_back(RandomStatement(make));
  REQUIRE_OK(test.graph.AddBatch(statements));
  REQUIRE_OK(test.graph.Compact());
  size_t rows = 0;
  for (int i = 0; i < 60; ++i) {
    auto state = make;
    const std::string condition = Condition(make, "?o");
    const std::string asked = Condition(state, "COALESCE(?o)");
    std::string changes = "INSERT DATA {";
    for (int j = 0; j < 20; ++j)
      changes += " :t" + std::to_string(j) + " :p0 " + Literal(make) + " .";
    changes += " } ; DELETE { ?s :p0 ?o } WHERE { ?s :p0 ?o FILTER(?s = :s" +
               std::to_string(i) + ") } ; ";
    INFO(changes);
    INFO(condition);
    REQUIRE_OK(test.graph.Update(
        changes + "INSERT { ?s :ranged ?o } WHERE { ?s :p0 ?o FILTER(" +
        condition + ") } ; INSERT { ?s :asked ?o } WHERE { ?s :p0 ?o FILTER(" +
        asked +
        ") } ; INSERT { :r :count ?n } WHERE { SELECT (COUNT(*) AS ?n) "
        "{ ?s :p0 ?o FILTER(" +
        condition +
        ") } } ; INSERT { :a :count ?n } "
        "WHERE { SELECT (COUNT(*) AS ?n) { ?s :p0 ?o FILTER(" +
        asked + ") } }"));
    const Rows ranged = All(test.graph, "SELECT ?s ?o { ?s :ranged ?o }", {});
    REQUIRE(ranged == All(test.graph, "SELECT ?s ?o { ?s :asked ?o }", {}));
    REQUIRE(All(test.graph, "SELECT ?n { :r :count ?n }", {}) ==
            All(test.graph, "SELECT ?n { :a :count ?n }", {}));
    rows += ranged.size();
    REQUIRE_OK(test.graph.Update(
        "DELETE WHERE { ?s :ranged ?o } ; DELETE WHERE { ?s :asked ?o } ; "
        "DELETE WHERE { ?s :count ?o }"));
  }
  CHECK(rows > 1000);
}

}  // namespace
}  // namespace skg::test
