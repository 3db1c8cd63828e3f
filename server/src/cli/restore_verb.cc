// skg restore: a data directory from a backup, or a graph from its file.
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/backup_text.h"
#include "cli/data_directory.h"
#include "cli/interrupt.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "skg/engine.h"

namespace skg::cli {
namespace {

constexpr char kStandardInput[] = "-";

absl::StatusOr<LoadSource> OpenInput(const std::string& path) {
  if (path != kStandardInput) return OpenLoadFile(path);
  return LoadSource{.name = "standard input",
                    .read = [](char* buffer, size_t size) {
                      return InterruptibleRead(STDIN_FILENO, buffer, size);
                    }};
}

// 0: not known, as of a pipe or of what is packed.
uint64_t BytesOf(const std::string& path) {
  struct stat status {};
  if (path == kStandardInput || path.ends_with(".gz") ||
      stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return 0;
  }
  return static_cast<uint64_t>(status.st_size);
}

absl::StatusOr<std::string> RestoreDirectory(const RestoreVerb& verb,
                                             const std::string& directory) {
  ProgressLine line;
  const absl::StatusOr<BackupInfo> restored =
      RestoreBackup(verb.from, directory,
                    {.number = verb.number, .progress = ShowProgress(line)});
  if (!restored.ok()) return restored.status();
  return absl::StrCat(Printable(directory), ": restored backup ",
                      restored->number, ": ", Counted(restored->files, "file"),
                      ", ", Counted(restored->bytes, "byte"), "\n");
}

absl::StatusOr<std::string> RestoreGraph(const RestoreVerb& verb,
                                         const std::string& directory) {
  const absl::StatusOr<LoadSource> source = OpenInput(verb.input);
  if (!source.ok()) return source.status();
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      OpenEngine(directory, /*create=*/true);
  if (!engine.ok()) return engine.status();
  ProgressLine line;
  const absl::StatusOr<Graph> graph = (*engine)->RestoreGraph(
      verb.target.graph, *source,
      {.uuid = verb.new_uuid ? RestoredUuid::kNew : RestoredUuid::kKeepIfFree,
       .check = !verb.no_check,
       .total_bytes = BytesOf(verb.input),
       .progress = ShowProgress(line)});
  line.Clear();
  if (!graph.ok()) return graph.status();
  const absl::StatusOr<ReadView> view = graph->Latest();
  if (!view.ok()) return view.status();
  const absl::StatusOr<uint64_t> statements = view->Count({});
  if (!statements.ok()) return statements.status();
  return absl::StrCat(std::string(graph->tenant()), "/",
                      std::string(graph->name()), ": restored ",
                      Counted(*statements, "statement"), " (commit ",
                      view->commit(), ")\n");
}

}  // namespace

int RunRestore(const RestoreVerb& verb) {
  const absl::StatusOr<std::string> directory =
      DataDirectoryOf(verb.target.data);
  if (!directory.ok())
    return FailUsage("restore", std::string(directory.status().message()));
  NoteInterrupts();
  const absl::StatusOr<std::string> done =
      verb.from.empty() ? RestoreGraph(verb, *directory)
                        : RestoreDirectory(verb, *directory);
  return done.ok() ? PrintResult(*done) : Fail(done.status());
}

}  // namespace skg::cli
