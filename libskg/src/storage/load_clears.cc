#include "storage/load_clears.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "storage/graph_state.h"

namespace skg::storage {

absl::Status LoadClears::Add(const ClearScope& scope, const rdf::Term* graph,
                             uint64_t from) {
  Clear added{scope, std::nullopt, from};
  if (graph != nullptr) added.graph = *graph;
  // The later one takes what the earlier one did, and what came since.
  std::erase_if(clears_, [&](const Clear& clear) {
    return Within(clear.scope, added.scope) ||
           (added.graph && clear.graph == added.graph);
  });
  if (clears_.size() >= kMostClears) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the transaction has cleared ", kMostClears,
                     " graphs; clear all named graphs, or the others in "
                     "another transaction"));
  }
  clears_.push_back(std::move(added));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<RowClear>> LoadClears::Resolve(
    GraphState& graph) const {
  std::vector<RowClear> resolved;
  for (const Clear& clear : clears_) {
    RowClear row{clear.scope, clear.from};
    if (clear.graph) {
      SKG_ASSIGN_OR_RETURN(row.scope.graph,
                           graph.dictionary.Lookup(graph.description.number,
                                                   *clear.graph, nullptr));
      if (!row.scope.graph.bound()) continue;
    }
    resolved.push_back(row);
  }
  return resolved;
}

void LoadClears::AppendTo(CommitRequest& request) const {
  for (const Clear& clear : clears_) {
    ClearScope scope = clear.scope;
    if (clear.graph) {
      scope.graph =
          TermId::Make(rdf::TermTag::kArena, request.new_terms.size());
      request.new_terms.push_back(*clear.graph);
    }
    AddClear(scope, request.clears);
  }
}

}  // namespace skg::storage
