// What queries answer, operator by operator, by examples.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "query/exec/query_graph.h"
#include "sparql/parser.h"

namespace skg::query::test {
namespace {

struct Case {
  const char* name;
  const char* query;
  std::vector<std::string> rows;
  bool ordered = false;
};

// Terms as in the naive dataset: <iri> and bare numbers. The IRIs of the data
// are relative, those of a query begin with the base that ToName takes away.
const NaiveDataset& People() {
  static const NaiveDataset kPeople = {
      {{"<b:ann>", "<b:knows>", "<b:bob>"},
       {"<b:bob>", "<b:knows>", "<b:cem>"},
       {"<b:cem>", "<b:knows>", "<b:ann>"},
       {"<b:dan>", "<b:knows>", "<b:dan>"},
       {"<b:ann>", "<b:age>", "30"},
       {"<b:bob>", "<b:age>", "40"},
       {"<b:cem>", "<b:age>", "30"},
       {"<b:ann>", "<b:is>", "<b:Person>"},
       {"<b:bob>", "<b:is>", "<b:Person>"}},
      {{"<b:g1>",
        {{"<b:ann>", "<b:likes>", "<b:tea>"},
         {"<b:bob>", "<b:likes>", "<b:tea>"}}},
       {"<b:g2>",
        {{"<b:ann>", "<b:likes>", "<b:tea>"},
         {"<b:ann>", "<b:likes>", "<b:g2>"}}}}};
  return kPeople;
}

const QueryGraph& Graph() {
  static const QueryGraph kGraph(People());
  return kGraph;
}

std::string Short(std::string term) {
  const size_t prefix = term.find("<b:");
  return prefix == 0 ? term.substr(3, term.size() - 4) : term;
}

Query Parse(const std::string& text) {
  auto query = sparql::ParseQuery("PREFIX : <b:> " + text, {});
  REQUIRE_OK(query);
  return *std::move(query);
}

std::vector<std::string> Answer(const std::string& text,
                                const QueryOptions& options = {}) {
  const Query query = Parse(text);
  const auto solutions = RunSelect(query, Graph().view(), options);
  REQUIRE_OK(solutions);
  std::vector<std::string> out;
  Batch batch;
  std::vector<std::vector<std::optional<rdf::Term>>> rows;
  for (;;) {
    const auto more = (*solutions)->Next(batch);
    REQUIRE_OK(more);
    if (!*more) return out;
    REQUIRE_OK((*solutions)->Decode(batch, &rows));
    for (const auto& row : rows) {
      std::string line;
      for (const auto& term : row) {
        if (!line.empty()) line += " ";
        line += term ? Short(skg::test::ToNaive(*term)) : "-";
      }
      out.push_back(line);
    }
  }
}

const Case kCases[] = {
    {"one pattern", "SELECT ?o { :ann :age ?o }", {"30"}},
    {"a repeated variable", "SELECT ?x { ?x :knows ?x }", {"dan"}},
    {"an unknown term", "SELECT * { ?x :nothing ?y }", {}},
    {"the empty pattern", "SELECT ?x { }", {"-"}},
    {"a chain",
     "SELECT ?a ?c { ?a :knows ?b . ?b :knows ?c }",
     {"ann cem", "bob ann", "cem bob", "dan dan"}},
    {"a triangle",
     "SELECT ?a { ?a :knows ?b . ?b :knows ?c . ?c :knows ?a }",
     {"ann", "bob", "cem", "dan"}},
    {"a product",
     "SELECT ?a ?b { ?a :is ?t . ?b :age 40 }",
     {"ann bob", "bob bob"}},
    {"optional",
     "SELECT ?a ?n { ?a :knows ?b OPTIONAL { ?a :age ?n } }",
     {"ann 30", "bob 40", "cem 30", "dan -"}},
    {"optional with a condition on the left side",
     "SELECT ?a ?b ?n { ?a :knows ?b OPTIONAL { ?b :age ?n FILTER(?a = :ann) } "
     "}",
     {"ann bob 40", "bob cem -", "cem ann -", "dan dan -"}},
    {"optional after optional joins what is bound",
     "SELECT ?x ?n { ?x :is :Person OPTIONAL { ?x :none ?n } "
     "OPTIONAL { ?x :age ?n } }",
     {"ann 30", "bob 40"}},
    {"union",
     "SELECT ?x ?y { { ?x :is ?t } UNION { ?y :age 40 } }",
     {"- bob", "ann -", "bob -"}},
    {"minus",
     "SELECT ?x { ?x :knows ?y MINUS { ?x :is :Person } }",
     {"cem", "dan"}},
    {"minus without a shared variable",
     "SELECT ?x { ?x :is :Person MINUS { ?y :age 30 } }",
     {"ann", "bob"}},
    {"filter on numbers", "SELECT ?x { ?x :age ?n FILTER(?n > 30) }", {"bob"}},
    {"a filter's error is false",
     "SELECT ?x { ?x :knows ?y FILTER(?y > 3) }",
     {}},
    {"bind",
     "SELECT ?x ?m { ?x :age ?n BIND(?n + 1 AS ?m) }",
     {"ann 31", "bob 41", "cem 31"}},
    {"values with UNDEF",
     "SELECT ?x ?n { ?x :age ?n VALUES (?x ?n) { (:ann UNDEF) (UNDEF 40) } }",
     {"ann 30", "bob 40"}},
    {"values that nothing matches",
     "SELECT ?x { ?x :age ?n VALUES ?x { :zoe } }",
     {}},
    {"count", "SELECT (COUNT(*) AS ?c) { ?x :knows ?y }", {"4"}},
    {"count of nothing", "SELECT (COUNT(*) AS ?c) { ?x :nothing ?y }", {"0"}},
    {"groups",
     "SELECT ?n (COUNT(?x) AS ?c) { ?x :age ?n } GROUP BY ?n",
     {"30 2", "40 1"}},
    {"sum, min, max",
     "SELECT (SUM(?n) AS ?s) (MIN(?n) AS ?a) (MAX(?n) AS ?b) { ?x :age ?n }",
     {"100 30 40"}},
    {"distinct aggregates",
     "SELECT (SUM(DISTINCT ?n) AS ?s) (COUNT(DISTINCT ?n) AS ?c) "
     "{ ?x :age ?n }",
     {"70 2"}},
    {"having",
     "SELECT ?n { ?x :age ?n } GROUP BY ?n HAVING(COUNT(*) > 1)",
     {"30"}},
    {"order",
     "SELECT ?x ?n { ?x :age ?n } ORDER BY DESC(?n) ?x",
     {"bob 40", "ann 30", "cem 30"},
     true},
    {"top",
     "SELECT ?x { ?x :age ?n } ORDER BY ?n DESC(?x) LIMIT 1 OFFSET 1",
     {"ann"},
     true},
    {"distinct", "SELECT DISTINCT ?n { ?x :age ?n }", {"30", "40"}},
    {"subquery with a limit",
     "SELECT ?x ?y { { SELECT ?x { ?x :age ?n } ORDER BY DESC(?n) LIMIT 1 } "
     "?x :knows ?y }",
     {"bob cem"}},
    {"a subquery's own variable",
     "SELECT ?x ?n { ?x :age ?n { SELECT ?x { ?x :knows ?n } } }",
     {"ann 30", "bob 40", "cem 30"}},
    {"exists",
     "SELECT ?x { ?x :age ?n FILTER EXISTS { ?x :is :Person } }",
     {"ann", "bob"}},
    {"not exists with an outer variable in its filter",
     "SELECT ?x { ?x :age ?n FILTER NOT EXISTS "
     "{ ?y :age ?m FILTER(?m > ?n) } }",
     {"bob"}},
    {"sequence and inverse",
     "SELECT ?x ?y { ?x :knows/^:knows ?y }",
     {"ann ann", "bob bob", "cem cem", "dan dan"}},
    {"one or more", "SELECT ?y { :ann :knows+ ?y }", {"ann", "bob", "cem"}},
    {"zero or more backwards", "SELECT ?x { ?x :knows* :dan }", {"dan"}},
    {"zero or one", "SELECT ?y { :ann :knows? ?y }", {"ann", "bob"}},
    {"a walk of no step from what is in no graph",
     "SELECT ?y { :zoe :knows* ?y }",
     {"zoe"}},
    {"but not for a variable that a join binds",
     "SELECT ?x ?y { VALUES ?x { :zoe } ?x :knows* ?y }",
     {}},
    {"alternative keeps duplicates",
     "SELECT ?y { :ann :knows|(:knows|:is) ?y }",
     {"Person", "bob", "bob"}},
    {"negated", "SELECT ?y { :ann !(:knows|:age) ?y }", {"Person"}},
    {"graph by name",
     "SELECT ?x { GRAPH :g1 { ?x :likes ?y } }",
     {"ann", "bob"}},
    {"graph by variable",
     "SELECT ?g ?x { GRAPH ?g { ?x :likes :tea } }",
     {"g1 ann", "g1 bob", "g2 ann"}},
    {"the graph's variable inside",
     "SELECT ?g { GRAPH ?g { ?x :likes ?g } }",
     {"g2"}},
    {"all graphs", "SELECT ?g { GRAPH ?g { } }", {"g1", "g2"}},
    {"no such graph",
     "SELECT ?x { GRAPH :g9 { OPTIONAL { ?x :likes ?y } } }",
     {}},
    {"a subquery in each graph",
     "SELECT ?g ?c { GRAPH ?g { SELECT (COUNT(*) AS ?c) { ?x :likes ?y } } }",
     {"g1 2", "g2 2"}},
    {"a path in each graph",
     "SELECT ?g ?y { GRAPH ?g { :ann :likes+ ?y } }",
     {"g1 tea", "g2 g2", "g2 tea"}},
    {"from merges and keeps each triple once",
     "SELECT ?x ?y FROM :g1 FROM :g2 { ?x :likes ?y }",
     {"ann g2", "ann tea", "bob tea"}},
    {"from named hides the others",
     "SELECT ?g ?x FROM NAMED :g2 { GRAPH ?g { ?x :likes :tea } }",
     {"g2 ann"}},
};

}  // namespace

TEST_CASE("queries answer as the standard says", "[query][exec]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      std::vector<std::string> want = c.rows;
      for (const bool plain : {false, true}) {
        QueryOptions options;
        if (plain) {
          options.plan.merge_join = options.plan.index_join = false;
          options.plan.reorder = options.plan.push_filters = false;
          options.plan.shortcuts = false;
        }
        std::vector<std::string> got = Answer(c.query, options);
        if (!c.ordered) {
          std::sort(got.begin(), got.end());
          std::sort(want.begin(), want.end());
        }
        CHECK(got == want);
      }
    }
  }
}

