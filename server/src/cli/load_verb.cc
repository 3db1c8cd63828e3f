// skg load: files into a graph, one commit a file.
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/data_directory.h"
#include "cli/interrupt.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "skg/engine.h"

namespace skg::cli {
namespace {

constexpr char kStandardInput[] = "-";

struct InputFile {
  std::string path;
  Format format = Format::kTurtle;
  uint64_t bytes = 0;  // 0: unknown
};

std::optional<Format> FormatOf(const LoadVerb& verb, const std::string& path) {
  if (verb.format) return verb.format;
  return path == kStandardInput ? std::nullopt : FormatFromPath(path);
}

// Checks all of the files before the first of them is loaded. Pipes must not
// be opened here: opening one twice would lose its bytes.
absl::Status CheckFile(InputFile& file) {
  if (file.path == kStandardInput) return absl::OkStatus();
  struct stat status {};
  if (stat(file.path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) &&
      !S_ISDIR(status.st_mode)) {
    return absl::OkStatus();
  }
  file.bytes =
      S_ISREG(status.st_mode) ? static_cast<uint64_t>(status.st_size) : 0;
  return OpenLoadFile(file.path).status();
}

absl::StatusOr<LoadSource> OpenInput(const std::string& path) {
  if (path != kStandardInput) return OpenLoadFile(path);
  return LoadSource{.name = "standard input",
                    .read = [](char* buffer, size_t size) {
                      return InterruptibleRead(STDIN_FILENO, buffer, size);
                    }};
}

std::string ProgressText(const InputFile& file, uint64_t bytes,
                         uint64_t statements, absl::Time start) {
  std::string text = absl::StrCat(file.path, ": ", bytes >> 20, " MiB");
  if (file.bytes > 0)
    absl::StrAppend(&text, " (", bytes * 100 / file.bytes, "%)");
  absl::StrAppend(&text, ", ", RateText(statements, start));
  if (file.bytes > 0 && bytes >= file.bytes) text += ", writing";
  return text;
}

LoadOptions OptionsOf(const LoadVerb& verb, const InputFile& file) {
  return {.format = file.format,
          .base_iri = verb.base_iri,
          .graph = verb.named_graph,
          .skip_duplicates = verb.skip_duplicates,
          .continue_on_error = verb.continue_on_error,
          .csv_key = verb.csv_key,
          .csv_columns = verb.csv_columns};
}

std::string SkippedText(const std::string& name, const LoadResult& result) {
  std::string text;
  for (const LoadError& error : result.errors) {
    std::string place = name;
    if (error.line > 0) absl::StrAppend(&place, ":", error.line);
    if (error.line > 0 && error.column > 0)
      absl::StrAppend(&place, ":", error.column);
    absl::StrAppend(
        &text, Printable(absl::StrCat(place, ": skipped: ", error.message)),
        "\n");
  }
  if (result.skipped > result.errors.size()) {
    absl::StrAppend(&text, Printable(name), ": and ",
                    result.skipped - result.errors.size(),
                    " more were skipped\n");
  }
  return text;
}

std::string SummaryText(const std::string& name, const LoadResult& result,
                        absl::Time start) {
  std::string text =
      absl::StrCat(Printable(name), ": ", RateText(result.statements, start),
                   ": ", WithSeparators(result.inserted), " inserted");
  if (result.replaced > 0) {
    absl::StrAppend(&text, ", ", WithSeparators(result.replaced), " replaced");
  }
  if (result.duplicates > 0) {
    absl::StrAppend(&text, ", ", WithSeparators(result.duplicates),
                    " there already");
  }
  if (result.skipped > 0) {
    absl::StrAppend(&text, ", ", WithSeparators(result.skipped), " skipped");
  }
  return absl::StrCat(
      text,
      result.commit > 0 ? absl::StrCat(" (commit ", result.commit, ")") : "",
      "\n");
}

absl::Status LoadFile(const LoadVerb& verb, const InputFile& file,
                      Graph& graph) {
  absl::StatusOr<LoadSource> source = OpenInput(file.path);
  if (!source.ok()) return source.status();
  const absl::Time start = absl::Now();
  ProgressLine progress;
  LoadOptions options = OptionsOf(verb, file);
  options.progress = [&](uint64_t bytes, uint64_t statements) {
    if (progress.Due())
      progress.Show(ProgressText(file, bytes, statements, start));
    return InterruptSignal() == 0;
  };
  absl::StatusOr<LoadResult> result = graph.Load(*source, options);
  progress.Clear();
  if (!result.ok()) return result.status();

  const std::string skipped = SkippedText(source->name, *result);
  [[maybe_unused]] const ssize_t written =
      write(STDERR_FILENO, skipped.data(), skipped.size());
  absl::Status status =
      StandardOutput().Write(SummaryText(source->name, *result, start));
  if (status.ok()) status = StandardOutput().Flush();
  return status;
}

absl::Status LoadFiles(const LoadVerb& verb, const std::string& directory,
                       std::vector<InputFile>& files) {
  for (InputFile& file : files) {
    const absl::Status status = CheckFile(file);
    if (!status.ok()) return status;
  }
  NoteInterrupts();
  absl::StatusOr<std::unique_ptr<Engine>> engine =
      OpenEngine(directory, /*create=*/true, verb.durability);
  if (!engine.ok()) return engine.status();
  absl::StatusOr<Graph> graph = (*engine)->OpenGraph(
      verb.target.graph,
      {.create = true, .statement_ids = !verb.no_statement_ids});
  if (!graph.ok()) return graph.status();
  for (const InputFile& file : files) {
    if (InterruptSignal() != 0) return absl::CancelledError("interrupted");
    const absl::Status status = LoadFile(verb, file, *graph);
    if (!status.ok()) return status;
  }
  // Whoever reads that the load is done may cut the power.
  return (*engine)->Sync();
}

}  // namespace

int RunLoad(const LoadVerb& verb) {
  const absl::StatusOr<std::string> directory =
      DataDirectoryOf(verb.target.data);
  if (!directory.ok())
    return FailUsage("load", std::string(directory.status().message()));
  std::vector<InputFile> files;
  size_t from_standard_input = 0;
  for (const std::string& path : verb.files) {
    const std::optional<Format> format = FormatOf(verb, path);
    if (!format) {
      return FailUsage(
          "load",
          absl::StrCat(path == kStandardInput ? "standard input" : path,
                       ": the format is not to be seen from the name; say "
                       "--format FORMAT"));
    }
    if (path == kStandardInput && ++from_standard_input > 1) {
      return FailUsage("load", "standard input (-) can be read only once");
    }
    files.push_back({.path = path, .format = *format});
  }
  const absl::Status status = LoadFiles(verb, *directory, files);
  return status.ok() ? kExitOk : Fail(status);
}

}  // namespace skg::cli
