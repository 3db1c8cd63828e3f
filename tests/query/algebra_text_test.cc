// The printed form of algebra.
#include "query/algebra_text.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "query/functions.h"

namespace skg::query {
namespace {

const VariableTable kVariables{{"a", "b", ".b1"}};

PatternTerm Var(Variable variable) { return {variable}; }
PatternTerm Named(const char* iri) { return {rdf::Term::Iri(iri)}; }
Expression VarExpression(Variable variable) {
  Expression expression;
  expression.kind = Expression::Kind::kVariable;
  expression.variable = variable;
  return expression;
}
Expression Constant(rdf::Term term) {
  Expression expression;
  expression.constant = std::move(term);
  return expression;
}

}  // namespace

TEST_CASE("algebra is printed one operator a line", "[query]") {
  Filter filter;
  filter.input = MakeAlgebra(Bgp{{{Var(0), Named("urn:p"), Var(2)},
                                  {Var(0), Named("urn:q"), Named("urn:o")}}});
  filter.condition = VarExpression(1);
  LeftJoin join;
  join.left = MakeAlgebra(std::move(filter));
  join.right = MakeAlgebra(Bgp{});
  join.condition = VarExpression(0);
  const auto algebra =
      MakeAlgebra(Project{MakeAlgebra(std::move(join)), {0, 1}});
  CHECK(AlgebraText(*algebra, kVariables) ==
        "(project (?a ?b)\n"
        "  (leftjoin ?a\n"
        "    (filter ?b\n"
        "      (bgp\n"
        "        (triple ?a <urn:p> ?.b1)\n"
        "        (triple ?a <urn:q> <urn:o>)))\n"
        "    (bgp)))");
}

TEST_CASE("a pattern in an expression is printed in its line", "[query]") {
  Expression exists;
  exists.kind = Expression::Kind::kNotExists;
  exists.pattern = MakeAlgebra(
      GraphPattern{Var(1), MakeAlgebra(Bgp{{{Var(0), Var(1), Var(0)}}})});
  Filter filter;
  filter.input = MakeAlgebra(Bgp{});
  filter.condition = std::move(exists);
  CHECK(AlgebraText(*MakeAlgebra(std::move(filter)), kVariables) ==
        "(filter (notexists (graph ?b (bgp (triple ?a ?b ?a))))\n"
        "  (bgp))");
}

TEST_CASE("terms in algebra are bare where that is plain", "[query]") {
  using rdf::Term;
  const std::pair<Term, const char*> cases[] = {
      {Term::Literal("12", std::string(rdf::iri::kXsdInteger)), "12"},
      {Term::Literal("-1", std::string(rdf::iri::kXsdInteger)),
       "\"-1\"^^<http://www.w3.org/2001/XMLSchema#integer>"},
      {Term::Literal("true", std::string(rdf::iri::kXsdBoolean)), "true"},
      {Term::Literal("1", std::string(rdf::iri::kXsdBoolean)),
       "\"1\"^^<http://www.w3.org/2001/XMLSchema#boolean>"},
      {Term::Literal("x y"), "\"x y\""},
      {Term::LanguageString("x", "en"), "\"x\"@en"},
      {Term::BlankNode("n"), "_:n"},
  };
  for (const auto& [term, want] : cases)
    CHECK(ExpressionText(Constant(term), kVariables) == want);
}

TEST_CASE("an aggregate that is still in its expression is printed as one",
          "[query]") {
  Expression aggregate;
  aggregate.kind = Expression::Kind::kAggregate;
  CHECK(ExpressionText(aggregate, kVariables) == "(COUNT *)");
  aggregate.aggregation = Aggregation::kGroupConcat;
  aggregate.distinct = true;
  aggregate.separator = ",";
  aggregate.arguments.push_back(VarExpression(0));
  CHECK(ExpressionText(aggregate, kVariables) ==
        "(GROUP_CONCAT distinct ?a \",\")");
}

}  // namespace skg::query
