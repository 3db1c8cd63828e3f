// skg clear: all statements of a graph, or of a part of it, go.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/data_directory.h"
#include "cli/interrupt.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "skg/engine.h"

namespace skg::cli {
namespace {

absl::StatusOr<std::string> Clear(const ClearVerb& verb,
                                  const std::string& directory) {
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      OpenEngine(directory, /*create=*/false);
  if (!engine.ok()) return engine.status();
  absl::StatusOr<Graph> graph = (*engine)->OpenGraph(verb.target.graph);
  if (!graph.ok()) return graph.status();
  const absl::StatusOr<CommitResult> result = graph->Clear(verb.what);
  if (!result.ok()) return result.status();
  return absl::StrCat(std::string(graph->tenant()), "/",
                      std::string(graph->name()), ": ",
                      Counted(result->removed, "statement"),
                      " removed (commit ", result->commit, ")\n");
}

}  // namespace

int RunClear(const ClearVerb& verb) {
  const absl::StatusOr<std::string> directory =
      DataDirectoryOf(verb.target.data);
  if (!directory.ok())
    return FailUsage("clear", std::string(directory.status().message()));
  ExitOnInterrupt();
  const absl::StatusOr<std::string> line = Clear(verb, *directory);
  return line.ok() ? PrintResult(*line) : Fail(line.status());
}

}  // namespace skg::cli