TEST_CASE("the default graph as union of all has each triple once",
          "[query][exec]") {
  QueryOptions options;
  options.union_default_graph = true;
  CHECK(Answer("SELECT (COUNT(*) AS ?c) { ?x :likes :tea }", options) ==
        std::vector<std::string>{"2"});
  CHECK(Answer("SELECT (COUNT(*) AS ?c) { ?x ?p ?y }", options) ==
        std::vector<std::string>{"12"});
}

TEST_CASE("parallel edges of a triple are one solution", "[query][exec]") {
  QueryGraph graph;
  const NaiveGraph triple = {{"<b:a>", "<b:p>", "<b:b>"}};
  graph.Add(triple, "", 0);
  graph.Add(triple, "", 1);
  const auto rows = Solve(Parse("SELECT ?x ?y { ?x :p ?y }"), graph.view());
  REQUIRE_OK(rows);
  CHECK(rows->size() == 1);
}

TEST_CASE("ask says whether there is a solution", "[query][exec]") {
  const auto yes = RunAsk(Parse("ASK { ?x :age 40 }"), Graph().view(), {});
  REQUIRE_OK(yes);
  CHECK(*yes);
  const auto no = RunAsk(Parse("ASK { ?x :age 41 }"), Graph().view(), {});
  REQUIRE_OK(no);
  CHECK_FALSE(*no);
}

