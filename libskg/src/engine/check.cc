// Engine::Check: graphs, and then their indexes.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/engine_impl.h"
#include "engine/vector_indexes.h"
#include "skg/engine.h"
#include "storage/store.h"
#include "text/index_check.h"
#include "vector/index_check.h"

namespace skg {
namespace engine {
namespace {

constexpr size_t kMaxCheckFindings = 1000;

void Add(std::string graph, std::string message, CheckReport& report) {
  if (report.findings.size() < kMaxCheckFindings)
    report.findings.push_back({std::move(graph), std::move(message)});
}

absl::Status CheckIndexes(EngineImpl& engine, bool deep, CheckReport& report) {
  SKG_ASSIGN_OR_RETURN(const std::vector<storage::GraphDescription> graphs,
                       engine.store().ListGraphs());
  const storage::KvStore& kv = engine.store().kv();
  for (const storage::GraphDescription& graph : graphs) {
    const auto tell = [&](std::string problem) {
      Add(absl::StrCat(graph.tenant, "/", graph.name), std::move(problem),
          report);
    };
    SKG_RETURN_IF_ERROR(text::CheckIndexes(kv, graph.number, deep, tell));
    SKG_RETURN_IF_ERROR(vector::CheckIndexes(
        kv, graph.number,
        {.directory = engine.vector_indexes().directory(), .deep = deep},
        tell));
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace engine

absl::StatusOr<CheckReport> Engine::Check(bool deep) const {
  SKG_ASSIGN_OR_RETURN(storage::CheckSummary summary,
                       impl_->store().Check(deep));
  CheckReport report;
  report.graphs = summary.graphs;
  report.statements = summary.statements;
  report.terms = summary.terms;
  report.commits = summary.commits;
  for (storage::CheckProblem& problem : summary.problems)
    engine::Add(std::move(problem.graph), std::move(problem.message), report);
  SKG_RETURN_IF_ERROR(engine::CheckIndexes(*impl_, deep, report));
  return report;
}

}  // namespace skg
