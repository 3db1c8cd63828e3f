// Expressions.
#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "query/functions.h"
#include "sparql/translate.h"

namespace skg::sparql::test {
namespace {

std::string TranslateExpression(const std::string& text) {
  const auto parsed = ParseQuery("ASK { FILTER(" + text + ") }", Options());
  if (!parsed.ok()) return std::string(parsed.status().message());
  std::string algebra = Translate("ASK { FILTER(" + text + ") }");
  constexpr std::string_view kBefore = "(filter ", kAfter = " (bgp))";
  REQUIRE(algebra.starts_with(kBefore));
  REQUIRE(algebra.ends_with(kAfter));
  algebra.resize(algebra.size() - kAfter.size());
  return algebra.substr(kBefore.size());
}

struct Case {
  const char* text;
  const char* want;
};

}  // namespace

TEST_CASE("operators bind as the grammar says", "[sparql]") {
  const Case cases[] = {
      {"?a || ?b && ?c || ?d", "(|| ?a (&& ?b ?c) ?d)"},
      {"(?a || ?b) && ?c", "(&& (|| ?a ?b) ?c)"},
      {"1 + 2 * 3 - 4 / 5", "(- (+ 1 (* 2 3)) (/ 4 5))"},
      {"1 - 2 - 3", "(- (- 1 2) 3)"},
      {"?a-1", "(- ?a 1)"},
      {"?a +1 -2*3/?b -4", "(- (- (+ ?a 1) (/ (* 2 3) ?b)) 4)"},
      {"?a = -1", "(= ?a \"-1\"^^xsd:integer)"},
      {"-?a * +?b", "(* (- ?a) (+ ?b))"},
      {"- 1", "(- 1)"},
      {"!!?a", "(! (! ?a))"},
      {"!?a = ?b", "(= (! ?a) ?b)"},
      {"?a < ?b || ?a >= ?c", "(|| (< ?a ?b) (>= ?a ?c))"},
      {"?a<=?b && ?a!=?c && ?d>1", "(&& (<= ?a ?b) (!= ?a ?c) (> ?d 1))"},
      {"?a IN (1, :b) || ?a nOt iN ()", "(|| (in ?a 1 :b) (notin ?a))"},
      {"1 + ?a = 2", "(= (+ 1 ?a) 2)"},
      {".5 = 1.", "SPARQL 1:20: found '.'; expected an operator or ')'"},
      {".5 = 1.0 && 1.e1 = 1e1",
       "(&& (= \".5\"^^xsd:decimal \"1.0\"^^xsd:decimal) (= "
       "\"1.e1\"^^xsd:double \"1e1\"^^xsd:double))"},
      {"TRUE = False", "(= true false)"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(TranslateExpression(c.text) == c.want);
  }
}

TEST_CASE("calls", "[sparql]") {
  const Case cases[] = {
      {"bound(?x)", "(BOUND ?x)"},
      {"Regex(?x, 'a', \"i\")", "(REGEX ?x \"a\" \"i\")"},
      {"isUri(uri('x'))", "(isIRI (IRI \"x\"))"},
      {"coalesce() = CONCAT(1,2,3,4)", "(= (COALESCE) (CONCAT 1 2 3 4))"},
      {"rand() < NOW( )", "(< (RAND) (NOW))"},
      {"bnode() = bnode('a')", "(= (BNODE) (BNODE \"a\"))"},
      {":f(1, ?x)", "(:f 1 ?x)"},
      {":f()", "(:f)"},
      {":f(DISTINCT ?x)", "(:f distinct ?x)"},
      {":f = <g>", "(= :f <g>)"},
      {"<<( ?s a 1 )>> = <<( :s :p :o )>>",
       "(= (TRIPLE ?s rdf:type 1) <<( :s :p :o )>>)"},
      {"<<( :s ?p <<( :s :p ?o )>> )>>", "(TRIPLE :s ?p (TRIPLE :s :p ?o))"},
      {"NOT EXISTS { ?s :p 1 } && exists {}",
       "(&& (notexists (bgp (triple ?s :p 1))) (exists (bgp)))"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(TranslateExpression(c.text) == c.want);
  }
}

TEST_CASE("every function is known by its name, with its arguments",
          "[sparql]") {
  for (const query::FunctionInfo& info : query::Functions()) {
    const auto call = [&](size_t count) {
      std::string text = absl::StrCat(av(info.name), "(");
      for (size_t i = 0; i < count; ++i)
        absl::StrAppend(&text, i > 0 ? "," : "", "?x");
      return TranslateExpression(text + ")");
    };
    const bool any = info.most == query::FunctionInfo::kAnyNumber;
    const size_t most = any ? 5 : info.most;
    for (size_t count = info.least; count <= most; ++count) {
      std::string want = absl::StrCat("(", av(info.name));
      for (size_t i = 0; i < count; ++i) want += " ?x";
      CHECK(call(count) == want + ")");
    }
    if (any) continue;
    CHECK(call(most + 1).find(absl::StrCat(av(info.name), " takes ")) !=
          std::string::npos);
    if (info.least > 0) CHECK(call(info.least - 1).starts_with("SPARQL 1:"));
  }
}

}  // namespace skg::sparql::test
