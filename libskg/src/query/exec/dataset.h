// Dataset: the graphs that a query sees.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "query/request.h"
#include "query/values/term_space.h"
#include "rdf/term_id.h"
#include "storage/read_view.h"

namespace skg::query::exec {

// SPARQL 1.1 Query, section 13, resolved to ids.
struct Dataset {
  enum class DefaultGraph : uint8_t {
    kStored,  // the store's own default graph
    kAll,     // all graphs, each triple once
    kMerge,   // `default_graphs`, each triple once
  };
  DefaultGraph default_graph = DefaultGraph::kStored;
  // Ascending. A graph that the view does not know has no triple: it is left
  // out here, but is a name in `named_graphs`.
  std::vector<rdf::TermId> default_graphs;
  // Unset: all that the view holds. Ascending.
  std::optional<std::vector<rdf::TermId>> named_graphs;

  // Whether GRAPH may name it; what the store holds is not asked.
  [[nodiscard]] bool Names(rdf::TermId graph) const;
};

[[nodiscard]] absl::StatusOr<Dataset> MakeDataset(const DatasetClause& clause,
                                                  bool union_default_graph,
                                                  TermSpace& terms);

}  // namespace skg::query::exec
