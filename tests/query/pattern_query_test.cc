// What the operators, orders and pages of pattern queries mean, by example.

#include <catch2/catch.hpp>
#include <string>

#include "query_fixture.h"

namespace skg::query {
namespace {

using test::Fact;
using test::Lines;
using test::TestGraph;

TestGraph Science() {
  TestGraph graph;
  graph.Add({{"Curie", "discovered", "Radium", 0.9f},
             {"Curie", "discovered", "Polonium", 0.8f},
             {"Curie", "field", "Physics"},
             {"Curie", "field", "Chemistry", 0.7f}});
  graph.Add({{"Einstein", "field", "Physics"},
             {"Einstein", "born",
              "\"1879\"^^<http://www.w3.org/2001/XMLSchema#gYear>"},
             {"Bohr", "field", "Physics", 0.5f}});
  graph.Add({{"Bohr", "knows", "Einstein", 0.6f},
             {"Einstein", "knows", "Bohr", 0.6f},
             {"Curie", "knows", "Einstein"},
             {"Bohr", "knows", "Bohr", 0.1f}});
  return graph;
}

TEST_CASE("the form pattern: strongest first, then oldest") {
  const TestGraph graph = Science();
  CHECK(graph.Rows(R"({"pattern":["Curie",null,null]})") ==
        Lines{"Curie field Physics", "Curie knows Einstein",
              "Curie discovered Radium", "Curie discovered Polonium",
              "Curie field Chemistry"});
  CHECK(graph.Rows(R"({"pattern":["Curie",null,null],"k":2})") ==
        Lines{"Curie field Physics", "Curie knows Einstein"});
  CHECK(graph.Rows(R"({"pattern":["Curie","*",null],"min_weight":0.9})") ==
        Lines{"Curie field Physics", "Curie knows Einstein",
              "Curie discovered Radium"});
  CHECK(
      graph
          .Rows(
              R"({"pattern":[null,"born",{"value":"1879","type":"xsd:gYear"}]})")
          .size() == 1);
  CHECK(graph.Rows(R"({"pattern":["curie",null,null]})").empty());
  CHECK(graph.Rows(R"({"pattern":[null,null,"Nobody"]})").empty());
}

TEST_CASE("variables of the form pattern only have to agree") {
  const TestGraph graph = Science();
  CHECK(graph.Rows(R"({"pattern":["?x","knows","?x"]})") ==
        Lines{"Bohr knows Bohr"});
  CHECK(graph.Run(R"({"pattern":["?x","knows","?y"]})").variables.empty());
}

TEST_CASE("one of patterns with AND is a plain match, oldest first") {
  const TestGraph graph = Science();
  CHECK(graph.Rows(R"({"patterns":[{"predicate":"field"}]})") ==
        Lines{"Curie field Physics", "Curie field Chemistry",
              "Einstein field Physics", "Bohr field Physics"});
  CHECK(graph.Rows(
            R"({"patterns":[{"predicate":"field"}],"limit":2,"offset":1})") ==
        Lines{"Curie field Chemistry", "Einstein field Physics"});
  CHECK(
      graph.Rows(R"({"patterns":[{"predicate":"field"}],"offset":4})").empty());
  CHECK(
      graph
          .Rows(
              R"({"patterns":[{"predicate":"field"}],"offset":18446744073709551615})")
          .empty());
  CHECK(
      graph.Rows(
          R"({"patterns":[{"predicate":"field","weight_min":0.5,"weight_max":0.7}]})") ==
      Lines{"Curie field Chemistry", "Bohr field Physics"});
}

TEST_CASE("orders, and ties by the names") {
  const TestGraph graph = Science();
  CHECK(
      graph.Rows(
          R"({"patterns":[{"predicate":"field"}],"order_by":"weight_desc"})") ==
      Lines{"Curie field Physics", "Einstein field Physics",
            "Curie field Chemistry", "Bohr field Physics"});
  CHECK(
      graph.Rows(
          R"({"patterns":[{"predicate":"field"}],"order_by":"weight_asc"})") ==
      Lines{"Bohr field Physics", "Curie field Chemistry",
            "Curie field Physics", "Einstein field Physics"});
  CHECK(
      graph.Rows(
          R"({"patterns":[{"predicate":"field"}],"order_by":"subject_desc"})") ==
      Lines{"Einstein field Physics", "Curie field Chemistry",
            "Curie field Physics", "Bohr field Physics"});
  CHECK(
      graph.Rows(
          R"({"patterns":[{"predicate":"field"}],"order_by":"object_asc"})") ==
      Lines{"Curie field Chemistry", "Bohr field Physics",
            "Curie field Physics", "Einstein field Physics"});
  CHECK(
      graph.Rows(
          R"({"patterns":[{"predicate":"field"}],"order_by":"created_at_desc"})") ==
      Lines{"Bohr field Physics", "Einstein field Physics",
            "Curie field Chemistry", "Curie field Physics"});
}

TEST_CASE(
    "names compare by code point, also where they hold NUL or are prefixes") {
  TestGraph graph;
  const std::string nul("<urn:skg:a%00>");
  graph.Add({{"a", "p", "x"},
             {"ab", "p", "x"},
             {"é", "p", "x"},
             {"B", "p", "x"},
             {"😀", "p", "x"},
             {"\xEF\xBF\xBD", "p", "x"},
             {nul, "p", "x"},
             {"a", "p", "b"}});
  std::vector<std::string> subjects;
  for (const Statement& s :
       graph.Run(R"({"patterns":[{}],"order_by":"subject_asc"})").statements) {
    subjects.push_back(s.subject);
  }
  CHECK(subjects == Lines{"B", "a", "a", std::string("a\0", 2), "ab", "é",
                          "\xEF\xBF\xBD", "😀"});
  std::reverse(subjects.begin(), subjects.end());
  std::vector<std::string> descending;
  for (const Statement& s :
       graph.Run(R"({"patterns":[{}],"order_by":"subject_desc"})").statements) {
    descending.push_back(s.subject);
  }
  CHECK(descending == subjects);
}

TEST_CASE("AND without variables: every pattern must match") {
  const TestGraph graph = Science();
  CHECK(graph.Rows(R"({"patterns":[{"subject":"Bohr","predicate":"field"},
                                   {"subject":"Curie","object":"Radium"}]})") ==
        Lines{"Curie discovered Radium", "Bohr field Physics"});
  CHECK(graph
            .Rows(R"({"patterns":[{"subject":"Bohr","predicate":"field"},
                                   {"subject":"Bohr","object":"Radium"}]})")
            .empty());
  CHECK(graph.Rows(R"({"patterns":[{"subject":"Bohr"},{"subject":"Bohr"}]})")
            .size() == 3);
}

