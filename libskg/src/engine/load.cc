// Graph::Load: one input, one commit.
#include <algorithm>
#include <cstring>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/memory_status.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/bulk_collector.h"
#include "engine/bulk_rows.h"
#include "engine/bulk_task.h"
#include "engine/commit_builder.h"
#include "engine/graph_impl.h"
#include "engine/load_job.h"
#include "engine/load_lines.h"
#include "engine/load_text.h"
#include "rdf/characters.h"
#include "skg/field_error.h"
#include "skg/graph.h"
#include "storage/bulk_load.h"

namespace skg {
namespace engine {
namespace {

// Inputs of up to this many bytes, packed or not, are one small commit, or of a
// part of the budget: a statement is a few bytes of an input at the least, and
// a kilobyte on its way into the store.
constexpr size_t kSmallBytes = size_t{1} << 20;
constexpr size_t kBudgetParts = 1024;

constexpr uint64_t kReportEvery = 1 << 14;

// What one JSON document may take: one value of the longest size, at least.
size_t DocumentLimit(const BulkTask& task) {
  return std::max(task.options().memory_bytes / 4, 2 * kMaxPieceBytes);
}

size_t ParserThreads() {
  return std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 8);
}

// The first bytes of an input; true: these are all.
absl::StatusOr<bool> ReadHead(const LoadSource& source, size_t most,
                              std::string* head) {
  if (source.read == nullptr) return true;  // the reader says so
  head->resize(most);
  size_t size = 0;
  while (size < head->size()) {
    SKG_ASSIGN_OR_RETURN(const size_t got,
                         source.read(head->data() + size, head->size() - size));
    if (got == 0) {
      head->resize(size);
      return true;
    }
    size += got;
  }
  return false;
}

// An input that begins with bytes that were read already; `head` and `rest`
// (null: nothing follows) must outlive it.
LoadSource WithHead(const std::string& head, const LoadSource* rest,
                    std::string name) {
  return {std::move(name),
          [&head, rest, at = size_t{0}](
              char* buffer, size_t size) mutable -> absl::StatusOr<size_t> {
            const size_t count = std::min(size, head.size() - at);
            if (count == 0)
              return rest == nullptr ? 0 : rest->read(buffer, size);
            std::memcpy(buffer, head.data() + at, count);
            at += count;
            return count;
          }};
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
    case Format::kRdfXml:
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

// Which statement a field error is about.
absl::Status AtPosition(const absl::Status& status, uint64_t position) {
  std::vector<FieldError> errors = FieldErrors(status);
  if (errors.empty()) return status;
  for (FieldError& error : errors)
    error.path.insert(error.path.begin(), std::to_string(position));
  return FieldErrorStatus(errors, status.code());
}

void Report(const CommitResult& from, LoadResult& to) {
  to.inserted = from.inserted;
  to.replaced = from.replaced;
  to.duplicates = from.duplicates;
  to.commit = from.commit;
}

// A small input: its statements are the operations of one commit.
absl::StatusOr<LoadResult> LoadSmall(GraphImpl& graph, const LoadSource& source,
                                     const LoadOptions& options,
                                     rdf::Term graph_term) {
  LoadResult result;
  LoadInput input(source, options.progress);
  LoadErrors errors(input.name(), options.continue_on_error, result);
  CommitBuilder builder(graph.store(), graph.names());
  CommitCollector collector(builder, input, options.graph,
                            std::move(graph_term));
  LoadJob job{options, graph.names(), input, errors, collector};
  SKG_RETURN_IF_ERROR(ReadAll(job));

  result.statements = input.statements();
  // A document without statements is no change.
  if (builder.size() == 0) return result;
  SKG_ASSIGN_OR_RETURN(
      const storage::CommitOutcome outcome,
      builder.Commit(graph.store(), graph.engine().durability()));
  Report(outcome.result, result);
  return result;
}

// A large one: sorted outside of the store.
absl::StatusOr<LoadResult> LoadLarge(GraphImpl& graph, const LoadSource& source,
                                     const LoadOptions& options,
                                     rdf::Term graph_term,
                                     const BulkTask& task) {
  LoadResult result;
  LoadInput input(source, [&](uint64_t bytes, uint64_t statements) {
    return task.Progress(bytes, statements);
  });
  LoadErrors errors(input.name(), options.continue_on_error, result);
  storage::BulkLoad load(graph.store(), task.options());
  const BulkRows rows(graph.store(), std::move(graph_term));
  if (options.format == Format::kNTriples ||
      options.format == Format::kNQuads) {
    SKG_RETURN_IF_ERROR(LoadLines(input, options.format == Format::kNQuads,
                                  rows, errors, load, ParserThreads()));
  } else {
    BulkCollector collector(load, rows, graph.names(), input,
                            DocumentLimit(task));
    LoadJob job{options, graph.names(), input, errors, collector};
    SKG_RETURN_IF_ERROR(ReadAll(job));
    SKG_RETURN_IF_ERROR(collector.Finish());
  }
  result.statements = input.statements();
  if (result.statements == 0) return result;
  SKG_ASSIGN_OR_RETURN(const storage::CommitOutcome outcome, load.Finish());
  Report(outcome.result, result);
  return result;
}

absl::StatusOr<LoadResult> LoadStatements(
    GraphImpl& graph,
    const std::function<absl::StatusOr<bool>(NewStatement*)>& next,
    const BulkLoadOptions& options) {
  if (graph.store().read_only()) return storage::OpenedForReading();
  const auto load_all =
      [&](const BulkTask& task) -> absl::StatusOr<LoadResult> {
    const LoadSource none{"statements", nullptr};
    LoadInput input(none, nullptr);
    storage::BulkLoad load(graph.store(), task.options());
    const BulkRows rows(graph.store(), rdf::Term());
    BulkCollector collector(load, rows, graph.names(), input,
                            DocumentLimit(task));
    for (;;) {
      NewStatement statement;
      SKG_ASSIGN_OR_RETURN(const bool more, next(&statement));
      if (!more) break;
      if (const absl::Status added =
              collector.Add(statement, options.skip_duplicates);
          !added.ok()) {
        return AtPosition(added, input.statements());
      }
      if (input.statements() % kReportEvery == 0 &&
          !task.Progress(0, input.statements())) {
        return absl::CancelledError(
            "the load was cancelled; the graph is as it was");
      }
    }
    SKG_RETURN_IF_ERROR(collector.Finish());
    LoadResult result;
    result.statements = input.statements();
    if (result.statements == 0) return result;
    SKG_ASSIGN_OR_RETURN(const storage::CommitOutcome outcome, load.Finish());
    Report(outcome.result, result);
    return result;
  };
  std::function<bool(uint64_t, uint64_t)> progress;
  if (options.progress) {
    progress = [&](uint64_t, uint64_t statements) {
      return options.progress(statements);
    };
  }
  return RunBulkTask(graph, "statements", progress, load_all);
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
  std::string head;
  const size_t small = std::min(
      kSmallBytes, graph.engine().memory_budget_bytes() / kBudgetParts);
  SKG_ASSIGN_OR_RETURN(const bool all, ReadHead(source, small, &head));
  const auto begin = [&] {
    LoadSource again = WithHead(head, all ? nullptr : &source, source.name);
    if (source.read == nullptr) again.read = nullptr;
    return again;
  };
  if (all) {
    absl::StatusOr<LoadResult> loaded =
        LoadSmall(graph, begin(), options, graph_term);
    // Little input may be much data. Nothing has happened yet.
    if (!IsOutOfMemoryBudget(loaded.status())) return loaded;
  }
  const LoadSource again = begin();
  return RunBulkTask(graph, again.name.empty() ? "input" : again.name,
                     options.progress, [&](const BulkTask& task) {
                       return LoadLarge(graph, again, options, graph_term,
                                        task);
                     });
}

}  // namespace
}  // namespace engine

absl::StatusOr<LoadResult> Graph::Load(const LoadSource& source,
                                       const LoadOptions& options) {
  return engine::Load(*impl_, source, options);
}

absl::StatusOr<LoadResult> Graph::BulkLoad(
    const std::function<absl::StatusOr<bool>(NewStatement*)>& next,
    const BulkLoadOptions& options) {
  return engine::LoadStatements(*impl_, next, options);
}

}  // namespace skg
