// QueryOptions::parameters, UpdateOptions::parameters and prepared queries.
#include "skg/parameters.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/open_graph.h"
#include "engine/update_fixture.h"
#include "skg/field_error.h"
#include "skg/prepared_query.h"

namespace skg::test {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows All(absl::StatusOr<QueryResult> result) {
  REQUIRE_OK(result);
  Rows all, rows;
  while (true) {
    const auto more = result->Next(rows);
    REQUIRE_OK(more);
    if (!*more) break;
    all.insert(all.end(), rows.begin(), rows.end());
  }
  for (auto& row : all) {
    for (std::string& name : row) name = ShortIntegers(std::move(name));
  }
  std::sort(all.begin(), all.end());
  return all;
}

Rows Ask(const Graph& graph, const std::string& text,
         const ParameterValues& parameters) {
  INFO(text);
  QueryOptions options;
  options.parameters = parameters;
  return All(graph.Query(text, options));
}

void Fill(Graph& graph) {
  MustAddAll(
      graph,
      {Triple("curie", "found", "radium"), Triple("curie", "found", "polonium"),
       Triple("davy", "found", "sodium"), Triple("davy", "knows", "curie"),
       Triple("radium", "number", IntegerLiteral(88)),
       Triple("sodium", "number", IntegerLiteral(11)),
       Triple("curie", "name", LanguageLiteral("Marie", "fr")),
       In("g", Triple("davy", "found", "boron"))});
}

TEST_CASE("a parameter stands for its variable wherever the name is") {
  TestGraph test;
  Fill(test.graph);
  struct Case {
    const char* name;
    const char* text;
    ParameterValues parameters;
    Rows want;
  };
  const Case cases[] = {
      {"subject",
       "SELECT ?what { $who :found ?what }",
       {{"who", "curie"}},
       {{"polonium"}, {"radium"}}},
      {"the column shows it",
       "SELECT ?who ?what { ?who :found ?what }",
       {{"who", "davy"}},
       {{"davy", "sodium"}}},
      {"all columns",
       "SELECT * { ?who :found ?what }",
       {{"who", "davy"}},
       {{"davy", "sodium"}}},
      {"only columns of parameters, with repeats",
       "SELECT ?who { ?who :found ?what }",
       {{"who", "curie"}},
       {{"curie"}, {"curie"}}},
      {"distinct, with limit",
       "SELECT DISTINCT ?who { ?who :found ?what } LIMIT 3",
       {{"who", "curie"}},
       {{"curie"}}},
      {"two at once",
       "SELECT ?who { ?who ?how ?what }",
       {{"how", "found"}, {"what", "sodium"}},
       {{"davy"}}},
      {"a literal",
       "SELECT ?x { ?x :number ?n }",
       {{"n", IntegerLiteral(88)}},
       {{"radium"}}},
      {"in a filter, by value",
       "SELECT ?x { ?x :number ?n FILTER(?n > ?least) }",
       {{"least", DoubleLiteral(11.5)}},
       {{"radium"}}},
      {"BOUND is true",
       "SELECT ?x { ?x :knows ?y FILTER(BOUND(?z)) }",
       {{"z", "any"}},
       {{"davy"}}},
      {"in an expression of SELECT",
       "SELECT (CONCAT(?a, \"!\") AS ?b) {}",
       {{"a", StringLiteral("x")}},
       {{"\"x!\""}}},
      {"in OPTIONAL",
       "SELECT ?x ?n { ?x :knows ?y OPTIONAL { ?what :number ?n } }",
       {{"what", "sodium"}},
       {{"davy", "11"}}},
      {"in EXISTS",
       "SELECT ?x { ?x :found ?y FILTER EXISTS { ?y :number ?n } }",
       {{"n", IntegerLiteral(11)}},
       {{"davy"}}},
      {"in MINUS",
       "SELECT ?x { ?x :found ?y MINUS { ?x :knows ?whom } }",
       {{"whom", "curie"}},
       {{"curie"}, {"curie"}}},
      {"in a union, a branch of which lacks it",
       "SELECT ?who ?x { { ?who :knows ?x } UNION { ?x :number 88 } }",
       {{"who", "davy"}},
       {{"davy", "curie"}, {"davy", "radium"}}},
      {"in a subquery that does not select it",
       "SELECT ?c { { SELECT (COUNT(*) AS ?c) { ?who :found ?x } } }",
       {{"who", "curie"}},
       {{"2"}}},
      {"in a subquery that selects it",
       "SELECT ?x { ?who :knows ?x { SELECT ?who { ?who :found ?y } } }",
       {{"who", "davy"}},
       {{"curie"}}},
      {"as a key of groups",
       "SELECT ?who (COUNT(*) AS ?c) { ?who :found ?x } GROUP BY ?who",
       {{"who", "curie"}},
       {{"curie", "2"}}},
      {"as the key of no group",
       "SELECT ?who (COUNT(*) AS ?c) { ?who :found ?x } GROUP BY ?who",
       {{"who", "nobody"}},
       {}},
      {"in an aggregate and HAVING",
       "SELECT ?x (SUM(?n * ?f) AS ?s) { ?x :number ?n } GROUP BY ?x "
       "HAVING (SUM(?n * ?f) > ?f)",
       {{"f", IntegerLiteral(2)}},
       {{"radium", "176"}, {"sodium", "22"}}},
      {"in ORDER BY",
       "SELECT ?x { ?x :number ?n } ORDER BY ?f ?n LIMIT 1",
       {{"f", IntegerLiteral(2)}},
       {{"sodium"}}},
      {"VALUES keeps what agrees",
       "SELECT ?x ?y { VALUES (?x ?y) { (:a 1) (:b 2) (UNDEF 3) } }",
       {{"x", "a"}},
       {{"a", "1"}, {"a", "3"}}},
      {"VALUES of it alone declares it",
       "SELECT ?what { VALUES ?who { UNDEF } ?who :found ?what }",
       {{"who", "davy"}},
       {{"sodium"}}},
      {"as a graph",
       "SELECT ?x { GRAPH ?g { ?s :found ?x } }",
       {{"g", "g"}},
       {{"boron"}}},
      {"no graph is named by a literal",
       "SELECT ?x { GRAPH ?g { ?s :found ?x } }",
       {{"g", "\"g\""}},
       {}},
      {"no predicate is a literal",
       "SELECT ?x { ?x ?p ?o }",
       {{"p", "\"found\""}},
       {}},
      {"at the end of a path",
       "SELECT ?x { ?from :knows*/:found ?x }",
       {{"from", "davy"}},
       {{"polonium"}, {"radium"}, {"sodium"}}},
      {"in a triple term",
       "SELECT ?x { VALUES ?t { <<( :a :b :c )>> } FILTER(?t = TRIPLE(?s, :b, "
       ":c)) BIND(1 AS ?x) }",
       {{"s", "a"}},
       {{"1"}}},
      {"a language string",
       "SELECT ?x { ?x :name ?n }",
       {{"n", LanguageLiteral("Marie", "FR")}},
       {{"curie"}}},
      {"a name that looks like nothing in particular",
       "SELECT ?x { ?x ?p ?y }",
       {{"p", "no such thing } UNION { ?x ?q ?y"}},
       {}},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      CHECK(Ask(test.graph, c.text, c.parameters) == c.want);
      const auto prepared = test.graph.Prepare(c.text);
      REQUIRE_OK(prepared);
      CHECK(All(prepared->Run(c.parameters)) == c.want);
    }
  }
}

