// Table function `traverse`: tree edges of a walk from one term, breadth or
// depth first, through all graphs as one.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "query/tables/table_function.h"
#include "rdf/term.h"

namespace skg::query {

struct Traversal {
  enum class Direction : uint8_t { kOut, kIn, kBoth };
  enum class Strategy : uint8_t { kBreadthFirst, kDepthFirst };
  rdf::Term start;
  uint32_t max_depth = 3;
  bool all_types = true;
  std::vector<rdf::Term> types;  // predicates, unless all_types
  Direction direction = Direction::kBoth;
  Strategy strategy = Strategy::kBreadthFirst;
  uint64_t limit = 0;  // edges
};

// Columns: source, target, predicate, depth (xsd:integer, of the target),
// weight (xsd:double). The edges in the order of the walk, at most `limit`:
// each leads to a term that the walk had not met. Edges of one term come in
// index order: outgoing by (predicate, object), then incoming by (subject,
// predicate). Literals are reached, but the walk does not go on from them (it
// may start at one). Depth first, a term counts as met at the depth where the
// walk first meets it, so that with max_depth it can reach less than breadth
// first. An unknown start gives no rows. Memory: O(limit).
[[nodiscard]] std::shared_ptr<const TableFunction> MakeTraverse(
    Traversal traversal);

}  // namespace skg::query
