// Background work of the key's tenant: listed, watched, cancelled. See
// libskg/docs/tasks.md.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "http/error_reply.h"
#include "http/worker_pool.h"
#include "routes/request_parts.h"
#include "routes/routes.h"
#include "skg/engine.h"

namespace skg::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kIdPrefix[] = "task_";
constexpr absl::Duration kHeartbeat = absl::Seconds(15);
// How often a monitor looks; progress is told when it has changed.
constexpr absl::Duration kLook = absl::Milliseconds(250);
// Each takes a thread while it is open.
constexpr size_t kMostMonitors = 64;

// The words of the API.
std::string_view StatusName(TaskState state) {
  switch (state) {
    case TaskState::kQueued:
      return "queued";
    case TaskState::kRunning:
      return "in_progress";
    case TaskState::kSucceeded:
      return "completed";
    case TaskState::kCancelled:
      return "cancelled";
    case TaskState::kFailed:
    case TaskState::kInterrupted:
      break;
  }
  return "failed";
}

int PercentDone(const TaskInfo& task) {
  if (task.state == TaskState::kSucceeded) return 100;
  if (task.progress.total == 0) return 0;
  const double share = static_cast<double>(task.progress.done) /
                       static_cast<double>(task.progress.total);
  return static_cast<int>(std::clamp(share * 100, 0.0, 99.0));
}

Json TimeOf(const std::optional<absl::Time>& time) {
  if (!time) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", *time, absl::UTCTimeZone());
}

Json StatusObject(const TaskInfo& task) {
  Json error = nullptr;
  if (!task.error.ok()) error = std::string(task.error.message());
  Json result = nullptr;
  if (!task.result.empty()) {
    result = Json::parse(task.result, nullptr, /*allow_exceptions=*/false);
    if (result.is_discarded()) result = task.result;
  }
  const size_t slash = task.graph.find('/');
  return {
      {"task_id", absl::StrCat(kIdPrefix, task.id)},
      {"kind", task.kind},
      {"title", task.title},
      {"graph", task.graph.substr(slash == std::string::npos ? 0 : slash + 1)},
      {"status", std::string(StatusName(task.state))},
      {"progress", PercentDone(task)},
      {"created_at", TimeOf(task.created)},
      {"started_at", TimeOf(task.started)},
      {"finished_at", TimeOf(task.finished)},
      {"attempts", task.attempts},
      {"result", std::move(result)},
      {"error", std::move(error)}};
}

std::string Text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool OfTenant(const TaskInfo& task, const Principal& principal) {
  return absl::StartsWith(task.graph, principal.tenant_id + "/");
}

// The task of the path, if the key's tenant has it. "task_17" or "17".
absl::StatusOr<TaskInfo> RequestTask(Services& services,
                                     const ApiRequest& request) {
  std::string_view digits = request.id;
  if (digits.starts_with(kIdPrefix))
    digits.remove_prefix(std::string_view(kIdPrefix).size());
  uint64_t id = 0;
  const absl::Status none =
      absl::NotFoundError("No such task, or it is forgotten by now");
  if (!absl::SimpleAtoi(std::string(digits), &id)) return none;
  absl::StatusOr<TaskInfo> task = services.engine.GetTask(id);
  if (absl::IsNotFound(task.status())) return none;
  if (task.ok() && !OfTenant(*task, *request.principal)) return none;
  return task;
}

ApiResponse Answer(const TaskInfo& task) {
  ApiResponse response;
  response.body = Text(StatusObject(task));
  return response;
}

std::string Event(const TaskInfo& task) {
  const std::string_view status = StatusName(task.state);
  const std::string_view name = !TaskEnded(task.state)  ? "progress"
                                : status == "completed" ? "completed"
                                                        : "failed";
  return absl::StrCat("event: ", std::string(name),
                      "\ndata: ", Text(StatusObject(task)), "\n\n");
}

// One open monitor; counted while it lives.
class MonitorSlot {
 public:
  explicit MonitorSlot(Services& services) : services_(services) {
    ++services_.task_monitors;
  }
  ~MonitorSlot() { --services_.task_monitors; }
  MonitorSlot(const MonitorSlot&) = delete;
  MonitorSlot& operator=(const MonitorSlot&) = delete;
  [[nodiscard]] bool free() const {
    return services_.task_monitors <= kMostMonitors;
  }

