// ViewFilter: GraphViewOptions in term ids.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rdf/term_id.h"
#include "skg/graph_view.h"
#include "storage/statement_row.h"

namespace skg::analytics {

struct ViewFilter {
  // All predicates unless `only_predicates`; both lists ascend.
  bool only_predicates = false;
  std::vector<rdf::TermId> predicates;
  std::vector<rdf::TermId> without_predicates;
  storage::GraphScope scope = storage::GraphScope::kUnion;
  rdf::TermId graph;  // for kOne
  bool only_types = false;
  rdf::TermId type_predicate;  // unbound: the graph has no types
  std::vector<rdf::TermId> node_types;
  float min_weight = 0;
  bool literals = false;
  bool weighted = false;
  ParallelEdges parallel_edges = ParallelEdges::kSum;

  // Whether a statement is an edge, but for the types of its nodes.
  [[nodiscard]] bool TakesPredicate(rdf::TermId predicate) const;
  [[nodiscard]] bool TakesObject(rdf::TermId object) const {
    return literals || object.is_resource();
  }

  friend bool operator==(const ViewFilter&, const ViewFilter&) = default;
};

}  // namespace skg::analytics
