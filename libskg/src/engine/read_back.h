// The statement that a write has just added, as reads show it.
#pragma once

#include "absl/status/statusor.h"
#include "engine/commit_builder.h"
#include "engine/graph_impl.h"
#include "skg/statement.h"

namespace skg::engine {

// Only the store knows when a statement was first inserted, so it is asked; if
// it cannot tell (another write has removed the statement again, or the graph
// was dropped), the statement is shown as this write left it: the write has
// succeeded all the same. `builder` is the one that added it.
[[nodiscard]] absl::StatusOr<Statement> ReadBack(const GraphImpl& graph,
                                                 CommitBuilder& builder,
                                                 const NewStatement& added,
                                                 const CommitResult& result);

}  // namespace skg::engine
