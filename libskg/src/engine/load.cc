// Graph::Load: one input, one commit.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/commit_builder.h"
#include "engine/graph_impl.h"
#include "engine/load_job.h"
#include "rdf/characters.h"
#include "skg/graph.h"

namespace skg {
namespace engine {
namespace {

// What the changes of one load may take while they wait for their commit, in
// the smallest engine.
constexpr size_t kMinLoadBytes = size_t{256} << 20;
// Writing them takes some ten times as much for a while: rows in every order,
// the batch, the store's buffers.
constexpr size_t kBudgetParts = 8;

size_t MemoryLimit(const EngineImpl& engine) {
  return std::max(kMinLoadBytes, engine.memory_budget_bytes() / kBudgetParts);
}

absl::StatusOr<rdf::Term> GraphTerm(const rdf::NameSpace& names,
                                    const std::string& graph) {
  if (graph.empty()) return rdf::Term();
  absl::StatusOr<rdf::Term> term = names.ToTerm(graph);
  if (!term.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("graph: ", term.status().message()));
  }
  if (const std::string_view problem = GraphError(term->kind);
      !problem.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("graph: ", av(problem)));
  }
  return term;
}

absl::Status ReadAll(LoadJob& job) {
  switch (job.options.format) {
    case Format::kNTriples:
    case Format::kNQuads:
    case Format::kTurtle:
    case Format::kTriG:
      return LoadRdf(job);
    case Format::kTsv:
      return LoadTsv(job);
    case Format::kCsv:
      return LoadCsv(job);
    case Format::kJson:
      return LoadJson(job);
  }
  return absl::InvalidArgumentError(
      "unknown format; it must be one of skg::Format");
}

absl::StatusOr<LoadResult> Load(GraphImpl& graph, const LoadSource& source,
                                const LoadOptions& options) {
  if (graph.store().read_only()) return storage::OpenedForReading();
  if (!options.base_iri.empty() && !rdf::IsAbsoluteIri(options.base_iri)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "base IRI \"", options.base_iri, "\": must be an absolute IRI"));
  }
  SKG_ASSIGN_OR_RETURN(rdf::Term graph_term,
                       GraphTerm(graph.names(), options.graph));

  LoadResult result;
  LoadInput input(source, options.progress);
  LoadErrors errors(input.name(), options.continue_on_error, result);
  CommitBuilder builder(graph.store(), graph.names());
  LoadCollector collector(builder, input, options.graph, std::move(graph_term),
                          MemoryLimit(graph.engine()));
  LoadJob job{options, graph.names(), input, errors, collector};
  SKG_RETURN_IF_ERROR(ReadAll(job));

  result.statements = input.statements();
  // A document without statements is no change.
  if (builder.size() == 0) return result;
  SKG_ASSIGN_OR_RETURN(
      const storage::CommitOutcome outcome,
      builder.Commit(graph.store(), graph.engine().durability()));
  result.inserted = outcome.result.inserted;
  result.replaced = outcome.result.replaced;
  result.duplicates = outcome.result.duplicates;
  result.commit = outcome.result.commit;
  return result;
}

}  // namespace
}  // namespace engine

absl::StatusOr<LoadResult> Graph::Load(const LoadSource& source,
                                       const LoadOptions& options) {
  return engine::Load(*impl_, source, options);
}

}  // namespace skg
