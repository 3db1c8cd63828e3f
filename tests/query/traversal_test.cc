#include <catch2/catch.hpp>
#include <string>

#include "query_fixture.h"

namespace skg::query {
namespace {

using test::Fact;
using test::Lines;
using test::TestGraph;

TestGraph Chain() {
  TestGraph graph;
  graph.Add({{"A", "p", "B"},
             {"B", "p", "C"},
             {"A", "q", "D"},
             {"C", "q", "A"},
             {"B", "r", "\"text\""},
             {"E", "s", "\"text\""},
             {"C", "p", "F"}});
  return graph;
}

TEST_CASE("breadth first, outgoing") {
  const TestGraph graph = Chain();
  CHECK(graph.Edges(R"({"start_entity":"A","direction":"out"})") ==
        Lines{"A -p-> B @1", "A -q-> D @1", "B -p-> C @2", "B -r-> \"text\" @2",
              "C -p-> F @3"});
  CHECK(
      graph.Edges(R"({"start_entity":"A","direction":"out","max_depth":1})") ==
      Lines{"A -p-> B @1", "A -q-> D @1"});
  CHECK(graph.Edges(R"({"start_entity":"A","direction":"out","limit":3})") ==
        Lines{"A -p-> B @1", "A -q-> D @1", "B -p-> C @2"});
}

TEST_CASE("depth first") {
  const TestGraph graph = Chain();
  CHECK(graph.Edges(
            R"({"start_entity":"A","direction":"out","strategy":"dfs"})") ==
        Lines{"A -p-> B @1", "B -p-> C @2", "C -p-> F @3", "B -r-> \"text\" @2",
              "A -q-> D @1"});
}

TEST_CASE("incoming and both directions; literals are leaves") {
  const TestGraph graph = Chain();
  CHECK(graph.Edges(R"({"start_entity":"C","direction":"in"})") ==
        Lines{"C -p-> B @1", "B -p-> A @2"});
  // E is beyond the literal.
  CHECK(graph.Edges(R"({"start_entity":"B","max_depth":3})") ==
        Lines{"B -p-> C @1", "B -r-> \"text\" @1", "B -p-> A @1", "C -p-> F @2",
              "A -q-> D @2"});
  CHECK(graph.Edges(R"({"start_entity":"\"text\"","max_depth":1})") ==
        Lines{"\"text\" -r-> B @1", "\"text\" -s-> E @1"});
}

TEST_CASE("relationship types") {
  const TestGraph graph = Chain();
  CHECK(
      graph.Edges(
          R"({"start_entity":"A","direction":"out","relationship_types":["p"]})") ==
      Lines{"A -p-> B @1", "B -p-> C @2", "C -p-> F @3"});
  CHECK(
      graph
          .Edges(
              R"({"start_entity":"A","direction":"out","relationship_types":["unknown"]})")
          .empty());
  CHECK(
      graph
          .Edges(
              R"({"start_entity":"A","direction":"out","relationship_types":[]})")
          .size() == 5);
  // More types than are looked up one by one.
  std::string types = R"("q")";
  for (int i = 0; i < 30; ++i) types += ",\"t" + std::to_string(i) + "\"";
  TestGraph wide = Chain();
  std::vector<Fact> facts;
  for (int i = 0; i < 30; ++i)
    facts.push_back({"X", "t" + std::to_string(i), "Y"});
  wide.Add(facts);
  CHECK(wide.Edges(
            R"({"start_entity":"A","direction":"out","relationship_types":[)" +
            types + "]}") == Lines{"A -q-> D @1"});
}

TEST_CASE("an unknown start gives an empty walk and its own name") {
  const TestGraph graph = Chain();
  const PatternResult result =
      graph.Run(R"({"start_entity":"<urn:skg:Nobody>"})");
  CHECK(result.edges.empty());
  CHECK(result.start == "Nobody");
  CHECK(PatternResultJson(result) == R"({"paths":[],"start":"Nobody"})");
}

TEST_CASE("parallel edges and named graphs do not repeat an edge") {
  TestGraph graph;
  graph.Add({{"A", "p", "B", 0.5f},
             {"A", "p", "B", 0.7f, "g"},
             {"A", "p", "B", 0.2f, "", "", 3},
             {"A", "q", "B"},
             {"A", "p", "A"}});
  const PatternResult result = graph.Run(R"({"start_entity":"A"})");
  REQUIRE(result.edges.size() == 1);
  CHECK(result.edges[0].weight == 0.5f);
}

TEST_CASE("a hub is left as soon as the limit is reached") {
  TestGraph graph;
  for (int part = 0; part < 10; ++part) {
    std::vector<Fact> facts;
    for (int i = 0; i < 2000; ++i) {
      facts.push_back({"hub", "p", "n" + std::to_string(part * 2000 + i)});
    }
    graph.Add(facts);
  }
  // Memory for the whole hub would not do.
  const PatternResult result = graph.Run(R"({"start_entity":"n5","limit":50})",
                                         {.memory_bytes = 600'000});
  CHECK(result.edges.size() == 50);
  CHECK(result.edges[0].target == "hub");
  CHECK(result.edges[49].depth == 2);
}

}  // namespace
}  // namespace skg::query
