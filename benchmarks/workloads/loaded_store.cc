#include "workloads/loaded_store.h"

#include <algorithm>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "workloads/store.h"

namespace skg::bench {
namespace {

constexpr size_t kStatementsPerCommit = 1000;

absl::StatusOr<std::unique_ptr<Engine>> OpenEngine(
    const Options& options, const ScratchDirectory& directory) {
  return Engine::Open(directory.store(),
                      {.memory_budget_bytes = options.memory_bytes});
}

std::string GraphName() {
  return absl::StrCat(kLoadedTenant, "/", kLoadedGraph);
}

}  // namespace

absl::StatusOr<ScratchDirectory> MakeLoadedDirectory(const Options& options,
                                                     const Dataset& dataset) {
  SKG_ASSIGN_OR_RETURN(ScratchDirectory directory,
                       ScratchDirectory::Make(options.data));
  SKG_ASSIGN_OR_RETURN(const std::unique_ptr<Engine> engine,
                       OpenEngine(options, directory));
  SKG_ASSIGN_OR_RETURN(Graph graph,
                       engine->OpenGraph(GraphName(), {.create = true}));
  const std::span<const NewStatement> all = dataset.statements;
  for (size_t at = 0; at < all.size(); at += kStatementsPerCommit) {
    const size_t size = std::min(kStatementsPerCommit, all.size() - at);
    SKG_RETURN_IF_ERROR(
        graph.AddBatch(all.subspan(at, size), {.durability = Durability::kNone})
            .status());
  }
  SKG_RETURN_IF_ERROR(CountedRows(graph, all.size()).status());
  return directory;
}

absl::StatusOr<std::shared_ptr<LoadedStore>> LoadedStore::Make(
    const Options& options, const Dataset& dataset) {
  SKG_ASSIGN_OR_RETURN(ScratchDirectory directory,
                       MakeLoadedDirectory(options, dataset));
  SKG_ASSIGN_OR_RETURN(std::unique_ptr<Engine> engine,
                       OpenEngine(options, directory));
  SKG_ASSIGN_OR_RETURN(Graph graph, engine->OpenGraph(GraphName()));
  return std::shared_ptr<LoadedStore>(new LoadedStore(
      std::move(directory), std::move(engine), std::move(graph)));
}

}  // namespace skg::bench
