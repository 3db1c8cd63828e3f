#include "sparql/select_parser.h"

#include <charconv>
#include <utility>

#include "absl/strings/str_cat.h"

namespace skg::sparql {

bool SelectParser::ReadClause() {
  has_clause_ = true;
  clause_offset_ = state_.offset();
  distinct_ = state_.AcceptKeyword("DISTINCT");
  reduced_ = !distinct_ && state_.AcceptKeyword("REDUCED");
  star_ = state_.Accept(Token::kStar);
  if (star_) return state_.ok();
  if (!state_.Is(Token::kVariable) && !state_.Is(Token::kOpenParenthesis))
    return state_.Unexpected("'*', variables or (expression AS ?variable)");
  do {
    if (!ReadItem()) return false;
  } while (state_.Is(Token::kVariable) || state_.Is(Token::kOpenParenthesis));
  return state_.ok();
}

bool SelectParser::ReadItem() {
  Item& item = items_.emplace_back();
  if (!state_.Charge(sizeof(Item))) return false;
  const bool named = state_.Accept(Token::kOpenParenthesis);
  if (named) {
    ExpressionParser parser(state_,
                            {.aggregates = &aggregates_, .uses = &item.uses});
    if (!parser.Expression(item.expression.emplace()) ||
        !state_.ExpectKeyword("AS")) {
      return false;
    }
  }
  item.offset = state_.offset();
  if (!state_.ReadVariable(item.variable)) return false;
  if (named && !named_.insert(item.variable).second) {
    return state_.Fail(item.offset,
                       absl::StrCat(state_.Name(item.variable),
                                    " is in SELECT twice; give each "
                                    "expression a name of its own"));
  }
  return !named || state_.Expect(Token::kCloseParenthesis, "')'");
}

bool SelectParser::ReadModifiers() {
  return ReadGroupBy() && ReadHaving() && ReadOrderBy() && ReadLimitOffset();
}

bool SelectParser::ReadGroupBy() {
  if (!state_.AcceptKeyword("GROUP")) return state_.ok();
  group_by_ = true;
  if (!state_.ExpectKeyword("BY")) return false;
  do {
    if (!ReadGroupKey()) return false;
  } while (state_.Is(Token::kVariable) || state_.Is(Token::kOpenParenthesis) ||
           state_.AtIri() || (state_.Is(Token::kWord) && !AtModifier()));
  return state_.ok();
}

bool SelectParser::AtModifier() const {
  for (const char* keyword : {"HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"}) {
    if (state_.IsKeyword(keyword)) return true;
  }
  return false;
}

bool SelectParser::ReadGroupKey() {
  GroupKey& key = keys_.emplace_back();
  if (!state_.Charge(sizeof(GroupKey))) return false;
  key.offset = state_.offset();
  ExpressionParser parser(state_);
  if (state_.Is(Token::kVariable)) {
    key.expression.expression.kind = query::Expression::Kind::kVariable;
    return state_.ReadVariable(key.expression.expression.variable);
  }
  if (!state_.Accept(Token::kOpenParenthesis)) {
    if (!parser.AtCall()) {
      return state_.Unexpected(
          "a variable, (expression AS ?variable) or a call of a function");
    }
    return parser.Call(key.expression);
  }
  if (!parser.Expression(key.expression)) return false;
  if (state_.AcceptKeyword("AS")) {
    key.offset = state_.offset();
    if (!state_.ReadVariable(key.name.emplace())) return false;
  }
  return state_.Expect(Token::kCloseParenthesis, "AS or ')'");
}

bool SelectParser::ReadHaving() {
  if (!state_.AcceptKeyword("HAVING")) return state_.ok();
  do {
    Condition& condition = having_.emplace_back();
    ExpressionParser parser(
        state_, {.aggregates = &aggregates_, .uses = &condition.uses});
    if (!state_.Charge(sizeof(Condition)) ||
        !parser.Constraint(condition.expression)) {
      return false;
    }
  } while (state_.Is(Token::kOpenParenthesis) || state_.AtIri() ||
           (state_.Is(Token::kWord) && !AtModifier()));
  return state_.ok();
}

bool SelectParser::ReadOrderBy() {
  if (!state_.AcceptKeyword("ORDER")) return state_.ok();
  if (!state_.ExpectKeyword("BY")) return false;
  do {
    Condition& key = order_.emplace_back();
    if (!state_.Charge(sizeof(Condition))) return false;
    ExpressionParser parser(state_,
                            {.aggregates = &aggregates_, .uses = &key.uses});
    key.descending = state_.AcceptKeyword("DESC");
    if (key.descending || state_.AcceptKeyword("ASC")) {
      if (!parser.Bracketed(key.expression)) return false;
    } else if (state_.Is(Token::kVariable)) {
      if (!parser.VariableTo(key.expression)) return false;
    } else if (!parser.AtConstraint()) {
      return state_.Unexpected("a variable, ASC, DESC, '(' or a call");
    } else if (!parser.Constraint(key.expression)) {
      return false;
    }
  } while (state_.Is(Token::kVariable) || state_.Is(Token::kOpenParenthesis) ||
           state_.AtIri() || (state_.Is(Token::kWord) && !AtModifier()));
  return state_.ok();
}

bool SelectParser::ReadLimitOffset() {
  bool has_limit = false;
  bool has_offset = false;
  for (;;) {
    if (!has_limit && state_.AcceptKeyword("LIMIT")) {
      has_limit = true;
      if (!ReadCount(slice_.limit)) return false;
    } else if (!has_offset && state_.AcceptKeyword("OFFSET")) {
      has_offset = true;
      if (!ReadCount(slice_.offset)) return false;
    } else {
      return state_.ok();
    }
  }
}

// More than a number holds is as good as all of it.
bool SelectParser::ReadCount(uint64_t& count) {
  const std::string_view digits = state_.text();
  if (!state_.Is(Token::kInteger) || digits[0] == '+' || digits[0] == '-')
    return state_.Unexpected("a number of solutions, like 10");
  const auto read =
      std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (read.ec == std::errc::result_out_of_range) count = query::Slice::kNoLimit;
  state_.Advance();
  return state_.ok();
}

bool SelectParser::ReadTrailingValues() {
  if (!state_.AcceptKeyword("VALUES")) return state_.ok();
  return ReadValues(state_, values_.emplace());
}

bool ReadWhere(ParseState& state, Pattern& out) {
  if (!state.AcceptKeyword("WHERE") && !state.Is(Token::kOpenBrace))
    return state.Unexpected("WHERE or '{'");
  return ReadGroup(state, out);
}

bool ReadSubSelect(ParseState& state, Pattern& out) {
  SelectParser select(state);
  return state.ExpectKeyword("SELECT") && select.ReadClause() &&
         ReadWhere(state, out) && select.ReadModifiers() &&
         select.ReadTrailingValues() && select.Apply(out);
}

}  // namespace skg::sparql
