#include "query/values/evaluator.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "query/algebra.h"
#include "query/values/term_order.h"
#include "query/values/values_fixture.h"
#include "rdf/random_term.h"

namespace skg::query {
namespace {

using Kind = Expression::Kind;
using test::C;
using test::E;
using test::F;
using test::Row;
using test::T;
using test::V;
using test::ValuesGraph;

const std::string kTrue = R"("true"^^xsd:boolean)";
const std::string kFalse = R"("false"^^xsd:boolean)";
const std::string kNone = "unbound";

// True, false, and an unbound variable for an error.
const std::vector<std::optional<rdf::Term>>& Truths() {
  static const std::vector<std::optional<rdf::Term>> kTruths = {
      T(kTrue), T(kFalse), std::nullopt};
  return kTruths;
}

TEST_CASE("three-valued logic", "[evaluator]") {
  ValuesGraph graph;
  std::vector<Row> rows;
  for (const auto& a : Truths()) {
    for (const auto& b : Truths()) rows.push_back({a, b});
  }
  // 17.2, in the order true, false, error of both.
  CHECK(graph.Evaluate(E(Kind::kOr, {V(0), V(1)}), rows) ==
        std::vector<std::string>{kTrue, kTrue, kTrue, kTrue, kFalse, kNone,
                                 kTrue, kNone, kNone});
  CHECK(graph.Evaluate(E(Kind::kAnd, {V(0), V(1)}), rows) ==
        std::vector<std::string>{kTrue, kFalse, kNone, kFalse, kFalse, kFalse,
                                 kNone, kFalse, kNone});
  CHECK(graph.Evaluate(E(Kind::kNot, {V(0)}), rows) ==
        std::vector<std::string>{kFalse, kFalse, kFalse, kTrue, kTrue, kTrue,
                                 kNone, kNone, kNone});
  CHECK(graph.Select(E(Kind::kOr, {V(0), V(1)}), rows) ==
        std::vector<uint32_t>{0, 1, 2, 3, 6});
  CHECK(graph.Select(E(Kind::kNot, {E(Kind::kAnd, {V(0), V(1)})}), rows) ==
        std::vector<uint32_t>{1, 3, 4, 5, 7});
}

// Counts what it is asked, and knows an answer for each row.
class CountingProbe : public PatternProbe {
 public:
  absl::StatusOr<bool> Exists(const Algebra& pattern,
                              std::span<const Variable> schema,
                              const Batch& batch, size_t row) override {
    CHECK(std::holds_alternative<Bgp>(pattern.node));
    CHECK(schema.size() == batch.columns.size());
    asked.push_back(row);
    return row % 2 == 0;
  }
  std::vector<size_t> asked;
};

Expression ExistsPattern(Kind kind = Kind::kExists) {
  Expression expression;
  expression.kind = kind;
  expression.pattern = std::make_shared<const Algebra>(Algebra{Bgp{}});
  return expression;
}

TEST_CASE("what does not matter is not computed", "[evaluator]") {
  ValuesGraph graph;
  CountingProbe probe;
  graph.context.patterns = &probe;
  const std::vector<Row> rows = {
      {T(kTrue)}, {T(kFalse)}, {std::nullopt}, {T(kTrue)}, {T(kFalse)}};
  using Asked = std::vector<size_t>;
  CHECK(graph.Select(E(Kind::kAnd, {V(0), ExistsPattern()}), rows) ==
        std::vector<uint32_t>{0});
  CHECK(probe.asked == Asked{0, 2, 3});
  probe.asked.clear();
  CHECK(graph.Select(E(Kind::kOr, {V(0), ExistsPattern()}), rows) ==
        std::vector<uint32_t>{0, 2, 3, 4});
  CHECK(probe.asked == Asked{1, 2, 4});
  probe.asked.clear();
  CHECK(graph.Evaluate(F(Function::kIf, {V(0), C(R"("yes")"),
                                         ExistsPattern(Kind::kNotExists)}),
                       rows) ==
        std::vector<std::string>{R"("yes")", kTrue, kNone, R"("yes")", kFalse});
  CHECK(probe.asked == Asked{1, 4});
  probe.asked.clear();
  CHECK(graph.Evaluate(F(Function::kCoalesce, {V(0), ExistsPattern()}), rows) ==
        std::vector<std::string>{kTrue, kFalse, kTrue, kTrue, kFalse});
  CHECK(probe.asked == Asked{2});
  graph.context.patterns = nullptr;
  CHECK(graph.TryEvaluate(ExistsPattern(), graph.MakeBatch(rows))
            .status()
            .code() == absl::StatusCode::kUnimplemented);
}

TEST_CASE("IF and COALESCE", "[evaluator]") {
  ValuesGraph graph;
  const Expression error =
      E(Kind::kDivide, {C(R"("1"^^xsd:integer)"), C(R"("0"^^xsd:integer)")});
  const auto one = [&](const Expression& e) {
    return graph.Evaluate(e, {Row{}})[0];
  };
  CHECK(one(F(Function::kIf, {error, C(kTrue), C(kFalse)})) == kNone);
  CHECK(one(F(Function::kIf, {C(kTrue), C(R"("a")"), error})) == R"("a")");
  CHECK(one(F(Function::kIf, {C(kFalse), C(R"("a")"), error})) == kNone);
  CHECK(one(F(Function::kIf, {C(R"("text")"), C(R"("a")"), C(R"("b")")})) ==
        R"("a")");
  CHECK(one(F(Function::kCoalesce, {error, V(9), C(R"("a")")})) == R"("a")");
  CHECK(one(F(Function::kCoalesce, {error})) == kNone);
  CHECK(one(F(Function::kCoalesce, {})) == kNone);
  // Of ids and computed values at once.
  const std::vector<Row> rows = {{std::nullopt, T(R"("abc")")},
                                 {T("<urn:a>"), T(R"("abc")")}};
  CHECK(graph.Evaluate(
            F(Function::kCoalesce, {V(0), F(Function::kUCase, {V(1)})}),
            rows) == std::vector<std::string>{R"("ABC")", "<urn:a>"});
  CHECK(graph.Evaluate(
            F(Function::kIf,
              {F(Function::kBound, {V(0)}), V(0), F(Function::kUCase, {V(1)})}),
            rows) == std::vector<std::string>{R"("ABC")", "<urn:a>"});
}

TEST_CASE("IN and NOT IN", "[evaluator]") {
  ValuesGraph graph;
  const Expression error =
      E(Kind::kDivide, {C(R"("1"^^xsd:integer)"), C(R"("0"^^xsd:integer)")});
  const Expression two = C(R"("2"^^xsd:integer)");
  const Expression one = C(R"("1"^^xsd:integer)");
  const Expression iri = C("<http://example/iri>");
  const Expression text = C(R"("str")");
  struct Case {
    std::vector<Expression> arguments;
    std::string in, not_in;
  };
  // 17.4.1.9 and 10.
  for (const Case& c : {
           Case{{two, one, two, one}, kTrue, kFalse},
           Case{{two}, kFalse, kTrue},
           Case{{two, iri, text, C(R"("2.0"^^xsd:decimal)")}, kTrue, kFalse},
           Case{{two, error, two}, kTrue, kFalse},
           Case{{two, two, error}, kTrue, kFalse},
           Case{{two, one, error}, kNone, kNone},
           Case{{error, two}, kNone, kNone},
           Case{{error}, kNone, kNone},
           Case{{iri, text, iri}, kTrue, kFalse},
           Case{{text, C(R"("a"^^<urn:t>)")}, kNone, kNone},
           Case{{C(R"("NaN"^^xsd:double)"), C(R"("NaN"^^xsd:double)")},
                kFalse,
                kTrue},
       }) {
    CHECK(graph.Value(E(Kind::kIn, c.arguments)) == c.in);
    CHECK(graph.Value(E(Kind::kNotIn, c.arguments)) == c.not_in);
    // The list as constants, the first as a variable.
    std::vector<Expression> open = c.arguments;
    if (open[0].kind != Kind::kConstant) continue;
    const Row row = {open[0].constant};
    open[0] = V(0);
    CHECK(graph.Evaluate(E(Kind::kIn, open), {row})[0] == c.in);
  }
}

TEST_CASE("IN agrees with = and ||", "[evaluator]") {
  skg::test::RandomTerms random(skg::test::Random(50));
  for (int round = 0; round < 60; ++round) {
    std::vector<rdf::Term> pool;
    for (int i = 0; i < 8; ++i) {
      pool.push_back(round % 3 == 0 ? random.Resource() : random.Any(1));
    }
    pool.push_back(T(R"("NaN"^^xsd:double)"));
    pool.push_back(T(R"("NaN"^^xsd:float)"));
    ValuesGraph graph(std::vector<rdf::Term>(pool.begin(), pool.begin() + 4));
    std::vector<Row> rows = {{std::nullopt}};
    for (const rdf::Term& term : pool) rows.push_back({term});
    std::vector<Expression> in = {V(0)}, equal;
    for (int i = 0; i < 4; ++i) {
      Expression constant = C("<urn:x>");
      constant.constant = pool[random.Below(pool.size())];
      in.push_back(constant);
      equal.push_back(E(Kind::kEqual, {V(0), constant}));
    }
    CHECK(graph.Evaluate(E(Kind::kIn, in), rows) ==
          graph.Evaluate(E(Kind::kOr, equal), rows));
  }
}

TEST_CASE("comparisons of columns are those of their terms", "[evaluator]") {
  skg::test::RandomTerms random(skg::test::Random(51));
  std::vector<rdf::Term> terms;
  for (int i = 0; i < 60; ++i) terms.push_back(random.Any(1));
  ValuesGraph graph(std::vector<rdf::Term>(terms.begin(), terms.begin() + 30));
  std::vector<Row> rows;
  for (const rdf::Term& a : terms) {
    for (const rdf::Term& b : terms) rows.push_back({a, b});
  }
  const auto shown = [](std::optional<bool> truth) {
    return !truth ? kNone : *truth ? kTrue : kFalse;
  };
  const auto equal = graph.Evaluate(E(Kind::kEqual, {V(0), V(1)}), rows);
  const auto unequal = graph.Evaluate(E(Kind::kNotEqual, {V(0), V(1)}), rows);
  const auto less = graph.Evaluate(E(Kind::kLess, {V(0), V(1)}), rows);
  const auto at_least =
      graph.Evaluate(E(Kind::kGreaterOrEqual, {V(0), V(1)}), rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto want = ValueEqual(*rows[i][0], *rows[i][1]);
    CHECK(equal[i] == shown(want));
    CHECK(unequal[i] == shown(want ? std::optional(!*want) : std::nullopt));
    const auto order = ValueCompare(*rows[i][0], *rows[i][1]);
    CHECK(less[i] == shown(order ? std::optional(*order < 0) : std::nullopt));
    CHECK(at_least[i] ==
          shown(order ? std::optional(*order >= 0) : std::nullopt));
  }
}

TEST_CASE("variables that are not there are unbound", "[evaluator]") {
  ValuesGraph graph;
  const std::vector<Row> rows = {{T("<urn:a>")}};
  CHECK(graph.Evaluate(V(5), rows)[0] == kNone);
  CHECK(graph.Evaluate(F(Function::kBound, {V(5)}), rows)[0] == kFalse);
  CHECK(graph.Evaluate(F(Function::kBound, {V(0)}), rows)[0] == kTrue);
  CHECK(graph.Evaluate(E(Kind::kEqual, {V(5), V(5)}), rows)[0] == kNone);
  CHECK(graph.Evaluate(F(Function::kIsIri, {V(5)}), rows)[0] == kNone);
}

TEST_CASE("computed terms that the graph knows have its ids", "[evaluator]") {
  const rdf::Term known = rdf::Term::Literal("A LONGER STRING");
  ValuesGraph graph({known});
  const auto ids = graph.TryEvaluate(
      F(Function::kUCase, {V(0)}),
      graph.MakeBatch({{rdf::Term::Literal("a longer string")}}));
  REQUIRE_OK(ids);
  CHECK((*ids)[0] == *graph.view().Lookup(known));
  CHECK_FALSE((*ids)[0].in_arena());
}

TEST_CASE("an empty batch has no values", "[evaluator]") {
  ValuesGraph graph;
  CHECK(graph.Evaluate(F(Function::kUCase, {C(R"("a")")}), {}).empty());
  CHECK(graph.Select(F(Function::kRand, {}), {}).empty());
}

TEST_CASE("expressions that no parser makes are refused", "[evaluator]") {
  ValuesGraph graph;
  const Batch batch{.rows = 1, .columns = {}};
  const auto code = [&](const Expression& expression) {
    return graph.TryEvaluate(expression, batch).status().code();
  };
  Expression aggregate;
  aggregate.kind = Kind::kAggregate;
  CHECK(code(aggregate) == absl::StatusCode::kInternal);
  CHECK(code(E(Kind::kNot, {})) == absl::StatusCode::kInvalidArgument);
  CHECK(code(E(Kind::kEqual, {C(kTrue)})) ==
        absl::StatusCode::kInvalidArgument);
  CHECK(code(F(Function::kStrLen, {})) == absl::StatusCode::kInvalidArgument);
  CHECK(code(F(Function::kIf, {C(kTrue)})) ==
        absl::StatusCode::kInvalidArgument);
  Expression deep = C(kTrue);
  for (int i = 0; i < 900; ++i) deep = E(Kind::kNot, {std::move(deep)});
  CHECK(code(deep) == absl::StatusCode::kOk);
  for (int i = 0; i < 200; ++i) deep = E(Kind::kNot, {std::move(deep)});
  CHECK(code(deep) == absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace skg::query
