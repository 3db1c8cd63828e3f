// Graph::Query of what holds in the world at a time, and of what weighs enough.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "engine/open_graph.h"
#include "skg/field_error.h"

namespace skg::test {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows Solve(const Graph& graph, const std::string& text,
           const QueryOptions& options) {
  INFO(text);
  auto result = graph.Query(text, options);
  REQUIRE_OK(result);
  Rows all, rows;
  if (result->form() == QueryResult::Form::kBoolean)
    return {{result->boolean() ? "true" : "false"}};
  while (true) {
    const auto more = result->Next(rows);
    REQUIRE_OK(more);
    if (!*more) break;
    for (auto& row : rows) all.push_back(std::move(row));
  }
  std::sort(all.begin(), all.end());
  return all;
}

absl::Time Day(int day) { return absl::FromUnixSeconds(int64_t{86400} * day); }

NewStatement RandomStatement(std::mt19937_64& random) {
  const auto pick = [&](int most) { return static_cast<int>(random() % most); };
  NewStatement s = Triple(
      "n" + std::to_string(pick(12)), "p" + std::to_string(pick(3)),
      "n" + std::to_string(pick(12)), static_cast<float>(pick(11)) / 10.0f);
  if (pick(3) == 0) s.graph = "g" + std::to_string(pick(4));
  s.edge = static_cast<uint32_t>(pick(4) == 0 ? pick(3) : 0);
  if (pick(3) == 0) s.valid_from = Day(pick(20));
  if (pick(3) == 0) s.valid_to = Day(20 + pick(20));
  if (pick(6) == 0) s.metadata = R"({"k":1})";
  return s;
}

bool IsThere(const NewStatement& s, const QueryOptions& options) {
  if (s.weight < options.min_weight) return false;
  return !options.valid_at ||
         ((!s.valid_from || *s.valid_from <= *options.valid_at) &&
          (!s.valid_to || *s.valid_to > *options.valid_at));
}

// Every way in which operators read.
constexpr const char* kQueries[] = {
    "SELECT * { ?s ?p ?o }",
    "SELECT * { ?s :p1 ?o . ?o :p2 ?x }",
    "SELECT * { :n1 ?p ?o OPTIONAL { ?o :p0 ?x } }",
    "SELECT * { ?s :p0 ?o MINUS { ?s :p1 ?x } }",
    "SELECT * { ?s :p0 ?o FILTER NOT EXISTS { ?o :p1 ?s } }",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT (COUNT(*) AS ?n) { ?s :p1 ?o }",
    "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
    "SELECT ?p (COUNT(?o) AS ?n) { ?s ?p ?o } GROUP BY ?p",
    "SELECT * { ?s :p0+ ?o }",
    "SELECT * { :n3 (:p0|^:p1)* ?o }",
    "SELECT * { GRAPH ?g { ?s ?p ?o } }",
    "SELECT * { GRAPH ?g { } }",
    "SELECT * { GRAPH :g1 { ?s :p1 ?o } }",
    "SELECT ?x { BIND(1 AS ?x) FILTER EXISTS { GRAPH :g2 { } } }",
    "SELECT DISTINCT ?s { ?s ?p ?o } ORDER BY ?s",
    "ASK { :n1 :p1 ?o }",
    "CONSTRUCT { ?o :of ?s } WHERE { ?s :p2 ?o }",
    "DESCRIBE :n4",
};

TEST_CASE("what does not hold, or weighs too little, is not there",
          "[query][random]") {
  std::mt19937_64 random = Random();
  TestGraph test;
  Graph all = test.graph;
  std::vector<NewStatement> statements;
  for (int i = 0; i < 300; ++i) {
    statements.push_back(RandomStatement(random));
    // One of a statement: the last one added replaces those before it.
    const NewStatement& last = statements.back();
    const auto same = [&last](const NewStatement& s) {
      return s.subject == last.subject && s.predicate == last.predicate &&
             s.object == last.object && s.graph == last.graph &&
             s.edge == last.edge;
    };
    statements.erase(
        std::remove_if(statements.begin(), statements.end() - 1, same),
        statements.end() - 1);
  }
  MustAddAll(all, statements);

  std::vector<QueryOptions> asked(4);
  asked[0].min_weight = 0.5f;
  asked[1].valid_at = Day(10);
  asked[2].valid_at = Day(25);
  asked[2].min_weight = 0.3f;
  asked[3].valid_at = Day(40);
  asked[3].union_default_graph = true;
  for (size_t i = 0; i < asked.size(); ++i) {
    Graph kept = OpenGraph(*test.engine, "kept" + std::to_string(i));
    std::vector<NewStatement> there;
    for (const NewStatement& s : statements) {
      if (IsThere(s, asked[i])) there.push_back(s);
    }
    REQUIRE(there.size() < statements.size());
    MustAddAll(kept, there);
    QueryOptions plain;
    plain.union_default_graph = asked[i].union_default_graph;
    for (const char* const query : kQueries) {
      INFO(query << " with options " << i);
      CHECK(Solve(all, query, asked[i]) == Solve(kept, query, plain));
    }
  }
}

TEST_CASE("the world's time and the state's time are asked independently",
          "[query]") {
  TestGraph test;
  NewStatement job = Triple("Curie", "worksAt", "Sorbonne");
  job.valid_from = Day(0);
  job.valid_to = Day(100);
  const uint64_t first = MustAdd(test.graph, job).commit;
  job.valid_to = Day(50);
  MustAdd(test.graph, job);
  QueryOptions options;
  options.valid_at = Day(70);
  CHECK(Solve(test.graph, "SELECT ?x { ?x :worksAt ?y }", options).empty());
  options.as_of = PointInTime(first);
  CHECK(Solve(test.graph, "SELECT ?x { ?x :worksAt ?y }", options) ==
        Rows{{"Curie"}});
}

TEST_CASE("a least weight that is none is refused", "[query]") {
  TestGraph test;
  for (const float weight : {-0.5f, 1.5f, std::nanf("")}) {
    QueryOptions options;
    options.min_weight = weight;
    const auto result = test.graph.Query("ASK { }", options);
    CHECK(absl::IsInvalidArgument(result.status()));
    REQUIRE(FieldErrors(result.status()).size() == 1);
    CHECK(FieldErrors(result.status())[0].path[0] == "min_weight");
  }
}

}  // namespace
}  // namespace skg::test
