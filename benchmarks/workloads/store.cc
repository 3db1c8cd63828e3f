#include "workloads/store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace skg::bench {

absl::StatusOr<FreshStore> FreshStore::Make(const Options& options,
                                            bool statement_ids) {
  SKG_ASSIGN_OR_RETURN(ScratchDirectory directory,
                       ScratchDirectory::Make(options.data));
  SKG_ASSIGN_OR_RETURN(
      std::unique_ptr<Engine> engine,
      Engine::Open(directory.store(),
                   {.memory_budget_bytes = options.memory_bytes}));
  SKG_ASSIGN_OR_RETURN(
      Graph graph,
      engine->OpenGraph("bench/main",
                        {.create = true, .statement_ids = statement_ids}));
  return FreshStore(std::move(directory), std::move(engine), std::move(graph));
}

absl::StatusOr<uint64_t> CountedRows(const Graph& graph, uint64_t expected) {
  SKG_ASSIGN_OR_RETURN(const uint64_t rows, graph.Count());
  if (rows != expected) {
    return absl::InternalError(
        absl::StrCat("the graph holds ", rows, " statements, not ", expected));
  }
  return rows;
}

}  // namespace skg::bench
