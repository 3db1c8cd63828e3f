// QueryResult::NextBatch: rows as columns.
#include "skg/column_batch.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/open_graph.h"
#include "skg/parameters.h"

namespace skg::test {
namespace {

using Kind = Column::Kind;

QueryResult Run(const Graph& graph, const std::string& text,
                const QueryOptions& options = {}) {
  auto result = graph.Query(text, options);
  REQUIRE_OK(result);
  return *std::move(result);
}

// The one batch of a small answer.
ColumnBatch OneBatch(QueryResult& result) {
  ColumnBatch batch;
  const auto more = result.NextBatch(batch);
  REQUIRE_OK(more);
  REQUIRE(*more);
  return batch;
}

TextColumn TextsOf(ColumnBatch& batch, size_t column,
                   TextForm form = TextForm::kName) {
  const auto texts = batch.Texts(column, form);
  REQUIRE_OK(texts);
  return *texts;
}

bool IsBound(const Column& column, size_t row) {
  return column.validity.empty() ||
         (column.validity[row / 8] >> (row % 8) & 1) != 0;
}

const std::string kXsd = "http://www.w3.org/2001/XMLSchema#";

TEST_CASE("a column is of a kind if all of its values are") {
  struct Case {
    const char* name;
    const char* values;
    Kind kind;
    std::vector<int64_t> integers;
    std::vector<double> doubles;
    std::vector<uint8_t> booleans;
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const Case cases[] = {
      {"integers",
       "1 -7 576460752303423488 9223372036854775807 -9223372036854775808",
       Kind::kIntegers,
       {1, -7, 576460752303423488, INT64_MAX, INT64_MIN},
       {},
       {}},
      {"integers that are not written as such",
       "1 \"007\"^^xsd:integer \"3\"^^xsd:int \"+4\"^^xsd:integer",
       Kind::kIntegers,
       {1, 7, 3, 4},
       {},
       {}},
      {"beyond int64_t", "1 9223372036854775808", Kind::kTerms, {}, {}, {}},
      {"decimals, exact and long",
       "0.5 -1.25 \"0.1\"^^xsd:decimal 0.123456789012 92233720.36854775807",
       Kind::kDecimals,
       {},
       {0.5, -1.25, 0.1, 0.123456789012, 92233720.36854775807},
       {}},
      {"doubles and floats",
       "1e0 \"2.5\"^^xsd:float \"-INF\"^^xsd:double 1.0e-300 "
       "\"NaN\"^^xsd:float",
       Kind::kDoubles,
       {},
       {1, 2.5, -infinity, 1e-300, nan},
       {}},
      {"booleans",
       "true false \"1\"^^xsd:boolean",
       Kind::kBooleans,
       {},
       {},
       {1, 0, 1}},
      {"integers and decimals", "1 1.5", Kind::kTerms, {}, {}, {}},
      {"integers and booleans", "1 true", Kind::kTerms, {}, {}, {}},
      {"no lexical form", "1 \"x\"^^xsd:integer", Kind::kTerms, {}, {}, {}},
      {"a long number and a string",
       "\"007\"^^xsd:integer \"a string beyond what an id holds\"",
       Kind::kTerms,
       {},
       {},
       {}},
      {"strings", "\"1\" \"2\"", Kind::kTerms, {}, {}, {}},
      {"IRIs and numbers", "<urn:x> 2", Kind::kTerms, {}, {}, {}},
      {"nothing but unbound", "UNDEF UNDEF", Kind::kTerms, {}, {}, {}},
  };
  TestGraph test;
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      QueryResult result =
          Run(test.graph,
              absl::StrCat("PREFIX xsd: <", kXsd, "> SELECT ?x { VALUES ?x { ",
                           c.values, " } }"));
      ColumnBatch batch = OneBatch(result);
      REQUIRE(batch.columns() == 1);
      const Column& column = batch.column(0);
      CHECK(column.kind == c.kind);
      CHECK(std::vector<int64_t>(column.integers.begin(),
                                 column.integers.end()) == c.integers);
      REQUIRE(column.doubles.size() == c.doubles.size());
      for (size_t i = 0; i < c.doubles.size(); ++i) {
        INFO(i);
        CHECK((column.doubles[i] == c.doubles[i] ||
               (std::isnan(column.doubles[i]) && std::isnan(c.doubles[i]))));
      }
      CHECK(std::vector<uint8_t>(column.booleans.begin(),
                                 column.booleans.end()) == c.booleans);
      CHECK(column.ids.size() == batch.rows());
    }
  }
}

TEST_CASE("what is unbound has no id, no bit and no text") {
  TestGraph test;
  QueryResult result = Run(test.graph,
                           "SELECT ?x ?y { VALUES (?x ?y) { (1 :a) (UNDEF :b) "
                           "(3 UNDEF) (4 :a) (5 :c) (6 :c) (7 :c) (8 :c) "
                           "(UNDEF :d) (10 :e) } }");
  ColumnBatch batch = OneBatch(result);
  REQUIRE(batch.rows() == 10);
  REQUIRE(batch.columns() == 2);
  const Column& x = batch.column(0);
  CHECK(x.kind == Kind::kIntegers);
  CHECK(x.unbound == 2);
  REQUIRE(x.validity.size() == 2);
  CHECK(x.validity[0] == 0xFD);
  CHECK(x.validity[1] == 0x02);
  CHECK(x.ids[1] == 0);
  CHECK(x.integers[1] == 0);
  const Column& y = batch.column(1);
  CHECK(y.unbound == 1);
  CHECK(y.ids[0] == y.ids[3]);
  CHECK(y.ids[0] != y.ids[1]);
  const TextColumn texts = TextsOf(batch, 1);
  CHECK(texts.offsets.size() == 6);  // five different texts
  CHECK(texts.indices[2] == -1);
  const char* want[] = {"a", "b", "", "a", "c", "c", "c", "c", "d", "e"};
  for (size_t row = 0; row < 10; ++row) CHECK(texts[row] == want[row]);
  CHECK(TextsOf(batch, 0)[9] == IntegerLiteral(10));
  CHECK(TextsOf(batch, 0, TextForm::kPlain)[9] == "10");
  CHECK(batch.Texts(2).status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("texts come as names or plain") {
  TestGraph test;
  struct Case {
    const char* term;
    std::string name, plain;
  };
  const Case cases[] = {
      {":a", "a", "urn:skg:a"},
      {"<http://x.example/>", "<http://x.example/>", "http://x.example/"},
      {"\"two\\nlines\"", "\"two\\nlines\"", "two\nlines"},
      {"\"Ulm\"@de", "\"Ulm\"@de", "Ulm"},
      {"1.5", "\"1.5\"^^<" + kXsd + "decimal>", "1.5"},
      {"<<( :a :b 1 )>>",
       "<<( <urn:skg:a> <urn:skg:b> \"1\"^^<" + kXsd + "integer> )>>",
       "<<( <urn:skg:a> <urn:skg:b> \"1\"^^<" + kXsd + "integer> )>>"},
      {"\"\"", "\"\"", ""},
  };
  std::string values;
  for (const Case& c : cases) absl::StrAppend(&values, " ", c.term);
  QueryResult result =
      Run(test.graph, absl::StrCat("SELECT ?x { VALUES ?x {", values, " } }"));
  ColumnBatch batch = OneBatch(result);
  for (const TextForm form :
       {TextForm::kName, TextForm::kPlain, TextForm::kName}) {
    const TextColumn texts = TextsOf(batch, 0, form);
    for (size_t row = 0; row < std::size(cases); ++row) {
      INFO(cases[row].term);
      CHECK(texts[row] ==
            (form == TextForm::kName ? cases[row].name : cases[row].plain));
    }
  }
}

// Whatever the query, the columns are the rows.
TEST_CASE("batches have what rows have") {
  TestGraph test;
  std::vector<NewStatement> statements;
  for (int i = 0; i < 5000; ++i) {
    statements.push_back(
        Triple(absl::StrCat("s", i), "number", IntegerLiteral(i)));
    if (i % 3 == 0) {
      statements.push_back(Triple(absl::StrCat("s", i), "label",
                                  StringLiteral(absl::StrCat("label ", i))));
    }
  }
  MustAddAll(test.graph, statements);
  for (const char* text :
       {"SELECT * { ?s :number ?n OPTIONAL { ?s :label ?l } }",
        "SELECT ?s (?n / 4 AS ?q) { ?s :number ?n } ORDER BY ?n",
        "SELECT (CONCAT(?l, \"!\") AS ?x) (?n > 7 AS ?b) "
        "{ ?s :label ?l ; :number ?n }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "SELECT ?none { ?s :number 1 }",
        "SELECT * { ?s :absent ?n }"}) {
    INFO(text);
    QueryResult rows_of = Run(test.graph, text),
                batches_of = Run(test.graph, text);
    ColumnBatch batch;
    std::vector<std::vector<std::string>> rows;
    uint64_t all = 0;
    for (;;) {
      const auto more = rows_of.Next(rows);
      const auto more_columns = batches_of.NextBatch(batch);
      REQUIRE_OK(more);
      REQUIRE_OK(more_columns);
      REQUIRE(*more == *more_columns);
      REQUIRE(batch.rows() == rows.size());
      if (!*more) break;
      all += rows.size();
      REQUIRE(batch.columns() == rows_of.variables().size());
      for (size_t c = 0; c < batch.columns(); ++c) {
        const Column& column = batch.column(c);
        const TextColumn texts = TextsOf(batch, c);
        size_t unbound = 0;
        for (size_t row = 0; row < rows.size(); ++row) {
          REQUIRE(texts[row] == rows[row][c]);
          REQUIRE(IsBound(column, row) == !rows[row][c].empty());
          unbound += rows[row][c].empty() ? 1 : 0;
          if (column.kind == Kind::kIntegers)
            REQUIRE(IntegerLiteral(column.integers[row]) == rows[row][c]);
        }
        CHECK(column.unbound == unbound);
      }
    }
    CHECK(batches_of.rows() == all);
  }
}

TEST_CASE("rows and batches take turns") {
  TestGraph test;
  std::vector<NewStatement> statements;
  for (int i = 0; i < 5000; ++i)
    statements.push_back(Triple(absl::StrCat("s", i), "p", "o"));
  MustAddAll(test.graph, statements);
  QueryResult result = Run(test.graph, "SELECT ?s { ?s :p :o }");
  ColumnBatch batch = OneBatch(result);
  const uint64_t first = batch.rows();
  std::vector<std::vector<std::string>> rows;
  REQUIRE(*result.Next(rows));
  QueryResult moved = std::move(result);
  const uint64_t second = rows.size();
  uint64_t all = first + second;
  while (*moved.NextBatch(batch)) all += batch.rows();
  CHECK(all == 5000);
  CHECK(batch.rows() == 0);
  CHECK(batch.columns() == 0);
}

TEST_CASE("batches are of solutions, and end as rows do") {
  TestGraph test;
  MustAdd(test.graph, Triple("a", "b", "c"));
  ColumnBatch batch;
  QueryResult graph = Run(test.graph, "CONSTRUCT WHERE { ?s ?p ?o }");
  CHECK(graph.NextBatch(batch).status().code() ==
        absl::StatusCode::kInvalidArgument);
  QueryResult boolean = Run(test.graph, "ASK {}");
  CHECK_FALSE(*boolean.NextBatch(batch));

  QueryResult cancelled = Run(test.graph, "SELECT * { ?s ?p ?o }");
  cancelled.Cancel();
  CHECK(cancelled.NextBatch(batch).status().code() ==
        absl::StatusCode::kCancelled);
  CHECK(cancelled.NextBatch(batch).status().code() ==
        absl::StatusCode::kCancelled);

  QueryOptions options;
  options.memory_bytes = size_t{1} << 20;
  const std::string long_text(300'000, 'x');
  std::vector<NewStatement> statements;
  for (int i = 0; i < 8; ++i) {
    statements.push_back(
        Triple("a", "text", StringLiteral(absl::StrCat(long_text, i))));
  }
  MustAddAll(test.graph, statements);
  QueryResult texts = Run(test.graph, "SELECT ?t { ?s :text ?t }", options);
  ColumnBatch many = OneBatch(texts);
  CHECK(many.rows() == 8);
  CHECK(many.Texts(0).status().code() == absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace skg::test
