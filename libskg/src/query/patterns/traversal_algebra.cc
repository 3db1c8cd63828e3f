// Traversals as a call of the table function `traverse`.

#include <string_view>
#include <utility>

#include "base/status.h"
#include "query/algebra.h"
#include "query/patterns/pattern_algebra.h"
#include "query/tables/traverse.h"

namespace skg::query {

absl::StatusOr<Query> TranslateTraversal(const PatternQuery& query,
                                         const rdf::NameSpace& names) {
  Traversal traversal;
  SKG_ASSIGN_OR_RETURN(traversal.start, names.ToTerm(query.traversal.start));
  traversal.max_depth = query.traversal.max_depth;
  traversal.all_types = query.traversal.relationship_types.empty();
  for (const std::string& type : query.traversal.relationship_types) {
    SKG_ASSIGN_OR_RETURN(rdf::Term term, names.ToTerm(type));
    traversal.types.push_back(std::move(term));
  }
  traversal.direction = query.traversal.direction;
  traversal.strategy = query.traversal.strategy;
  traversal.limit = query.limit;
  TableCall call;
  call.function = MakeTraverse(std::move(traversal));
  Query out;
  for (const std::string_view column : call.function->columns()) {
    call.columns.push_back(static_cast<Variable>(out.variables.names.size()));
    out.variables.names.emplace_back(column);
  }
  out.result = call.columns;
  out.pattern = MakeAlgebra(std::move(call));
  return out;
}

}  // namespace skg::query
