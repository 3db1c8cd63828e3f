// Much at once: files, documents and columns of statements in, documents out.
#include <pybind11/stl.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <system_error>
#include <utility>

#include "call.h"
#include "objects.h"
#include "options.h"
#include "statement_feed.h"
#include "statements.h"
#include "terms.h"
#include "times.h"

namespace skg::python {
namespace {

// `path`: empty where there is a document instead.
Format FormatOf(const Options& options, const std::string& path) {
  constexpr const char* kFormats =
      "'turtle', 'ntriples', 'nquads', 'trig', 'rdfxml', 'tsv', 'csv', 'json'";
  std::string name;
  options.Text("format", name);
  const auto format =
      name.empty() ? FormatFromPath(path) : FormatFromName(name);
  if (format) return *format;
  if (!name.empty()) {
    RaiseValue("format", "'" + name + "' is none of " + kFormats);
  }
  const std::string what = path.empty() ? "a document" : "'" + path + "'";
  RaiseValue("format",
             what + " does not tell; say which it is: one of " + kFormats);
}

LoadOptions LoadOptionsOf(const Options& given, const std::string& path) {
  LoadOptions options;
  options.format = FormatOf(given, path);
  given.Text("base_iri", options.base_iri);
  given.Term("graph", options.graph);
  given.Flag("skip_duplicates", options.skip_duplicates);
  given.Flag("continue_on_error", options.continue_on_error);
  given.Text("csv_key", options.csv_key);
  given.Texts("csv_columns", options.csv_columns);
  return options;
}

py::dict LoadObject(const LoadResult& loaded) {
  py::dict result;
  result["statements"] = loaded.statements;
  result["inserted"] = loaded.inserted;
  result["replaced"] = loaded.replaced;
  result["duplicates"] = loaded.duplicates;
  result["skipped"] = loaded.skipped;
  py::list errors;
  for (const LoadError& error : loaded.errors) {
    errors.append(py::make_tuple(
        error.line, error.column,
        py::reinterpret_steal<py::object>(TextObject(error.message))));
  }
  result["errors"] = errors;
  result["commit"] = loaded.commit;
  return result;
}

py::dict Load(const GraphObject& self, LoadOptions options,
              const Options& given,
              std::function<absl::StatusOr<LoadSource>()> open) {
  auto progress = std::make_shared<Progress>();
  options.progress = [progress](uint64_t, uint64_t statements) {
    return progress->Tell(static_cast<double>(statements));
  };
  const Use<Graph> graph = self.Open();
  Control control = ProgressControl(given, progress);
  graph.running().OnClose(control.cancel);
  // Whoever calls has signals looked after while the load runs in a helper.
  return LoadObject(Value(Run(
      [graph, options, open]() -> absl::StatusOr<LoadResult> {
        const auto source = open();
        if (!source.ok()) return source.status();
        return graph->Load(*source, options);
      },
      control)));
}

py::dict LoadFile(const GraphObject& self, const std::string& path,
                  const py::dict& given) {
  const Options options(given);
  return Load(self, LoadOptionsOf(options, path), options,
              [path] { return OpenLoadFile(path); });
}

py::dict LoadBytes(const GraphObject& self, const std::string& bytes,
                   const py::dict& given) {
  const Options options(given);
  return Load(
      self, LoadOptionsOf(options, ""), options,
      [bytes = std::make_shared<const std::string>(
           bytes)]() -> absl::StatusOr<LoadSource> {
        auto at = std::make_shared<size_t>(0);
        return LoadSource{
            "the document",
            [bytes, at](char* buffer, size_t size) -> absl::StatusOr<size_t> {
              const size_t n = bytes->copy(buffer, size, *at);
              *at += n;
              return n;
            }};
      });
}

py::dict BulkLoad(const GraphObject& self, const py::object& next,
                  const py::dict& given) {
  const Options read(given);
  BulkLoadOptions options;
  read.Flag("skip_duplicates", options.skip_duplicates);
  auto progress = std::make_shared<Progress>();
  options.progress = [progress](uint64_t statements) {
    return progress->Tell(static_cast<double>(statements));
  };
  auto feed = std::make_shared<StatementFeed>();
  const Use<Graph> graph = self.Open();
  Control control = ProgressControl(read, progress);
  control.cancel = [progress, feed] {
    progress->Stop();
    feed->Stop();
  };
  graph.running().OnClose(control.cancel);
  FeedSource statements(next);
  control.serve = [&] { return statements.Feed(*feed); };
  return LoadObject(Value(Run(
      [graph, options, feed] {
        auto loaded = graph->BulkLoad(
            [feed](NewStatement* statement) { return feed->Next(statement); },
            options);
        feed->Stop();  // whatever came: nothing more is taken
        return loaded;
      },
      control)));
}

// The file that a document goes to.
class DocumentFile {
 public:
  explicit DocumentFile(std::string path) : path_(std::move(path)) {}
  ~DocumentFile() {
    if (file_ != nullptr) std::fclose(file_);
  }
  DocumentFile(const DocumentFile&) = delete;
  DocumentFile& operator=(const DocumentFile&) = delete;

