// Backups of data directories, and graphs as files.
#include "skg/backup.h"

#include <pybind11/stl.h>

#include "call.h"
#include "errands.h"
#include "objects.h"
#include "options.h"
#include "times.h"

namespace skg::python {
namespace {

// The progress of a call and what ends it. `given` has "progress".
struct Told {
  explicit Told(const Options& given)
      : progress(std::make_shared<Progress>()),
        control(ProgressControl(given, progress)) {}

  [[nodiscard]] BackupProgressFunction function() const {
    return [progress = progress](const BackupProgress& reached) {
      return progress->Tell(static_cast<double>(reached.bytes),
                            static_cast<double>(reached.total));
    };
  }
  // The thread that waits does errands of the call. `how` has the GIL; what it
  // refers to is the caller's.
  void Serve(const std::shared_ptr<Errands>& errands,
             std::function<std::string(const Errand&)> how) {
    control.cancel = [progress = progress, errands] {
      progress->Stop();
      errands->Stop();
    };
    control.serve = [errands, how = std::move(how)] {
      return errands->Serve(how);
    };
  }

  std::shared_ptr<Progress> progress;
  Control control;
};

py::tuple BackupObject(const BackupInfo& backup) {
  return py::make_tuple(
      backup.number, py::reinterpret_steal<py::object>(TimeObject(backup.time)),
      backup.files, backup.bytes, backup.new_bytes);
}

py::tuple Save(const GraphObject& self, const py::object& write,
               const py::dict& given) {
  const Options read(given);
  Told told(read);
  SaveOptions options;
  options.as_of = PointOf(read.Find("as_of"), "as_of");
  options.progress = told.function();
  const auto errands = std::make_shared<Errands>();
  told.Serve(errands, [&write](const Errand& errand) {
    write(py::bytes(errand.bytes));
    return std::string();
  });
  const ExportSink sink{[errands](std::string_view bytes) {
    return errands->Do({.bytes = std::string(bytes)}).status();
  }};
  const Use<Graph> graph = self.Open();
  graph.running().OnClose(told.control.cancel);
  const SaveResult saved = Value(Run(
      [graph, sink, options, errands] {
        auto result = graph->Save(sink, options);
        errands->Stop();  // whatever came: there is nothing more to do
        return result;
      },
      told.control));
  return py::make_tuple(saved.commit, saved.bytes, saved.terms, saved.rows,
                        saved.past_rows, saved.records, saved.logged_commits);
}

// What Python's thread reads of a file.
LoadSource SourceOf(const std::shared_ptr<Errands>& errands) {
  return {"a file of Python's",
          [errands](char* buffer, size_t size) -> absl::StatusOr<size_t> {
            const auto read = errands->Do({.bytes = {}, .size = size});
            if (!read.ok()) return read.status();
            return read->copy(buffer, size);
          }};
}

// Of a path; or of None and read(n), which gives at most so many bytes, and
// none at the end.
std::unique_ptr<GraphObject> RestoreGraph(
    const EngineObject& engine, const std::string& name,
    const std::optional<std::string>& path, const py::object& read,
    const py::dict& given) {
  const Options options(given);
  Told told(options);
  RestoreGraphOptions restore;
  options.Choice("uuid", {"keep_if_free", "keep", "new"}, restore.uuid);
  options.Flag("check", restore.check);
  options.Number("total_bytes", restore.total_bytes);
  restore.progress = told.function();
  const auto errands = std::make_shared<Errands>();
  std::function<absl::StatusOr<LoadSource>()> open;
  if (path) {
    open = [path] { return OpenLoadFile(*path); };
  } else {
    told.Serve(errands, [&read](const Errand& errand) -> std::string {
      return read(errand.size).cast<py::bytes>();
    });
    open = [source = SourceOf(errands)] { return source; };
  }
  const auto running = engine.state->Enter();
  running->OnClose(told.control.cancel);
  auto graph = Value(Run(
      [running, state = engine.state, name, open, restore,
       errands]() -> absl::StatusOr<Graph> {
        auto source = open();
        if (!source.ok()) return source.status();
        auto restored = state->engine().RestoreGraph(name, *source, restore);
        errands->Stop();
        return restored;
      },
      told.control));
  return std::make_unique<GraphObject>(engine.state, std::move(graph));
}

py::tuple Backup(const EngineObject& engine, const std::string& directory,
                 const py::dict& given) {
  const Options read(given);
  const Told told(read);
  BackupOptions options;
  read.Number("keep", options.keep);
  options.progress = told.function();
  const auto running = engine.state->Enter();
  running->OnClose(told.control.cancel);
  return BackupObject(Value(
      Run([running, state = engine.state, directory,
           options] { return state->engine().Backup(directory, options); },
          told.control)));
}

py::list List(const std::string& directory) {
  py::list list;
  for (const BackupInfo& backup :
       Value(Run([directory] { return ListBackups(directory); }))) {
    list.append(BackupObject(backup));
  }
  return list;
}

py::list Verify(const std::string& directory, const py::dict& given) {
  const Options read(given);
  const Told told(read);
  VerifyBackupsOptions options;
  read.Number("number", options.number);
  options.progress = told.function();
  py::list list;
  for (const BackupFinding& finding : Value(Run(
           [directory, options] { return VerifyBackups(directory, options); },
           told.control))) {
    list.append(py::make_tuple(finding.number, finding.message));
  }
  return list;
}

uint64_t Prune(const std::string& directory, uint64_t keep) {
  return Value(
      Run([directory, keep] { return PruneBackups(directory, keep); }));
}

py::tuple Restore(const std::string& directory,
                  const std::string& data_directory, const py::dict& given) {
  const Options read(given);
  const Told told(read);
  RestoreBackupOptions options;
  read.Number("number", options.number);
  options.progress = told.function();
  return BackupObject(Value(Run(
      [directory, data_directory, options] {
        return RestoreBackup(directory, data_directory, options);
      },
      told.control)));
}

}  // namespace

void BindBackups(py::module_& module) {
  module.def("save", Save);
  module.def("restore_graph", RestoreGraph);
  module.def("backup", Backup);
  module.def("list_backups", List);
  module.def("verify_backup", Verify);
  module.def("prune_backups", Prune);
  module.def("restore_backup", Restore);
}

}  // namespace skg::python
