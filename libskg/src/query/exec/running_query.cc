#include "query/exec/running_query.h"

#include <random>
#include <utility>

#include "base/status.h"
#include "query/exec/statement_filter.h"

namespace skg::query::exec {

RunningQuery::RunningQuery(VariableTable variables,
                           const storage::ReadView& view,
                           const QueryOptions& options)
    : view_(view),
      options_(options),
      variables_(std::move(variables)),
      memory_(options.memory_bytes, options.memory, "queries") {
  while (options_.seed == 0) options_.seed = std::random_device{}();
  // They count what is stored.
  if (FiltersStatements(options_)) options_.plan.shortcuts = false;
}

absl::Status RunningQuery::Start(const DatasetClause& dataset) {
  SKG_ASSIGN_OR_RETURN(term_memory_, memory_.Reserve("computed terms", 0));
  terms_.emplace(view_, &term_memory_);
  SKG_ASSIGN_OR_RETURN(
      Dataset resolved,
      MakeDataset(options_.dataset.empty() ? dataset : options_.dataset,
                  options_.union_default_graph, *terms_));
  context_.emplace(view_, *terms_, memory_, options_, std::move(resolved),
                   std::move(variables_));
  return absl::OkStatus();
}

}  // namespace skg::query::exec