TEST_CASE("ASK, CONSTRUCT and DESCRIBE take parameters") {
  TestGraph test;
  Fill(test.graph);
  for (const char* who : {"curie", "nobody"}) {
    QueryOptions options;
    options.parameters = {{"who", who}};
    const auto yes = test.graph.Query("ASK { ?who :found ?x }", options);
    REQUIRE_OK(yes);
    CHECK(yes->boolean() == (who == std::string("curie")));
  }
  CHECK(Ask(test.graph,
            "CONSTRUCT { ?x :foundBy ?who . ?who :label ?label } "
            "{ ?who :found ?x }",
            {{"who", "davy"}, {"label", StringLiteral("D")}}) ==
        Rows{{"davy", "label", "\"D\""}, {"sodium", "foundBy", "davy"}});
  // A literal is no subject: the template makes nothing of it.
  CHECK(Ask(test.graph, "CONSTRUCT { ?s :p ?x } { :davy :found ?x }",
            {{"s", StringLiteral("D")}})
            .empty());
  CHECK(Ask(test.graph, "DESCRIBE ?what", {{"what", "radium"}}) ==
        Rows{{"radium", "number", "88"}});
}

TEST_CASE("a blank node that is a parameter is that node of the graph") {
  TestGraph test;
  MustAddAll(test.graph,
             {Triple("_:a", "is", "one"), Triple("_:b", "is", "two")});
  const Rows nodes = Ask(test.graph, "SELECT ?x { ?x :is :one }", {});
  REQUIRE(nodes.size() == 1);
  CHECK(Ask(test.graph, "SELECT ?y { ?x :is ?y }", {{"x", nodes[0][0]}}) ==
        Rows{{"one"}});
  CHECK(Ask(test.graph, "CONSTRUCT { ?x :was ?y } { ?x :is ?y }",
            {{"x", nodes[0][0]}}) == Rows{{nodes[0][0], "was", "one"}});
  CHECK(Ask(test.graph, "SELECT ?y { ?x :is ?y }", {{"x", "_:a"}}).empty());
}

