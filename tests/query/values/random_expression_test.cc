// Expressions at random: whether rows come together or alone, as columns or as
// constants that are folded, they have the same values.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "query/values/values_fixture.h"
#include "rdf/random_term.h"

namespace skg::query {
namespace {

using Kind = Expression::Kind;
using test::C;
using test::Cast;
using test::E;
using test::F;
using test::Row;
using test::T;
using test::V;
using test::ValuesGraph;

constexpr Variable kVariables = 3;
constexpr Variable kNowhere = 99;

class RandomExpressions {
 public:
  explicit RandomExpressions(std::mt19937_64 random)
      : random_(std::move(random)) {}

  rdf::Term Term() {
    switch (random_.Below(3)) {
      case 0:
        return random_.Any(1);
      case 1:
        return T(random_.Choose(
            {R"("1"^^xsd:integer)", R"("2"^^xsd:integer)",
             R"("-7.50"^^xsd:decimal)", R"("1.5E0"^^xsd:double)",
             R"("0.5"^^xsd:float)", R"("NaN"^^xsd:double)",
             R"("true"^^xsd:boolean)", R"("false"^^xsd:boolean)",
             R"("2000-01-01T00:00:00Z"^^xsd:dateTime)",
             R"("2000-01-01"^^xsd:date)", R"("x"^^xsd:integer)"}));
      default:
        return T(random_.Choose({R"("a")", R"("abcabc")", R"("abc"@en)",
                                 R"("")", R"("en")", R"("i")", R"("[a-c]")",
                                 R"("a longer string")", R"("ÄÖÜ")",
                                 "<http://example.org/a>", "_:b"}));
    }
  }

  Expression Any(int depth) {
    if (depth == 0 || random_.Below(6) == 0) return Leaf();
    switch (random_.Below(5)) {
      case 0:
        return E(random_.Below(2) == 0 ? Kind::kOr : Kind::kAnd,
                 Arguments(depth, 2 + random_.Below(2)));
      case 1: {
        constexpr Kind kPairs[] = {Kind::kEqual,       Kind::kNotEqual,
                                   Kind::kLess,        Kind::kGreater,
                                   Kind::kLessOrEqual, Kind::kGreaterOrEqual,
                                   Kind::kAdd,         Kind::kSubtract,
                                   Kind::kMultiply,    Kind::kDivide};
        return E(kPairs[random_.Below(std::size(kPairs))], Arguments(depth, 2));
      }
      case 2: {
        constexpr Kind kOthers[] = {Kind::kNot, Kind::kUnaryMinus,
                                    Kind::kUnaryPlus};
        if (random_.Below(2) == 0) {
          return E(random_.Below(2) == 0 ? Kind::kIn : Kind::kNotIn,
                   Arguments(depth, 1 + random_.Below(4)));
        }
        return E(kOthers[random_.Below(std::size(kOthers))],
                 Arguments(depth, 1));
      }
      case 3:
        return Cast(
            random_.Choose({"string", "boolean", "integer", "byte", "decimal",
                            "double", "float", "dateTime", "date", "gYear"}),
            Any(depth - 1));
      default:
        return Call(depth);
    }
  }

 private:
  struct Arity {
    Function function;
    size_t least, most;
  };

  Expression Leaf() {
    if (random_.Below(3) != 0)
      return V(static_cast<Variable>(random_.Below(kVariables)));
    Expression constant = C("<urn:x>");
    constant.constant = Term();
    return constant;
  }

  std::vector<Expression> Arguments(int depth, size_t count) {
    std::vector<Expression> arguments;
    while (arguments.size() < count) arguments.push_back(Any(depth - 1));
    return arguments;
  }

