// skg export: one snapshot of a graph as a document.
#include <memory>

#include "cli/data_directory.h"
#include "cli/interrupt.h"
#include "cli/output_file.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "skg/engine.h"

namespace skg::cli {
namespace {

using Sink = std::function<absl::Status(std::string_view bytes)>;

bool ToStandardOutput(const ExportVerb& verb) {
  return verb.output.empty() || verb.output == "-";
}

Format FormatOf(const ExportVerb& verb) {
  if (verb.format) return *verb.format;
  return FormatFromPath(verb.output).value_or(Format::kTurtle);
}

absl::Status WriteGraph(const ExportVerb& verb, const Graph& graph, Sink sink) {
  const absl::Time start = absl::Now();
  ProgressLine progress;
  ExportOptions options{.format = FormatOf(verb), .as_of = verb.as_of};
  options.progress = [&](uint64_t statements) {
    if (progress.Due()) progress.Show(RateText(statements, start));
    return InterruptSignal() == 0;
  };
  return graph.Export({.write = std::move(sink)}, options).status();
}

absl::Status WriteToFile(const ExportVerb& verb, const Graph& graph) {
  absl::StatusOr<std::unique_ptr<OutputFile>> file =
      OutputFile::Create(verb.output);
  if (!file.ok()) return file.status();
  const absl::Status written = WriteGraph(
      verb, graph,
      [&file](std::string_view bytes) { return (*file)->Write(bytes); });
  return written.ok() ? (*file)->Commit() : written;
}

absl::Status WriteToStandardOutput(const ExportVerb& verb, const Graph& graph) {
  const absl::Status written = WriteGraph(
      verb, graph,
      [](std::string_view bytes) { return StandardOutput().Write(bytes); });
  return written.ok() ? StandardOutput().Flush() : written;
}

absl::Status Export(const ExportVerb& verb, const std::string& directory) {
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      OpenToRead(directory, verb.target.read_only);
  if (!engine.ok()) return engine.status();
  const absl::StatusOr<Graph> graph = (*engine)->OpenGraph(verb.target.graph);
  if (!graph.ok()) return graph.status();
  return ToStandardOutput(verb) ? WriteToStandardOutput(verb, *graph)
                                : WriteToFile(verb, *graph);
}

}  // namespace

int RunExport(const ExportVerb& verb) {
  const absl::StatusOr<std::string> directory =
      DataDirectoryOf(verb.target.data);
  if (!directory.ok())
    return FailUsage("export", std::string(directory.status().message()));
  NoteInterrupts();
  const absl::Status status = Export(verb, *directory);
  return status.ok() ? kExitOk : Fail(status);
}

}  // namespace skg::cli
