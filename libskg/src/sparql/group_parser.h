// Group graph patterns to algebra (SPARQL 1.1 Query, section 18.2.2).
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "sparql/parse_state.h"

namespace skg::sparql {

// The algebra of a part of a query. The filters of a group are beside it until
// one knows where they go.
struct Pattern {
  query::AlgebraPtr algebra;
  uint32_t depth = 1;
  // Section 18.2.1, but for the variables that no text can name.
  VariableSet in_scope;
  std::vector<query::Expression> filters;
  uint32_t filter_depth = 0;
};

// { ... }, with its filters applied.
[[nodiscard]] bool ReadGroup(ParseState& state, Pattern& out);

// Makes `left` the join of both. The filters of neither are touched.
[[nodiscard]] bool JoinTo(ParseState& state, Pattern& left, Pattern right);
// VALUES, after the keyword.
[[nodiscard]] bool ReadValues(ParseState& state, Pattern& out);

void AddToScope(VariableSet&& from, VariableSet& to);

// Puts `node` with `inputs` as its input, which makes `pattern` one deeper than
// itself and `depth`.
template <typename Node>
[[nodiscard]] bool Wrap(ParseState& state, Node node, uint32_t depth,
                        Pattern& pattern) {
  node.input = std::move(pattern.algebra);
  pattern.algebra = query::MakeAlgebra(std::move(node));
  pattern.depth = 1 + std::max(pattern.depth, depth);
  return state.Charge(sizeof(query::Algebra)) &&
         state.CheckDepth(pattern.depth);
}

}  // namespace skg::sparql
