#include "engine/load_collector.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace skg::engine {

CommitCollector::CommitCollector(CommitBuilder& builder, LoadInput& input,
                                 std::string graph, rdf::Term graph_term,
                                 size_t memory_limit)
    : builder_(builder),
      input_(input),
      graph_(std::move(graph)),
      graph_term_(std::move(graph_term)),
      memory_limit_(memory_limit) {}

absl::Status CommitCollector::Add(const rdf::Quad& quad) {
  const rdf::Quad* placed = &quad;
  if (!graph_.empty() && quad.in_default_graph()) {
    scratch_ = quad;
    scratch_.graph = graph_term_;
    placed = &scratch_;
  }
  SKG_RETURN_IF_ERROR(builder_.Add(*placed, {}, /*if_absent=*/true));
  return Counted();
}

absl::Status CommitCollector::Add(NewStatement& statement, bool if_absent) {
  if (statement.graph.empty()) statement.graph = graph_;
  SKG_RETURN_IF_ERROR(builder_.Add(statement, if_absent));
  return Counted();
}

absl::Status CommitCollector::Counted() {
  input_.CountStatement();
  if (builder_.memory_bytes() <= memory_limit_) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      input_.name(),
      ": a load is one commit, which is held in memory until it is written; "
      "after ",
      input_.statements(), " statements it has reached the ",
      memory_limit_ >> 20,
      " MiB that it may take here; load the data in several parts"));
}

}  // namespace skg::engine