TEST_CASE("a blank node names a graph, as a parameter and of a dataset") {
  TestGraph test;
  MustAddAll(
      test.graph,
      {In("_:g", Triple("a", "is", "one")), In("_:g", Triple("b", "is", "two")),
       In("_:h", Triple("a", "is", "three")), Triple("a", "is", "four")});
  const Rows names =
      Ask(test.graph, "SELECT ?g { GRAPH ?g { :b :is ?x } }", {});
  REQUIRE(names.size() == 1);
  const std::string g = names[0][0];
  const Rows of_g = {{"one"}, {"two"}};
  CHECK(Ask(test.graph, "SELECT ?x { GRAPH ?g { ?s :is ?x } }", {{"g", g}}) ==
        of_g);
  CHECK(Ask(test.graph, "SELECT ?g { GRAPH ?g {} }", {{"g", g}}) == Rows{{g}});
  CHECK(Ask(test.graph,
            "SELECT ?c { GRAPH ?g { SELECT (COUNT(*) AS ?c) { ?s ?p ?o } } }",
            {{"g", g}}) == Rows{{"2"}});
  CHECK(Ask(test.graph,
            "SELECT ?x { ?s :is ?x FILTER EXISTS { GRAPH ?g { ?s :is :one } } "
            "MINUS { GRAPH ?g { ?s :is :two } } }",
            {{"g", g}}) == Rows{{"four"}});
  CHECK(Ask(test.graph, "SELECT ?x { GRAPH ?g { ?s :is+ ?x } }", {{"g", g}}) ==
        of_g);
  CHECK(Ask(test.graph, "SELECT ?x { GRAPH ?g { ?s :is ?x } }", {{"g", "_:g"}})
            .empty());

  CHECK(All(test.graph.Query("SELECT ?x { ?s :is ?x }",
                             {.default_graphs = {g}})) == of_g);
  CHECK(All(test.graph.Query("SELECT ?x { GRAPH ?g { ?s :is ?x } }",
                             {.named_graphs = {g}})) == of_g);
  CHECK(All(test.graph.Query("SELECT ?x { ?s :is ?x }",
                             {.default_graphs = {"_:g"}}))
            .empty());

  UpdateOptions options;
  options.parameters = {{"g", g}};
  MustUpdate(test.graph,
             "DELETE { GRAPH ?g { ?s ?p ?o } } INSERT { GRAPH ?g { ?s :was ?o "
             "} } WHERE { GRAPH ?g { ?s ?p ?o . FILTER(?o = :one) } }",
             options);
  options.parameters.clear();
  options.default_graphs = {g};
  MustUpdate(test.graph, "INSERT { :all :saw ?o } WHERE { ?s ?p ?o }", options);
  CHECK(Ask(test.graph, "SELECT ?p ?o { GRAPH ?g { ?s ?p ?o } }", {{"g", g}}) ==
        Rows{{"is", "two"}, {"was", "one"}});
  CHECK(Ask(test.graph, "SELECT ?o { :all :saw ?o }", {}) == of_g);
}

