#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "skg/task.h"

namespace skg {
namespace {

using Json = nlohmann::ordered_json;

std::string Text(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

Json TimeJson(const std::optional<absl::Time>& time) {
  return time ? Json(Text(*time)) : Json();
}

Json StatusJson(const absl::Status& status) {
  if (status.ok()) return {};
  return {{"code", absl::StatusCodeToString(status.code())},
          {"message", std::string(sv(status.message()))}};
}

Json ProgressJson(const TaskProgress& progress) {
  const bool estimated = progress.remaining != absl::InfiniteDuration();
  return {
      {"done", progress.done},
      {"total", progress.total > 0 ? Json(progress.total) : Json()},
      {"unit", progress.unit},
      {"rate", progress.rate > 0 ? Json(progress.rate) : Json()},
      {"remaining_seconds",
       estimated ? Json(absl::ToDoubleSeconds(progress.remaining)) : Json()}};
}

// What a task gave is JSON by contract; what is not is shown as a string.
Json ResultJson(const std::string& result) {
  if (result.empty()) return {};
  Json parsed = Json::parse(result, nullptr, /*allow_exceptions=*/false);
  return parsed.is_discarded() ? Json(result) : parsed;
}

}  // namespace

std::string TaskJson(const TaskInfo& task) {
  const Json document = {
      {"id", task.id},
      {"kind", task.kind},
      {"pool", TaskPoolName(task.pool)},
      {"title", task.title},
      {"graph", task.graph.empty() ? Json() : Json(task.graph)},
      {"state", TaskStateName(task.state)},
      {"persistent", task.persistent},
      {"created", Text(task.created)},
      {"started", TimeJson(task.started)},
      {"finished", TimeJson(task.finished)},
      {"attempts", task.attempts},
      {"progress", ProgressJson(task.progress)},
      {"result", ResultJson(task.result)},
      {"error", StatusJson(task.error)},
      {"storage_error", StatusJson(task.storage)}};
  // A title may hold a path, which need not be UTF-8.
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace skg
