// Graph::Query: SPARQL through the public API.
#include <algorithm>
#include <catch2/catch.hpp>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "engine/open_graph.h"
#include "skg/field_error.h"

namespace skg::test {
namespace {

using Rows = std::vector<std::vector<std::string>>;

QueryResult Run(const Graph& graph, const std::string& text,
                const QueryOptions& options = {}) {
  auto result = graph.Query(text, options);
  REQUIRE_OK(result);
  return *std::move(result);
}

Rows All(QueryResult result) {
  Rows all, rows;
  while (true) {
    const auto more = result.Next(rows);
    REQUIRE_OK(more);
    if (!*more) break;
    CHECK_FALSE(rows.empty());
    for (auto& row : rows) all.push_back(std::move(row));
  }
  CHECK(result.rows() == all.size());
  return all;
}

Rows Sorted(Rows rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::string Bytes(QueryResult result, ResultFormat format) {
  std::string out;
  REQUIRE_OK(result.Write(format, [&](std::string_view bytes) {
    out += bytes;
    return absl::OkStatus();
  }));
  return out;
}

void Fill(Graph& graph) {
  MustAdd(graph, Triple("Marie Curie", "discovered", "Radium"));
  MustAdd(graph, Triple("Marie Curie", "discovered", "Polonium"));
  MustAdd(graph, Triple("Radium", "number", "\"88\""));
  MustAdd(graph, Triple("Einstein", "discovered", "Relativity"));
}

TEST_CASE("names of the graph are the prefix : and come out as names") {
  TestGraph test;
  Fill(test.graph);
  QueryResult result = Run(test.graph,
                           "SELECT ?what ?n { :Marie%20Curie :discovered ?what "
                           "OPTIONAL { ?what :number ?n } }");
  CHECK(result.form() == QueryResult::Form::kSolutions);
  CHECK(result.variables() == std::vector<std::string>{"what", "n"});
  CHECK(Sorted(All(std::move(result))) ==
        Rows{{"Polonium", ""}, {"Radium", "\"88\""}});
}

TEST_CASE("a text that was read before means what it says each time") {
  TestGraph test;
  MustAdd(test.graph, Triple("<b:x>", "p", "\"1\""));
  MustAdd(test.graph, Triple("<c:x>", "p", "\"2\""));
  const std::string text = "SELECT ?o { <x> :p ?o }";
  QueryOptions b, c;
  b.base_iri = "b:";
  c.base_iri = "c:";
  for (int i = 0; i < 3; ++i) {
    CHECK(All(Run(test.graph, text, b)) == Rows{{"\"1\""}});
    CHECK(All(Run(test.graph, text, c)) == Rows{{"\"2\""}});
    CHECK(absl::IsInvalidArgument(test.graph.Query(text).status()));
    c.max_text_bytes = text.size() - 1;
    CHECK(absl::IsResourceExhausted(test.graph.Query(text, c).status()));
    c.max_text_bytes = text.size();
  }
  // Values of parameters are none of the text's.
  for (const std::string value : {"1", "2"}) {
    QueryOptions options;
    options.parameters = {{"o", "\"" + value + "\""}};
    CHECK(All(Run(test.graph, "SELECT ?s { ?s :p ?o }", options)).size() == 1);
  }
  CHECK(All(Run(test.graph, "SELECT ?s { ?s :p ?o }")).size() == 2);
  const std::string random = "SELECT (RAND() AS ?r) (BNODE() AS ?b) {}";
  CHECK(All(Run(test.graph, random)) != All(Run(test.graph, random)));
  // So many that the first ones are forgotten.
  for (int i = 0; i < 2000; ++i) {
    const std::string one = std::to_string(i % 700);
    CHECK(All(Run(test.graph, "SELECT (\"" + one + "\" AS ?n) {}")) ==
          Rows{{"\"" + one + "\""}});
  }
}

TEST_CASE("all forms of queries") {
  TestGraph test;
  Fill(test.graph);
  QueryResult yes = Run(test.graph, "ASK { ?x :number ?n }");
  CHECK(yes.form() == QueryResult::Form::kBoolean);
  CHECK(yes.boolean());
  CHECK(All(std::move(yes)).empty());
  CHECK_FALSE(Run(test.graph, "ASK { ?x :absent ?n }").boolean());

  QueryResult made =
      Run(test.graph, "CONSTRUCT { ?y :by ?x } WHERE { ?x :discovered ?y }");
  CHECK(made.form() == QueryResult::Form::kGraph);
  CHECK(Sorted(All(std::move(made))) == Rows{{"Polonium", "by", "Marie Curie"},
                                             {"Radium", "by", "Marie Curie"},
                                             {"Relativity", "by", "Einstein"}});
  CHECK(All(Run(test.graph, "DESCRIBE :Radium")) ==
        Rows{{"Radium", "number", "\"88\""}});
  CHECK(All(Run(test.graph, "SELECT (COUNT(*) AS ?n) { ?x :discovered ?y }")) ==
        Rows{{"\"3\"^^<http://www.w3.org/2001/XMLSchema#integer>"}});
}

TEST_CASE("answers as documents") {
  TestGraph test;
  Fill(test.graph);
  const std::string query = "SELECT ?x { ?x :number \"88\" }";
  CHECK(Bytes(Run(test.graph, query), ResultFormat::kCsv) ==
        "x\r\nurn:skg:Radium\r\n");
  CHECK(Bytes(Run(test.graph, query), ResultFormat::kTsv) ==
        "?x\n<urn:skg:Radium>\n");
  CHECK_THAT(Bytes(Run(test.graph, query), ResultFormat::kJson),
             Catch::Contains("urn:skg:Radium"));
  CHECK_THAT(Bytes(Run(test.graph, query), ResultFormat::kXml),
             Catch::Contains("<uri>urn:skg:Radium</uri>"));
  CHECK_THAT(Bytes(Run(test.graph, "ASK {}"), ResultFormat::kJson),
             Catch::Contains("true"));
  CHECK(Bytes(Run(test.graph, "DESCRIBE :Radium"), ResultFormat::kNTriples) ==
        "<urn:skg:Radium> <urn:skg:number> \"88\" .\n");
  CHECK_THAT(Bytes(Run(test.graph, "PREFIX s: <urn:skg:> DESCRIBE s:Radium"),
                   ResultFormat::kTurtle),
             Catch::Contains("s:Radium s:number \"88\""));

  std::string bytes;
  CHECK(absl::IsInvalidArgument(
      Run(test.graph, query).NextBytes(ResultFormat::kTurtle, bytes).status()));
  CHECK(absl::IsInvalidArgument(Run(test.graph, "DESCRIBE :Radium")
                                    .NextBytes(ResultFormat::kJson, bytes)
                                    .status()));
  CHECK(Run(test.graph, query)
            .Write(ResultFormat::kCsv,
                   [](std::string_view) { return absl::AbortedError("no"); })
            .code() == absl::StatusCode::kAborted);
}

TEST_CASE("a query asks one state, now or past") {
  TestGraph test;
  Fill(test.graph);
  const std::string count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";
  const auto number = [](int n) {
    return Rows{{"\"" + std::to_string(n) +
                 "\"^^<http://www.w3.org/2001/XMLSchema#integer>"}};
  };
  CHECK(All(Run(test.graph, count)) == number(4));
  CHECK(All(Run(test.graph, count, {.as_of = 2})) == number(2));
  const auto view = test.graph.AsOf(3);
  REQUIRE_OK(view);
  auto result = view->Query(count);
  REQUIRE_OK(result);
  MustAdd(test.graph, Triple("x", "y", "z"));
  CHECK(All(*std::move(result)) == number(3));
  CHECK(absl::IsInvalidArgument(view->Query(count, {.as_of = 1}).status()));
  CHECK(absl::IsOutOfRange(test.graph.Query(count, {.as_of = 99}).status()));
}

TEST_CASE("datasets: FROM, options, and the union") {
  TestGraph test;
  MustAdd(test.graph, Triple("a", "p", "b"));
  NewStatement named = Triple("c", "p", "d");
  named.graph = "g";
  MustAdd(test.graph, named);
  const std::string query = "SELECT ?s { ?s :p ?o }";
  CHECK(All(Run(test.graph, query)) == Rows{{"a"}});
  CHECK(Sorted(All(Run(test.graph, query, {.union_default_graph = true}))) ==
        Rows{{"a"}, {"c"}});
  CHECK(All(Run(test.graph, query, {.default_graphs = {"g"}})) == Rows{{"c"}});
  CHECK(All(Run(test.graph, query, {.default_graphs = {"<urn:skg:g>"}})) ==
        Rows{{"c"}});
  CHECK(All(Run(test.graph, "SELECT ?s FROM :g { ?s :p ?o }")) == Rows{{"c"}});
  CHECK(All(Run(test.graph, "SELECT ?g { GRAPH ?g { ?s :p ?o } }")) ==
        Rows{{"g"}});
  const auto wrong = test.graph.Query(query, {.named_graphs = {"g", "\"x\""}});
  REQUIRE(FieldErrors(wrong.status()).size() == 1);
  CHECK(FieldErrors(wrong.status())[0].path ==
        std::vector<std::string>{"named_graphs", "1"});
}

TEST_CASE("mistakes are told with their place") {
  TestGraph test;
  const auto wrong = test.graph.Query("SELECT ?x\nWHERE { ?x ?y }");
  CHECK(absl::IsInvalidArgument(wrong.status()));
  CHECK_THAT(std::string(wrong.status().message()), Catch::Contains("2:"));
  CHECK(absl::IsInvalidArgument(
      test.graph.Query("INSERT DATA { :a :b :c }").status()));
  CHECK(absl::IsInvalidArgument(
      test.graph.Query("SELECT * { <a> ?p ?o }").status()));
  CHECK(
      test.graph
          .Query("SELECT * { <a> ?p ?o }", {.base_iri = "http://example.org/"})
          .ok());
  CHECK(absl::IsResourceExhausted(
      test.graph.Query("ASK {}", {.max_text_bytes = 3}).status()));
  REQUIRE_OK(test.engine->DropGraph("main"));
  CHECK(absl::IsNotFound(test.graph.Query("ASK {}").status()));
}

// 300 x 300 x 300 x 300 combinations: far more than anybody waits for.
constexpr char kEndless[] =
    "SELECT ?a { ?a :p ?x . ?b :p ?y . ?c :p ?z . ?d :p ?w "
    "FILTER(STRLEN(CONCAT(STR(?x), STR(?y), STR(?z), STR(?w))) > 1000) }";

void FillMany(Graph& graph) {
  std::vector<NewStatement> many;
  std::vector<std::string> names;
  for (int i = 0; i < 300; ++i)
    names.push_back("node number " + std::to_string(i));
  for (const std::string& name : names) many.push_back(Triple(name, "p", name));
  REQUIRE_OK(graph.AddBatch(many).status());
}

TEST_CASE("a query ends at its deadline, when cancelled, and at its limits") {
  TestGraph test;
  FillMany(test.graph);
  Rows rows;
  QueryResult late = Run(test.graph, kEndless,
                         {.deadline = absl::Now() + absl::Milliseconds(50)});
  CHECK(absl::IsDeadlineExceeded(late.Next(rows).status()));
  CHECK(absl::IsDeadlineExceeded(late.Next(rows).status()));

  QueryResult stopped = Run(test.graph, kEndless);
  std::thread other([&] { stopped.Cancel(); });
  const auto ended = stopped.Next(rows);
  other.join();
  CHECK(absl::IsCancelled(ended.status()));

  // Also while the query itself answers: an ASK.
  std::stop_source source;
  std::thread stopper([&] {
    absl::SleepFor(absl::Milliseconds(50));
    source.request_stop();
  });
  const std::string ask = "ASK" + std::string(kEndless).substr(9);
  const auto asked = test.graph.Query(ask, {.stop = source.get_token()});
  stopper.join();
  CHECK(absl::IsCancelled(asked.status()));
  CHECK(absl::IsCancelled(
      test.graph.Query(kEndless, {.stop = source.get_token()}).status()));
  source = std::stop_source();
  QueryResult begun = Run(test.graph, kEndless, {.stop = source.get_token()});
  source.request_stop();
  CHECK(absl::IsCancelled(begun.Next(rows).status()));

  QueryResult few = Run(test.graph, "SELECT ?a { ?a :p ?b }", {.max_rows = 10});
  CHECK(absl::IsResourceExhausted(few.Next(rows).status()));
  QueryResult big = Run(
      test.graph, "SELECT DISTINCT ?a ?b ?c { ?a :p ?x . ?b :p ?y . ?c :p ?z }",
      {.memory_bytes = size_t{1} << 20});
  auto more = big.Next(rows);
  while (more.ok() && *more) more = big.Next(rows);
  CHECK(absl::IsResourceExhausted(more.status()));
}

TEST_CASE("what a query holds is taken from the engine's budget") {
  TestGraph test;
  FillMany(test.graph);
  const auto queries = [&] {
    for (const auto& use : test.engine->memory_use().reserved)
      if (use.first == "queries") return use.second;
    return size_t{0};
  };
  CHECK(queries() == 0);
  {
    QueryResult sorted =
        Run(test.graph, "SELECT ?a ?b { ?a :p ?x . ?b :p ?y } ORDER BY ?x ?y");
    Rows rows;
    REQUIRE_OK(sorted.Next(rows));
    CHECK(queries() > 0);
  }
  CHECK(queries() == 0);
}

TEST_CASE("a plan tells its steps, and what they did") {
  TestGraph test;
  Fill(test.graph);
  const std::string query = "SELECT ?x { ?x :discovered ?y . ?y :number ?n }";
  QueryResult plain = Run(test.graph, query);
  CHECK_THAT(plain.Explain(), Catch::Contains("scan"));
  CHECK_THAT(plain.Explain(ExplainFormat::kJson), Catch::StartsWith("{"));
  QueryResult measured = Run(test.graph, query, {.profile = true});
  Rows rows;
  REQUIRE_OK(measured.Next(rows));
  CHECK(measured.Explain() != plain.Explain());
}

}  // namespace
}  // namespace skg::test