TEST_CASE("OR is the distinct union") {
  const TestGraph graph = Science();
  CHECK(graph.Rows(R"({"patterns":[{"subject":"Bohr"},{"predicate":"knows"},
                                   {"subject":"Nobody"}],"operator":"OR"})") ==
        Lines{"Bohr field Physics", "Curie knows Einstein",
              "Einstein knows Bohr", "Bohr knows Einstein", "Bohr knows Bohr"});
  // A triple that an earlier pattern's weights leave out still comes by the
  // later one.
  CHECK(
      graph.Rows(
          R"({"patterns":[{"subject":"Bohr","weight_min":0.6},{"object":"Bohr"}],
                       "operator":"OR"})") ==
      Lines{"Einstein knows Bohr", "Bohr knows Einstein", "Bohr knows Bohr"});
}

TEST_CASE("NOT takes the others' matches away") {
  const TestGraph graph = Science();
  CHECK(graph.Rows(R"({"patterns":[{"subject":"Bohr"},{"predicate":"field"},
                                   {"object":"Bohr"}],"operator":"NOT"})") ==
        Lines{"Bohr knows Einstein"});
  CHECK(graph.Rows(R"({"patterns":[{"predicate":"field"}],"operator":"NOT"})")
            .size() == 7);
  CHECK(
      graph.Rows(R"({"patterns":[{"weight_max":0.9}],"operator":"NOT"})") ==
      Lines{"Curie field Physics", "Einstein field Physics",
            "Einstein born \"1879\"^^<http://www.w3.org/2001/XMLSchema#gYear>",
            "Curie knows Einstein"});
  CHECK(graph.Rows(R"({"patterns":[{"subject":"Nobody"}],"operator":"NOT"})")
            .size() == 11);
  CHECK(graph.Rows(R"({"patterns":[{}],"operator":"NOT"})").empty());
}

