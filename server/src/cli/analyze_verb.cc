// skg analyze: runs one analysis and prints its rows.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/data_directory.h"
#include "cli/interrupt.h"
#include "cli/result_text.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "skg/engine.h"

namespace skg::cli {
namespace {

constexpr size_t kRowsAtOnce = 4096;

// Six digits for people, else as many as give the number back.
std::string NumberText(double value, bool for_people) {
  if (!std::isfinite(value)) return value > 0 ? "inf" : "";
  if (for_people) return absl::StrCat(value);
  char text[32];
  const auto written = std::to_chars(text, text + sizeof(text), value);
  return std::string(text, written.ptr);
}

std::string CellText(const AnalysisColumn& column, size_t row,
                     const std::string& name, bool for_people) {
  if (const auto* whole = std::get_if<std::vector<uint64_t>>(&column.values))
    return std::to_string((*whole)[row]);
  if (const auto* number = std::get_if<std::vector<double>>(&column.values))
    return NumberText((*number)[row], for_people);
  return name;
}

// "modularity 0.41, communities 4".
std::string SummaryText(const AnalysisTable& table) {
  std::string text;
  for (const auto& [name, value] : table.summary) {
    const std::string shown =
        std::holds_alternative<bool>(value)
            ? std::string(std::get<bool>(value) ? "yes" : "no")
        : std::holds_alternative<uint64_t>(value)
            ? WithSeparators(std::get<uint64_t>(value))
            : NumberText(std::get<double>(value), /*for_people=*/true);
    absl::StrAppend(&text, text.empty() ? "" : ", ", name, " ", shown);
  }
  return text;
}

absl::Status PrintRows(const GraphView& view, const AnalysisTable& table,
                       ResultFormat format) {
  std::vector<std::string> columns;
  const std::vector<Vertex>* nodes = nullptr;
  for (const AnalysisColumn& column : table.columns) {
    columns.push_back(column.name);
    if (const auto* found = std::get_if<std::vector<Vertex>>(&column.values))
      nodes = found;
  }
  RowText text(std::move(columns), format);
  for (size_t begin = 0; begin < table.rows; begin += kRowsAtOnce) {
    const size_t end = std::min(table.rows, begin + kRowsAtOnce);
    const auto names =
        view.Names(std::span(*nodes).subspan(begin, end - begin));
    if (!names.ok()) return names.status();
    std::vector<std::vector<std::string>> rows(end - begin);
    for (size_t row = begin; row < end; ++row) {
      for (const AnalysisColumn& column : table.columns) {
        rows[row - begin].push_back(CellText(column, row, (*names)[row - begin],
                                             format == ResultFormat::kTable));
      }
    }
    const absl::Status written =
        StandardOutput().Write(text.Add(std::move(rows)));
    if (!written.ok()) return written;
  }
  absl::Status written = StandardOutput().Write(text.Finish());
  if (!written.ok()) return written;
  const std::string summary = SummaryText(table);
  if (format != ResultFormat::kTable || summary.empty())
    return StandardOutput().Flush();
  written = StandardOutput().Write(summary + "\n");
  return written.ok() ? StandardOutput().Flush() : written;
}

absl::Status PrintJson(const GraphView& view, const AnalysisTable& table) {
  absl::Status written = WriteAnalysisJson(
      view, table,
      [](std::string_view part) { return StandardOutput().Write(part); });
  if (!written.ok()) return written;
  written = StandardOutput().Write("\n");
  return written.ok() ? StandardOutput().Flush() : written;
}

// Shows how far it is; false once there was a signal.
class Progress {
 public:
  std::function<bool(double)> For(const char* what) {
    return [this, what](double done) {
      if (line_.Due()) {
        line_.Show(absl::StrCat(
            what, ": ", static_cast<int>(100 * std::clamp(done, 0.0, 1.0)),
            " %"));
      }
      return InterruptSignal() == 0;
    };
  }
  void Clear() { line_.Clear(); }

 private:
  ProgressLine line_;
};

absl::Status Analyze(const AnalyzeVerb& verb, const std::string& directory) {
  const bool writes = verb.job.output.has_value();
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      writes ? OpenEngine(directory, /*create=*/false)
             : OpenToRead(directory, verb.target.read_only);
  if (!engine.ok()) return engine.status();
  absl::StatusOr<Graph> graph = (*engine)->OpenGraph(verb.target.graph);
  if (!graph.ok()) return graph.status();
  const absl::StatusOr<ReadView> state =
      verb.as_of ? graph->AsOf(*verb.as_of) : graph->Latest();
  if (!state.ok()) return state.status();

  Progress progress;
  const absl::Time deadline =
      verb.timeout_seconds > 0
          ? absl::Now() + absl::Seconds(verb.timeout_seconds)
          : absl::InfiniteFuture();
  GraphViewOptions options = verb.job.view;
  options.deadline = deadline;
  options.progress = progress.For("reading the graph");
  const absl::StatusOr<GraphView> view = state->View(options);
  if (!view.ok()) return view.status();
  const KernelOptions run = {
      .threads = verb.job.threads,
      .deadline = deadline,
      .progress = progress.For(verb.job.algorithm.c_str())};
  const absl::StatusOr<AnalysisTable> table =
      skg::Analyze(*view, verb.job.algorithm, verb.job.parameters, run);
  progress.Clear();
  if (!table.ok()) return table.status();
  if (writes) {
    const absl::Status written =
        graph->WriteAnalysis(*view, *table, *verb.job.output).status();
    if (!written.ok()) return written;
  }
  const ResultFormat format = ChosenFormat(verb.results);
  return format == ResultFormat::kJson ? PrintJson(*view, *table)
                                       : PrintRows(*view, *table, format);
}

}  // namespace

int RunAnalyze(const AnalyzeVerb& verb) {
  const absl::StatusOr<std::string> directory =
      DataDirectoryOf(verb.target.data);
  if (!directory.ok())
    return FailUsage("analyze", std::string(directory.status().message()));
  if (verb.job.output && verb.target.read_only) {
    return FailUsage("analyze " + verb.job.algorithm,
                     "--read-only does not go with writing the answer");
  }
  const absl::Status wrong =
      CheckAnalysis(verb.job.algorithm, verb.job.parameters);
  if (!wrong.ok()) {
    return FailUsage("analyze " + verb.job.algorithm,
                     std::string(wrong.message()));
  }
  NoteInterrupts();
  const absl::Status status = Analyze(verb, *directory);
  return status.ok() ? kExitOk : Fail(status);
}

}  // namespace skg::cli