  Expression Call(int depth) {
    using enum Function;
    static constexpr Arity kFunctions[] = {
        {kIf, 3, 3},          {kCoalesce, 1, 3}, {kSameTerm, 2, 2},
        {kIsIri, 1, 1},       {kIsBlank, 1, 1},  {kIsLiteral, 1, 1},
        {kIsNumeric, 1, 1},   {kStr, 1, 1},      {kLang, 1, 1},
        {kLangMatches, 2, 2}, {kDatatype, 1, 1}, {kIri, 1, 1},
        {kStrDt, 2, 2},       {kStrLang, 2, 2},  {kTriple, 3, 3},
        {kSubject, 1, 1},     {kObject, 1, 1},   {kIsTriple, 1, 1},
        {kLangDir, 1, 1},     {kHasLang, 1, 1},  {kStrLen, 1, 1},
        {kSubStr, 2, 3},      {kUCase, 1, 1},    {kLCase, 1, 1},
        {kStrStarts, 2, 2},   {kStrEnds, 2, 2},  {kContains, 2, 2},
        {kStrBefore, 2, 2},   {kStrAfter, 2, 2}, {kEncodeForUri, 1, 1},
        {kConcat, 0, 3},      {kRegex, 2, 3},    {kReplace, 3, 4},
        {kAbs, 1, 1},         {kRound, 1, 1},    {kCeil, 1, 1},
        {kFloor, 1, 1},       {kYear, 1, 1},     {kSeconds, 1, 1},
        {kTimezone, 1, 1},    {kTz, 1, 1},       {kMd5, 1, 1}};
    if (random_.Below(8) == 0)
      return F(kBound, {V(static_cast<Variable>(random_.Below(kVariables)))});
    const Arity& arity = kFunctions[random_.Below(std::size(kFunctions))];
    return F(arity.function,
             Arguments(depth, arity.least +
                                  random_.Below(arity.most + 1 - arity.least)));
  }

  skg::test::RandomTerms random_;
};

std::string Written(const Expression& expression) {
  if (expression.kind == Kind::kVariable)
    return "?" + std::to_string(expression.variable);
  if (expression.kind == Kind::kConstant)
    return test::Shown(expression.constant);
  std::string text = "kind" + std::to_string(static_cast<int>(expression.kind));
  if (expression.kind == Kind::kFunction)
    text += "." + std::to_string(static_cast<int>(expression.function));
  if (expression.kind == Kind::kCall) text += expression.constant.value;
  text += "(";
  for (const Expression& argument : expression.arguments)
    text += " " + Written(argument);
  return text + " )";
}

// The expression with a row's values for its variables.
Expression Filled(Expression expression, const Row& row) {
  for (Expression& argument : expression.arguments)
    argument = Filled(std::move(argument), row);
  if (expression.kind != Kind::kVariable) return expression;
  if (!row[expression.variable]) return V(kNowhere);
  Expression constant = C("<urn:x>");
  constant.constant = *row[expression.variable];
  return constant;
}

TEST_CASE("together, alone and folded, values are the same", "[random]") {
  RandomExpressions random(skg::test::Random(60));
  auto engine = skg::test::Random(61);
  int with_value = 0;
  for (int round = 0; round < 40; ++round) {
    std::vector<rdf::Term> pool;
    for (int i = 0; i < 12; ++i) pool.push_back(random.Term());
    ValuesGraph graph(std::vector<rdf::Term>(pool.begin(), pool.begin() + 6));
    // Rows repeat, each column's values more often.
    std::vector<Row> rows(24);
    for (Row& row : rows) {
      for (Variable v = 0; v < kVariables; ++v) {
        const size_t chosen = engine() % (pool.size() + 1);
        row.push_back(chosen == pool.size() ? std::nullopt
                                            : std::optional(pool[chosen]));
      }
    }
    for (int i = 0; i < 40; ++i) {
      const Expression expression = random.Any(3);
      const auto together = graph.Evaluate(expression, rows);
      std::vector<uint32_t> selected;
      for (uint32_t r = 0; r < rows.size(); ++r) {
        const Expression filled = Filled(expression, rows[r]);
        INFO(Written(expression) << " is " << Written(filled));
        CHECK(graph.Evaluate(expression, {rows[r]})[0] == together[r]);
        CHECK(graph.Evaluate(filled, {Row{}})[0] == together[r]);
        with_value += together[r] != "unbound";
        if (!graph.Select(expression, {rows[r]}).empty()) selected.push_back(r);
      }
      CHECK(graph.Select(expression, rows) == selected);
    }
  }
  CHECK(with_value > 5000);
}

}  // namespace
}  // namespace skg::query