TEST_CASE("AND with variables joins") {
  const TestGraph graph = Science();
  const char* const query =
      R"({"patterns":[{"subject":"?who","predicate":"field","object":"Physics"},
                                            {"subject":"?who","predicate":"knows","object":"?friend"}]})";
  CHECK(graph.Rows(query) ==
        Lines{"Curie field Physics", "Einstein field Physics",
              "Bohr field Physics", "Curie knows Einstein",
              "Einstein knows Bohr", "Bohr knows Einstein", "Bohr knows Bohr"});
  CHECK(graph.Run(query).variables == Lines{"who", "friend"});
  // In the order of the first pattern's triples, then of the second's.
  CHECK(graph.Bindings(query) ==
        Lines{"who=Curie friend=Einstein", "who=Einstein friend=Bohr",
              "who=Bohr friend=Einstein", "who=Bohr friend=Bohr"});
}

TEST_CASE("only triples of a solution take part") {
  const TestGraph graph = Science();
  CHECK(
      graph.Rows(R"({"patterns":[{"subject":"?x","predicate":"discovered"},
                                   {"subject":"?x","predicate":"knows","object":"?y"},
                                   {"subject":"?y","predicate":"born"}]})") ==
      Lines{"Curie discovered Radium", "Curie discovered Polonium",
            "Einstein born \"1879\"^^<http://www.w3.org/2001/XMLSchema#gYear>",
            "Curie knows Einstein"});
  CHECK(
      graph.Bindings(R"({"patterns":[{"subject":"?x","predicate":"discovered"},
                                   {"subject":"?x","predicate":"knows","object":"?y"},
                                   {"subject":"?y","predicate":"born"}]})") ==
      Lines{"x=Curie y=Einstein"});
}

TEST_CASE(
    "variables for predicates, twice in one pattern, and across positions") {
  const TestGraph graph = Science();
  CHECK(
      graph.Bindings(
          R"({"patterns":[{"subject":"?x","predicate":"?p","object":"?x"}]})") ==
      Lines{"x=Bohr p=knows"});
  CHECK(graph.Bindings(R"({"patterns":[{"subject":"Curie","predicate":"?p"},
                                       {"subject":"Bohr","predicate":"?p"}]})") ==
        Lines{"p=field", "p=knows"});
  TestGraph schema;
  schema.Add({{"knows", "type", "Relation"},
              {"a", "knows", "b"},
              {"a", "likes", "b"}});
  CHECK(schema.Bindings(R"({"patterns":[{"subject":"?p","predicate":"type"},
                                        {"subject":"?s","predicate":"?p"}]})") ==
        Lines{"p=knows s=a"});
}

TEST_CASE(
    "independent parts of a conjunction combine without being multiplied out") {
  TestGraph graph;
  std::vector<Fact> facts;
  for (int i = 0; i < 300; ++i) {
    facts.push_back({"a" + std::to_string(i), "p", "x"});
    facts.push_back({"b" + std::to_string(i), "q", "x"});
    facts.push_back({"c" + std::to_string(i), "r", "x"});
  }
  graph.Add(facts);
  // 27 million solutions, of which the first few are wanted.
  const char* const query = R"({"patterns":[{"subject":"?a","predicate":"p"},
      {"subject":"?b","predicate":"q"},{"subject":"?c","predicate":"r"}],"limit":3,"offset":299})";
  CHECK(graph.Bindings(query) ==
        Lines{"a=a0 b=b0 c=c299", "a=a0 b=b1 c=c0", "a=a0 b=b1 c=c1"});
  CHECK(graph.Run(query).statements.size() == 3);
}

TEST_CASE("OR with variables unites solutions") {
  const TestGraph graph = Science();
  const char* const query =
      R"({"patterns":[{"subject":"?x","predicate":"discovered"},
      {"subject":"?x","predicate":"born","object":"?y"},{"subject":"?x","object":"Chemistry"}],
      "operator":"OR"})";
  CHECK(graph.Run(query).variables == Lines{"x", "y"});
  CHECK(
      graph.Bindings(query) ==
      Lines{"x=Curie",
            "x=Einstein y=\"1879\"^^<http://www.w3.org/2001/XMLSchema#gYear>"});
  CHECK(graph.Rows(query).size() == 4);
}

