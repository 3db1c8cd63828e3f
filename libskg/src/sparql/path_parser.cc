#include "sparql/path_parser.h"

#include <utility>

#include "sparql/terms.h"

namespace skg::sparql {
namespace {

using query::PropertyPath;
using Kind = PropertyPath::Kind;

bool ReadElement(ParseState& state, PropertyPath& path);

PropertyPath Over(Kind kind, PropertyPath part) {
  PropertyPath path;
  path.kind = kind;
  path.parts.push_back(std::move(part));
  return path;
}

bool ReadLink(ParseState& state, PropertyPath& path) {
  rdf::Term predicate;
  if (!ReadPredicate(state, predicate)) return false;
  path.iri = std::move(predicate.value);
  return state.Charge(sizeof(PropertyPath));
}

// ReadItem ( separator ReadItem )*; one item stands for itself.
template <typename ReadItem>
bool ReadChain(ParseState& state, Kind kind, Token separator,
               const ReadItem& read_item, PropertyPath& path) {
  if (!read_item(state, path)) return false;
  if (!state.Is(separator)) return state.ok();
  path = Over(kind, std::move(path));
  while (state.Accept(separator)) {
    if (!read_item(state, path.parts.emplace_back())) return false;
  }
  return state.Charge(sizeof(PropertyPath));
}

bool ReadInverseOrElement(ParseState& state, PropertyPath& path) {
  const bool inverse = state.Accept(Token::kCaret);
  if (!ReadElement(state, path)) return false;
  if (inverse) path = Over(Kind::kInverse, std::move(path));
  return state.Charge(sizeof(PropertyPath));
}

bool ReadSequence(ParseState& state, PropertyPath& path) {
  return ReadChain(state, Kind::kSequence, Token::kSlash, ReadInverseOrElement,
                   path);
}

bool ReadNegatedItem(ParseState& state, PropertyPath& path) {
  const bool inverse = state.Accept(Token::kCaret);
  if (!ReadLink(state, path)) return false;
  if (inverse) path = Over(Kind::kInverse, std::move(path));
  return true;
}

// After the '!'.
bool ReadNegated(ParseState& state, PropertyPath& path) {
  path.kind = Kind::kNegated;
  if (!state.Accept(Token::kOpenParenthesis))
    return ReadNegatedItem(state, path.parts.emplace_back());
  if (state.Accept(Token::kCloseParenthesis)) return state.ok();
  do {
    if (!ReadNegatedItem(state, path.parts.emplace_back())) return false;
  } while (state.Accept(Token::kBar));
  return state.Expect(Token::kCloseParenthesis, "'|' or ')'");
}

bool ReadPrimary(ParseState& state, PropertyPath& path) {
  if (state.Accept(Token::kNot)) return ReadNegated(state, path);
  if (!state.Accept(Token::kOpenParenthesis)) {
    if (!AtPath(state))
      return state.Unexpected("a path: an IRI, 'a', '(', '!' or '^'");
    return ReadLink(state, path);
  }
  return ReadPath(state, path) &&
         state.Expect(Token::kCloseParenthesis, "')' or more of the path");
}

bool ReadElement(ParseState& state, PropertyPath& path) {
  if (!ReadPrimary(state, path)) return false;
  Kind kind;
  if (state.Is(Token::kStar)) {
    kind = Kind::kZeroOrMore;
  } else if (state.Is(Token::kPlus)) {
    kind = Kind::kOneOrMore;
  } else if (state.Is(Token::kQuestion)) {
    kind = Kind::kZeroOrOne;
  } else {
    return state.ok();
  }
  state.Advance();
  path = Over(kind, std::move(path));
  return state.Charge(sizeof(PropertyPath));
}

}  // namespace

bool AtPath(const ParseState& state) {
  return state.AtIri() || state.IsVerbA() || state.Is(Token::kCaret) ||
         state.Is(Token::kNot) || state.Is(Token::kOpenParenthesis);
}

bool ReadPath(ParseState& state, PropertyPath& path) {
  const Level level(state);
  return level.ok() &&
         ReadChain(state, Kind::kAlternative, Token::kBar, ReadSequence, path);
}

}  // namespace skg::sparql
