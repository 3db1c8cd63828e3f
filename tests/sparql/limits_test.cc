// Limits: whatever a text asks for, it ends in time and memory, with a status.
#include <catch2/catch.hpp>
#include <string>

#include "query/algebra_text.h"
#include "sparql/translate.h"
#include "support/test_support.h"

namespace skg::sparql::test {
namespace {

std::string Repeat(const std::string& text, size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string Nested(const std::string& open, const std::string& inner,
                   const std::string& close, size_t times) {
  return Repeat(open, times) + inner + Repeat(close, times);
}

struct Shape {
  const char* name;
  std::string before, open, inner, close, after;
  [[nodiscard]] std::string Text(size_t times) const {
    return before + Nested(open, inner, close, times) + after;
  }
};

std::vector<Shape> NestedShapes() {
  return {
      {"groups", "ASK {", "{", "?s ?p 1", "}", "}"},
      {"parentheses", "ASK { FILTER(", "(", "1", ")", ") }"},
      {"not", "ASK { FILTER(", "!", "1", "", ") }"},
      {"calls", "ASK { FILTER(", "STR(", "1", ")", ") }"},
      {"calls by IRI", "ASK { FILTER(", ":f(", "1", ")", ") }"},
      {"in", "ASK { FILTER(", "1 IN (", "1", ")", ") }"},
      {"exists", "ASK {", "FILTER EXISTS {", "", "}", "}"},
      {"optional", "ASK {", "OPTIONAL {", "", "}", "}"},
      {"union", "ASK {", "{} UNION {", "", "}", "}"},
      {"minus", "ASK {", "MINUS {", "", "}", "}"},
      {"graph", "ASK {", "GRAPH ?g {", "", "}", "}"},
      {"service", "ASK {", "SERVICE :e {", "", "}", "}"},
      {"subqueries", "ASK {", "{ SELECT * {", "", "} }", "}"},
      {"lists", "ASK { ?s ?p ", "(", "1", ")", "}"},
      {"blank nodes", "ASK { ?s ?p ", "[ :p ", "1", "]", "}"},
      {"annotations", "ASK { ?s ?p 1 ", "{| :p 1 ", "", "|}", "}"},
      {"reified", "ASK { ?s ?p ", "<< :s :p ", "1", ">>", "}"},
      {"triple terms", "ASK { ?s ?p ", "<<( ?s :p ", "1", ")>>", "}"},
      {"data", "ASK { VALUES ?x {", "<<( :s :p ", "1", ")>>", "} }"},
      {"terms in expressions", "ASK { FILTER(", "<<( ?s :p ", "1", ")>>",
       ") }"},
      {"paths", "ASK { ?s ", "(", ":p", ")", " ?o }"},
      {"path modifiers", "ASK { ?s ", "(", ":p", ")*", " ?o }"},
      {"inverse paths", "ASK { ?s ", "^(", ":p", ")", " ?o }"},
      {"path sequences", "ASK { ?s ", ":q/(", ":p", ")", " ?o }"},
      {"aggregates", "SELECT (SUM(", "(", "1", ")", ") AS ?x) {}"},
      {"having", "SELECT (1 AS ?x) {} HAVING(", "(", "1", ")", ")"},
  };
}

// One operator above the other, without brackets.
std::vector<Shape> Chains() {
  return {
      {"sums", "ASK { FILTER(1", "+1", "", "", ") }"},
      {"signed sums", "ASK { FILTER(1", " -1", "", "", ") }"},
      {"products", "ASK { FILTER(1", "*1", "", "", ") }"},
      {"binds", "ASK {", "BIND(1 AS ?x$)", "", "", "}"},
      {"optionals", "ASK {", "OPTIONAL {}", "", "", "}"},
      {"minuses", "ASK {", "MINUS {}", "", "", "}"},
      {"selected", "SELECT", "(1 AS ?x$)", "", "", "{}"},
      {"keys", "ASK {} GROUP BY ", "(1 AS ?x$)", "", "", ""},
  };
}

// "$" becomes a number that differs each time.
std::string Numbered(std::string text) {
  size_t number = 0;
  for (size_t at = text.find("?x$"); at != std::string::npos;
       at = text.find("?x$", at)) {
    text.replace(at + 2, 1, std::to_string(number++));
  }
  return text;
}

// Does all that walks an algebra.
void Walk(query::Query parsed) {
  CHECK_FALSE(query::AlgebraText(*parsed.pattern, parsed.variables).empty());
}

}  // namespace

TEST_CASE("nesting is bounded", "[sparql]") {
  for (const Shape& shape : NestedShapes()) {
    INFO(shape.name);
    auto few = ParseQuery(shape.Text(40), Options());
    REQUIRE_OK(few);
    Walk(*std::move(few));
    auto deep = ParseQuery(shape.Text(80), Options());
    REQUIRE_OK(deep);
    Walk(*std::move(deep));
    const auto deeper = ParseQuery(shape.Text(20'000), Options());
    CHECK(deeper.status().code() == absl::StatusCode::kResourceExhausted);
    CHECK(deeper.status().message().find("nested more than 200 levels") !=
          std::string::npos);
    ParseOptions narrow = Options();
    narrow.max_nesting = 20;
    CHECK(ParseQuery(shape.Text(40), narrow).status().code() ==
          absl::StatusCode::kResourceExhausted);
  }
}

TEST_CASE("chains are bounded", "[sparql]") {
  for (const Shape& shape : Chains()) {
    INFO(shape.name);
    auto long_chain = ParseQuery(Numbered(shape.Text(250)), Options());
    REQUIRE_OK(long_chain);
    Walk(*std::move(long_chain));
    const auto longer = ParseQuery(Numbered(shape.Text(20'000)), Options());
    CHECK(longer.status().code() == absl::StatusCode::kResourceExhausted);
    CHECK(longer.status().message().find("more than 256 operators stand") !=
          std::string::npos);
  }
}

TEST_CASE("what is wide need not be deep", "[sparql]") {
  const Shape shapes[] = {
      {"or", "ASK { FILTER(1", "||1", "", "", ") }"},
      {"and", "ASK { FILTER(1", "&&1", "", "", ") }"},
      {"in", "ASK { FILTER(1 IN (1", ",1", "", "", ")) }"},
      {"arguments", "ASK { FILTER(CONCAT(1", ",1", "", "", ")) }"},
      {"groups", "ASK {", "{?s ?p 1}", "", "", "}"},
      {"graphs", "ASK {", "GRAPH :g {}", "", "", "}"},
      {"unions", "ASK { {}", "UNION {}", "", "", "}"},
      {"filters", "ASK {", "FILTER(1)", "", "", "}"},
      {"triples", "ASK {", "?s ?p 1.", "", "", "}"},
      {"paths", "ASK {", "?s :p* 1.", "", "", "}"},
      {"steps", "ASK { ?s :p", "/:p", "", "", " 1 }"},
      {"items", "ASK { ?s ?p (", "1 ", "", "", ") }"},
      {"rows", "ASK { VALUES ?x {", "1 ", "", "", "} }"},
      {"variables", "SELECT", " ?x$", "", "", "{}"},
      {"orders", "ASK {} ORDER BY", " ?x$", "", "", ""},
      {"conditions", "ASK {} HAVING", "(1)", "", "", ""},
      {"sums of groups", "ASK {} HAVING", "(SUM(?x$)>1)", "", "", ""},
      {"prefixes", "", "PREFIX a: <urn:a> ", "ASK {}", "", ""},
  };
  for (const Shape& shape : shapes) {
    INFO(shape.name);
    auto parsed = ParseQuery(Numbered(shape.Text(20'000)), Options());
    REQUIRE_OK(parsed);
    Walk(*std::move(parsed));
  }
}

TEST_CASE("text and memory are bounded", "[sparql]") {
  const std::string comment = "ASK {} #" + Repeat("x", size_t{1} << 20);
  const auto too_long = ParseQuery(comment);
  CHECK(too_long.status().code() == absl::StatusCode::kResourceExhausted);
  CHECK(too_long.status().message() ==
        "SPARQL: the text has 1048584 bytes; the limit is 1048576");
  CHECK(ParseQuery(comment, {.max_text_bytes = comment.size()}).ok());

  // Short names of what is long, and much from little.
  const std::string space = "<urn:" + Repeat("x", 400'000) + ">";
  const std::string texts[] = {
      "PREFIX : " + space + " ASK { ?s ?p :" + Repeat(",:", 100'000) + " }",
      "BASE " + space + " ASK { ?s ?p <>" + Repeat(",<>", 100'000) + " }",
      "PREFIX : " + space + " ASK { :s ?p 1" + Repeat(",1", 100'000) + " }",
      "PREFIX : " + space + " ASK { ?s :p* 1" + Repeat(",1", 100'000) + " }",
      "PREFIX : " + space + " ASK { SERVICE :e { " +
          Repeat(":a :b :c. ", 9000) + " } }",
      "PREFIX : " + space + " ASK { ?s ?p 1 " + Repeat("~:r", 100'000) + " }",
      "ASK { ?s ?p (" + Repeat("1 ", 500'000) + ") }",
      "ASK { FILTER(1 IN (1" + Repeat(",1", 510'000) + ")) }",
      "ASK { VALUES () { " + Repeat("()", 500'000) + "} VALUES ?x {" +
          Repeat("1 ", 10) + "} }",
      "SELECT ?x {} GROUP BY ?x" + Repeat("?x", 500'000),
  };
  for (const std::string& text : texts) {
    INFO(text.substr(0, 20) << "..." << text.substr(text.size() - 40));
    ParseOptions options = Options();
    options.max_text_bytes = size_t{2} << 20;
    options.max_memory_bytes = size_t{8} << 20;
    const auto parsed = ParseQuery(text, options);
    CHECK(parsed.status().code() == absl::StatusCode::kResourceExhausted);
    CHECK(parsed.status().message().find("8388608 bytes of memory") !=
          std::string::npos);
  }
  const std::string quads =
      "INSERT DATA { GRAPH :g { :s :p 1" + Repeat(",1", 20'000) + " } }";
  CHECK(ParseUpdate(quads, Options()).ok());
  ParseOptions less = Options();
  less.max_memory_bytes = size_t{8} << 20;
  CHECK(ParseUpdate(quads, less).status().code() ==
        absl::StatusCode::kResourceExhausted);
}

}  // namespace skg::sparql::test
