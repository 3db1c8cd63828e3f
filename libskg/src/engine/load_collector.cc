#include "engine/load_collector.h"

#include <utility>

#include "base/status.h"

namespace skg::engine {

CommitCollector::CommitCollector(CommitBuilder& builder, LoadInput& input,
                                 std::string graph, rdf::Term graph_term)
    : builder_(builder),
      input_(input),
      graph_(std::move(graph)),
      graph_term_(std::move(graph_term)) {}

absl::Status CommitCollector::Add(const rdf::Quad& quad) {
  const rdf::Quad* placed = &quad;
  if (!graph_.empty() && quad.in_default_graph()) {
    scratch_ = quad;
    scratch_.graph = graph_term_;
    placed = &scratch_;
  }
  SKG_RETURN_IF_ERROR(builder_.Add(*placed, {}, /*if_absent=*/true));
  input_.CountStatement();
  return absl::OkStatus();
}

absl::Status CommitCollector::Add(NewStatement& statement, bool if_absent) {
  if (statement.graph.empty()) statement.graph = graph_;
  SKG_RETURN_IF_ERROR(builder_.Add(statement, if_absent));
  input_.CountStatement();
  return absl::OkStatus();
}

}  // namespace skg::engine