namespace {

std::vector<rdf::TripleTerm> GraphOf(const std::string& text) {
  const auto answer = RunGraph(Parse(text), Graph().view(), {});
  REQUIRE_OK(answer);
  std::vector<rdf::TripleTerm> all, some;
  for (;;) {
    const auto more = (*answer)->Next(&some);
    REQUIRE_OK(more);
    if (!*more) return all;
    all.insert(all.end(), some.begin(), some.end());
  }
}

}  // namespace

TEST_CASE("construct fills its template, each triple once", "[query][exec]") {
  CHECK(GraphOf("CONSTRUCT { ?n :of ?x } { ?x :age ?n }").empty());
  CHECK(GraphOf("CONSTRUCT { ?x :has :age } { ?x :age ?n }").size() == 3);
  CHECK(GraphOf("CONSTRUCT { :some :age ?n } { ?x :age ?n }").size() == 2);
  const auto nodes = GraphOf(
      "CONSTRUCT { _:b :age ?n . _:b :of ?x } "
      "{ ?x :age ?n }");
  REQUIRE(nodes.size() == 6);
  CHECK(nodes[0].subject == nodes[1].subject);
  CHECK_FALSE(nodes[0].subject == nodes[2].subject);
}

TEST_CASE("a subquery's own variables are not those outside", "[query][exec]") {
  using Rows = std::vector<std::string>;
  CHECK(Answer("SELECT ?g { GRAPH ?g { { SELECT ?s { ?s ?g :g2 } } } }") ==
        Rows{"g2"});
  CHECK(Answer("SELECT ?g { GRAPH ?g { :ann :likes :tea FILTER NOT EXISTS { "
               "SELECT ?s { ?s ?g :g2 } } } }") == Rows{"g1"});
  CHECK(Answer("SELECT ?s { ?s :likes ?g FILTER EXISTS { GRAPH ?g { { SELECT "
               "?s { ?s ?g :tea } } } } }")
            .empty());
  CHECK(
      Answer("SELECT ?g { { SELECT ?g { GRAPH :g2 { :ann :likes ?g } } } "
             "FILTER EXISTS { GRAPH ?g { { SELECT ?s { ?s ?g :g2 } } } } }") ==
      Rows{"g2"});
}

