// What the parser takes at its deepest is planned and run.
#include <catch2/catch.hpp>
#include <string>

#include "query/exec/query_graph.h"
#include "sparql/parser.h"

namespace skg::query::test {
namespace {

struct Shape {
  const char* name;
  const char* begin;
  const char* before;  // each level; `$` is a number of its own
  const char* middle;
  const char* after;  // each level
  const char* end;

  [[nodiscard]] std::string Text(size_t levels) const {
    std::string text = begin;
    for (size_t i = 0; i < levels; ++i) text += Numbered(before, i);
    text += middle;
    for (size_t i = levels; i > 0; --i) text += Numbered(after, i - 1);
    return text + end;
  }

 private:
  static std::string Numbered(std::string text, size_t number) {
    for (size_t at; (at = text.find('$')) != std::string::npos;)
      text.replace(at, 1, std::to_string(number));
    return text;
  }
};

const Shape kShapes[] = {
    {"groups", "ASK {", "{", "?a :p ?b", "}", "}"},
    {"filters", "ASK {", "{ FILTER(?a != ?x$) ?a :p ?b . ", "?a :p ?b", "}",
     "}"},
    {"filters outside", "ASK {", "{ ?a :p ?x$ ", "", "} FILTER(?a != ?b)", "}"},
    {"unions", "ASK {", "{ ?a :p ?x$ } UNION {", "?a :p ?b", "}", "}"},
    {"optionals inside", "ASK { ?a :p ?b ", "OPTIONAL { ?a :p ?x$ ", "", "}",
     "}"},
    {"optionals one after the other", "ASK { ?a :p ?b ",
     "OPTIONAL { ?a :p ?x$ } ", "", "", "}"},
    {"minuses inside", "ASK { ?a :p ?b ", "MINUS { ?a :p ?x$ ", "", "}", "}"},
    {"minuses one after the other", "ASK { ?a :p ?b ", "MINUS { ?a :q ?x$ } ",
     "", "", "}"},
    {"binds", "ASK { ?a :p ?b ", "BIND(?a AS ?x$) ", "", "", "}"},
    {"binds of each other", "ASK { BIND(1 AS ?x) ",
     "BIND(COALESCE(?x$, 1) + 1 AS ?y$) ", "", "", "}"},
    {"graphs", "ASK {", "GRAPH ?g {", "?a :p ?b", "}", "}"},
    {"subqueries", "ASK {", "{ SELECT * {", "?a :p ?b", "} }", "}"},
    {"grouped subqueries", "ASK {", "{ SELECT ?a (COUNT(*) AS ?n$) {",
     "?a :p ?b", "} GROUP BY ?a }", "}"},
    {"exists", "ASK { ?a :p ?b ", "FILTER EXISTS { ?a :p ?x$ ", "", "}", "}"},
    {"not exists", "ASK { ?a :p ?b ", "FILTER NOT EXISTS { ?a :q ?x$ ", "", "}",
     "}"},
    {"brackets", "ASK { ?a :p ?b FILTER", "(", "1", ")", "}"},
    {"negations", "ASK { ?a :p ?b FILTER(", "!(", "1", ")", ") }"},
    {"conditions", "ASK { ?a :p ?b FILTER(", "IF(?a = ?b, 1, ", "2", ")",
     ") }"},
    {"sums", "ASK { ?a :p ?b FILTER(1", "+1", "", "", ") }"},
    {"paths", "ASK { ?a ", "(:p|^", ":p", ")", " ?b }"},
    {"closures", "ASK { ?a ", "(:p|", ":p", ")+", " ?b }"},
    {"triple terms", "ASK { ?a ?q ", "<<( ?a :p ", "?b", ")>>", " }"},
    {"lists", "ASK { ?a :p ", "(", "", ")", " }"},
};

}  // namespace

TEST_CASE("what is nested as deeply as the parser takes it is run",
          "[query][exec]") {
  const QueryGraph graph(
      NaiveDataset{{{"<b:a>", "<b:p>", "<b:b>"}, {"<b:b>", "<b:p>", "<b:a>"}},
                   {{"<b:g>", {{"<b:a>", "<b:p>", "<b:b>"}}}}});
  const auto parse = [](const Shape& shape, size_t levels) {
    return sparql::ParseQuery(shape.Text(levels), {.prefixes = {{"", "b:"}}});
  };
  for (const Shape& shape : kShapes) {
    DYNAMIC_SECTION(shape.name) {
      // More than any of them has: least that is refused, most that is not.
      size_t most = 1, refused = 2000;
      REQUIRE_OK(parse(shape, most));
      REQUIRE(parse(shape, refused).status().code() ==
              absl::StatusCode::kResourceExhausted);
      while (refused - most > 1) {
        const size_t middle = (most + refused) / 2;
        const absl::Status status = parse(shape, middle).status();
        REQUIRE((status.ok() ||
                 status.code() == absl::StatusCode::kResourceExhausted));
        (status.ok() ? most : refused) = middle;
      }
      INFO(most << " levels");
      CHECK(most >= 40);
      const auto query = parse(shape, most);
      REQUIRE_OK(query);
      const Cancellation deadline(absl::Now() + absl::Seconds(60));
      QueryOptions options;
      options.cancellation = &deadline;
      REQUIRE_OK(RunAsk(*query, graph.view(), options));
    }
  }
}

}  // namespace skg::query::test
