// Graph::StartAnalysis: an analysis as a task.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/analysis_output.h"
#include "engine/graph_impl.h"
#include "engine/graph_view_maker.h"
#include "engine/view_impl.h"
#include "skg/analyze.h"
#include "skg/field_error.h"
#include "skg/graph.h"
#include "tasks/task_runner.h"

namespace skg {
namespace engine {
namespace {

constexpr size_t kMostResultRows = 1000;
constexpr size_t kMostResultBytes = 60'000;
constexpr uint64_t kPerMille = 1000;

absl::Status CheckJob(const ViewImpl& view, const AnalysisJob& job) {
  if (job.result_rows > kMostResultRows) {
    return FieldErrorStatus(
        {{{"result_rows"},
          absl::StrCat(job.result_rows, " is above ", kMostResultRows),
          "out_of_range"}});
  }
  SKG_RETURN_IF_ERROR(CheckGraphViewOptions(view, job.view));
  SKG_RETURN_IF_ERROR(CheckAnalysis(job.algorithm, job.parameters));
  if (!job.output) return absl::OkStatus();
  return CheckGivesNodes(job.algorithm, FindAnalysis(job.algorithm)->kind);
}

// How many rows the first part of a table has: `most`, or fewer, since no path
// is cut in its middle.
size_t HeadRows(const AnalysisTable& table, size_t most) {
  if (most >= table.rows) return table.rows;
  if (table.kind != AnalysisKind::kPaths) return most;
  const auto& paths = std::get<std::vector<uint64_t>>(table.columns[0].values);
  size_t rows = most;
  while (rows > 0 && paths[rows] == paths[rows - 1]) --rows;
  return rows;
}

// The first rows of a table, which may have millions.
AnalysisTable Head(const AnalysisTable& table, size_t most) {
  AnalysisTable head;
  head.algorithm = table.algorithm;
  head.kind = table.kind;
  head.rows = HeadRows(table, most);
  head.summary = table.summary;
  head.nodes = table.nodes;
  for (const AnalysisColumn& column : table.columns) {
    std::visit(
        [&](const auto& values) {
          const auto end = values.begin() + static_cast<ptrdiff_t>(head.rows);
          head.columns.push_back({column.name, std::decay_t<decltype(values)>(
                                                   values.begin(), end)});
        },
        column.values);
  }
  return head;
}

// What the task answers: as many rows as asked for and as fit.
absl::StatusOr<std::string> ResultText(const GraphView& view,
                                       const AnalysisTable& table, size_t rows,
                                       const std::string& more) {
  while (true) {
    const AnalysisTable head = Head(table, rows);
    std::string text;
    SKG_RETURN_IF_ERROR(
        WriteAnalysisJson(view, head, [&](std::string_view part) {
          text += part;
          return absl::OkStatus();
        }));
    text.pop_back();
    absl::StrAppend(&text, ",\"rows\":", table.rows,
                    ",\"commit\":", view.commit(), more, "}");
    if (text.size() <= kMostResultBytes || head.rows == 0) return text;
    rows = head.rows / 2;
  }
}

absl::StatusOr<std::string> RunJob(Graph graph, const ReadView& state,
                                   const AnalysisJob& job,
                                   tasks::TaskContext& task) {
  const auto progress = [&task](double from, double share) {
    return [&task, from, share](double done) {
      task.Progress(
          static_cast<uint64_t>((from + share * std::clamp(done, 0.0, 1.0)) *
                                static_cast<double>(kPerMille)),
          kPerMille);
      return task.cancellation().Check().ok();
    };
  };
  GraphViewOptions options = job.view;
  options.deadline = absl::InfiniteFuture();
  options.progress = progress(0, 0.1);
  SKG_ASSIGN_OR_RETURN(const GraphView view, state.View(options));
  KernelOptions run;
  run.threads = job.threads;
  run.progress = progress(0.1, job.output ? 0.7 : 0.9);
  SKG_ASSIGN_OR_RETURN(const AnalysisTable table,
                       Analyze(view, job.algorithm, job.parameters, run));
  std::string written;
  if (job.output) {
    SKG_RETURN_IF_ERROR(task.cancellation().Check());
    SKG_ASSIGN_OR_RETURN(const CommitResult commit,
                         graph.WriteAnalysis(view, table, *job.output));
    written = absl::StrCat(",\"written\":", commit.inserted + commit.replaced,
                           ",\"written_commit\":", commit.commit);
  }
  task.Progress(kPerMille, kPerMille);
  return ResultText(view, table, job.result_rows, written);
}

}  // namespace
}  // namespace engine

absl::StatusOr<uint64_t> Graph::StartAnalysis(const AnalysisJob& job) {
  SKG_ASSIGN_OR_RETURN(const ReadView state, Latest());
  SKG_RETURN_IF_ERROR(engine::CheckJob(*engine::ViewImpl::Of(state), job));
  tasks::TaskSpec spec;
  spec.kind = "analyze";
  spec.pool = TaskPool::kAnalytics;
  spec.graph = absl::StrCat(std::string(tenant()), "/", std::string(name()));
  spec.title = absl::StrCat(job.algorithm, " of ", spec.graph);
  spec.unit = "per mille";
  SKG_ASSIGN_OR_RETURN(const tasks::TaskHandle task,
                       impl_->engine().tasks().Submit(
                           std::move(spec), [graph = *this, state,
                                             job](tasks::TaskContext& context) {
                             return engine::RunJob(graph, state, job, context);
                           }));
  return task.id();
}

}  // namespace skg
