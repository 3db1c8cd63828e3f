// What a caller sends may neither grow memory nor run on.
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "query/values/values_fixture.h"

namespace skg::query {
namespace {

using Kind = Expression::Kind;
using test::C;
using test::E;
using test::F;
using test::Row;
using test::V;
using test::ValuesGraph;

// CONCAT(x, x) of CONCAT(x, x) of ...: 2^depth times the string.
Expression Doubling(Expression of, int depth) {
  for (int i = 0; i < depth; ++i) of = F(Function::kConcat, {of, of});
  return of;
}

TEST_CASE("strings that double end at the memory", "[limits]") {
  ValuesGraph graph({}, size_t{16} << 20);
  const std::vector<Row> rows(64, {rdf::Term::Literal(std::string(1000, 'x'))});
  const Batch batch = graph.MakeBatch(rows);
  const size_t before = graph.memory_bytes();
  for (int i = 0; i < 3; ++i) {
    const auto status = graph.TryEvaluate(Doubling(V(0), 14), batch).status();
    CHECK(status.code() == absl::StatusCode::kResourceExhausted);
    // Nothing stays taken, so the next one starts as the first did.
    CHECK(graph.memory_bytes() <= before + (size_t{1} << 20));
  }
  const auto fits =
      graph.TryEvaluate(F(Function::kStrLen, {Doubling(V(0), 5)}), batch);
  REQUIRE_OK(fits);
  CHECK(graph.Term((*fits)[0])->value == "32000");
}

TEST_CASE("constants that double end at the memory", "[limits]") {
  ValuesGraph graph({}, size_t{16} << 20);
  const Batch batch{.rows = 1, .columns = {}};
  const auto status =
      graph
          .TryEvaluate(Doubling(C("\"" + std::string(1000, 'x') + "\""), 15),
                       batch)
          .status();
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("a REPLACE that multiplies ends at the memory", "[limits]") {
  ValuesGraph graph({}, size_t{16} << 20);
  const Batch batch =
      graph.MakeBatch({{rdf::Term::Literal(std::string(100'000, 'x'))}});
  Expression replacement = C("<urn:x>");
  replacement.constant = rdf::Term::Literal(std::string(10'000, 'y'));
  const auto status =
      graph
          .TryEvaluate(F(Function::kReplace, {V(0), C(R"("x")"), replacement}),
                       batch)
          .status();
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("large terms that a filter reads are charged", "[limits]") {
  const rdf::Term large = rdf::Term::Literal(std::string(4'000'000, 'x'));
  std::vector<rdf::Term> known;
  for (int i = 0; i < 12; ++i) {
    known.push_back(large);
    known.back().value += std::to_string(i);
  }
  ValuesGraph graph(known, size_t{16} << 20);
  std::vector<Row> rows;
  for (const rdf::Term& term : known) rows.push_back({term});
  const Batch batch = graph.MakeBatch(rows);
  CHECK(graph.TryEvaluate(F(Function::kContains, {V(0), C(R"("y")")}), batch)
            .status()
            .code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("a large term in many rows is held once", "[limits]") {
  ValuesGraph graph({}, size_t{16} << 20);
  const Batch one =
      graph.MakeBatch({{rdf::Term::Literal(std::string(1'000'000, 'x'))}});
  Batch many;
  many.rows = 2000;
  many.columns.emplace_back(many.rows, one.columns[0][0]);
  const auto lengths = graph.TryEvaluate(
      F(Function::kStrLen, {F(Function::kUCase, {V(0)})}), many);
  REQUIRE_OK(lengths);
  CHECK(lengths->size() == many.rows);
  CHECK(graph.Term(lengths->back())->value == "1000000");
}

TEST_CASE("evaluation stops when it is cancelled", "[limits]") {
  ValuesGraph graph;
  Cancellation cancellation;
  graph.context.cancellation = &cancellation;
  const Batch batch = graph.MakeBatch({{rdf::Term::Literal("x")}});
  auto evaluator = MakeEvaluator(F(Function::kUCase, {V(0)}),
                                 ValuesGraph::Schema(batch), graph.context);
  REQUIRE_OK(evaluator);
  std::vector<rdf::TermId> values;
  std::vector<uint32_t> rows;
  REQUIRE_OK((*evaluator)->Evaluate(batch, &values));
  cancellation.Cancel();
  CHECK((*evaluator)->Evaluate(batch, &values).code() ==
        absl::StatusCode::kCancelled);
  CHECK((*evaluator)->Select(batch, &rows).code() ==
        absl::StatusCode::kCancelled);
}

TEST_CASE("one batch of much work ends soon after its deadline", "[limits]") {
  ValuesGraph graph;
  // 2,000 rows of two columns, no two rows alike, all to be hashed ten times.
  const Batch known =
      graph.MakeBatch({{rdf::Term::Literal(std::string(100'000, 'x'))}});
  Batch batch;
  batch.rows = 2000;
  batch.columns.emplace_back(batch.rows, known.columns[0][0]);
  batch.columns.emplace_back();
  for (size_t i = 0; i < batch.rows; ++i) {
    batch.columns[1].push_back(
        graph.Id(rdf::Term::Literal("row " + std::to_string(i))));
  }
  std::vector<Expression> hashes;
  for (int i = 0; i < 10; ++i) {
    hashes.push_back(
        E(Kind::kNotEqual,
          {F(Function::kSha512, {F(Function::kConcat, {V(0), V(1)})}),
           C(R"("x")")}));
  }
  const absl::Time start = absl::Now();
  Cancellation cancellation(start + absl::Milliseconds(30));
  graph.context.cancellation = &cancellation;
  const auto status = graph.TryEvaluate(E(Kind::kAnd, hashes), batch).status();
  CHECK(status.code() == absl::StatusCode::kDeadlineExceeded);
  // Ten times the work of a deadline missed; sanitizers and busy machines have
  // room.
  CHECK(absl::Now() - start < absl::Seconds(2));
}

}  // namespace
}  // namespace skg::query
