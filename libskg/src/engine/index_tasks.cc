// Indexes that are made and made again as tasks.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/thread_quota.h"
#include "engine/commit_builder.h"
#include "engine/engine_impl.h"
#include "engine/graph_impl.h"
#include "engine/vector_indexes.h"
#include "skg/graph.h"
#include "tasks/task_runner.h"
#include "text/text_catalog.h"
#include "vector/vector_catalog.h"

namespace skg {
namespace {

absl::StatusOr<uint64_t> Submit(engine::GraphImpl& graph, std::string kind,
                                std::string_view doing, std::string_view index,
                                tasks::TaskFunction work) {
  const storage::GraphDescription& description = graph.store().description();
  tasks::TaskSpec spec;
  spec.kind = std::move(kind);
  spec.pool = TaskPool::kIndex;
  spec.graph = absl::StrCat(description.tenant, "/", description.name);
  spec.title = absl::StrCat(std::string(doing), " ", std::string(index), " of ",
                            spec.graph);
  SKG_ASSIGN_OR_RETURN(
      const tasks::TaskHandle task,
      graph.engine().tasks().Submit(std::move(spec), std::move(work)));
  return task.id();
}

absl::StatusOr<std::string> ResultOf(
    const absl::StatusOr<CommitResult>& commit) {
  SKG_RETURN_IF_ERROR(commit.status());
  return absl::StrCat(R"({"commit": )", commit->commit, "}");
}

}  // namespace

absl::StatusOr<uint64_t> Graph::StartTextIndex(
    std::string_view name, const TextIndexOptions& options) {
  SKG_ASSIGN_OR_RETURN(text::IndexDefinition definition,
                       text::ReadOptions(name, options, impl_->names()));
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, impl_->store().Latest());
  SKG_ASSIGN_OR_RETURN(const auto indexes, text::ListIndexes(view));
  SKG_RETURN_IF_ERROR(text::CheckNewName(indexes, name));
  return Submit(
      *impl_, "text-index", "make", name,
      [graph = impl_, definition = std::move(definition)](
          tasks::TaskContext& context) -> absl::StatusOr<std::string> {
        return ResultOf(graph->engine().text_indexes().Create(
            graph->store(), definition, graph->DurabilityOf({}),
            &context.cancellation()));
      });
}

absl::StatusOr<uint64_t> Graph::StartTextIndexRebuild(std::string_view name) {
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, impl_->store().Latest());
  SKG_RETURN_IF_ERROR(text::FindIndex(view, name).status());
  return Submit(
      *impl_, "text-index", "rebuild", name,
      [graph = impl_, index = std::string(name)](
          tasks::TaskContext& context) -> absl::StatusOr<std::string> {
        return ResultOf(graph->engine().text_indexes().Rebuild(
            graph->store(), index, graph->DurabilityOf({}),
            &context.cancellation()));
      });
}

absl::StatusOr<uint64_t> Graph::StartVectorIndexRebuild(std::string_view name) {
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, impl_->store().Latest());
  SKG_ASSIGN_OR_RETURN(vector::IndexDefinition index,
                       vector::FindIndex(view, name));
  return Submit(
      *impl_, "vector-index", "rebuild", name,
      [graph = impl_, index = std::move(index)](
          tasks::TaskContext& context) -> absl::StatusOr<std::string> {
        engine::VectorIndexes& indexes = graph->engine().vector_indexes();
        SKG_RETURN_IF_ERROR(
            indexes.Get(graph->store(), index)
                ->Rebuild({.threads = HardwareThreads(),
                           .cancellation = &context.cancellation(),
                           .changing = &indexes.changing()}));
        return std::string();
      });
}

}  // namespace skg