  absl::Status Open() {
    file_ = std::fopen(path_.c_str(), "wbe");
    return file_ != nullptr ? absl::OkStatus() : Failed(errno);
  }
  absl::Status Write(std::string_view bytes) {
    const size_t n = std::fwrite(bytes.data(), 1, bytes.size(), file_);
    return n == bytes.size() ? absl::OkStatus() : Failed(errno);
  }
  absl::Status Close() {
    return std::fclose(std::exchange(file_, nullptr)) == 0 ? absl::OkStatus()
                                                           : Failed(errno);
  }

 private:
  [[nodiscard]] absl::Status Failed(int error) const {
    const std::string message =
        "cannot write " + path_ + ": " + std::generic_category().message(error);
    return error == ENOSPC || error == EDQUOT || error == EFBIG
               ? absl::ResourceExhaustedError(message)
               : absl::UnavailableError(message);
  }

  const std::string path_;
  std::FILE* file_ = nullptr;
};

absl::StatusOr<ExportResult> ExportToFile(const Graph& graph,
                                          const std::string& path,
                                          const ExportOptions& options) {
  DocumentFile file(path);
  if (absl::Status opened = file.Open(); !opened.ok()) return opened;
  auto written = graph.Export(
      {[&file](std::string_view bytes) { return file.Write(bytes); }}, options);
  if (!written.ok()) return written;
  if (absl::Status closed = file.Close(); !closed.ok()) return closed;
  return written;
}

py::tuple ExportTo(const GraphObject& self, const std::string& path,
                   bool to_file, const py::dict& given) {
  const Options read(given);
  auto progress = std::make_shared<Progress>();
  ExportOptions options;
  options.format = FormatOf(read, path);
  options.as_of = PointOf(read.Find("as_of"), "as_of");
  read.Term("graph", options.graph);
  options.progress = [progress](uint64_t statements) {
    return progress->Tell(static_cast<double>(statements));
  };
  const Use<Graph> graph = self.Open();
  const Control control = ProgressControl(read, progress);
  graph.running().OnClose(control.cancel);
  auto text = std::make_shared<std::string>();
  const auto result = Value(Run(
      [graph, options, path, to_file, text] {
        if (to_file) return ExportToFile(*graph, path, options);
        return graph->Export({[text](std::string_view bytes) {
                               *text += bytes;
                               return absl::OkStatus();
                             }},
                             options);
      },
      control));
  return py::make_tuple(result.statements, result.bytes, py::bytes(*text));
}

}  // namespace

void BindLoads(py::module_& module) {
  module.def("load_file", LoadFile);
  module.def("load_bytes", LoadBytes);
  module.def("bulk_load", BulkLoad);
  module.def("export_to", ExportTo);
}

}  // namespace skg::python
