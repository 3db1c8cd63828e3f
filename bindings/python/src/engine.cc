// skg.open, Engine.
#include <pybind11/stl.h>

#include "call.h"
#include "objects.h"
#include "options.h"
#include "statements.h"
#include "times.h"

namespace skg::python {
namespace {

EngineOptions EngineOptionsOf(const Options& given) {
  EngineOptions options;
  given.Flag("create", options.create);
  given.Choice("durability", {"sync", "group", "none"}, options.durability);
  given.Number("memory_budget_bytes", options.memory_budget_bytes);
  given.Number("max_term_bytes", options.max_term_bytes);
  given.Flag("resume_tasks", options.resume_tasks);
  given.Span("log_kept_for", options.log_kept_for);
  given.Number("log_max_commits", options.log_max_commits);
  given.Number("log_max_bytes", options.log_max_bytes);
  given.Span("history_kept_for", options.history_kept_for);
  given.Number("background_io_bytes", options.background_io_bytes);
  given.Span("catch_up_interval", options.catch_up_interval);
  return options;
}

// RocksDB's threads are one pool of the process: a child has none of them.
bool opened_any = false;
uint64_t forks_when_opened = 0;

EngineObject Open(const std::string& directory, bool read_only,
                  const py::dict& given) {
  if (opened_any && forks_when_opened != ForkCount()) RaiseForked();
  DropEmbedderObjects();
  const Options read(given);
  EngineOptions options = EngineOptionsOf(read);
  GivenEmbedders embedders(py::cast<py::dict>(read.Find("embedders")));
  options.embedders = embedders.all;
  opened_any = true;
  forks_when_opened = ForkCount();
  auto engine = Value(Run([directory, read_only, options] {
    return read_only ? Engine::OpenReader(directory, options)
                     : Engine::Open(directory, options);
  }));
  return {std::make_shared<EngineState>(std::move(engine),
                                        std::move(embedders.of_python))};
}

OpenGraphOptions GraphOptionsOf(const Options& given) {
  OpenGraphOptions options;
  given.Flag("create", options.create);
  given.Text("base_namespace", options.base_namespace);
  given.Flag("statement_ids", options.statement_ids);
  return options;
}

std::unique_ptr<GraphObject> OpenGraph(const EngineObject& engine,
                                       const std::string& name,
                                       const py::dict& given) {
  const OpenGraphOptions options = GraphOptionsOf(Options(given));
  auto graph = Value(With(engine, [name, options](Engine& e) {
    return e.OpenGraph(name, options);
  }));
  return std::make_unique<GraphObject>(engine.state, std::move(graph));
}

void CreateGraphs(const EngineObject& engine,
                  const std::vector<std::string>& names,
                  const py::dict& given) {
  Check(With(engine,
             [names, options = GraphOptionsOf(Options(given))](Engine& e) {
               return e.CreateGraphs(names, options);
             }));
}

// Those that ended before; None: all that have ended.
uint64_t PruneTasks(const EngineObject& engine, const py::object& before) {
  const absl::Time time =
      before.is_none() ? absl::InfiniteFuture() : TimeOf(before, "before");
  return Value(With(engine, [time](Engine& e) { return e.PruneTasks(time); }));
}

py::list ListGraphs(const EngineObject& engine, const std::string& tenant) {
  const auto graphs =
      Value(With(engine, [tenant](Engine& e) { return e.ListGraphs(tenant); }));
  py::list list;
  for (const GraphInfo& info : graphs) {
    py::dict entry;
    entry["tenant"] = info.tenant;
    entry["name"] = info.name;
    entry["uuid"] = info.uuid;
    entry["base_namespace"] = info.base_namespace;
    entry["statement_ids"] = info.statement_ids;
    entry["last_commit"] = info.last_commit;
    entry["statements"] = info.statements;
    list.append(entry);
  }
  return list;
}

py::object TaskObject(const TaskInfo& task) {
  return JsonValue(TaskJson(task));
}

py::object WaitTask(const EngineObject& engine, uint64_t id,
                    const py::object& timeout) {
  const absl::Time deadline = DeadlineOf(timeout);
  return TaskObject(Value(With(
      engine, [id, deadline](Engine& e) { return e.WaitTask(id, deadline); })));
}

py::dict CheckStore(const EngineObject& engine, bool deep) {
  const auto report =
      Value(With(engine, [deep](Engine& e) { return e.Check(deep); }));
  py::dict result;
  result["graphs"] = report.graphs;
  result["statements"] = report.statements;
  result["terms"] = report.terms;
  result["commits"] = report.commits;
  py::list findings;
  for (const auto& finding : report.findings) {
    findings.append(py::make_tuple(finding.graph, finding.message));
  }
  result["findings"] = findings;
  return result;
}

py::dict MemoryUseOf(const EngineObject& engine) {
  const MemoryUse use = With(engine, [](Engine& e) { return e.memory_use(); });
  py::dict result;
  result["limit_bytes"] = use.limit_bytes;
  result["free_bytes"] = use.free_bytes;
  result["blocks_bytes"] = use.blocks_bytes;
  result["terms_bytes"] = use.terms_bytes;
  result["runs_bytes"] = use.runs_bytes;
  result["reserved"] = use.reserved;
  return result;
}

}  // namespace

void BindEngine(py::module_& module) {
  module.def("open", Open);
  module.def("close_all", EngineState::CloseAll);
  py::class_<EngineObject>(module, "Engine")
      .def("close", [](const EngineObject& e) { e.state->Close(); })
      .def_property_readonly(
          "closed", [](const EngineObject& e) { return e.state->closed(); })
      .def("graph", OpenGraph)
      .def("create_graphs", CreateGraphs)
      .def("prune_tasks", PruneTasks)
      .def("drop_graph",
           [](const EngineObject& engine, const std::string& name) {
             Check(
                 With(engine, [name](Engine& e) { return e.DropGraph(name); }));
           })
      .def("graphs", ListGraphs)
      .def("tasks",
           [](const EngineObject& engine) {
             py::list list;
             for (const auto& task :
                  With(engine, [](Engine& e) { return e.Tasks(); })) {
               list.append(TaskObject(task));
             }
             return list;
           })
      .def("task",
           [](const EngineObject& engine, uint64_t id) {
             return TaskObject(Value(
                 With(engine, [id](Engine& e) { return e.GetTask(id); })));
           })
      .def("cancel_task",
           [](const EngineObject& engine, uint64_t id) {
             Check(With(engine, [id](Engine& e) { return e.CancelTask(id); }));
           })
      .def("wait_task", WaitTask)
      .def("check", CheckStore)
      .def("sync",
           [](const EngineObject& engine) {
             Check(With(engine, [](Engine& e) { return e.Sync(); }));
           })
      .def("catch_up",
           [](const EngineObject& engine) {
             Check(With(engine, [](Engine& e) { return e.CatchUp(); }));
           })
      .def(
          "disk_bytes",
          [](const EngineObject& engine) {
            return Value(With(engine, [](Engine& e) { return e.DiskBytes(); }));
          })
      .def("memory_use", MemoryUseOf);
}

}  // namespace skg::python
