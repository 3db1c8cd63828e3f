// Expressions (SPARQL 1.1 Query, section 19.8, from [110] on).
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "query/functions.h"
#include "sparql/aggregates.h"
#include "sparql/parse_state.h"

namespace skg::sparql {

struct VariableUse {
  Variable variable;
  size_t offset;
};

// Where an expression stands.
struct ExpressionScope {
  // Takes the aggregates, which become variables; null: there may be none.
  Aggregates* aggregates = nullptr;
  // Gets the variables outside of aggregates and of patterns; may be null.
  std::vector<VariableUse>* uses = nullptr;
};

// Every one returns false after a failure, which the state has.
class ExpressionParser {
 public:
  explicit ExpressionParser(ParseState& state, ExpressionScope scope = {})
      : state_(state), scope_(scope) {}

  bool Expression(ParsedExpression& out);
  // An expression in parentheses.
  bool Bracketed(ParsedExpression& out);
  // What FILTER, HAVING and ORDER BY take without parentheses around it: those,
  // a call of a function, EXISTS.
  bool Constraint(ParsedExpression& out);
  [[nodiscard]] bool AtConstraint() const {
    return state_.Is(Token::kOpenParenthesis) || AtCall();
  }
  // A call of a function that has a keyword, or of one with an IRI.
  [[nodiscard]] bool AtCall() const {
    return state_.Is(Token::kWord) || state_.AtIri();
  }
  bool Call(ParsedExpression& out);
  bool VariableTo(ParsedExpression& out);

 private:
  using Kind = query::Expression::Kind;

  bool And(ParsedExpression& out);
  bool Relational(ParsedExpression& out);
  bool Additive(ParsedExpression& out);
  bool Multiplicative(ParsedExpression& out);
  // More factors after the first.
  bool Factors(ParsedExpression& out);
  bool Unary(ParsedExpression& out);
  bool Primary(ParsedExpression& out);
  bool Among(Kind kind, ParsedExpression& out);
  bool Exists(Kind kind, ParsedExpression& out);
  bool BuiltIn(ParsedExpression& out);
  bool IriCall(ParsedExpression& out, bool must_be_call);
  bool Aggregation(query::Aggregation aggregation, std::string_view name,
                   size_t offset, ParsedExpression& out);
  bool Separator(query::Aggregate& aggregate);
  bool TripleTerm(ParsedExpression& out);
  bool TripleTermPart(std::string_view expected, ParsedExpression& out);
  // What follows the opening parenthesis, to the closing one.
  bool Arguments(ParsedExpression& out);
  bool CheckCount(const query::FunctionInfo& info, size_t offset,
                  const ParsedExpression& call);

  // Makes `out` an operator over itself and `right`.
  bool Combine(Kind kind, ParsedExpression& out, ParsedExpression right);
  bool AddArgument(ParsedExpression& out, ParsedExpression argument);

  ParseState& state_;
  ExpressionScope scope_;
};

}  // namespace skg::sparql
