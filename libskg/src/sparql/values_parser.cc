// VALUES (SPARQL 1.1 Query, section 10.2).
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sparql/group_parser.h"
#include "sparql/terms.h"

namespace skg::sparql {
namespace {

using Cell = std::optional<rdf::Term>;

bool ReadCell(ParseState& state, Cell& cell) {
  if (!state.Charge(sizeof(Cell))) return false;
  if (state.AcceptKeyword("UNDEF")) return state.ok();
  rdf::Term term;
  if (state.Is(Token::kOpenTriple)) {
    if (!ReadTripleTermData(state, term)) return false;
  } else {
    if (!state.AtIri() && !AtLiteral(state))
      return state.Unexpected("an IRI, a literal, UNDEF or '<<('");
    if (!ReadIriOrLiteral(state, term)) return false;
  }
  cell = std::move(term);
  return true;
}

// After the opening parenthesis.
bool ReadRow(ParseState& state, size_t width, std::vector<Cell>& row) {
  const size_t offset = state.offset();
  while (!state.Accept(Token::kCloseParenthesis)) {
    if (!ReadCell(state, row.emplace_back())) return false;
  }
  if (row.size() == width) return state.ok();
  return state.Fail(
      offset, absl::StrCat("the row has ", row.size(), " values; VALUES has ",
                           width, " variables, and a row one value for each"));
}

bool ReadColumn(ParseState& state, VariableSet& seen, query::Values& values) {
  const size_t offset = state.offset();
  Variable variable;
  if (!state.ReadVariable(variable)) return false;
  if (!seen.insert(variable).second) {
    return state.Fail(offset, absl::StrCat(state.Name(variable),
                                           " is in VALUES twice; name each "
                                           "variable once"));
  }
  values.variables.push_back(variable);
  return true;
}

bool ReadRows(ParseState& state, bool bare, query::Values& values) {
  if (!state.Expect(Token::kOpenBrace, "'{' and data")) return false;
  while (!state.Accept(Token::kCloseBrace)) {
    if (!state.Charge(sizeof(std::vector<Cell>))) return false;
    auto& row = values.rows.emplace_back();
    if (bare) {
      if (!ReadCell(state, row.emplace_back())) return false;
    } else if (!state.Expect(Token::kOpenParenthesis,
                             "'(' and a row, or '}'") ||
               !ReadRow(state, values.variables.size(), row)) {
      return false;
    }
  }
  return state.ok();
}

}  // namespace

bool ReadValues(ParseState& state, Pattern& out) {
  query::Values values;
  const bool bare = !state.Accept(Token::kOpenParenthesis);
  if (bare) {
    if (!state.Is(Token::kVariable))
      return state.Unexpected("a variable, or variables in parentheses");
    if (!ReadColumn(state, out.in_scope, values)) return false;
  } else {
    while (!state.Accept(Token::kCloseParenthesis)) {
      if (!state.Is(Token::kVariable))
        return state.Unexpected("a variable or ')'");
      if (!ReadColumn(state, out.in_scope, values)) return false;
    }
  }
  if (!ReadRows(state, bare, values)) return false;
  out.algebra = query::MakeAlgebra(std::move(values));
  return state.Charge(sizeof(query::Algebra));
}

}  // namespace skg::sparql
