// A statement's record through its implicit reifier, in queries.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "engine/open_graph.h"

namespace skg::test {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr char kPrefix[] =
    "PREFIX skg: <urn:skg-vocabulary:>\n"
    "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>\n"
    "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n";

Rows Solve(const Graph& graph, const std::string& text,
           const QueryOptions& options = {}) {
  INFO(text);
  auto result = graph.Query(kPrefix + text, options);
  REQUIRE_OK(result);
  Rows all, rows;
  while (true) {
    const auto more = result->Next(rows);
    REQUIRE_OK(more);
    if (!*more) break;
    for (auto& row : rows) all.push_back(std::move(row));
  }
  std::sort(all.begin(), all.end());
  return all;
}

bool Ask(const Graph& graph, const std::string& text) {
  INFO(text);
  const auto result = graph.Query(kPrefix + text);
  REQUIRE_OK(result);
  return result->boolean();
}

std::string Decimal(const std::string& text) {
  return "\"" + text + "\"^^<http://www.w3.org/2001/XMLSchema#decimal>";
}
std::string Time(const std::string& text) {
  return "\"" + text + "\"^^<http://www.w3.org/2001/XMLSchema#dateTime>";
}

NewStatement WithRecord() {
  NewStatement s = Triple("Curie", "worksAt", "Sorbonne", 0.95f);
  s.valid_from = absl::FromUnixSeconds(0);
  s.valid_to = absl::FromUnixSeconds(86400);
  s.metadata = R"({"role":"professor","since":1906,"sure":true,"share":0.5,)"
               R"("tags":["a",1,null],"more":{"x":1},"none":null,"a key":"b"})";
  return s;
}

TEST_CASE("weights through all spellings of a reifier", "[query][record]") {
  TestGraph test;
  MustAdd(test.graph, WithRecord());
  MustAdd(test.graph, Triple("Curie", "discovered", "Radium", 0.5f));
  const Rows want = {{Decimal("0.95")}};
  for (const char* const text :
       {"SELECT ?w { << :Curie :worksAt :Sorbonne >> skg:weight ?w }",
        "SELECT ?w { :Curie :worksAt :Sorbonne {| skg:weight ?w |} }",
        "SELECT ?w { :Curie :worksAt :Sorbonne ~ ?r {| skg:weight ?w |} }",
        "SELECT ?w { ?r rdf:reifies <<( :Curie :worksAt :Sorbonne )>> ;"
        " skg:weight ?w }",
        "SELECT ?w { [] rdf:reifies <<( ?s :worksAt ?o )>> ; skg:weight ?w }",
        "SELECT ?w { << ?s ?p ?o >> skg:weight ?w FILTER(?o = :Sorbonne) }",
        "SELECT ?w { BIND(<<( :Curie :worksAt :Sorbonne )>> AS ?t)"
        " ?r rdf:reifies ?t . ?r skg:weight ?w }",
        "SELECT ?w { ?x :worksAt ?y . ?r skg:weight ?w ; rdf:reifies ?t"
        " FILTER(SUBJECT(?t) = ?x && OBJECT(?t) = ?y) }",
        "SELECT ?w { ?s ?p :Sorbonne OPTIONAL { << ?s ?p :Sorbonne >>"
        " skg:weight ?w } }"}) {
    CHECK(Solve(test.graph, text) == want);
  }
  CHECK(Solve(test.graph, "SELECT ?o { << :Curie ?p ?o >> skg:weight 0.50 }") ==
        Rows{{"Radium"}});
  CHECK(
      Ask(test.graph, "ASK { << ?s ?p ?o >> skg:weight \"5E-1\"^^xsd:float }"));
  CHECK_FALSE(Ask(test.graph, "ASK { << ?s ?p ?o >> skg:weight 0.7 }"));
  CHECK_FALSE(Ask(test.graph, "ASK { << ?s ?p ?o >> skg:weight \"0.5\" }"));
  CHECK_FALSE(Ask(test.graph, "ASK { << :a :b :c >> skg:weight ?w }"));
}

TEST_CASE("all reserved properties", "[query][record]") {
  TestGraph test;
  const CommitResult first = MustAdd(test.graph, WithRecord());
  const auto value = [&](const std::string& property) {
    const Rows rows = Solve(
        test.graph, "SELECT ?v { << :Curie ?p ?o >> " + property + " ?v }");
    return rows.empty() ? "" : rows[0][0];
  };
  const auto text = [](absl::Time time) {
    return Time(
        absl::FormatTime("%E4Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone()));
  };
  CHECK(value("skg:createdAt") == text(first.time));
  CHECK(value("skg:updatedAt") == text(first.time));
  NewStatement changed = WithRecord();
  changed.weight = 0.25f;
  const CommitResult second = MustAdd(test.graph, changed);
  CHECK(value("skg:createdAt") == text(first.time));
  CHECK(value("skg:updatedAt") == text(second.time));
  CHECK(value("skg:validFrom") == Time("1970-01-01T00:00:00Z"));
  CHECK(value("skg:validTo") == Time("1970-01-02T00:00:00Z"));
  const std::string xsd = "^^<http://www.w3.org/2001/XMLSchema#";
  const std::string json =
      "^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON>";
  CHECK(value("<urn:skg-vocabulary:meta/role>") == "\"professor\"");
  CHECK(value("<urn:skg-vocabulary:meta/since>") ==
        "\"1906\"" + xsd + "integer>");
  CHECK(value("<urn:skg-vocabulary:meta/sure>") ==
        "\"true\"" + xsd + "boolean>");
  CHECK(value("<urn:skg-vocabulary:meta/share>") ==
        "\"5.0E-1\"" + xsd + "double>");
  CHECK(value("<urn:skg-vocabulary:meta/tags>") ==
        R"("[\"a\",1,null]")" + json);
  CHECK(value("<urn:skg-vocabulary:meta/more>") == R"("{\"x\":1}")" + json);
  CHECK(value("<urn:skg-vocabulary:meta/none>") == "\"null\"" + json);
  CHECK(value("<urn:skg-vocabulary:meta/a%20key>") == "\"b\"");
  CHECK(value("<urn:skg-vocabulary:meta/absent>").empty());
  CHECK(value("skg:metadata").starts_with("\"{\\\"role\\\""));

  MustAdd(test.graph, Triple("Einstein", "born", "Ulm"));
  CHECK(Solve(test.graph, "SELECT ?s { << ?s ?p ?o >> skg:validFrom ?v }") ==
        Rows{{"Curie"}});
  CHECK(Solve(test.graph, "SELECT ?s { << ?s ?p ?o >> skg:metadata ?v }") ==
        Rows{{"Curie"}});
  CHECK(Solve(test.graph,
              "SELECT ?w ?n { << :Curie ?p ?o >> skg:weight ?w ;"
              " <urn:skg-vocabulary:meta/since> ?n ; skg:validFrom ?f }") ==
        Rows{{Decimal("0.25"), "\"1906\"" + xsd + "integer>"}});
}

TEST_CASE("nothing else meets records", "[query][record]") {
  TestGraph test;
  MustAdd(test.graph, WithRecord());
  CHECK(Solve(test.graph, "SELECT * { ?s ?p ?o }").size() == 1);
  CHECK(Solve(test.graph, "SELECT * { ?r ?p ?w FILTER(?p = skg:weight) }")
            .empty());
  CHECK(Solve(test.graph, "SELECT * { ?r rdf:reifies ?t }").empty());
  CHECK(Solve(test.graph, "SELECT * { ?r skg:weight/rdf:value ?w }").empty());
  // An implicit reifier has no other properties.
  CHECK(
      Solve(test.graph, "SELECT * { ?r skg:weight ?w ; :source ?x }").empty());
}

TEST_CASE("parallel edges have a reifier each", "[query][record]") {
  TestGraph test;
  std::map<std::string, std::string> weights;  // by id
  for (uint32_t edge = 0; edge < 3; ++edge) {
    NewStatement s =
        Triple("a", "knows", "b", 0.25f * static_cast<float>(edge));
    s.edge = edge;
    MustAdd(test.graph, s);
  }
  MustAdd(test.graph, In("g", Triple("a", "knows", "b", 0.9f)));
  CHECK(Solve(test.graph, "SELECT ?w { << :a :knows :b >> skg:weight ?w }") ==
        Rows{{Decimal("0.0")}, {Decimal("0.25")}, {Decimal("0.5")}});
  CHECK(Solve(test.graph, "SELECT * { :a :knows ?x }").size() == 1);
  CHECK(Solve(test.graph,
              "SELECT ?w { GRAPH ?g { << :a :knows :b >> skg:weight ?w } }") ==
        Rows{{Decimal("0.9")}});
  QueryOptions all;
  all.union_default_graph = true;
  CHECK(Solve(test.graph, "SELECT ?w { << :a ?p ?o >> skg:weight ?w }", all)
            .size() == 4);

  StatementPattern pattern = Where("a", "knows", "b", "");
  for (const Statement& s : Matches(test.graph, pattern)) {
    const std::string reifier = "<urn:uuid:" + s.id + ">";
    const Rows found =
        Solve(test.graph, "SELECT ?w ?o { " + reifier +
                              " skg:weight ?w ;"
                              " rdf:reifies <<( :a :knows ?o )>> }");
    REQUIRE(found.size() == 1);
    CHECK(found[0][0] == Decimal(s.weight == 0.25f  ? "0.25"
                                 : s.weight == 0.5f ? "0.5"
                                                    : "0.0"));
    CHECK(found[0][1] == "b");
    CHECK(Solve(test.graph, "SELECT ?r { VALUES ?r { " + reifier +
                                " } ?r skg:weight ?w }") == Rows{{reifier}});
    CHECK(Solve(test.graph,
                "SELECT ?r { << :a :knows :b ~ ?r >> skg:weight ?w"
                " FILTER(?r = " +
                    reifier + ") }") == Rows{{reifier}});
    CHECK_FALSE(
        Ask(test.graph, "ASK { GRAPH :g { " + reifier + " skg:weight ?w } }"));
  }
  CHECK_FALSE(Ask(test.graph,
                  "ASK { <urn:uuid:00000000-0000-0000-0000-"
                  "000000000000> skg:weight ?w }"));
  CHECK_FALSE(Ask(test.graph, "ASK { :a skg:weight ?w }"));
}

TEST_CASE("a filter of the weight bounds the scan", "[query][record]") {
  TestGraph test;
  std::vector<NewStatement> statements;
  for (int i = 0; i <= 1000; ++i) {
    statements.push_back(Triple("s" + std::to_string(i), "p", "o",
                                static_cast<float>(i) / 1000.0f));
  }
  MustAddAll(test.graph, statements);
  const auto count = [&](const std::string& condition) {
    return Solve(test.graph,
                 "SELECT ?s { << ?s :p ?o >> skg:weight ?w FILTER(" +
                     condition + ") }")
        .size();
  };
  CHECK(count("?w > 0.5") == 500);
  CHECK(count("?w >= 0.5") == 501);
  CHECK(count("0.1 > ?w") == 100);
  CHECK(count("?w <= 0.1") == 101);
  CHECK(count("?w = 0.333") == 1);
  CHECK(count("?w > 0.95 || ?w < 0.05") == 100);
  CHECK(count("?w >= 0.1 && ?w < 0.9") == 800);
  CHECK(count("?w > 2") == 0);
  CHECK(count("?w != 0.5") == 1000);
  const auto plan = test.graph.Query(
      std::string(kPrefix) +
      "SELECT ?s { << ?s :p ?o >> skg:weight ?w FILTER(?w > 0.5) }");
  REQUIRE_OK(plan);
  CHECK(plan->Explain().find("weight from 0.5 to 1") != std::string::npos);
  // The reifier that nobody can name is not computed.
  CHECK(plan->Explain().find("reifier") == std::string::npos);
}

TEST_CASE("records of the past, and of a graph without ids",
          "[query][record]") {
  TestGraph test;
  MustAdd(test.graph, Triple("a", "p", "b", 0.1f));
  MustAdd(test.graph, Triple("a", "p", "b", 0.2f));
  QueryOptions past;
  past.as_of = PointInTime(uint64_t{1});
  CHECK(Solve(test.graph, "SELECT ?w { << :a :p :b >> skg:weight ?w }", past) ==
        Rows{{Decimal("0.1")}});

  OpenGraphOptions options;
  options.create = true;
  options.statement_ids = false;
  auto bare = test.engine->OpenGraph("bare", options);
  REQUIRE_OK(bare);
  MustAdd(*bare, Triple("a", "p", "b", 0.1f));
  const Rows found =
      Solve(*bare, "SELECT ?r { << :a :p :b ~ ?r >> skg:weight ?w }");
  REQUIRE(found.size() == 1);
  CHECK(Solve(*bare, "SELECT ?w { " + found[0][0] + " skg:weight ?w }") ==
        Rows{{Decimal("0.1")}});
}

}  // namespace
}  // namespace skg::test
