#include "query/exec/dataset.h"

#include <algorithm>

#include "base/status.h"

namespace skg::query::exec {
namespace {

void SortUnique(std::vector<rdf::TermId>* ids) {
  std::sort(ids->begin(), ids->end());
  ids->erase(std::unique(ids->begin(), ids->end()), ids->end());
}

}  // namespace

bool Dataset::Names(rdf::TermId graph) const {
  return graph.bound() &&
         (!named_graphs || std::binary_search(named_graphs->begin(),
                                              named_graphs->end(), graph));
}

absl::StatusOr<Dataset> MakeDataset(const DatasetClause& clause,
                                    bool union_default_graph,
                                    TermSpace& terms) {
  Dataset dataset;
  if (clause.empty()) {
    if (union_default_graph)
      dataset.default_graph = Dataset::DefaultGraph::kAll;
    return dataset;
  }
  dataset.default_graph = Dataset::DefaultGraph::kMerge;
  for (const rdf::Term& name : clause.default_graphs) {
    SKG_ASSIGN_OR_RETURN(const rdf::TermId id, terms.Lookup(name));
    if (id.bound()) dataset.default_graphs.push_back(id);
  }
  SortUnique(&dataset.default_graphs);
  if (clause.all_named_graphs) return dataset;
  dataset.named_graphs.emplace();
  for (const rdf::Term& name : clause.named_graphs) {
    SKG_ASSIGN_OR_RETURN(const rdf::TermId id, terms.IdOf(name));
    dataset.named_graphs->push_back(id);
  }
  SortUnique(&*dataset.named_graphs);
  return dataset;
}

}  // namespace skg::query::exec