TEST_CASE("NOT with variables is an anti-join on those that are shared") {
  const TestGraph graph = Science();
  CHECK(
      graph.Bindings(
          R"({"patterns":[{"subject":"?x","predicate":"field","object":"Physics"},
                                       {"subject":"?x","predicate":"discovered"}],
                           "operator":"NOT"})") ==
      Lines{"x=Einstein", "x=Bohr"});
  // A variable of the negative pattern alone stands for anything.
  CHECK(
      graph
          .Rows(
              R"({"patterns":[{"subject":"?x","predicate":"knows","object":"?y"},
                                   {"subject":"?y","predicate":"knows","object":"?z"}],
                       "operator":"NOT"})")
          .empty());
  // Nothing shared: the triples themselves are taken away.
  CHECK(graph.Bindings(
            R"({"patterns":[{"subject":"?x","predicate":"knows","object":"?y"},
                                       {"subject":"Bohr"}],"operator":"NOT"})") ==
        Lines{"x=Curie y=Einstein", "x=Einstein y=Bohr"});
  const PatternResult alone = graph.Run(
      R"({"patterns":[{"subject":"?x","predicate":"knows","object":"?x"}],"operator":"NOT"})");
  CHECK(alone.variables.empty());
  CHECK(alone.statements.size() == 10);
}

TEST_CASE("the same triple in several graphs is one row") {
  TestGraph graph;
  graph.Add({{"a", "p", "b", 0.3f, "g2"},
             {"a", "p", "b", 0.6f, "g1"},
             {"a", "p", "c", 0.9f, "g1"}});
  graph.Add({{"a", "p", "b", 0.5f, "", R"({"from":"default"})"},
             {"a", "p", "b", 0.1f, "", "", 7}});
  const auto row = [&](std::string_view query) {
    const PatternResult result = graph.Run(query);
    REQUIRE(result.statements.size() == 1);
    return result.statements[0];
  };
  const Statement merged =
      row(R"({"pattern":["a","p","b"],"include_metadata":true})");
  CHECK(merged.graph.empty());
  CHECK(merged.weight == 0.5f);
  CHECK(merged.edge == 0);
  CHECK(merged.metadata == R"({"from":"default"})");
  // The first that matches: weights are looked at before.
  CHECK(row(R"({"patterns":[{"object":"b","weight_min":0.6}]})").graph == "g1");
  CHECK(row(R"({"patterns":[{"object":"b","weight_max":0.2}]})").edge == 7);
  CHECK(row(R"({"patterns":[{"object":"b","graph":"g2"}]})").weight == 0.3f);
  CHECK(row(R"({"patterns":[{"object":"b","graph":""}]})").weight == 0.5f);
  CHECK(graph.Rows(R"({"patterns":[{"graph":"g1"}]})").size() == 2);
  CHECK(graph.Rows(R"({"patterns":[{"graph":"nowhere"}]})").empty());
  CHECK(graph.Rows(R"({"patterns":[{}]})").size() == 2);
}

TEST_CASE("a triple of several statements is one row across batches too") {
  TestGraph graph;
  std::vector<Fact> facts;
  for (int i = 0; i < 3000; ++i) {
    const std::string subject = "s" + std::to_string(i);
    facts.push_back({subject, "p", "o", 0.25f});
    facts.push_back({subject, "p", "o", 0.75f, "g"});
    facts.push_back({subject, "p", "o", 0.75f, "", "", 1});
  }
  graph.Add(facts);
  const PatternQueryOptions options = {.max_results = 100000};
  CHECK(graph.Run(R"({"patterns":[{}],"limit":100000})", options)
            .statements.size() == 3000);
  const PatternResult heavy =
      graph.Run(R"({"patterns":[{"weight_min":0.5}],"limit":100000})", options);
  CHECK(heavy.statements.size() == 3000);
  CHECK(heavy.statements[0].edge == 1);
  // Every triple matches the first pattern by another of its statements.
  CHECK(graph
            .Rows(R"({"patterns":[{"weight_min":0.5},{"weight_max":0.5}],
                       "operator":"NOT"})")
            .empty());
  CHECK(graph
            .Run(R"({"patterns":[{"weight_max":0.5},{"weight_min":0.5}],
                      "operator":"OR","limit":100000})",
                 options)
            .statements.size() == 3000);
}

