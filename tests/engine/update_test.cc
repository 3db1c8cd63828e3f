// SPARQL Update: what the operations on statements do. The first cases are the
// examples of the specification (SPARQL 1.1 Update, section 3.1).
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "engine/update_fixture.h"

namespace skg::test {
namespace {

constexpr const char* kBooks =
    "INSERT DATA { :book1 :title 'A new book' ; :creator 'A.N.Other' ; "
    ":price 42 }";

TEST_CASE("data is inserted and deleted") {
  TestGraph t;
  const UpdateResult inserted = MustUpdate(t.graph, kBooks);
  CHECK(inserted.commit == 1);
  CHECK(inserted.inserted == 3);
  CHECK(inserted.removed == 0);
  const UpdateResult removed = MustUpdate(
      t.graph,
      "DELETE DATA { :book1 :title 'A new book' ; :price 42, 43 . :x :y :z }");
  CHECK(removed.inserted == 0);
  CHECK(removed.removed == 2);
  CHECK(Contents(t.graph) == List({"book1 creator \"A.N.Other\""}));
  MustUpdate(t.graph, "INSERT DATA { GRAPH :g { :a :b :c } :a :b :c }");
  MustUpdate(t.graph, "DELETE DATA { :a :b :c }");
  CHECK(Contents(t.graph) == List({"a b c @g", "book1 creator \"A.N.Other\""}));
}

TEST_CASE("DELETE and INSERT replace what WHERE finds") {
  TestGraph t;
  MustUpdate(t.graph,
             "INSERT DATA { GRAPH :people { :p25 :given 'Bill' ; :family "
             "'Clinton' . :p30 :given 'Bill' . :p31 :given 'Hillary' } }");
  const UpdateResult result =
      MustUpdate(t.graph,
                 "WITH :people DELETE { ?p :given 'Bill' } INSERT { ?p :given "
                 "'William' } WHERE { ?p :given 'Bill' }");
  CHECK(result.inserted == 2);
  CHECK(result.removed == 2);
  CHECK(
      Contents(t.graph) ==
      List({"p25 family \"Clinton\" @people", "p25 given \"William\" @people",
            "p30 given \"William\" @people", "p31 given \"Hillary\" @people"}));
}

TEST_CASE("what a filter keeps is deleted, copied, or moved") {
  const std::string data =
      "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> INSERT DATA { GRAPH "
      ":shelf { :b1 :date '1977-01-01T00:00:00-02:00'^^xsd:dateTime ; :title "
      "1 . :b2 :date '1999-01-01T00:00:00-02:00'^^xsd:dateTime ; :title 2 } }";
  const std::string old =
      "FILTER(?date < '1990-01-01T00:00:00Z'^^"
      "<http://www.w3.org/2001/XMLSchema#dateTime>) ?b ?p ?o";
  TestGraph t;
  MustUpdate(t.graph, data);
  MustUpdate(t.graph,
             "INSERT { GRAPH :old { ?b ?p ?o } } WHERE { GRAPH :shelf { ?b "
             ":date ?date " +
                 old +
                 " } } ; "
                 "WITH :shelf DELETE { ?b ?p ?o } WHERE { ?b :date ?date " +
                 old + " }");
  CHECK(MustCount(t.graph, Where({}, {}, {}, "old")) == 2);
  CHECK(MustCount(t.graph, Where("b1", {}, {}, "old")) == 2);
  CHECK(MustCount(t.graph, Where({}, {}, {}, "shelf")) == 2);
  CHECK(MustCount(t.graph, Where("b2", {}, {}, "shelf")) == 2);
}

TEST_CASE("DELETE WHERE takes its pattern for a template") {
  TestGraph t;
  MustUpdate(t.graph,
             "INSERT DATA { :f :name 'Fred' ; :mbox <mailto:f@e> . :g :name "
             "'Greg' . GRAPH :g1 { :f :name 'Fred' ; :age 5 } GRAPH :g2 { :f "
             ":age 6 } }");
  MustUpdate(
      t.graph,
      "DELETE WHERE { ?s :name 'Fred' ; ?p ?o GRAPH ?g { ?s :age ?a } }");
  CHECK(Contents(t.graph) == List({"f name \"Fred\" @g1", "g name \"Greg\""}));
}

TEST_CASE("each operation sees what those before it did") {
  TestGraph t;
  const UpdateResult result = MustUpdate(
      t.graph,
      "INSERT DATA { :a :n 1 } ; INSERT { ?s :m ?o } WHERE { ?s :n ?o } ; "
      "DELETE { ?s :n ?o } INSERT { ?s :n 2 } WHERE { ?s :n ?o ; :m ?o } ; "
      "INSERT { :count :is ?c } WHERE { SELECT (COUNT(*) AS ?c) { ?s ?p ?o } "
      "}");
  CHECK(result.commit == 1);
  CHECK(result.inserted == 4);
  CHECK(result.removed == 1);
  CHECK(Contents(t.graph) == List({"a m 1", "a n 2", "count is 2"}));
}

TEST_CASE("an empty request is a commit that changes nothing") {
  TestGraph t;
  const UpdateResult result = MustUpdate(t.graph, "");
  CHECK(result.commit == 1);
  CHECK(result.inserted == 0);
}

TEST_CASE("a statement that is there keeps its record") {
  TestGraph t;
  MustAdd(t.graph, Triple("a", "p", "b", 0.25f));
  const UpdateResult again =
      MustUpdate(t.graph,
                 "INSERT DATA { :a :p :b } ; INSERT { ?s ?p ?o } WHERE { ?s ?p "
                 "?o }");
  CHECK(again.inserted == 0);
  // It is in both templates: it stays.
  const UpdateResult both = MustUpdate(
      t.graph,
      "DELETE { ?s ?p ?o } INSERT { ?s ?p ?o . ?o ?p ?s } WHERE { ?s "
      "?p ?o }");
  CHECK(both.inserted == 1);
  CHECK(both.removed == 0);
  const auto found = Matches(t.graph, Where("a"));
  REQUIRE(found.size() == 1);
  CHECK(found[0].weight == 0.25f);
  CHECK(found[0].version == 1);
}

TEST_CASE("deleting a triple deletes all of its edges") {
  TestGraph t;
  NewStatement second = Triple("a", "p", "b");
  second.edge = 1;
  MustAddAll(t.graph, {Triple("a", "p", "b"), second, Triple("a", "p", "c")});
  CHECK(MustUpdate(t.graph, "DELETE WHERE { ?s ?p :b }").removed == 1);
  CHECK(Contents(t.graph) == List({"a p c"}));
}

TEST_CASE("quads that are no statements are left out") {
  TestGraph t;
  MustUpdate(t.graph, "INSERT DATA { :a :p 1 ; :q :b }");
  const UpdateResult result = MustUpdate(
      t.graph,
      "INSERT { ?o :literal :subject . :s ?o :literal . :s :p ?nobody . GRAPH "
      "?o { :in :a :literal } :fine :o ?o . :t :u <<( ?o :p :o )>> } WHERE { "
      ":a :p|:q ?o }");
  // :b is a subject, predicate, graph and part of a triple; 1 is none of them.
  CHECK(result.inserted == 6);
  CHECK(MustCount(t.graph, Where("b", "literal", "subject")) == 1);
  CHECK(MustCount(t.graph, Where("s", "b", "literal")) == 1);
  CHECK(MustCount(t.graph, Where("in", "a", "literal", "b")) == 1);
  CHECK(MustCount(t.graph, Where("fine")) == 2);
  CHECK(MustCount(t.graph, Where("t", "u")) == 1);
}

std::set<std::string> Subjects(Graph& graph, const std::string& predicate) {
  std::set<std::string> subjects;
  for (const Statement& statement : Matches(graph, Where({}, predicate)))
    subjects.insert(statement.subject);
  return subjects;
}

TEST_CASE("blank nodes of data are new ones of their request") {
  TestGraph t;
  const std::string data =
      "INSERT DATA { _:x :first 1 ; :second 2 . _:y :third "
      "3 }";
  MustUpdate(t.graph, data);
  CHECK(Subjects(t.graph, "first") == Subjects(t.graph, "second"));
  CHECK(Subjects(t.graph, "first") != Subjects(t.graph, "third"));
  MustUpdate(t.graph, data);
  CHECK(Subjects(t.graph, "first").size() == 2);

  // A lasting label is the node that it was shown for.
  const std::string shown = *Subjects(t.graph, "third").begin();
  MustUpdate(t.graph, "INSERT DATA { " + shown + " :fourth 4 }");
  CHECK(Subjects(t.graph, "fourth") == std::set<std::string>{shown});
}

TEST_CASE("blank nodes of templates are new ones of each solution") {
  TestGraph t;
  MustUpdate(t.graph, "INSERT DATA { :a :p 1, 2, 3 }");
  MustUpdate(t.graph,
             "INSERT { _:n :of ?o . _:n :same _:n . _:m :other ?o } WHERE { :a "
             ":p ?o }");
  CHECK(Subjects(t.graph, "of").size() == 3);
  CHECK(Subjects(t.graph, "of") == Subjects(t.graph, "same"));
  CHECK(Subjects(t.graph, "other").size() == 3);
  CHECK(MustCount(t.graph, Where({}, "same")) == 3);

  // Those that are computed are nodes like any other.
  MustUpdate(t.graph,
             "INSERT { ?n :computed ?o ; :twice ?n } WHERE { :a :p ?o BIND("
             "BNODE() AS ?n) }");
  const std::set<std::string> computed = Subjects(t.graph, "computed");
  CHECK(computed.size() == 3);
  for (const std::string& node : computed) {
    CHECK(node.starts_with("_:skg"));
    CHECK(MustCount(t.graph, Where(node, "twice", node)) == 1);
  }
}

TEST_CASE("reifiers and triple terms are written as others are") {
  TestGraph t;
  MustUpdate(t.graph, "INSERT DATA { :a :p :b {| :since 1999 |} }");
  CHECK(MustCount(t.graph) == 3);
  MustUpdate(
      t.graph,
      "DELETE { ?r ?p ?o } INSERT { :s :about <<( ?a :p ?b )>> } WHERE { "
      "<< ?a :p ?b ~ ?r >> :since 1999 . ?r ?p ?o }");
  CHECK(MustCount(t.graph) == 2);
  CHECK(MustCount(t.graph, Where("s", "about")) == 1);
}

TEST_CASE("what WHERE computes becomes terms of the graph") {
  TestGraph t;
  MustUpdate(t.graph, "INSERT DATA { :a :n 20 ; :label 'abc' }");
  MustUpdate(t.graph,
             "BASE <http://example.org/> INSERT { ?i :n ?m ; :l ?l } WHERE { "
             "?s :n ?n ; :label ?t BIND(?n + 1 AS ?m) BIND(CONCAT(?t, "
             "' and some more text') AS ?l) BIND(IRI(?t) AS ?i) }");
  CHECK(Contents(t.graph) ==
        List({"<http://example.org/abc> l \"abc and some more text\"",
              "<http://example.org/abc> n 21", "a label \"abc\"", "a n 20"}));
}

TEST_CASE("WITH, USING and the options say what WHERE sees") {
  TestGraph t;
  MustUpdate(
      t.graph,
      "INSERT DATA { :d :p 0 GRAPH :g1 { :a :p 1 } GRAPH :g2 { :b :p 2 } "
      "}");
  const auto seen = [&](const std::string& with, const std::string& usings,
                        const UpdateOptions& options = {}) {
    MustUpdate(t.graph,
               with +
                   " INSERT { GRAPH :seen { ?s :in :default . ?t :in ?g } } " +
                   usings +
                   " WHERE { { ?s :p ?o } UNION { GRAPH ?g { ?t :p ?o "
                   "} } }",
               options);
    std::vector<std::string> texts =
        Texts(Matches(t.graph, Where({}, {}, {}, "seen")));
    for (std::string& text : texts) text.resize(text.find(" @"));
    std::sort(texts.begin(), texts.end());
    MustUpdate(t.graph, "DROP GRAPH :seen");
    return texts;
  };
  CHECK(seen("", "") == List({"a in g1", "b in g2", "d in default"}));
  CHECK(seen("WITH :g1", "") == List({"a in default", "a in g1", "b in g2"}));
  CHECK(seen("WITH :g1", "USING :g2") == List({"b in default"}));
  CHECK(seen("", "USING :g1 USING :g2 USING NAMED :g2") ==
        List({"a in default", "b in default", "b in g2"}));
  UpdateOptions all;
  all.union_default_graph = true;
  CHECK(seen("", "", all) == List({"a in default", "a in g1", "b in default",
                                   "b in g2", "d in default"}));
  UpdateOptions given;
  given.default_graphs = {"g1"};
  given.named_graphs = {"<urn:skg:g2>"};
  CHECK(seen("", "", given) == List({"a in default", "b in g2"}));
  CHECK(CodeOf(t.graph, "WITH :g1 DELETE { ?s :p ?o } WHERE { ?s :p ?o }",
               given) == absl::StatusCode::kInvalidArgument);
  CHECK(CodeOf(t.graph, "DELETE { ?s :p ?o } USING :g1 WHERE { ?s :p ?o }",
               given) == absl::StatusCode::kInvalidArgument);
  given.default_graphs = {"\"no IRI\""};
  CHECK(CodeOf(t.graph, "", given) == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("malformed requests are refused and change nothing") {
  TestGraph t;
  auto result = t.graph.Update("INSERT DATA { :a :b :c } ; DELETE nonsense");
  CHECK(absl::IsInvalidArgument(result.status()));
  CHECK(Message(result.status()).find("1:") != std::string::npos);
  CHECK(CodeOf(t.graph, "INSERT DATA { <relative> :b :c }") ==
        absl::StatusCode::kInvalidArgument);
  UpdateOptions options;
  options.max_text_bytes = 10;
  CHECK(CodeOf(t.graph, kBooks, options) ==
        absl::StatusCode::kResourceExhausted);
  options = {};
  options.base_iri = "http://example.org/";
  MustUpdate(t.graph, "INSERT DATA { <relative> :b :c }", options);
  CHECK(Contents(t.graph) == List({"<http://example.org/relative> b c"}));
}

}  // namespace
}  // namespace skg::test
