// Group graph patterns to algebra.
#include <catch2/catch.hpp>

#include "sparql/translate.h"

namespace skg::sparql::test {
namespace {

struct Case {
  const char* group;  // of SELECT (1 AS ?one) { ... } without its braces
  const char* want;
};

// The algebra of a group alone.
std::string TranslateGroup(const std::string& group) {
  return Translate("ASK {" + group + "}");
}

void Check(const Case& c) {
  INFO(c.group);
  CHECK(TranslateGroup(c.group) == c.want);
}

}  // namespace

TEST_CASE("the examples of section 18.2.3 translate as it says", "[sparql]") {
  const Case cases[] = {
      {"?s ?p ?o", "(bgp (triple ?s ?p ?o))"},
      {"?s :p1 ?v1 ; :p2 ?v2", "(bgp (triple ?s :p1 ?v1) (triple ?s :p2 ?v2))"},
      {"{ ?s :p1 ?v1 } UNION { ?s :p2 ?v2 }",
       "(union (bgp (triple ?s :p1 ?v1)) (bgp (triple ?s :p2 ?v2)))"},
      {"{ ?s :p1 ?v1 } UNION { ?s :p2 ?v2 } UNION { ?s :p3 ?v3 }",
       "(union (bgp (triple ?s :p1 ?v1)) (bgp (triple ?s :p2 ?v2)) (bgp "
       "(triple ?s :p3 ?v3)))"},
      {"?s :p1 ?v1 OPTIONAL { ?s :p2 ?v2 }",
       "(leftjoin (bgp (triple ?s :p1 ?v1)) (bgp (triple ?s :p2 ?v2)))"},
      {"?s :p1 ?v1 OPTIONAL { ?s :p2 ?v2 } OPTIONAL { ?s :p3 ?v3 }",
       "(leftjoin (leftjoin (bgp (triple ?s :p1 ?v1)) (bgp (triple ?s :p2 "
       "?v2))) (bgp (triple ?s :p3 ?v3)))"},
      {"?s :p1 ?v1 OPTIONAL { ?s :p2 ?v2 FILTER(?v1 < 3) }",
       "(leftjoin (< ?v1 3) (bgp (triple ?s :p1 ?v1)) (bgp (triple ?s :p2 "
       "?v2)))"},
      {"{ ?s :p1 ?v1 } UNION { ?s :p2 ?v2 } OPTIONAL { ?s :p3 ?v3 }",
       "(leftjoin (union (bgp (triple ?s :p1 ?v1)) (bgp (triple ?s :p2 ?v2))) "
       "(bgp (triple ?s :p3 ?v3)))"},
      {"?s :p1 ?v1 FILTER(?v1 < 3) OPTIONAL { ?s :p2 ?v2 }",
       "(filter (< ?v1 3) (leftjoin (bgp (triple ?s :p1 ?v1)) (bgp (triple ?s "
       ":p2 ?v2))))"},
      {"?s :p ?v . BIND(2 * ?v AS ?v2) ?s :p1 ?v2",
       "(join (extend (?v2 (* 2 ?v)) (bgp (triple ?s :p ?v))) (bgp (triple ?s "
       ":p1 ?v2)))"},
      {"?s :p ?v . {} BIND(2 * ?v AS ?v2)",
       "(extend (?v2 (* 2 ?v)) (bgp (triple ?s :p ?v)))"},
      {"?s :p ?v . MINUS { ?s :p1 ?v2 }",
       "(minus (bgp (triple ?s :p ?v)) (bgp (triple ?s :p1 ?v2)))"},
      {"?s :p ?o . { SELECT DISTINCT ?o { ?o ?p ?z } }",
       "(join (bgp (triple ?s :p ?o)) (distinct (project (?o) (bgp (triple ?o "
       "?p ?z)))))"},
  };
  for (const Case& c : cases) Check(c);
}

TEST_CASE("the scope of filters is their group", "[sparql]") {
  const Case cases[] = {
      // One condition, whatever the place; the pattern around them is whole.
      {"FILTER(?b) ?s :p ?b . FILTER(?a) ?s :q ?a",
       "(filter (&& ?b ?a) (bgp (triple ?s :p ?b) (triple ?s :q ?a)))"},
      {"?s :p ?a { ?s :q ?b FILTER(?a) }",
       "(join (bgp (triple ?s :p ?a)) (filter ?a (bgp (triple ?s :q ?b))))"},
      // A group in the group of OPTIONAL keeps its filter.
      {"OPTIONAL { { ?s :q ?b FILTER(?a) } }",
       "(leftjoin (bgp) (filter ?a (bgp (triple ?s :q ?b))))"},
      {"OPTIONAL { ?s :q ?b FILTER(?a) FILTER(?b) }",
       "(leftjoin (&& ?a ?b) (bgp) (bgp (triple ?s :q ?b)))"},
      {"OPTIONAL { SELECT ?b { ?s :q ?b } HAVING(?b) }",
       "(leftjoin (bgp) (project (?b) (filter ?b (bgp (triple ?s :q ?b)))))"},
      {"MINUS { ?s :q ?b FILTER(?a) }",
       "(minus (bgp) (filter ?a (bgp (triple ?s :q ?b))))"},
      {"GRAPH ?g { ?s :q ?b FILTER(?a) }",
       "(graph ?g (filter ?a (bgp (triple ?s :q ?b))))"},
      {"{ FILTER(?a) } UNION { }", "(union (filter ?a (bgp)) (bgp))"},
  };
  for (const Case& c : cases) Check(c);
}

TEST_CASE("elements of a group translate in their order", "[sparql]") {
  const Case cases[] = {
      {"", "(bgp)"},
      {"{ {} }", "(bgp)"},
      {"{ ?a :p 1 } { { ?b :p 2 } ?c :p 3 }",
       "(join (bgp (triple ?a :p 1)) (bgp (triple ?b :p 2)) (bgp (triple ?c :p "
       "3)))"},
      {"?a :p 1 OPTIONAL { ?a :q 2 } ?a :r 3 . ?a :s 4",
       "(join (leftjoin (bgp (triple ?a :p 1)) (bgp (triple ?a :q 2))) (bgp "
       "(triple ?a :r 3) (triple ?a :s 4)))"},
      {"GRAPH :g { }", "(graph :g (bgp))"},
      {"GRAPH <g> { ?a a :T } . ?a :p 1 .",
       "(join (graph <g> (bgp (triple ?a rdf:type :T))) (bgp (triple ?a :p "
       "1)))"},
      {"VALUES ?x { 1 UNDEF :a 'b'@en-GB <<( :s a <<( :s :p true )>> )>> }",
       "(values (?x) (row 1) (row undef) (row :a) (row \"b\"@en-gb) (row <<( "
       ":s rdf:type <<( :s :p \"true\"^^xsd:boolean )>> )>>))"},
      {"VALUES (?x ?y) { (1 2) (UNDEF true) } ?x :p ?y",
       "(join (values (?x ?y) (row 1 2) (row undef true)) (bgp (triple ?x :p "
       "?y)))"},
      {"VALUES () { () () }", "(values () (row) (row))"},
      {"SERVICE SILENT :e { ?s :p ?o }",
       "(service silent :e (bgp (triple ?s :p ?o)))"},
      {"FILTER EXISTS { ?s :p ?o FILTER(?o) }",
       "(filter (exists (filter ?o (bgp (triple ?s :p ?o)))) (bgp))"},
  };
  for (const Case& c : cases) Check(c);
}

TEST_CASE("triples are written in many ways", "[sparql]") {
  const Case cases[] = {
      {"?s a :T ; ; :p 1 , -2.5 , +3e0 ;",
       "(bgp (triple ?s rdf:type :T) (triple ?s :p 1) (triple ?s :p "
       "\"-2.5\"^^xsd:decimal) (triple ?s :p \"+3e0\"^^xsd:double))"},
      {"$s ?p <a\\u0062c> , 'x'^^xsd:y",
       "SPARQL 1:30: the prefix 'xsd:' is not declared; declare it with PREFIX "
       "xsd: <...>"},
      {"$s ?p <a\\u0062c>, \"\"\"a\"\nb\"\"\", 'x'^^:y, 'Z'@EN--rtl, "
       ":a\\.b%20c",
       "(bgp (triple ?s ?p <abc>) (triple ?s ?p \"a\\\"\\nb\") (triple ?s ?p "
       "\"x\"^^:y) (triple ?s ?p \"Z\"@en--rtl) (triple ?s ?p :a.b%20c))"},
      {"[] :p [ :q 1 ] , [] . [ :r 2 ] . [ :r 3 ] :s 4",
       "(bgp (triple ?.b2 :q 1) (triple ?.b1 :p ?.b2) (triple ?.b1 :p ?.b3) "
       "(triple ?.b4 :r 2) (triple ?.b5 :r 3) (triple ?.b5 :s 4))"},
      {"_:a :p _:b FILTER(?x) _:b :q _:a",
       "(filter ?x (bgp (triple ?.b1 :p ?.b2) (triple ?.b2 :q ?.b1)))"},
      {"() :p ( 1 ?x )",
       "(bgp (triple ?.b1 rdf:first 1) (triple ?.b1 rdf:rest ?.b2) (triple "
       "?.b2 rdf:first ?x) (triple ?.b2 rdf:rest rdf:nil) (triple rdf:nil :p "
       "?.b1))"},
      {"( () ) .",
       "(bgp (triple ?.b1 rdf:first rdf:nil) (triple ?.b1 rdf:rest rdf:nil))"},
  };
  for (const Case& c : cases) Check(c);
}

TEST_CASE("statements about statements", "[sparql]") {
  const Case cases[] = {
      {"?s :p <<( :a :b ?o )>>", "(bgp (triple ?s :p (tripleterm :a :b ?o)))"},
      {"?s :p <<( :a a <<( :c :d 1 )>> )>>",
       "(bgp (triple ?s :p <<( :a rdf:type <<( :c :d \"1\"^^xsd:integer )>> "
       ")>>))"},
      {"<<( _:x :b [] )>> :p _:x",
       "(bgp (triple (tripleterm ?.b1 :b ?.b2) :p ?.b1))"},
      {"<< :a :b :c >> .", "(bgp (triple ?.b1 rdf:reifies <<( :a :b :c )>>))"},
      {"<< :a :b << ?x :d 1 ~ :r1 >> ~ ?r2 >> :p 1",
       "(bgp (triple :r1 rdf:reifies (tripleterm ?x :d 1)) (triple ?r2 "
       "rdf:reifies <<( :a :b :r1 )>>) (triple ?r2 :p 1))"},
      {"?s :p ?o ~ :r {| :q 1 ; :t 2 |} {| :u 3 |} ~ ~ _:x",
       "(bgp (triple ?s :p ?o) (triple :r rdf:reifies (tripleterm ?s :p ?o)) "
       "(triple :r :q 1) (triple :r :t 2) (triple ?.b1 rdf:reifies (tripleterm "
       "?s :p ?o)) (triple ?.b1 :u 3) (triple ?.b2 rdf:reifies (tripleterm ?s "
       ":p ?o)) (triple ?.b3 rdf:reifies (tripleterm ?s :p ?o)))"},
      {"?s :p 1 {| :q/:r 2 |} , 3",
       "(bgp (triple ?s :p 1) (triple ?.b1 rdf:reifies (tripleterm ?s :p 1)) "
       "(triple ?.b1 :q ?.p2) (triple ?.p2 :r 2) (triple ?s :p 3))"},
  };
  for (const Case& c : cases) Check(c);
}

TEST_CASE("property paths", "[sparql]") {
  const Case cases[] = {
      {"?a :p ?b", "(bgp (triple ?a :p ?b))"},
      {"?a (:p) ?b", "(bgp (triple ?a :p ?b))"},
      {"?a ^:p ?b", "(bgp (triple ?b :p ?a))"},
      {"?a :p/^:q/a ?b",
       "(bgp (triple ?a :p ?.p1) (triple ?.p2 :q ?.p1) (triple ?.p2 rdf:type "
       "?b))"},
      {"?a ^(:p/:q) ?b", "(bgp (triple ?b :p ?.p1) (triple ?.p1 :q ?a))"},
      {"?a :p* ?b", "(path ?a (* :p) ?b)"},
      {"?a :p|:q|^:r ?b", "(path ?a (| :p :q (^ :r)) ?b)"},
      {"?a (:p/:q)+ ?b", "(path ?a (+ (/ :p :q)) ?b)"},
      {"?a :p? ?b", "(path ?a (? :p) ?b)"},
      {"?a !:p ?b", "(path ?a (! :p) ?b)"},
      {"?a !(:p|^a|:q)* ?b", "(path ?a (* (! :p (^ rdf:type) :q)) ?b)"},
      {"?a !() ?b", "(path ?a (!) ?b)"},
      {"?x :o ?a . ?a :p/:q+/:r ?b , ?c",
       "(join (bgp (triple ?x :o ?a) (triple ?a :p ?.p1)) (path ?.p1 (+ :q) "
       "?.p2) (bgp (triple ?.p2 :r ?b) (triple ?a :p ?.p3)) (path ?.p3 (+ :q) "
       "?.p4) (bgp (triple ?.p4 :r ?c)))"},
      {"_:x :p* ?a . _:x :q 1",
       "(join (path ?.b1 (* :p) ?a) (bgp (triple ?.b1 :q 1)))"},
  };
  for (const Case& c : cases) Check(c);
}

TEST_CASE("a service gets its group as a query of its own", "[sparql]") {
  const auto parsed = ParseQuery(
      "PREFIX a: <urn:a:> ASK { SERVICE ?e { a:s :p\\.q <o> ; a 'x'@en # no\n"
      " FILTER(?y -1<2) SERVICE :f { ?s ?p 2 } } }",
      Options());
  REQUIRE(parsed.ok());
  const auto& service = std::get<query::Service>(parsed->pattern->node);
  CHECK(service.text ==
        "SELECT * WHERE { <urn:a:s> <urn:x:p.q> <http://example.org/dir/o> ; a "
        "'x' @en FILTER ( ?y -1 < 2 ) SERVICE <urn:x:f> { ?s ?p 2 } }");
  CHECK(ParseQuery(service.text).ok());
  const auto& filter = std::get<query::Filter>(service.input->node);
  const auto& join = std::get<query::Join>(filter.input->node);
  CHECK(std::get<query::Service>(join.inputs[1]->node).text.empty());
}

}  // namespace skg::sparql::test
