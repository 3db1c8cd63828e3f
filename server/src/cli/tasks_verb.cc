// skg tasks: the background work that a data directory remembers.
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cli/data_directory.h"
#include "cli/interrupt.h"
#include "cli/result_text.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "skg/engine.h"

namespace skg::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", time, absl::UTCTimeZone());
}

std::string NameOf(TaskState state) {
  return std::string(TaskStateName(state));
}

// "5,000 of 12,345 bytes", with the rate where it runs.
std::string ProgressText(const TaskInfo& task) {
  const TaskProgress& progress = task.progress;
  if (progress.done == 0 && progress.total == 0) return "";
  std::string text = WithSeparators(progress.done);
  if (progress.total > 0)
    absl::StrAppend(&text, " of ", WithSeparators(progress.total));
  if (!progress.unit.empty()) absl::StrAppend(&text, " ", progress.unit);
  if (progress.rate >= 1) {
    absl::StrAppend(&text, ", ",
                    WithSeparators(static_cast<uint64_t>(progress.rate)), "/s");
  }
  if (progress.remaining != absl::InfiniteDuration()) {
    absl::StrAppend(
        &text, ", ",
        absl::FormatDuration(absl::Trunc(progress.remaining, absl::Seconds(1))),
        " left");
  }
  return text;
}

std::string StatusText(const absl::Status& status) {
  return status.ok() ? "" : std::string(status.ToString());
}

// As it is for people who read one task: what is empty is left out.
std::string TaskText(const TaskInfo& task) {
  const std::vector<std::pair<const char*, std::string>> lines = {
      {"task", std::to_string(task.id)},
      {"kind", task.kind},
      {"title", task.title},
      {"pool", std::string(TaskPoolName(task.pool))},
      {"state", NameOf(task.state)},
      {"created", TimeText(task.created)},
      {"started", task.started ? TimeText(*task.started) : ""},
      {"finished", task.finished ? TimeText(*task.finished) : ""},
      {"attempts", std::to_string(task.attempts)},
      {"progress", ProgressText(task)},
      {"result", task.result},
      {"error", StatusText(task.error)},
      {"not stored", StatusText(task.storage)},
  };
  constexpr size_t kWidth = 12;
  std::string text;
  for (const auto& [name, value] : lines) {
    if (value.empty()) continue;
    const std::string label = absl::StrCat(name, ":");
    absl::StrAppend(&text, label, std::string(kWidth - label.size(), ' '),
                    Printable(value), "\n");
  }
  return text;
}

std::string TableText(const std::vector<TaskInfo>& tasks) {
  ResultTable table{.columns = {"task", "kind", "state", "progress",
                                "created (UTC)", "title"}};
  for (const TaskInfo& task : tasks) {
    table.rows.push_back({std::to_string(task.id), task.kind,
                          NameOf(task.state), ProgressText(task),
                          TimeText(task.created), task.title});
  }
  return AlignedText(table);
}

std::string JsonText(const Json& document) { return document.dump(2) + "\n"; }

Json JsonOf(const TaskInfo& task) { return Json::parse(TaskJson(task)); }

std::string ListText(const TasksVerb& verb, Engine& engine) {
  const std::vector<TaskInfo> tasks = engine.Tasks();
  if (!verb.json) return TableText(tasks);
  Json list = Json::array();
  for (const TaskInfo& task : tasks) list.push_back(JsonOf(task));
  return JsonText({{"tasks", list}});
}

absl::StatusOr<std::string> Show(const TasksVerb& verb, Engine& engine) {
  const absl::StatusOr<TaskInfo> task = engine.GetTask(verb.id);
  if (!task.ok()) return task.status();
  return verb.json ? JsonText(JsonOf(*task)) : TaskText(*task);
}

absl::StatusOr<std::string> Cancel(const TasksVerb& verb, Engine& engine) {
  const absl::Status asked = engine.CancelTask(verb.id);
  if (!asked.ok()) return asked;
  const absl::StatusOr<TaskInfo> task = engine.GetTask(verb.id);
  if (!task.ok()) return task.status();
  return verb.json ? JsonText(JsonOf(*task))
                   : absl::StrCat("task ", verb.id, " is ", NameOf(task->state),
                                  "\n");
}

absl::StatusOr<std::string> Prune(const TasksVerb& verb, Engine& engine) {
  const absl::StatusOr<uint64_t> pruned = engine.PruneTasks();
  if (!pruned.ok()) return pruned.status();
  return verb.json ? JsonText({{"pruned", *pruned}})
                   : absl::StrCat(Counted(*pruned, "task"), " forgotten\n");
}

absl::StatusOr<std::string> Answer(const TasksVerb& verb,
                                   const std::string& directory) {
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      OpenToRead(directory, verb.read_only);
  if (!engine.ok()) return engine.status();
  switch (verb.action) {
    case TasksVerb::Action::kShow:
      return Show(verb, **engine);
    case TasksVerb::Action::kCancel:
      return Cancel(verb, **engine);
    case TasksVerb::Action::kPrune:
      return Prune(verb, **engine);
    case TasksVerb::Action::kList:
      break;
  }
  return ListText(verb, **engine);
}

}  // namespace

int RunTasks(const TasksVerb& verb) {
  const absl::StatusOr<std::string> directory = DataDirectoryOf(verb.data);
  if (!directory.ok())
    return FailUsage("tasks", std::string(directory.status().message()));
  ExitOnInterrupt();
  const absl::StatusOr<std::string> answer = Answer(verb, *directory);
  return answer.ok() ? PrintResult(*answer) : Fail(answer.status());
}

}  // namespace skg::cli
