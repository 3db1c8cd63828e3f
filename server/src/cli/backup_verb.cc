// skg backup: the whole data directory, or one graph as a file.
#include <unistd.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/backup_text.h"
#include "cli/data_directory.h"
#include "cli/interrupt.h"
#include "cli/output_file.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "skg/engine.h"

namespace skg::cli {
namespace {

constexpr char kStandardOutput[] = "-";

int ListOf(const BackupVerb& verb) {
  const absl::StatusOr<std::vector<BackupInfo>> backups = ListBackups(verb.to);
  if (!backups.ok()) return Fail(backups.status());
  return PrintResult(verb.json ? BackupJson(*backups) : BackupTable(*backups));
}

int Verify(const BackupVerb& verb) {
  NoteInterrupts();
  ProgressLine line;
  const auto findings =
      VerifyBackups(verb.to, {.progress = ShowProgress(line)});
  line.Clear();
  if (!findings.ok()) return Fail(findings.status());
  std::string text;
  for (const BackupFinding& finding : *findings) {
    absl::StrAppend(&text, "backup ", finding.number, ": ",
                    Printable(finding.message), "\n");
  }
  const int printed =
      PrintResult(findings->empty()
                      ? absl::StrCat(Printable(verb.to), ": no problem found\n")
                      : text);
  if (findings->empty()) return printed;
  PrintFailure(
      absl::StrCat(verb.to, ": ", Counted(findings->size(), "damaged file")));
  return kExitFailed;
}

absl::StatusOr<std::string> BackUpDirectory(const BackupVerb& verb,
                                            Engine& engine) {
  ProgressLine line;
  const absl::StatusOr<BackupInfo> backup = engine.Backup(
      verb.to, {.keep = verb.keep, .progress = ShowProgress(line)});
  if (!backup.ok()) return backup.status();
  return absl::StrCat(Printable(verb.to), ": ", BackupText(*backup), "\n");
}

absl::StatusOr<std::string> SaveToFile(const BackupVerb& verb,
                                       const Graph& graph,
                                       const SaveOptions& options) {
  absl::StatusOr<std::unique_ptr<OutputFile>> file =
      OutputFile::Create(verb.output);
  if (!file.ok()) return file.status();
  const absl::StatusOr<SaveResult> saved = graph.Save(
      {.write = [&](std::string_view bytes) { return (*file)->Write(bytes); }},
      options);
  if (!saved.ok()) return saved.status();
  if (absl::Status status = (*file)->Commit(); !status.ok()) return status;
  return absl::StrCat(Printable(verb.output), ": commit ", saved->commit, ", ",
                      Counted(saved->rows + saved->past_rows, "row"), ", ",
                      Counted(saved->terms, "term"), ", ",
                      Counted(saved->bytes, "byte"), "\n");
}

// Nothing else may go to standard output then.
absl::StatusOr<std::string> SaveToStandardOutput(const Graph& graph,
                                                 const SaveOptions& options) {
  const absl::StatusOr<SaveResult> saved =
      graph.Save({.write =
                      [](std::string_view bytes) {
                        return StandardOutput().Write(bytes);
                      }},
                 options);
  if (!saved.ok()) return saved.status();
  if (absl::Status status = StandardOutput().Flush(); !status.ok())
    return status;
  return std::string();
}

absl::StatusOr<std::string> Save(const BackupVerb& verb, Engine& engine) {
  const absl::StatusOr<Graph> graph = engine.OpenGraph(verb.target.graph);
  if (!graph.ok()) return graph.status();
  ProgressLine line;
  const SaveOptions options{.as_of = verb.as_of,
                            .progress = ShowProgress(line)};
  return verb.output == kStandardOutput ? SaveToStandardOutput(*graph, options)
                                        : SaveToFile(verb, *graph, options);
}

absl::StatusOr<std::string> BackUp(const BackupVerb& verb,
                                   const std::string& directory) {
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      OpenToRead(directory, verb.target.read_only);
  if (!engine.ok()) return engine.status();
  return verb.to.empty() ? Save(verb, **engine)
                         : BackUpDirectory(verb, **engine);
}

}  // namespace

int RunBackup(const BackupVerb& verb) {
  if (verb.list) return ListOf(verb);
  if (verb.verify) return Verify(verb);
  const absl::StatusOr<std::string> directory =
      DataDirectoryOf(verb.target.data);
  if (!directory.ok())
    return FailUsage("backup", std::string(directory.status().message()));
  if (verb.output == kStandardOutput && isatty(STDOUT_FILENO) == 1) {
    return FailUsage("backup",
                     "a graph file is no text for a terminal; name a file or "
                     "pipe it on");
  }
  NoteInterrupts();
  const absl::StatusOr<std::string> done = BackUp(verb, *directory);
  return done.ok() ? PrintResult(*done) : Fail(done.status());
}

}  // namespace skg::cli
