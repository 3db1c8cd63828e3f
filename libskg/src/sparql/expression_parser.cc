#include "sparql/expression_parser.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "rdf/characters.h"
#include "sparql/group_parser.h"
#include "sparql/terms.h"

namespace skg::sparql {
namespace {

using Kind = query::Expression::Kind;

std::optional<Kind> Comparison(Token token) {
  switch (token) {
    case Token::kEqual:
      return Kind::kEqual;
    case Token::kNotEqual:
      return Kind::kNotEqual;
    case Token::kLess:
      return Kind::kLess;
    case Token::kLessOrEqual:
      return Kind::kLessOrEqual;
    case Token::kGreater:
      return Kind::kGreater;
    case Token::kGreaterOrEqual:
      return Kind::kGreaterOrEqual;
    default:
      return std::nullopt;
  }
}

ParsedExpression Constant(rdf::Term term) {
  ParsedExpression out;
  out.expression.kind = Kind::kConstant;
  out.expression.constant = std::move(term);
  return out;
}

}  // namespace

bool ExpressionParser::Combine(Kind kind, ParsedExpression& out,
                               ParsedExpression right) {
  ParsedExpression left = std::move(out);
  out = {};
  out.expression.kind = kind;
  out.expression.arguments.reserve(2);
  return AddArgument(out, std::move(left)) &&
         AddArgument(out, std::move(right)) && state_.ChargeExpression();
}

bool ExpressionParser::AddArgument(ParsedExpression& out,
                                   ParsedExpression argument) {
  out.expression.arguments.push_back(std::move(argument.expression));
  out.depth = std::max(out.depth, 1 + argument.depth);
  return state_.CheckDepth(out.depth);
}

bool ExpressionParser::Expression(ParsedExpression& out) {
  const Level level(state_);
  if (!level.ok() || !And(out)) return false;
  for (bool first = true; state_.Accept(Token::kOr); first = false) {
    ParsedExpression next;
    if (!And(next)) return false;
    if (!(first ? Combine(Kind::kOr, out, std::move(next))
                : AddArgument(out, std::move(next)))) {
      return false;
    }
  }
  return state_.ok();
}

bool ExpressionParser::And(ParsedExpression& out) {
  if (!Relational(out)) return false;
  for (bool first = true; state_.Accept(Token::kAnd); first = false) {
    ParsedExpression next;
    if (!Relational(next)) return false;
    if (!(first ? Combine(Kind::kAnd, out, std::move(next))
                : AddArgument(out, std::move(next)))) {
      return false;
    }
  }
  return state_.ok();
}

bool ExpressionParser::Relational(ParsedExpression& out) {
  if (!Additive(out)) return false;
  if (const std::optional<Kind> kind = Comparison(state_.token())) {
    state_.Advance();
    ParsedExpression right;
    return Additive(right) && Combine(*kind, out, std::move(right));
  }
  if (state_.AcceptKeyword("IN")) return Among(Kind::kIn, out);
  if (state_.AcceptKeyword("NOT"))
    return state_.ExpectKeyword("IN") && Among(Kind::kNotIn, out);
  return state_.ok();
}

bool ExpressionParser::Among(Kind kind, ParsedExpression& out) {
  ParsedExpression among;
  among.expression.kind = kind;
  return AddArgument(among, std::move(out)) &&
         state_.Expect(Token::kOpenParenthesis, "'(' and a list") &&
         Arguments(among) && (out = std::move(among), true) &&
         state_.ChargeExpression();
}

bool ExpressionParser::Additive(ParsedExpression& out) {
  if (!Multiplicative(out)) return false;
  for (;;) {
    ParsedExpression next;
    Kind kind = Kind::kAdd;
    if (state_.Is(Token::kPlus) || state_.Is(Token::kMinus)) {
      if (state_.Is(Token::kMinus)) kind = Kind::kSubtract;
      state_.Advance();
      if (!Multiplicative(next)) return false;
    } else if (AtNumber(state_) &&
               !rdf::Is(state_.text()[0], rdf::kDigitByte) &&
               state_.text()[0] != '.') {
      // "?a -1" is one token less than "?a - 1", and means the same.
      if (state_.text()[0] == '-') kind = Kind::kSubtract;
      rdf::Term number;
      if (!ReadNumber(state_, 1, number)) return false;
      next = Constant(std::move(number));
      if (!state_.ChargeExpression() || !Factors(next)) return false;
    } else {
      return state_.ok();
    }
    if (!Combine(kind, out, std::move(next))) return false;
  }
}

bool ExpressionParser::Multiplicative(ParsedExpression& out) {
  return Unary(out) && Factors(out);
}

bool ExpressionParser::Factors(ParsedExpression& out) {
  while (state_.Is(Token::kStar) || state_.Is(Token::kSlash)) {
    const Kind kind = state_.Is(Token::kStar) ? Kind::kMultiply : Kind::kDivide;
    state_.Advance();
    ParsedExpression next;
    if (!Unary(next) || !Combine(kind, out, std::move(next))) return false;
  }
  return state_.ok();
}

bool ExpressionParser::Unary(ParsedExpression& out) {
  Kind kind;
  if (state_.Is(Token::kNot)) {
    kind = Kind::kNot;
  } else if (state_.Is(Token::kPlus)) {
    kind = Kind::kUnaryPlus;
  } else if (state_.Is(Token::kMinus)) {
    kind = Kind::kUnaryMinus;
  } else {
    return Primary(out);
  }
  const Level level(state_);
  if (!level.ok()) return false;
  state_.Advance();
  ParsedExpression operand;
  // Only '!' may be repeated.
  if (!(kind == Kind::kNot ? Unary(operand) : Primary(operand))) return false;
  out = {};
  out.expression.kind = kind;
  return AddArgument(out, std::move(operand)) && state_.ChargeExpression();
}

bool ExpressionParser::Primary(ParsedExpression& out) {
  switch (state_.token()) {
    case Token::kOpenParenthesis:
      return Bracketed(out);
    case Token::kVariable:
      return VariableTo(out);
    case Token::kOpenTriple:
      return TripleTerm(out);
    case Token::kIri:
    case Token::kPrefixedName:
      return IriCall(out, false);
    default:
      break;
  }
  if (AtLiteral(state_)) {
    rdf::Term literal;
    if (!ReadLiteral(state_, literal)) return false;
    out = Constant(std::move(literal));
    return state_.ChargeExpression();
  }
  if (state_.Is(Token::kWord)) return BuiltIn(out);
  return state_.Unexpected("an expression");
}

bool ExpressionParser::VariableTo(ParsedExpression& out) {
  out = {};
  out.expression.kind = Kind::kVariable;
  const size_t offset = state_.offset();
  if (!state_.ReadVariable(out.expression.variable)) return false;
  if (scope_.uses != nullptr)
    scope_.uses->push_back({out.expression.variable, offset});
  return state_.ChargeExpression();
}

bool ExpressionParser::Bracketed(ParsedExpression& out) {
  return state_.Expect(Token::kOpenParenthesis, "'('") && Expression(out) &&
         state_.Expect(Token::kCloseParenthesis, "an operator or ')'");
}

bool ExpressionParser::Constraint(ParsedExpression& out) {
  if (state_.Is(Token::kOpenParenthesis)) return Bracketed(out);
  if (!AtCall())
    return state_.Unexpected("'(' and an expression, or a call of a function");
  return Call(out);
}

bool ExpressionParser::Call(ParsedExpression& out) {
  const Level level(state_);
  if (!level.ok()) return false;
  return state_.AtIri() ? IriCall(out, true) : BuiltIn(out);
}

bool ExpressionParser::Exists(Kind kind, ParsedExpression& out) {
  Pattern pattern;
  if (!ReadGroup(state_, pattern)) return false;
  out = {};
  out.expression.kind = kind;
  out.expression.pattern = std::move(pattern.algebra);
  out.depth = 1 + pattern.depth;
  return state_.ChargeExpression() && state_.CheckDepth(out.depth);
}

bool ExpressionParser::Arguments(ParsedExpression& out) {
  if (state_.Accept(Token::kCloseParenthesis)) return state_.ok();
  do {
    ParsedExpression argument;
    if (!Expression(argument) || !AddArgument(out, std::move(argument)))
      return false;
  } while (state_.Accept(Token::kComma));
  return state_.Expect(Token::kCloseParenthesis, "an operator, ',' or ')'");
}

bool ExpressionParser::IriCall(ParsedExpression& out, bool must_be_call) {
  rdf::Term iri;
  if (!state_.ReadIri(iri.value)) return false;
  out = Constant(std::move(iri));
  if (!state_.ChargeExpression()) return false;
  if (!state_.Accept(Token::kOpenParenthesis)) {
    if (must_be_call) return state_.Unexpected("'(' and arguments");
    return state_.ok();
  }
  out.expression.kind = Kind::kCall;
  out.expression.distinct = state_.AcceptKeyword("DISTINCT");
  if (out.expression.distinct && state_.Is(Token::kCloseParenthesis))
    return state_.Unexpected("an expression");
  return Arguments(out);
}

bool ExpressionParser::TripleTerm(ParsedExpression& out) {
  const Level level(state_);
  if (!level.ok()) return false;
  state_.Advance();
  out = {};
  out.expression.kind = Kind::kFunction;
  out.expression.function = query::Function::kTriple;
  ParsedExpression subject, predicate, object;
  if (!TripleTermPart("an IRI or a variable", subject)) return false;
  if (state_.IsVerbA()) {
    rdf::Term type;
    if (!ReadPredicate(state_, type)) return false;
    predicate = Constant(std::move(type));
  } else if (!TripleTermPart("a predicate: an IRI, a variable or 'a'",
                             predicate)) {
    return false;
  }
  if (state_.Is(Token::kOpenTriple)) {
    if (!TripleTerm(object)) return false;
  } else if (AtLiteral(state_)) {
    rdf::Term literal;
    if (!ReadLiteral(state_, literal)) return false;
    object = Constant(std::move(literal));
  } else if (!TripleTermPart("an IRI, a literal, a variable or '<<('",
                             object)) {
    return false;
  }
  if (!state_.Expect(Token::kCloseTriple, "')>>'")) return false;
  const auto is_constant = [](const ParsedExpression& part) {
    return part.expression.kind == Kind::kConstant;
  };
  if (is_constant(subject) && is_constant(predicate) && is_constant(object)) {
    out = Constant(rdf::Term::Triple(std::move(subject.expression.constant),
                                     std::move(predicate.expression.constant),
                                     std::move(object.expression.constant)));
    return state_.Charge(sizeof(rdf::TripleTerm));
  }
  return AddArgument(out, std::move(subject)) &&
         AddArgument(out, std::move(predicate)) &&
         AddArgument(out, std::move(object));
}

bool ExpressionParser::TripleTermPart(std::string_view expected,
                                      ParsedExpression& out) {
  if (state_.Is(Token::kVariable)) return VariableTo(out);
  if (!state_.AtIri()) return state_.Unexpected(expected);
  rdf::Term iri;
  if (!state_.ReadIri(iri.value)) return false;
  out = Constant(std::move(iri));
  return state_.ChargeExpression();
}

}  // namespace skg::sparql
