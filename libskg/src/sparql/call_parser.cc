// Calls of functions that have a keyword, aggregates, EXISTS.
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sparql/expression_parser.h"
#include "sparql/group_parser.h"

namespace skg::sparql {
namespace {

using query::FunctionInfo;

// Keywords in upper case.
struct Keywords {
  Keywords() {
    for (const FunctionInfo& info : query::Functions())
      functions[absl::AsciiStrToUpper(av(info.name))] = &info;
    functions["URI"] = &query::Info(query::Function::kIri);
    functions["ISURI"] = &query::Info(query::Function::kIsIri);
    for (size_t i = 0; i < query::AggregationNames().size(); ++i) {
      aggregations[std::string(query::AggregationNames()[i])] =
          static_cast<query::Aggregation>(i);
    }
  }
  StringMap<const FunctionInfo*> functions;
  StringMap<query::Aggregation> aggregations;
};

const Keywords& AllKeywords() {
  static const Keywords* const keywords = new Keywords;
  return *keywords;
}

std::string CountText(const FunctionInfo& info) {
  if (info.most == FunctionInfo::kAnyNumber) return "any number of arguments";
  const char* noun = info.most == 1 ? " argument" : " arguments";
  if (info.least == info.most) return absl::StrCat(info.most, noun);
  return absl::StrCat(info.least, " to ", info.most, noun);
}

}  // namespace

bool ExpressionParser::BuiltIn(ParsedExpression& out) {
  const size_t offset = state_.offset();
  if (state_.IsKeyword("EXISTS")) {
    state_.Advance();
    return Exists(Kind::kExists, out);
  }
  if (state_.IsKeyword("NOT")) {
    state_.Advance();
    return state_.ExpectKeyword("EXISTS") && Exists(Kind::kNotExists, out);
  }
  const std::string keyword = absl::AsciiStrToUpper(av(state_.text()));
  const Keywords& known = AllKeywords();
  if (const auto found = known.aggregations.find(keyword);
      found != known.aggregations.end()) {
    state_.Advance();
    return Aggregation(found->second, found->first, offset, out);
  }
  const auto found = known.functions.find(keyword);
  if (found == known.functions.end())
    return state_.Unexpected("an expression or the name of a function");
  const FunctionInfo& info = *found->second;
  state_.Advance();
  if (!state_.Expect(Token::kOpenParenthesis, "'(' and arguments"))
    return false;
  out = {};
  out.expression.kind = Kind::kFunction;
  out.expression.function = info.function;
  if (info.function == query::Function::kBound && !state_.Is(Token::kVariable))
    return state_.Unexpected("a variable, which is all that BOUND takes");
  return Arguments(out) && CheckCount(info, offset, out) &&
         state_.ChargeExpression();
}

bool ExpressionParser::CheckCount(const FunctionInfo& info, size_t offset,
                                  const ParsedExpression& call) {
  const size_t count = call.expression.arguments.size();
  const bool is_bound_of_expression =
      info.function == query::Function::kBound && count == 1 &&
      call.expression.arguments[0].kind != Kind::kVariable;
  if (is_bound_of_expression)
    return state_.Fail(offset, "BOUND takes a variable, not an expression");
  if (count >= info.least &&
      (info.most == FunctionInfo::kAnyNumber || count <= info.most)) {
    return true;
  }
  return state_.Fail(offset, absl::StrCat(av(info.name), " takes ",
                                          CountText(info), "; found ", count));
}

bool ExpressionParser::Aggregation(query::Aggregation aggregation,
                                   std::string_view name, size_t offset,
                                   ParsedExpression& out) {
  if (scope_.aggregates == nullptr) {
    return state_.Fail(
        offset,
        absl::StrCat(av(name),
                     " cannot stand here; aggregates are for SELECT, "
                     "HAVING and ORDER BY, and for none of themselves"));
  }
  if (!state_.Expect(Token::kOpenParenthesis, "'('")) return false;
  query::Aggregate aggregate;
  aggregate.aggregation = aggregation;
  aggregate.distinct = state_.AcceptKeyword("DISTINCT");
  uint32_t depth = 0;
  if (aggregation != query::Aggregation::kCount ||
      !state_.Accept(Token::kStar)) {
    ParsedExpression argument;
    if (!ExpressionParser(state_).Expression(argument)) return false;
    aggregate.argument = std::move(argument.expression);
    depth = argument.depth;
  }
  if (aggregation == query::Aggregation::kGroupConcat && !Separator(aggregate))
    return false;
  if (!state_.Expect(Token::kCloseParenthesis, "an operator or ')'"))
    return false;
  out = {};
  out.expression.kind = Kind::kVariable;
  out.expression.variable = scope_.aggregates->Add(std::move(aggregate), depth);
  return state_.ChargeExpression();
}

bool ExpressionParser::Separator(query::Aggregate& aggregate) {
  aggregate.separator = " ";
  if (!state_.Accept(Token::kSemicolon)) return state_.ok();
  return state_.ExpectKeyword("SEPARATOR") &&
         state_.Expect(Token::kEqual, "'='") &&
         state_.ReadString(aggregate.separator);
}

}  // namespace skg::sparql