TEST_CASE("parameters that are wrong are named") {
  TestGraph test;
  Fill(test.graph);
  struct Case {
    const char* text;
    ParameterValues parameters;
    const char* field;  // null: the message tells
    const char* says;
  };
  const Case cases[] = {
      {"SELECT * { ?s ?p ?o }", {{"x", "a"}}, "x", "no variable ?x"},
      {"SELECT * { ?s ?p ?o }", {{"$s", "a"}}, "$s", "without ? or $"},
      {"SELECT * { ?s ?p ?o }", {{".b", "a"}}, ".b", "no variable"},
      {"SELECT * { _:b ?p ?o }", {{"", "a"}}, "", "no variable"},
      {"SELECT * { ?s ?p ?o }", {{"s", ""}}, "s", "empty"},
      {"SELECT * { ?s ?p ?o }", {{"s", "<not an iri>"}}, "s", "malformed"},
      {"SELECT * { ?s ?p ?o }", {{"s", "<urn:a> ?p"}}, "s", "malformed"},
      {"SELECT * { ?s ?p ?o }", {{"s", "\"a\" . ?x"}}, "s", "malformed"},
      {"SELECT * { ?s ?p ?o }", {{"o", "\xff"}}, "o", "UTF-8"},
      {"SELECT * { BIND(1 AS ?x) }", {{"x", "a"}}, nullptr, "?x"},
      {"SELECT (1 AS ?x) {}", {{"x", "a"}}, nullptr, "?x"},
      {"SELECT (COUNT(*) AS ?x) { ?s ?p ?o }", {{"x", "a"}}, nullptr, "?x"},
      {"SELECT ?x { ?s ?p ?o } GROUP BY (?s AS ?x)",
       {{"x", "a"}},
       nullptr,
       "?x"},
  };
  for (const Case& c : cases) {
    INFO(c.text << " " << c.says);
    QueryOptions options;
    options.parameters = c.parameters;
    const absl::Status status = test.graph.Query(c.text, options).status();
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(Message(status).find(c.says) != std::string::npos);
    const std::vector<FieldError> errors = FieldErrors(status);
    if (c.field == nullptr) continue;
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].path == std::vector<std::string>{"parameters", c.field});
  }
}

// Each value comes back as it was, and nothing but the statement that has it.
TEST_CASE("no value changes what the text asks") {
  TestGraph test;
  const std::vector<std::string> values = {
      "\"",
      "\\",
      "\" . ?s ?p ?o . #",
      "}} UNION {{ ?s ?p ?o",
      "?o",
      "$x",
      "<urn:x>",
      "a\nb\r\t",
      "'''\"\"\"",
      "\\u0022",
      "; DROP ALL ;",
      "",
      "\xC3\xA9\xF0\x9F\x98\x80",
  };
  std::vector<NewStatement> statements;
  for (size_t i = 0; i < values.size(); ++i) {
    statements.push_back(
        Triple(absl::StrCat("s", i), "says", StringLiteral(values[i])));
  }
  MustAddAll(test.graph, statements);
  for (size_t i = 0; i < values.size(); ++i) {
    INFO(values[i]);
    const std::string literal = StringLiteral(values[i]);
    CHECK(Ask(test.graph, "SELECT ?s ?v { ?s :says ?v }", {{"v", literal}}) ==
          Rows{{absl::StrCat("s", i), literal}});
    CHECK(Ask(test.graph, "SELECT (STRLEN(?v) AS ?n) {}", {{"v", literal}})
              .size() == 1);
    UpdateOptions options;
    options.parameters = {{"v", literal}, {"s", absl::StrCat("t", i)}};
    const UpdateResult result = MustUpdate(
        test.graph, "INSERT { ?s :repeats ?v } WHERE { ?x :says ?v }", options);
    CHECK(result.inserted == 1);
    CHECK(result.removed == 0);
  }
  CHECK(MustCount(test.graph) == 2 * values.size());
}

