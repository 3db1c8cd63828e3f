// What is wrong is refused with its place and what would be right.
#include <catch2/catch.hpp>
#include <string>

#include "sparql/translate.h"

namespace skg::sparql::test {
namespace {

struct Case {
  const char* text;
  const char* want;  // the message begins so, after "SPARQL "
};

void CheckError(const std::string& text, const std::string& message,
                const std::string& want) {
  INFO(text);
  INFO(message);
  CHECK(message.starts_with("SPARQL " + want));
}

}  // namespace

TEST_CASE("malformed queries", "[sparql]") {
  const Case cases[] = {
      {"", "1:1: found the end of the text; expected BASE, PREFIX"},
      {"  \n # x\n  SELEKT", "3:3: found 'SELEKT'; expected BASE"},
      {"SELECT * { ?s ?p", "1:17: found the end of the text; expected an IRI"},
      {"SELECT * { ?s ?p ?o", "1:20: found the end of the text; expected '.'"},
      {"SELECT * {\r\n?s\r?p }", "3:4: found '}'; expected an IRI, a literal"},
      {"SELECT * { ?s ?p ?o } x", "1:23: found 'x'; expected the end"},
      {"SELECT { ?s ?p ?o }", "1:8: found '{'; expected '*', variables"},
      {"SELECT (1) { }", "1:10: found ')'; expected AS"},
      {"SELECT (1 AS x) { }", "1:14: found 'x'; expected a variable"},
      {"SELECT COUNT(*) {}", "1:8: found 'COUNT'; expected '*'"},
      {"SELECT * {} LIMIT -1", "1:19: found '-1'; expected a number"},
      {"SELECT * {} LIMIT 1 LIMIT 2", "1:21: found 'LIMIT'; expected the end"},
      {"SELECT * {} ORDER ?x", "1:19: found '?x'; expected BY"},
      {"SELECT * {} ORDER BY", "1:21: found the end of the text; expected a"},
      {"SELECT * {} ORDER BY DESC ?x", "1:27: found '?x'; expected '('"},
      {"SELECT ?x {} GROUP BY 1", "1:23: found '1'; expected a variable"},
      {"SELECT ?x {} HAVING ?x", "1:21: found '?x'; expected '('"},
      {"ASK { FILTER ?x }", "1:14: found '?x'; expected '('"},
      {"ASK { FILTER(1 = 2 = 3) }", "1:20: found '='; expected an operator"},
      {"ASK { FILTER(NOT 1) }", "1:18: found '1'; expected EXISTS"},
      {"ASK { FILTER(1 NOT 2) }", "1:20: found '2'; expected IN"},
      {"ASK { FILTER(foo(1)) }", "1:14: found 'foo'; expected an expression"},
      {"ASK { FILTER(STRLEN(1, 2)) }",
       "1:14: STRLEN takes 1 argument; found 2"},
      {"ASK { FILTER(SUBSTR(1)) }", "1:14: SUBSTR takes 2 to 3 arguments"},
      {"ASK { FILTER(NOW(1)) }", "1:14: NOW takes 0 arguments; found 1"},
      {"ASK { FILTER(BOUND(1)) }", "1:20: found '1'; expected a variable"},
      {"ASK { FILTER(BOUND(?x + 1)) }", "1:14: BOUND takes a variable"},
      {"ASK { FILTER(_:x) }", "1:14: found '_:x'; expected an expression"},
      {"ASK { FILTER(:f(DISTINCT)) }", "1:25: found ')'; expected an expr"},
      {"ASK { FILTER(?x IN 1) }", "1:20: found '1'; expected '('"},
      {"ASK { FILTER <f> }", "1:18: found '}'; expected '(' and arguments"},
      {"ASK { BIND(1 AS ?x }", "1:20: found '}'; expected ')'"},
      {"ASK { ?s :p 1 ?t :q 2 }", "1:15: found '?t'; expected '.'"},
      {"ASK { ?s (:p ?o }", "1:14: found '?o'; expected ')'"},
      {"ASK { ?s :p|?q ?o }", "1:13: found '?q'; expected a path"},
      {"ASK { ?s !?q ?o }", "1:11: found '?q'; expected a predicate"},
      {"ASK { ?s :p**/:q ?o }", "1:13: found '*'; expected an IRI"},
      {"ASK { [ :p 1 }", "1:14: found '}'; expected ';', ',' or ']'"},
      {"ASK { ?s :p ( 1 }", "1:17: found '}'; expected an IRI"},
      {"ASK { << ?s :p 1 ?t >> }", "1:18: found '?t'; expected '~'"},
      {"ASK { ?s :p <<( ?s :p 1 >> }", "1:25: found '>>'; expected ')>>'"},
      {"ASK { ?s :p 1 {| |} }", "1:18: found '|}'; expected a predicate"},
      {"ASK { ?s :p+ 1 ~ :r }", "1:10: a path cannot have reifiers"},
      {"ASK { GRAPH _:a { } }", "1:13: found '_:a'; expected an IRI"},
      {"ASK { SERVICE { } }", "1:15: found '{'; expected an IRI"},
      {"ASK { { } UNION }", "1:17: found '}'; expected '{'"},
      {"ASK { OPTIONAL ?x }", "1:16: found '?x'; expected '{'"},
      {"ASK { { SELECT ?x { } ?y } }", "1:23: found '?y'; expected '}'"},
      {"ASK { VALUES x { } }", "1:14: found 'x'; expected a variable"},
      {"ASK { VALUES ?x { ?y } }", "1:19: found '?y'; expected an IRI"},
      {"ASK { VALUES (?x) { 1 } }", "1:21: found '1'; expected '('"},
      {"ASK { VALUES (?x ?y) { (1) } }", "1:25: the row has 1 values"},
      {"ASK { VALUES (?x ?x) { } }", "1:18: ?x is in VALUES twice"},
      {"CONSTRUCT { ?s :p/:q 1 } { }", "1:18: found '/'; expected an IRI"},
      {"CONSTRUCT ?x { }", "1:11: found '?x'; expected '{' or WHERE"},
      {"DESCRIBE { }", "1:10: found '{'; expected '*'"},
      {"ASK FROM ?x { }", "1:10: found '?x'; expected an IRI"},
      {"PREFIX a <b> ASK {}", "1:8: found 'a'; expected a prefix"},
      {"PREFIX a:b <b> ASK {}", "1:8: found 'a:b'; expected a prefix"},
      {"PREFIX a: b:c ASK {}", "1:11: found 'b:c'; expected an IRI in angle"},
      {"BASE :a ASK {}", "1:6: found ':a'; expected an IRI in angle"},
      {"VERSION 1.2 ASK {}", "1:9: found '1.2'; expected a version"},
      {"ASK { ?s b:c 1 }", "1:10: the prefix 'b:' is not declared"},
      {"ASK { ?s A 1 }", "1:10: found 'A'; expected a predicate"},
  };
  for (const Case& c : cases) CheckError(c.text, QueryError(c.text), c.want);
}

TEST_CASE("malformed tokens", "[sparql]") {
  const Case cases[] = {
      {"ASK { ?s ?p 'a\n' }", "1:13: a string has no closing '"},
      {"ASK { ?s ?p \"a }", "1:13: a string has no closing quote"},
      {"ASK { ?s ?p '''a'' }", "1:13: a string has no closing three quotes"},
      {"ASK { ?s ?p 'a\\q' }", "1:15: unknown escape in a string"},
      {"ASK { ?s ?p '''\n\\u12''' }", "2:1: malformed escape"},
      {"ASK { ?s ?p '\\uD800' }", "1:14: the escape denotes U+"},
      {"ASK { ?s ?p <a\\n> }", "1:15: an IRI cannot hold"},
      {"ASK { ?s ?p <\\u0020> }", "1:14: an IRI cannot hold U+0020"},
      {"ASK { ?s ?p <a b> }", "1:13: found '<'; expected an IRI"},
      {"ASK { ?s ?p 'a'@ }", "1:16: expected a language tag"},
      {"ASK { ?s ?p 'a'@en--up }", "1:19: a base direction is"},
      {"ASK { ?s ?p 'a'@toolongsubtag }", "1:17: '@toolongsubtag' is not"},
      {"ASK { ?s ?p 'a'^^'b' }", "1:18: found ''b''; expected an IRI"},
      {"ASK { ?s ?p 'a'^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
       "> }",
       "1:16: a literal of this datatype needs"},
      {"ASK { ?s ?p _: }", "1:13: a blank node label begins"},
      {"ASK { $ ?p 1 }", "1:7: expected the name of a variable"},
      {"ASK { ?s :a%2 1 }", "1:12: '%' in a name needs two"},
      {"ASK { ?s :a\\u0061 1 }", "1:12: unknown escape in a name"},
      {"ASK { ?s ?p \\u0061 }", "1:13: unexpected '\\'"},
      {"ASK { ?s ?p & }", "1:13: unexpected '&'"},
      {"ASK { ?s ?p \xC3\x28 }", "1:13: a byte is not UTF-8"},
      {"ASK { ?s ?p \xC3\x97 }", "1:13: unexpected '\xC3\x97'"},
      {"ASK { ?s <1> 12345678901234567890123456789012345678901234567890 z }",
       "1:65: found 'z'"},
      {"ASK 12345678901234567890123456789012345678901234567890",
       "1:5: found '1234567890123456789012345678901234567890...'; expected"},
  };
  for (const Case& c : cases) CheckError(c.text, QueryError(c.text), c.want);
}

TEST_CASE("variables and blank nodes out of their scope", "[sparql]") {
  const Case cases[] = {
      {"SELECT (1 AS ?x) { ?x :p 1 }", "1:14: ?x is already in scope"},
      {"SELECT ?x (1 AS ?x) { }", "1:17: ?x is already in scope"},
      {"SELECT (1 AS ?x) (2 AS ?x) { }", "1:24: ?x is in SELECT twice"},
      {"SELECT (1 AS ?x) { } VALUES ?x { 1 }", "1:14: ?x is already in scope"},
      {"SELECT (1 AS ?x) { ?x :p 1 } GROUP BY ?x", "1:14: ?x is already in"},
      {"ASK { ?x :p 1 BIND(1 AS ?x) }", "1:25: ?x is already in scope here"},
      {"ASK { BIND(1 AS ?x) BIND(1 AS ?x) }", "1:31: ?x is already in scope"},
      {"ASK { OPTIONAL { ?x :p 1 } BIND(1 AS ?x) }", "1:38: ?x is already"},
      {"ASK { GRAPH ?x { } BIND(1 AS ?x) }", "1:30: ?x is already in scope"},
      {"ASK { SERVICE ?x { } BIND(1 AS ?x) }", "1:32: ?x is already in scope"},
      {"ASK { VALUES ?x { } BIND(1 AS ?x) }", "1:31: ?x is already in scope"},
      {"ASK { { SELECT ?x { } } BIND(1 AS ?x) }", "1:35: ?x is already in"},
      {"ASK { ?s :p <<( :s :p ?x )>> BIND(1 AS ?x) }", "1:40: ?x is already"},
      {"SELECT * { ?s ?p ?o } GROUP BY ?s", "1:8: SELECT * cannot stand"},
      {"SELECT * { } HAVING(COUNT(*) > 1)", "1:8: SELECT * cannot stand"},
      {"SELECT ?o { ?s ?p ?o } GROUP BY ?s", "1:8: ?o is neither in GROUP BY"},
      {"SELECT ?o (COUNT(*) AS ?n) { ?s ?p ?o }", "1:8: ?o is neither in"},
      {"SELECT (?o + 1 AS ?x) { ?s ?p ?o } GROUP BY ?s", "1:9: ?o is neither"},
      {"SELECT ?s { ?s ?p ?o } GROUP BY (1 AS ?s)", "1:39: ?s is already in"},
      {"SELECT (SUM(SUM(?x)) AS ?y) { }", "1:13: SUM cannot stand here"},
      {"ASK { FILTER(COUNT(*) > 1) }", "1:14: COUNT cannot stand here"},
      {"ASK { BIND(MAX(?x) AS ?y) }", "1:12: MAX cannot stand here"},
      {"ASK { } GROUP BY (SAMPLE(?x))", "1:19: SAMPLE cannot stand here"},
      {"ASK { _:a :p 1 OPTIONAL { } _:a :q 2 }", "1:29: _:a is also in"},
      {"ASK { _:a :p 1 FILTER EXISTS { _:a :q 2 } }", "1:32: _:a is also in"},
      {"ASK { _:a :p 1 BIND(1 AS ?x) _:a :q 2 }", "1:30: _:a is also in"},
  };
  for (const Case& c : cases) CheckError(c.text, QueryError(c.text), c.want);
  // Not in scope any more, or in another scope.
  for (const char* right :
       {"ASK { { ?y :p ?x } MINUS { ?z :p 1 } BIND(1 AS ?z) }",
        "ASK { FILTER EXISTS { ?x :p 1 } BIND(1 AS ?x) }",
        "ASK { FILTER(?x = 1) BIND(1 AS ?x) }",
        "ASK { { SELECT ?y { ?y :p ?x } } BIND(1 AS ?x) }",
        "ASK { { BIND(1 AS ?x) } UNION { BIND(2 AS ?x) } }",
        "ASK { ?x :p 1 { BIND(1 AS ?x) } }",
        "ASK { _:a :p 1 FILTER EXISTS { _:b :q 2 } _:a :r 3 }"}) {
    INFO(right);
    CHECK(QueryError(right) == "is accepted");
  }
}

TEST_CASE("malformed updates", "[sparql]") {
  const Case cases[] = {
      {"SELECT * { }", "1:1: found 'SELECT'; expected an operation"},
      {"INSERT { } ;", "1:12: found ';'; expected WHERE"},
      {"INSERT WHERE { }", "1:8: found 'WHERE'; expected DATA or '{'"},
      {"DELETE ALL", "1:8: found 'ALL'; expected DATA, WHERE or '{'"},
      {"WITH :g INSERT DATA { }", "1:16: found 'DATA'; expected '{'"},
      {"WITH :g DELETE WHERE { }", "1:16: found 'WHERE'; expected '{'"},
      {"WITH ?g DELETE { } WHERE { }", "1:6: found '?g'; expected an IRI"},
      {"WITH :g LOAD :x", "1:9: found 'LOAD'; expected INSERT"},
      {"CLEAR :g", "1:7: found ':g'; expected GRAPH and an IRI"},
      {"CREATE DEFAULT", "1:8: found 'DEFAULT'; expected GRAPH"},
      {"LOAD :a INTO :b", "1:14: found ':b'; expected GRAPH"},
      {"COPY :a :b", "1:9: found ':b'; expected TO"},
      {"ADD ALL TO :b", "1:5: found 'ALL'; expected DEFAULT"},
      {"CLEAR ALL CLEAR ALL", "1:11: found 'CLEAR'; expected ';'"},
      {"CLEAR ALL ; ;", "1:13: found ';'; expected an operation"},
      {"INSERT DATA { ?s :p 1 }", "1:15: data cannot hold a variable"},
      {"INSERT DATA { :s :p <<( :s :p ?o )>> }", "1:31: data cannot hold"},
      {"INSERT DATA { GRAPH ?g { } }", "1:21: found '?g'; expected an IRI"},
      {"INSERT DATA { 'x' :p 1 }", "1:15: the subject of a triple is"},
      {"INSERT DATA { :a :p 1 , 2 . 3 :q [ :p 1 ] }", "1:29: the subject of"},
      {"INSERT DATA { <<( :s :p 1 )>> :p 1 }", "1:15: the subject of a"},
      {"INSERT DATA { :s :p <<( 1 :p 1 )>> }", "1:25: the subject of a"},
      {"INSERT DATA { :s :p/:q 1 }", "1:20: found '/'; expected an IRI"},
      {"INSERT DATA { GRAPH :g { GRAPH :h { } } }", "1:26: found 'GRAPH'"},
      {"INSERT DATA { _:a :p 1 } ; INSERT DATA { _:a :p 1 }",
       "1:42: _:a is also in another INSERT DATA"},
      {"DELETE DATA { ?s :p 1 }", "1:15: data cannot hold a variable"},
      {"DELETE DATA { _:a :p 1 }", "1:15: what is deleted cannot hold"},
      {"DELETE WHERE { ?s :p [] }", "1:22: what is deleted cannot hold"},
      {"DELETE { ?s :p ( 1 ) } WHERE { }", "1:18: what is deleted cannot"},
      {"DELETE { ?s :p 1 ~ } WHERE { }", "1:20: what is deleted cannot hold"},
      {"DELETE WHERE { ?s :p+ 1 }", "1:21: found '+'; expected an IRI"},
      {"INSERT { } WHERE { _:a :p 1 } ; INSERT { } WHERE { _:a :p 1 }",
       "1:52: _:a is also in another basic graph pattern"},
  };
  for (const Case& c : cases) CheckError(c.text, UpdateError(c.text), c.want);
  CHECK(UpdateError("INSERT { _:a :p 1 } WHERE { _:a :q 1 } ; INSERT { _:a :p "
                    "2 } WHERE { }") == "is accepted");
}

TEST_CASE("a relative IRI needs a base", "[sparql]") {
  const auto error = ParseQuery("ASK { ?s ?p <a> }").status();
  CHECK(error.code() == absl::StatusCode::kInvalidArgument);
  CHECK(error.message() ==
        "SPARQL 1:13: a relative IRI, and there is no base; declare one with "
        "BASE <...> or write the IRI in full");
  CHECK(ParseQuery("ASK {}", {.base_iri = "dir/file"}).status().message() ==
        "SPARQL 1:1: the base 'dir/file' that came with the text is no "
        "absolute IRI");
  CHECK(ParseQuery("BASE <urn:b> ASK { ?s ?p <#a> }").ok());
  CHECK(ParseQuery("ASK { ?s ?p <urn:a> }").ok());
}

}  // namespace skg::sparql::test
