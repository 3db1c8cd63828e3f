// RunningQuery: what one query owns while it runs.
#pragma once

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "base/memory_budget.h"
#include "query/exec/context.h"
#include "query/exec/query_options.h"
#include "query/request.h"
#include "query/values/term_space.h"
#include "storage/read_view.h"

namespace skg::query::exec {

// Not thread-safe; must not move once it has started.
class RunningQuery {
 public:
  RunningQuery(VariableTable variables, const storage::ReadView& view,
               const QueryOptions& options);

  // `dataset`: the query's own clauses. Errors: kResourceExhausted, kDataLoss.
  [[nodiscard]] absl::Status Start(const DatasetClause& dataset);

  // Once it has started.
  [[nodiscard]] Context& context() { return *context_; }

 private:
  const storage::ReadView view_;
  QueryOptions options_;
  VariableTable variables_;
  MemoryBudget memory_;
  MemoryReservation term_memory_;
  std::optional<TermSpace> terms_;
  std::optional<Context> context_;
};

}  // namespace skg::query::exec