TEST_CASE("filters see what nobody else asks for", "[query][exec]") {
  using Rows = std::vector<std::string>;
  CHECK(Answer("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s :likes+ ?o } "
               "FILTER(?g != :g1) }") == Rows{"2"});
  CHECK(Answer("SELECT ?v { GRAPH ?g { VALUES (?u ?v) { (1 2) } } "
               "FILTER(?u = 1 && ?g = :g1) }") == Rows{"2"});
  CHECK(Answer("SELECT ?s { { SELECT ?s ?a { ?s :age ?a } ORDER BY ?s LIMIT 3 "
               "} FILTER(?a > 30) }") == Rows{"bob"});
  CHECK(Answer("SELECT ?s { { SELECT ?s ?a { ?s :age ?a } ORDER BY ?s } "
               "FILTER(?a > 30) }") == Rows{"bob"});
}

TEST_CASE("what is given is compared with what EXISTS in EXISTS assigns",
          "[query][exec]") {
  CHECK(Answer("SELECT ?s { ?s :age ?a FILTER NOT EXISTS { VALUES ?z { 1 } "
               "FILTER EXISTS { VALUES ?s { :bob } } } } ORDER BY ?s") ==
        std::vector<std::string>{"ann", "cem"});
}

TEST_CASE("describe gives the statements about a resource", "[query][exec]") {
  CHECK(GraphOf("DESCRIBE :ann").size() == 3);
  CHECK(GraphOf("DESCRIBE ?x { ?x :age 40 }").size() == 3);
  CHECK(GraphOf("DESCRIBE :nobody").empty());
}

TEST_CASE("service without a client is refused unless silent",
          "[query][exec]") {
  const auto refused = Solve(
      Parse("SELECT ?x { SERVICE <http://e/> { ?x :p ?y } }"), Graph().view());
  CHECK(refused.status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK(Answer("SELECT ?x { SERVICE SILENT <http://e/> { ?x :p ?y } }") ==
        std::vector<std::string>{"-"});
}

TEST_CASE("plans and profiles are shown", "[query][exec]") {
  const Query query =
      Parse("SELECT ?a ?c { ?a :knows ?b . ?b :knows ?c } ORDER BY ?a");
  QueryOptions options;
  options.profile = true;
  const auto solutions = RunSelect(query, Graph().view(), options);
  REQUIRE_OK(solutions);
  Batch batch;
  while (*(*solutions)->Next(batch)) {
  }
  const std::string text = (*solutions)->ExplainText();
  INFO(text);
  CHECK(text.find("sort") != std::string::npos);
  CHECK(text.find("scan ?a <b:knows> ?b") != std::string::npos);
  CHECK(text.find("[rows 4") != std::string::npos);
  const std::string json = (*solutions)->ExplainJson();
  CHECK(json.find("\"profile\":{\"runs\":1,\"rows\":4") != std::string::npos);
}

}  // namespace skg::query::test
