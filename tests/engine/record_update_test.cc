// A statement's record through its implicit reifier, in updates.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "engine/update_fixture.h"

namespace skg::test {
namespace {

const std::string kSkg = "PREFIX skg: <urn:skg-vocabulary:>\n";

// The statements s p o of a graph, with their records.
std::vector<Statement> Stored(Graph& graph, const std::string& named = "") {
  MatchOptions options;
  options.include_metadata = true;
  options.order_by = OrderField::kKey;
  return Matches(graph, Where("s", "p", "o", named), options);
}

Statement One(Graph& graph, const std::string& named = "") {
  const std::vector<Statement> all = Stored(graph, named);
  REQUIRE(all.size() == 1);
  return all[0];
}

void AddFull(Graph& graph) {
  NewStatement s = Triple("s", "p", "o", 0.5f);
  s.metadata = R"({"a":1.50,"b":"x"})";
  s.source = "a book";
  s.valid_from = absl::FromUnixSeconds(0);
  MustAdd(graph, s);
}

TEST_CASE("an annotation inserts the statement with its record", "[record]") {
  TestGraph test;
  MustUpdate(test.graph, kSkg +
                             "INSERT DATA { :s :p :o {| skg:weight 0.25 ;"
                             " skg:validFrom \"2020-01-01T00:00:00Z\"^^"
                             "<http://www.w3.org/2001/XMLSchema#dateTime> ;"
                             " <urn:skg-vocabulary:meta/n> 7 |} }");
  const Statement s = One(test.graph);
  CHECK(s.weight == 0.25f);
  CHECK(s.metadata == R"({"n":7})");
  REQUIRE(s.valid_from.has_value());
  CHECK(*s.valid_from == absl::FromUnixSeconds(1577836800));
  CHECK(MustCount(test.graph) == 1);  // no reifier is stored
}

TEST_CASE("writing one property leaves the rest of the record", "[record]") {
  TestGraph test;
  AddFull(test.graph);
  const Statement before = One(test.graph);
  MustUpdate(test.graph,
             kSkg + "INSERT DATA { << :s :p :o >> skg:weight 0.9 }");
  Statement s = One(test.graph);
  CHECK(s.weight == 0.9f);
  CHECK(s.metadata == R"({"a":1.50,"b":"x"})");
  CHECK(s.source == "a book");
  CHECK(s.valid_from == before.valid_from);
  CHECK(s.created_commit == before.created_commit);
  CHECK(s.id == before.id);

  MustUpdate(test.graph, kSkg +
                             "INSERT DATA { << :s :p :o >>"
                             " <urn:skg-vocabulary:meta/b> true ;"
                             " <urn:skg-vocabulary:meta/c%20d> \"y\" }");
  CHECK(One(test.graph).metadata == R"({"a":1.50,"b":true,"c d":"y"})");
  MustUpdate(test.graph, kSkg +
                             "DELETE WHERE { << :s :p :o ~ ?r >>"
                             " <urn:skg-vocabulary:meta/a> ?v }");
  CHECK(One(test.graph).metadata == R"({"b":true,"c d":"y"})");
  MustUpdate(test.graph,
             kSkg +
                 "INSERT DATA { << :s :p :o >> skg:metadata"
                 " '{ \"z\" : [ 1 ] }'^^"
                 "<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON> }");
  CHECK(One(test.graph).metadata == R"({"z":[1]})");
  MustUpdate(test.graph, kSkg +
                             "DELETE { ?r skg:metadata ?m ; skg:validFrom ?f }"
                             " WHERE { << :s :p :o ~ ?r >> skg:metadata ?m ;"
                             " skg:validFrom ?f }");
  s = One(test.graph);
  CHECK(s.metadata == "{}");
  CHECK_FALSE(s.valid_from.has_value());
  CHECK(s.source == "a book");
}

TEST_CASE("weights are replaced, and fall back to 1", "[record]") {
  TestGraph test;
  MustAdd(test.graph, Triple("s", "p", "o", 0.5f));
  MustUpdate(test.graph,
             kSkg +
                 "DELETE { ?r skg:weight ?w } INSERT { ?r skg:weight ?h }"
                 " WHERE { << :s ?p ?o ~ ?r >> skg:weight ?w"
                 " BIND(?w / 2 AS ?h) }");
  CHECK(One(test.graph).weight == 0.25f);
  // Another value is not there to be deleted.
  MustUpdate(test.graph, kSkg +
                             "DELETE { ?r skg:weight 0.3 }"
                             " WHERE { << :s ?p ?o ~ ?r >> skg:weight ?w }");
  CHECK(One(test.graph).weight == 0.25f);
  MustUpdate(test.graph,
             kSkg + "DELETE WHERE { << :s ?p ?o ~ ?r >> skg:weight ?w }");
  CHECK(One(test.graph).weight == 1.0f);
}

TEST_CASE("each operation of a request sees the ones before it", "[record]") {
  TestGraph test;
  MustUpdate(test.graph,
             kSkg +
                 "INSERT DATA { :s :p :o } ;"
                 "INSERT DATA { << :s :p :o >> skg:weight 0.5 } ;"
                 "INSERT { ?r skg:weight ?v } WHERE {"
                 " << :s :p :o ~ ?r >> skg:weight ?w BIND(?w * 0.5 AS ?v) }");
  CHECK(One(test.graph).weight == 0.25f);
  // A reifier that is looked up by an id that no index has yet.
  MustUpdate(test.graph, kSkg +
                             "INSERT DATA { :s2 :p :o {| skg:weight 0.5 |} } ;"
                             "INSERT { ?r skg:weight ?v } WHERE {"
                             " << :s2 :p :o ~ ?r >> skg:weight ?w"
                             " { ?r skg:weight ?w2 } BIND(?w2 * 0.5 AS ?v) }");
  CHECK(Matches(test.graph, Where("s2"))[0].weight == 0.25f);
  MustUpdate(test.graph, kSkg +
                             "DELETE DATA { :s :p :o } ;"
                             "INSERT DATA { :s :p :o {| skg:weight 0.75 |} }");
  CHECK(One(test.graph).weight == 0.75f);
  // Inserting what is there changes no record.
  MustUpdate(test.graph, "INSERT DATA { :s :p :o }");
  CHECK(One(test.graph).weight == 0.75f);
}

TEST_CASE("parallel edges, one by its id or all by the triple", "[record]") {
  TestGraph test;
  for (uint32_t edge = 0; edge < 3; ++edge) {
    NewStatement s = Triple("s", "p", "o", 0.5f);
    s.edge = edge;
    MustAdd(test.graph, s);
  }
  MustAdd(test.graph, In("g", Triple("s", "p", "o", 0.5f)));
  const std::string second = Stored(test.graph)[1].id;
  MustUpdate(test.graph, kSkg + "INSERT DATA { <urn:uuid:" + second +
                             "> skg:weight 0.125 }");
  std::vector<Statement> all = Stored(test.graph);
  REQUIRE(all.size() == 3);
  CHECK(all[0].weight == 0.5f);
  CHECK(all[1].weight == 0.125f);
  CHECK(all[2].weight == 0.5f);
  MustUpdate(test.graph,
             kSkg +
                 "INSERT { ?r skg:weight 0.0 } WHERE {"
                 " << :s :p :o ~ ?r >> skg:weight ?w FILTER(?w < 0.2) }");
  CHECK(Stored(test.graph)[1].weight == 0.0f);
  MustUpdate(test.graph, kSkg + "INSERT DATA { << :s :p :o >> skg:weight 1 }");
  for (const Statement& s : Stored(test.graph)) CHECK(s.weight == 1.0f);
  CHECK(One(test.graph, "g").weight == 0.5f);
  MustUpdate(test.graph, kSkg +
                             "INSERT DATA { GRAPH :g {"
                             " << :s :p :o >> skg:weight 0.75 } }");
  CHECK(One(test.graph, "g").weight == 0.75f);
  CHECK(Stored(test.graph)[0].weight == 1.0f);
}

TEST_CASE("what cannot be written is refused, and nothing is", "[record]") {
  TestGraph test;
  AddFull(test.graph);
  const auto refused = [&](const std::string& text) {
    const auto result = test.graph.Update(kSkg + text);
    return std::string(absl::StatusCodeToString(result.status().code())) +
           ": " + Message(result.status());
  };
  using Catch::Matchers::Contains;
  CHECK_THAT(refused("INSERT DATA { << :s :p :o >> skg:createdAt 1 }"),
             Contains("skg:createdAt cannot be written"));
  CHECK_THAT(refused("DELETE WHERE { << :s :p :o ~ ?r >> skg:updatedAt ?t }"),
             Contains("skg:updatedAt cannot be written"));
  CHECK_THAT(refused("INSERT DATA { << :s :p :o >> skg:weight 1.5 }"),
             Contains("a number from 0 to 1"));
  CHECK_THAT(refused("INSERT DATA { << :s :p :o >> skg:weight \"x\" }"),
             Contains("a number from 0 to 1"));
  CHECK_THAT(refused("INSERT DATA { << :s :p :o >> skg:weight 0.1, 0.2 }"),
             Contains("two values of skg:weight"));
  CHECK_THAT(refused("INSERT DATA { << :s :p :o >> skg:validTo 5 }"),
             Contains("xsd:dateTime"));
  CHECK_THAT(refused("INSERT DATA { << :s :p :o >> skg:validTo \"1950-01-01"
                     "T00:00:00Z\"^^<http://www.w3.org/2001/XMLSchema#"
                     "dateTime> }"),
             Contains("is not before skg:validTo"));
  CHECK_THAT(refused("INSERT DATA { << :s :p :o >> skg:metadata '[1]' }"),
             Contains("JSON object"));
  CHECK_THAT(refused("INSERT DATA { << :s :p :o >>"
                     " <urn:skg-vocabulary:meta/k> :x }"),
             Contains("a string, a number, a boolean"));
  CHECK_THAT(refused("INSERT DATA { << :s :p :absent >> skg:weight 0.5 }"),
             Contains("NOT_FOUND"));
  CHECK_THAT(refused("INSERT DATA { <urn:uuid:00000000-0000-0000-0000-"
                     "000000000000> skg:weight 0.5 }"),
             Contains("NOT_FOUND"));
  CHECK_THAT(refused("INSERT DATA { :x skg:weight 0.5 }"),
             Contains("to one stored statement"));
  CHECK_THAT(refused("INSERT DATA { :s :p :o {| skg:weight 0.5 ; :src :x |} }"),
             Contains("annotation of their own"));
  const Statement s = One(test.graph);
  CHECK(s.weight == 0.5f);
  CHECK(s.metadata == R"({"a":1.50,"b":"x"})");
  CHECK(MustCount(test.graph) == 1);
  // Blocks of their own have reifiers of their own.
  MustUpdate(test.graph, kSkg +
                             "INSERT DATA { :s :p :o {| skg:weight 0.75 |}"
                             " {| :src :x |} }");
  CHECK(One(test.graph).weight == 0.75f);
  CHECK(MustCount(test.graph) == 3);
}

}  // namespace
}  // namespace skg::test