 private:
  Services& services_;
};

// Tells a task's state as it changes, until it has ended.
absl::Status WriteEvents(Services& services, TaskInfo task,
                         const ApiResponse::Write& write) {
  WorkerPool::WillWait();
  std::string told;
  absl::Time beat = absl::Now();
  while (true) {
    std::string event = Event(task);
    if (event != told) {
      const absl::Status written = write(event);
      if (!written.ok()) return written;
      told = std::move(event);
      beat = absl::Now();
    } else if (absl::Now() - beat >= kHeartbeat) {
      const absl::Status written = write(": still here\n\n");
      if (!written.ok()) return written;
      beat = absl::Now();
    }
    if (TaskEnded(task.state) || services.stopping) return absl::OkStatus();
    const absl::StatusOr<TaskInfo> ended =
        services.engine.WaitTask(task.id, absl::Now() + kLook);
    const absl::StatusOr<TaskInfo> now =
        ended.ok() ? ended : services.engine.GetTask(task.id);
    // A transient task that has ended is forgotten.
    if (!now.ok()) return absl::OkStatus();
    task = *now;
  }
}

}  // namespace

ApiResponse ListTasks(Services& services, const ApiRequest& request) {
  ParameterReader read(request, {"status", "kind", "limit"});
  const std::optional<std::string> status = read.Text("status");
  const std::optional<std::string> kind = read.Text("kind");
  const uint64_t limit = read.Number("limit", 100, 1, 1000);
  if (!read.status().ok())
    return Failed(services, request, read.status(), "query");
  const std::optional<std::string> graph = request.Parameter("graph");
  std::vector<TaskInfo> tasks = services.engine.Tasks();
  auto list = Json::array();
  uint64_t total = 0;
  for (auto task = tasks.rbegin(); task != tasks.rend(); ++task) {
    if (!OfTenant(*task, *request.principal)) continue;
    if (status && *status != StatusName(task->state)) continue;
    if (kind && *kind != task->kind) continue;
    if (graph && task->graph != request.principal->tenant_id + "/" + *graph)
      continue;
    if (++total <= limit) list.push_back(StatusObject(*task));
  }
  ApiResponse response;
  response.body = Text({{"tasks", std::move(list)}, {"total", total}});
  return response;
}

ApiResponse TaskStatus(Services& services, const ApiRequest& request) {
  const absl::StatusOr<TaskInfo> task = RequestTask(services, request);
  return task.ok() ? Answer(*task) : Failed(services, request, task.status());
}

ApiResponse CancelTask(Services& services, const ApiRequest& request) {
  const absl::StatusOr<TaskInfo> task = RequestTask(services, request);
  if (!task.ok()) return Failed(services, request, task.status());
  const absl::Status asked = services.engine.CancelTask(task->id);
  if (absl::IsFailedPrecondition(asked)) {
    return ErrorReply(409,
                      absl::StrCat("Task ", task->id, " has ended already: ",
                                   std::string(StatusName(task->state))),
                      request.request_id);
  }
  if (!asked.ok()) return Failed(services, request, asked);
  const absl::StatusOr<TaskInfo> now = services.engine.GetTask(task->id);
  ApiResponse response = Answer(now.ok() ? *now : *task);
  response.status = 202;
  return response;
}

ApiResponse MonitorTask(Services& services, const ApiRequest& request) {
  absl::StatusOr<TaskInfo> task = RequestTask(services, request);
  if (!task.ok()) return Failed(services, request, task.status());
  auto slot = std::make_shared<MonitorSlot>(services);
  if (!slot->free()) {
    return ErrorReply(503, "Too many monitors are open", request.request_id);
  }
  ApiResponse response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("Cache-Control", "no-cache");
  response.write_rest =
      [&services, slot = std::move(slot),
       task = *std::move(task)](const ApiResponse::Write& write) {
        return WriteEvents(services, task, write);
      };
  return response;
}

}  // namespace skg::server