TEST_CASE("a page of many solutions is a part of all of them") {
  // More rows than a sort holds at a time.
  TestGraph graph;
  std::vector<Fact> facts;
  for (int i = 0; i < 4000; ++i) {
    const int scattered = i * 7919 % 4000;
    facts.push_back({"s" + std::to_string(scattered / 2), "p",
                     "o" + std::to_string(i), static_cast<float>(i % 7) / 7});
  }
  graph.Add(facts);
  for (const char* order : {"weight_desc", "object_asc", "subject_desc"}) {
    const auto query = [&](int offset, int limit) {
      return R"({"patterns":[{"subject":"?s","predicate":"p"}],"order_by":")" +
             std::string(order) + R"(","offset":)" + std::to_string(offset) +
             R"(,"limit":)" + std::to_string(limit) + "}";
    };
    const PatternResult all = graph.Run(query(0, 10000));
    REQUIRE(all.statements.size() == 4000);
    REQUIRE(all.bindings.size() == 2000);
    const PatternResult page =
        graph.Run(query(1500, 20), {.memory_bytes = 4 << 20});
    CHECK(page.bindings == std::vector(all.bindings.begin() + 1500,
                                       all.bindings.begin() + 1520));
    for (size_t i = 0; i < 20; ++i)
      CHECK(page.statements[i].object == all.statements[1500 + i].object);
  }
}

TEST_CASE("plans are shown instead of answers, or beside them") {
  const TestGraph graph = Science();
  const char* const join =
      R"({"patterns":[{"subject":"?x","predicate":"field"},
                      {"subject":"?x","predicate":"knows","object":"?y"}]})";
  const PatternResult planned = graph.Run(join, {.explain = true});
  CHECK(planned.statements.empty());
  CHECK(planned.bindings.empty());
  CHECK(planned.plan.starts_with("results:\n"));
  CHECK(planned.plan.find("bindings:\n") != std::string::npos);
  const auto json = nlohmann::json::parse(planned.plan_json);
  CHECK(json.size() == 2);
  CHECK_FALSE(json["results"].contains("profile"));
  const PatternResult measured = graph.Run(join, {.profile = true});
  CHECK(measured.bindings == graph.Run(join).bindings);
  CHECK(nlohmann::json::parse(
            measured.plan_json)["bindings"]["profile"]["rows"] ==
        measured.bindings.size());
  CHECK(graph.Run(R"({"start_entity":"Curie"})", {.explain = true})
            .plan.find("table traverse(<urn:skg:Curie> both depth 3 bfs limit "
                       "100)") != std::string::npos);
  CHECK(graph.Run(join).plan.empty());
}

TEST_CASE("created is kept by a replace, and new after a removal") {
  TestGraph graph;
  graph.Add({{"a", "p", "x"}});
  graph.Add({{"b", "p", "x"}});
  graph.Add({{"a", "p", "x", 0.5f}});
  CHECK(graph.Rows(R"({"patterns":[{}]})") == Lines{"a p x", "b p x"});
  const PatternResult result = graph.Run(R"({"patterns":[{"subject":"a"}]})");
  CHECK(result.statements[0].created_commit == 1);
  CHECK(result.statements[0].version == 3);
  CHECK(result.statements[0].created_at < result.statements[0].updated_at);
  CHECK(result.statements[0].id.size() == 36);
  graph.Remove({{"a", "p", "x"}});
  CHECK(graph.Rows(R"({"patterns":[{}]})") == Lines{"b p x"});
  graph.Add({{"a", "p", "x"}});
  CHECK(graph.Rows(R"({"patterns":[{}]})") == Lines{"b p x", "a p x"});
}

TEST_CASE("identity can be left out, metadata only comes when asked for") {
  TestGraph graph;
  graph.Add({{"a", "p", "x", 1.0f, "", R"({"n":1})"}, {"b", "p", "x"}});
  const PatternResult result =
      graph.Run(R"({"patterns":[{}]})", {.include_identity = false});
  CHECK(result.statements[0].id.empty());
  CHECK(result.statements[0].metadata.empty());
  const PatternResult full =
      graph.Run(R"({"patterns":[{}],"include_metadata":true})");
  CHECK(full.statements[0].metadata == R"({"n":1})");
  CHECK(full.statements[1].metadata == "{}");
}

TEST_CASE("an empty graph answers everything with nothing") {
  const TestGraph graph;
  for (const char* query :
       {R"({"pattern":[null,null,null]})", R"({"patterns":[{}]})",
        R"({"patterns":[{}],"operator":"NOT"})",
        R"({"patterns":[{},{}],"operator":"OR"})",
        R"({"patterns":[{"subject":"?x"},{"object":"?x"}]})",
        R"({"start_entity":"a"})"}) {
    const PatternResult result = graph.Run(query);
    CHECK(result.statements.empty());
    CHECK(result.bindings.empty());
    CHECK(result.edges.empty());
  }
}

}  // namespace
}  // namespace skg::query