TEST_CASE("updates take parameters in all of their operations") {
  TestGraph test;
  Fill(test.graph);
  UpdateOptions options;
  options.parameters = {{"who", "curie"}, {"year", IntegerLiteral(1898)}};
  const UpdateResult done = MustUpdate(
      test.graph,
      "INSERT { ?x :year ?year } WHERE { ?who :found ?x };"
      "INSERT DATA { :a :b :c };"
      "DELETE { ?who ?p ?o } INSERT { GRAPH ?who { ?who ?p ?o } } WHERE "
      "{ ?who ?p ?o };"
      "DELETE WHERE { ?x :knows ?who }",
      options);
  CHECK(done.inserted == 2 + 1 + 3);
  CHECK(done.removed == 3 + 1);
  CHECK(Ask(test.graph, "SELECT ?x { ?x :year 1898 }", {}) ==
        Rows{{"polonium"}, {"radium"}});
  CHECK(Ask(test.graph, "SELECT ?o { GRAPH :curie { ?s :found ?o } }", {}) ==
        Rows{{"polonium"}, {"radium"}});

  options.parameters = {{"nobody", "x"}};
  const absl::Status unknown =
      test.graph.Update("DELETE WHERE { ?a ?b ?c }", options).status();
  CHECK(unknown.code() == absl::StatusCode::kInvalidArgument);
  CHECK(FieldErrors(unknown).size() == 1);
  options.parameters = {{"x", "a"}};
  CHECK(CodeOf(test.graph, "INSERT { :a :b ?x } WHERE { BIND(1 AS ?x) }",
               options) == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("a prepared query asks the state that is the present one then") {
  TestGraph test;
  Fill(test.graph);
  const auto prepared =
      test.graph.Prepare("SELECT ?who ?x { ?who :found ?x } ORDER BY ?x");
  REQUIRE_OK(prepared);
  CHECK(prepared->form() == QueryResult::Form::kSolutions);
  CHECK(prepared->variables() == std::vector<std::string>{"who", "x"});
  const auto before = test.graph.Latest();
  REQUIRE_OK(before);
  const auto of_view = before->Prepare("SELECT ?x { ?who :found ?x }");
  REQUIRE_OK(of_view);

  CHECK(All(prepared->Run()).size() == 3);
  CHECK(All(prepared->Run({{"who", "bohr"}})).empty());
  MustAdd(test.graph, Triple("bohr", "found", "hafnium"));
  CHECK(All(prepared->Run({{"who", "bohr"}})) == Rows{{"bohr", "hafnium"}});
  CHECK(All(prepared->RunOn(*before, {{"who", "bohr"}})).empty());
  CHECK(All(of_view->Run({{"who", "bohr"}})).empty());
  QueryOptions options;
  options.as_of = before->commit();
  CHECK(All(prepared->Run({{"who", "bohr"}}, options)).empty());

  // What the two can have no sense of.
  CHECK(of_view->Run({}, options).status().code() ==
        absl::StatusCode::kInvalidArgument);
  options.as_of.reset();
  options.parameters = {{"who", "bohr"}};
  CHECK(prepared->Run({}, options).status().code() ==
        absl::StatusCode::kInvalidArgument);
  const Graph other = OpenGraph(*test.engine, "other");
  const auto elsewhere = other.Latest();
  REQUIRE_OK(elsewhere);
  CHECK(prepared->RunOn(*elsewhere).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("a text that is wrong cannot be prepared") {
  TestGraph test;
  const absl::Status status = test.graph.Prepare("SELECT { }").status();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(Message(status).find("SPARQL 1:") != std::string::npos);
  PrepareOptions options;
  options.max_text_bytes = 3;
  CHECK(test.graph.Prepare("ASK {}", options).status().code() ==
        absl::StatusCode::kResourceExhausted);
  CHECK(test.graph.Prepare("ASK { <a> ?p ?o }").status().code() ==
        absl::StatusCode::kInvalidArgument);
  options = {};
  options.base_iri = "http://x.example/";
  REQUIRE_OK(test.graph.Prepare("ASK { <a> ?p ?o }", options));
}

TEST_CASE("threads run one prepared query at a time each") {
  TestGraph test;
  std::vector<NewStatement> statements;
  constexpr int kSubjects = 50;
  for (int i = 0; i < kSubjects; ++i) {
    statements.push_back(
        Triple(absl::StrCat("s", i), "number", IntegerLiteral(i)));
  }
  MustAddAll(test.graph, statements);
  const auto prepared = test.graph.Prepare("SELECT ?n { ?s :number ?n }");
  REQUIRE_OK(prepared);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const PreparedQuery mine = *prepared;
      for (int i = 0; i < 100; ++i) {
        const int at = (i * 7 + t) % kSubjects;
        auto result = mine.Run({{"s", absl::StrCat("s", at)}});
        Rows rows;
        const bool right = result.ok() && result->Next(rows).value_or(false) &&
                           rows == Rows{{IntegerLiteral(at)}};
        if (!right) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("literals as text are read back as they were") {
  CHECK(StringLiteral("a\"b\\c\n") == "\"a\\\"b\\\\c\\n\"");
  CHECK(LanguageLiteral("a", "EN") == "\"a\"@en");
  CHECK(IntegerLiteral(-7) ==
        "\"-7\"^^<http://www.w3.org/2001/XMLSchema#integer>");
  CHECK(DoubleLiteral(0.5) ==
        "\"5.0E-1\"^^<http://www.w3.org/2001/XMLSchema#double>");
  CHECK(BooleanLiteral(true) ==
        "\"true\"^^<http://www.w3.org/2001/XMLSchema#boolean>");
  CHECK(TypedLiteral("x", "urn:t") == "\"x\"^^<urn:t>");
  TestGraph test;
  CHECK(test.graph.Add(Triple("a", "b", TypedLiteral("x", "no iri")))
            .status()
            .code() == absl::StatusCode::kInvalidArgument);
  CHECK(test.graph.Add(Triple("a", "b", LanguageLiteral("x", "no tag")))
            .status()
            .code() == absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace skg::test
