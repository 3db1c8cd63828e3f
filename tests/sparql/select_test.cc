// SELECT, grouping and solution modifiers; the other forms.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "query/algebra_text.h"
#include "sparql/translate.h"
#include "support/test_support.h"

namespace skg::sparql::test {
namespace {

struct Case {
  const char* query;
  const char* want;
};

void Check(const Case& c) {
  INFO(c.query);
  CHECK(Translate(c.query) == c.want);
}

}  // namespace

TEST_CASE("SELECT projects", "[sparql]") {
  const Case cases[] = {
      {"SELECT * { ?s :p ?o . FILTER(?x) MINUS { ?m :p 1 } }",
       "(project (?s ?o) (filter ?x (minus (bgp (triple ?s :p ?o)) (bgp "
       "(triple ?m :p 1)))))"},
      {"SELECT * { _:a :p/:q [] }",
       "(project () (bgp (triple ?.b1 :p ?.p3) (triple ?.p3 :q ?.b2)))"},
      {"SELECT * { GRAPH ?g { ?s ?p ?o } BIND(1 AS ?b) VALUES ?v { 2 } { "
       "SELECT ?x { ?x :p ?y } } FILTER EXISTS { ?e :p 1 } }",
       "(project (?g ?s ?p ?o ?b ?v ?x) (filter (exists (bgp (triple ?e :p "
       "1))) (join (extend (?b 1) (graph ?g (bgp (triple ?s ?p ?o)))) (values "
       "(?v) (row 2)) (project (?x) (bgp (triple ?x :p ?y))))))"},
      {"SELECT ?b ?a ?b ?no { ?a :p ?b }",
       "(project (?b ?a ?no) (bgp (triple ?a :p ?b)))"},
      {"SELECT DISTINCT (1 AS ?x) (?x + 1 AS ?y) WHERE {}",
       "(distinct (project (?x ?y) (extend (?y (+ ?x 1)) (extend (?x 1) "
       "(bgp)))))"},
      {"SELECT REDUCED ?a { } ORDER BY ?a DESC(?b + 1) ASC(?c) STR(?d) LIMIT 3 "
       "OFFSET 4",
       "(slice 4 3 (reduced (project (?a) (order (?a (desc (+ ?b 1)) ?c (STR "
       "?d)) (bgp)))))"},
      {"SELECT ?a {} OFFSET 1", "(slice 1 all (project (?a) (bgp)))"},
      {"SELECT ?a {} OFFSET 0", "(project (?a) (bgp))"},
      {"SELECT ?a {} LIMIT 99999999999999999999999", "(project (?a) (bgp))"},
      {"SELECT ?a {} LIMIT 0", "(slice 0 0 (project (?a) (bgp)))"},
      {"SELECT ?a { ?a :p 1 } VALUES ?a { :b }",
       "(project (?a) (join (bgp (triple ?a :p 1)) (values (?a) (row :b))))"},
  };
  for (const Case& c : cases) Check(c);
}

TEST_CASE("grouping", "[sparql]") {
  const Case cases[] = {
      {"SELECT ?s (COUNT(*) AS ?n) { ?s :p ?o } GROUP BY ?s ?s",
       "(project (?s ?n) (extend (?n ?.a1) (group (?s) ((?.a1 (COUNT *))) (bgp "
       "(triple ?s :p ?o)))))"},
      // One group, although there is no GROUP BY.
      {"SELECT (SUM(?x) + AVG(DISTINCT ?x) AS ?y) {}",
       "(project (?y) (extend (?y (+ ?.a1 ?.a2)) (group () ((?.a1 (SUM ?x)) "
       "(?.a2 (AVG distinct ?x))) (bgp))))"},
      {"SELECT ?s { ?s :p ?o } GROUP BY ?s HAVING(COUNT(*) > 1) (COUNT(*) < 3)",
       "(project (?s) (filter (&& (> ?.a1 1) (< ?.a1 3)) (group (?s) ((?.a1 "
       "(COUNT *))) (bgp (triple ?s :p ?o)))))"},
      {"SELECT ?k (MIN(?k) AS ?m) { ?s :p ?o } GROUP BY (?o + 1 AS ?k) STR(?o) "
       ":f(?o) (?s)",
       "(project (?k ?m) (extend (?m ?.a1) (group (?k (?.k2 (STR ?o)) (?.k3 "
       "(:f ?o)) ?s) ((?.a1 (MIN ?k))) (extend (?k (+ ?o 1)) (bgp (triple ?s "
       ":p ?o))))))"},
      {"SELECT (GROUP_CONCAT(?x) AS ?a) (GROUP_CONCAT(DISTINCT ?x ; SEPARATOR "
       "= ', ') AS ?b) (count(distinct *) AS ?c) (SAMPLE(?x) AS ?d) (MAX(1) AS "
       "?e) {}",
       "(project (?a ?b ?c ?d ?e) (extend (?e ?.a5) (extend (?d ?.a4) (extend "
       "(?c ?.a3) (extend (?b ?.a2) (extend (?a ?.a1) (group () ((?.a1 "
       "(GROUP_CONCAT ?x \" \")) (?.a2 (GROUP_CONCAT distinct ?x \", \")) "
       "(?.a3 (COUNT distinct *)) (?.a4 (SAMPLE ?x)) (?.a5 (MAX 1))) "
       "(bgp))))))))"},
      // What is not grouped by is one of its values.
      {"SELECT (COUNT(*) AS ?n) { ?s :p ?o } GROUP BY ?s HAVING(?o > 1) ORDER "
       "BY ?o ?s ?n COUNT(*)",
       "(project (?n) (order (?.a2 ?s ?n ?.a1) (extend (?n ?.a1) (filter (> "
       "?.a2 1) (group (?s) ((?.a1 (COUNT *)) (?.a2 (SAMPLE ?o))) (bgp (triple "
       "?s :p ?o)))))))"},
      // What SELECT names can be a condition.
      {"SELECT (COUNT(*) AS ?n) { ?s :p ?o } GROUP BY ?s HAVING(?n > 1)",
       "(project (?n) (filter (> ?n 1) (extend (?n ?.a1) (group (?s) ((?.a1 "
       "(COUNT *))) (bgp (triple ?s :p ?o))))))"},
      {"SELECT (COUNT(?v) AS ?n) (?n + 1 AS ?m) { ?s :p ?v }",
       "(project (?n ?m) (extend (?m (+ ?n 1)) (extend (?n ?.a1) (group () "
       "((?.a1 (COUNT ?v))) (bgp (triple ?s :p ?v))))))"},
      {"SELECT (123 AS ?z) { ?s :p ?z } GROUP BY ?s",
       "(project (?z) (extend (?z 123) (group (?s) () (bgp (triple ?s :p "
       "?z)))))"},
      {"SELECT ?s { ?s :p ?o } HAVING(?o > 1)",
       "(project (?s) (filter (> ?o 1) (bgp (triple ?s :p ?o))))"},
      {"ASK { ?s :p ?o } GROUP BY ?s HAVING(COUNT(*) > 1) LIMIT 1",
       "(slice 0 1 (filter (> ?.a1 1) (group (?s) ((?.a1 (COUNT *))) (bgp "
       "(triple ?s :p ?o)))))"},
  };
  for (const Case& c : cases) Check(c);
}

TEST_CASE("a query knows its form and what belongs to it", "[sparql]") {
  const auto parsed = ParseQuery(
      "PREFIX a: <urn:a:> BASE <http://b/c> PREFIX a: <d> VERSION '1.2' SELECT "
      "?x ?y FROM <e> FROM NAMED a:f FROM :g WHERE { ?y ?z ?x }",
      Options());
  REQUIRE_OK(parsed);
  CHECK(parsed->form == query::Query::Form::kSelect);
  CHECK(parsed->base_iri == "http://b/c");
  CHECK(parsed->prefixes ==
        std::vector<std::pair<std::string, std::string>>{{"a", "http://b/d"}});
  CHECK(parsed->dataset.default_graphs ==
        std::vector<rdf::Term>{rdf::Term::Iri("http://b/e"),
                               rdf::Term::Iri("urn:x:g")});
  CHECK(parsed->dataset.named_graphs ==
        std::vector<rdf::Term>{rdf::Term::Iri("http://b/df")});
  CHECK(parsed->variables.names == std::vector<std::string>{"x", "y", "z"});
  CHECK(parsed->result == std::vector<query::Variable>{0, 1});
}

TEST_CASE("CONSTRUCT has a template", "[sparql]") {
  const auto text = [](const std::string& query) {
    const auto parsed = ParseQuery(query, Options());
    REQUIRE_OK(parsed);
    CHECK(parsed->form == query::Query::Form::kConstruct);
    query::Algebra bgp{query::Bgp{parsed->construct}};
    return Shorten(query::AlgebraText(bgp, parsed->variables)) + " <- " +
           Shorten(query::AlgebraText(*parsed->pattern, parsed->variables));
  };
  CHECK(text("CONSTRUCT { ?s :p _:x , [ :q _:anon-1 ] ~ } WHERE { ?s ?p _:x } "
             "LIMIT 1") ==
        "(bgp (triple ?s :p _:x) (triple _:anon-1 :q _:anon-doc-1) (triple ?s "
        ":p _:anon-1) (triple _:anon-2 rdf:reifies (tripleterm ?s :p "
        "_:anon-1))) <- (slice 0 1 (bgp (triple ?s ?p ?.b1)))");
  CHECK(text("CONSTRUCT { } { }") == "(bgp) <- (bgp)");
  CHECK(text("CONSTRUCT FROM <g> WHERE { ?s :p _:x . _:x :q <<( :a :b _:x )>> "
             ". }") ==
        "(bgp (triple ?s :p _:x) (triple _:x :q <<( :a :b _:x )>>)) <- (bgp "
        "(triple ?s :p ?.b1) (triple ?.b1 :q (tripleterm :a :b ?.b1)))");
}

TEST_CASE("DESCRIBE names terms and variables", "[sparql]") {
  const auto describe = [](const std::string& query) {
    const auto parsed = ParseQuery(query, Options());
    REQUIRE_OK(parsed);
    CHECK(parsed->form == query::Query::Form::kDescribe);
    std::string text;
    for (const query::PatternTerm& term : parsed->describe)
      text += query::PatternTermText(term, parsed->variables) + " ";
    return Shorten(text) + "<- " +
           Shorten(query::AlgebraText(*parsed->pattern, parsed->variables));
  };
  CHECK(describe("DESCRIBE :a <b>") == ":a <b> <- (bgp)");
  CHECK(describe("DESCRIBE ?x :a { ?x :p ?y } ORDER BY ?x") ==
        "?x :a <- (order (?x) (bgp (triple ?x :p ?y)))");
  CHECK(describe("DESCRIBE * FROM <g> WHERE { ?y :p ?x , [] }") ==
        "?y ?x <- (bgp (triple ?y :p ?x) (triple ?y :p ?.b1))");
}

}  // namespace skg::sparql::test
