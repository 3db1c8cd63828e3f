#include <catch2/catch.hpp>
#include <string>

#include "query_fixture.h"

namespace skg::query {
namespace {

using test::TestGraph;

TEST_CASE("an answer as JSON") {
  TestGraph graph;
  graph.Add(
      {{"Curie", "discovered", "Radium", 0.9f, "",
        R"({"source":"book","n":1.10})"},
       {"Curie", "born", "\"1867\"^^<http://www.w3.org/2001/XMLSchema#gYear>"},
       {"Curie", "called", "\"Marie \\\"M.\\\" Curie\"@fr"}});
  CHECK(
      PatternResultJson(
          graph.Run(R"({"pattern":["Curie","discovered",null]})")) ==
      R"({"results":[{"subject":"Curie","predicate":"discovered","object":"Radium","weight":0.9}],"total":1})");
  CHECK(
      PatternResultJson(graph.Run(
          R"({"pattern":["Curie","discovered",null],"include_metadata":true})")) ==
      R"({"results":[{"subject":"Curie","predicate":"discovered","object":"Radium","weight":0.9,"metadata":{"source":"book","n":1.10}}],"total":1})");
  CHECK(
      PatternResultJson(graph.Run(
          R"({"pattern":["Curie","born",null],"include_metadata":true})")) ==
      R"({"results":[{"subject":"Curie","predicate":"born","object":"\"1867\"^^<http://www.w3.org/2001/XMLSchema#gYear>","weight":1.0,"metadata":{}}],"total":1})");
  CHECK(
      PatternResultJson(graph.Run(R"({"pattern":["Curie","born",null]})"),
                        true) ==
      R"({"results":[{"subject":"Curie","predicate":"born","object":{"value":"1867","type":"http://www.w3.org/2001/XMLSchema#gYear"},"weight":1.0}],"total":1})");
  CHECK(
      PatternResultJson(
          graph.Run(
              R"({"patterns":[{"subject":"?who","predicate":"called","object":"?name"}]})"),
          true) ==
      R"({"results":[{"subject":"Curie","predicate":"called","object":{"value":"Marie \"M.\" Curie","lang":"fr"},"weight":1.0}],"total":1,"bindings":[{"who":"Curie","name":{"value":"Marie \"M.\" Curie","lang":"fr"}}]})");
  CHECK(
      PatternResultJson(
          graph.Run(R"({"start_entity":"Radium","max_depth":1})")) ==
      R"({"paths":[{"source":"Radium","target":"Curie","predicate":"discovered","depth":1,"weight":0.9}],"start":"Radium"})");
  CHECK(PatternResultJson(graph.Run(
            R"({"patterns":[{"subject":"?x","object":"Nobody"}]})")) ==
        R"({"results":[],"total":0,"bindings":[]})");
}

TEST_CASE("metadata that is no JSON object cannot break the document") {
  PatternResult result;
  result.include_metadata = true;
  for (const char* text :
       {"{", "[1]", "nonsense", "\"a\"", "{} {}", "{\"a\":\xff}"}) {
    result.statements = {Statement{
        .subject = "s", .predicate = "p", .object = "o", .metadata = text}};
    CHECK(
        PatternResultJson(result) ==
        R"({"results":[{"subject":"s","predicate":"p","object":"o","weight":1.0,"metadata":{}}],"total":1})");
  }
}

TEST_CASE("an answer of any bytes is JSON") {
  std::mt19937_64 random = skg::test::Random(3);
  const auto bytes = [&] {
    std::string text(random() % 2 == 0 ? "\"" : "");
    for (size_t i = random() % 12; i > 0; --i)
      text += static_cast<char>(random());
    return text;
  };
  for (int round = 0; round < 3000; ++round) {
    PatternResult result;
    result.include_metadata = random() % 2 == 0;
    result.form = static_cast<PatternResult::Form>(random() % 3);
    result.variables = {bytes(), "x"};
    result.bindings = {
        {bytes(), bytes()}, {}, {bytes()}, {bytes(), bytes(), bytes()}};
    result.start = bytes();
    Statement statement;
    statement.subject = bytes();
    statement.object = bytes();
    statement.metadata = bytes();
    statement.weight = random() % 2 == 0 ? std::nanf("") : -1e30f;
    result.statements = {statement, statement};
    result.edges = {{bytes(), bytes(), bytes(), 1, 0.5f}};
    const std::string json = PatternResultJson(result, random() % 2 == 0);
    INFO(json);
    CHECK(nlohmann::json::accept(json));
  }
}

TEST_CASE("typed literals read back as the same term") {
  TestGraph graph;
  const std::vector<std::string> literals = {
      "\"plain\"",
      "\"a\\nb\"",
      "\"\"",
      "\"x\"@en",
      "\"x\"@ar--rtl",
      "\"1\"^^<xsd:int>",
      "\"12\"^^<http://www.w3.org/2001/XMLSchema#integer>",
      "\"x\"^^<urn:t>"};
  for (const std::string& literal : literals) {
    graph.Add({{"s", "p", literal}});
    const auto shown = nlohmann::json::parse(PatternResultJson(
        graph.Run(nlohmann::json{{"patterns", {{{"object", literal}}}}}.dump()),
        true));
    const nlohmann::json object = shown["results"][0]["object"];
    INFO(object.dump());
    REQUIRE(object.is_object());
    const PatternResult again =
        graph.Run(nlohmann::json{{"patterns", {{{"object", object}}}}}.dump());
    REQUIRE(again.statements.size() == 1);
    CHECK(again.statements[0].object == literal);
  }
}

}  // namespace
}  // namespace skg::query
