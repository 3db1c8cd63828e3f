// Queries, prepared or not, and their results.
#include <pybind11/stl.h>

#include <limits>

#include "call.h"
#include "cursor.h"
#include "objects.h"
#include "options.h"
#include "patterns.h"
#include "results.h"
#include "statements.h"
#include "times.h"

namespace skg::python {
namespace {

// `as_of` is the source's: of a graph the state that it gives.
QueryOptions QueryOptionsOf(const Options& given) {
  QueryOptions options;
  given.Parameters("params", options.parameters);
  options.deadline = DeadlineOf(given.Find("timeout"));
  given.Time("valid_at", options.valid_at);
  given.Number("min_weight", options.min_weight);
  given.Number("memory_bytes", options.memory_bytes);
  given.Number("max_rows", options.max_rows);
  given.Number("threads", options.threads);
  given.Flag("union_default_graph", options.union_default_graph);
  given.Terms("default_graphs", options.default_graphs);
  given.Terms("named_graphs", options.named_graphs);
  given.Text("base_iri", options.base_iri);
  given.Flag("profile", options.profile);
  return options;
}

// Runs what gives a QueryResult and, unless only its plan is wanted, fetches
// the first rows: small answers take one call.
template <class Call>
std::unique_ptr<ResultObject> Ask(const std::shared_ptr<EngineState>& engine,
                                  const std::shared_ptr<Running>& running,
                                  QueryOptions options, Call call, bool values,
                                  bool fetch) {
  using Made = absl::StatusOr<std::shared_ptr<Results>>;
  std::stop_source stop;
  options.stop = stop.get_token();
  const Control control = StopControl(stop);
  running->OnClose(control.cancel);
  const Texts wanted = values ? Texts::kValues : Texts::kAll;
  auto results = Value(Run(
      [running, options, call, wanted, fetch]() -> Made {
        absl::StatusOr<QueryResult> result = call(options);
        if (!result.ok()) return result.status();
        auto made = std::make_shared<Results>(RowsOf(*std::move(result)));
        if (!fetch) return made;
        const absl::Status first = made->FetchFirst(wanted);
        if (!first.ok()) return first;
        return made;
      },
      control));
  return std::make_unique<ResultObject>(engine, std::move(results), values);
}

std::unique_ptr<ResultObject> Query(const Readable& self,
                                    const std::string& text,
                                    const py::dict& given, bool values,
                                    bool fetch) {
  const Options read(given);
  const QueryOptions options = QueryOptionsOf(read);
  const auto source = self.Get(PointOf(read.Find("as_of"), "as_of"));
  return Ask(
      self.engine(), source.running, options,
      [source, text](const QueryOptions& how) -> absl::StatusOr<QueryResult> {
        const auto view = source.view();
        if (!view.ok()) return view.status();
        return view->Query(text, how);
      },
      values, fetch);
}

// A JSON document.
std::unique_ptr<ResultObject> QueryJson(const Readable& self,
                                        const std::string& document,
                                        const py::dict& given, bool values) {
  const Options read(given);
  PatternQueryOptions options;
  // Programs ask for as much as they like.
  options.max_results = std::numeric_limits<uint32_t>::max();
  options.deadline = DeadlineOf(read.Find("timeout"));
  read.Number("memory_bytes", options.memory_bytes);
  read.Number("max_rows", options.max_results);
  read.Flag("profile", options.profile);
  read.Flag("explain", options.explain);
  const auto [running, graph, as_of] =
      self.Documents(PointOf(read.Find("as_of"), "as_of"));
  options.as_of = as_of;
  std::stop_source stop;
  options.stop = stop.get_token();
  const Control control = StopControl(stop);
  running->OnClose(control.cancel);
  auto plan = [graph = graph, document, options]() mutable {
    options.explain = true;
    options.profile = false;
    options.deadline = absl::InfiniteFuture();
    options.stop = {};
    return graph.QueryJson(document, options);
  };
  auto result =
      Value(Run([running = running, graph = graph, document,
                 options] { return graph.QueryJson(document, options); },
                control));
  return std::make_unique<ResultObject>(
      self.engine(),
      std::make_shared<Results>(RowsOf(std::move(result), std::move(plan))),
      values);
}

py::list Statements(const ResultObject& self) {
  py::list list;
  for (const Statement& statement : self.Open()->source().statements()) {
    list.append(py::reinterpret_steal<py::object>(StatementObject(statement)));
  }
  return list;
}

class PreparedObject {
 public:
  PreparedObject(std::shared_ptr<EngineState> engine, PreparedQuery query)
      : handle_(std::move(engine),
                std::make_shared<PreparedQuery>(std::move(query)),
                "the prepared query") {}

  std::unique_ptr<ResultObject> Run(const py::dict& given, bool values) const {
    const Options read(given);
    QueryOptions options = QueryOptionsOf(read);
    options.as_of = PointOf(read.Find("as_of"), "as_of");
    const auto parameters = std::exchange(options.parameters, {});
    const Use<PreparedQuery> query = handle_.Get();
    return Ask(
        handle_.engine(), query.running_pointer(), options,
        [query = query.object(), parameters](const QueryOptions& how) {
          return query->Run(parameters, how);
        },
        values, true);
  }
  [[nodiscard]] std::vector<std::string> columns() const {
    return handle_.Get()->variables();
  }
  void Close() { handle_.Close(); }

 private:
  Handle<PreparedQuery> handle_;
};

std::unique_ptr<PreparedObject> Prepare(const Readable& self,
                                        const std::string& text,
                                        const std::string& base_iri) {
  PrepareOptions options;
  options.base_iri = base_iri;
  auto query = Value(Run([prepare = self.Preparer(), text, options] {
    return prepare(text, options);
  }));
  return std::make_unique<PreparedObject>(self.engine(), std::move(query));
}

py::object NextRows(ResultObject& self) {
  const auto fetched = self.Next();
  if (!fetched.rows) return py::none();
  return py::reinterpret_steal<py::object>(
      RowTuples(*fetched.rows, self.values()));
}

std::string Explain(const ResultObject& self, bool json) {
  return Value(Run([results = self.Open(), json] {
    return results->Explain(json ? ExplainFormat::kJson : ExplainFormat::kText);
  }));
}

py::bytes Write(const ResultObject& self, const py::dict& given) {
  ResultFormat format = ResultFormat::kJson;
  Options(given).Choice(
      "format", {"json", "xml", "csv", "tsv", "turtle", "ntriples", "rdfxml"},
      format);
  const Use<Results> results = self.Open();
  const auto cancel = [object = results.object()] { object->Cancel(); };
  results.running().OnClose(cancel);
  return Value(Run([results, format] { return results->Write(format); },
                   {.cancel = cancel}));
}

}  // namespace

void BindQueries(py::module_& module) {
  py::class_<ResultObject>(module, "Result")
      .def("next_rows", NextRows)
      .def_property_readonly(
          "columns",
          [](const ResultObject& r) { return r.Open()->source().columns(); })
      .def_property_readonly(
          "form",
          [](const ResultObject& r) { return r.Open()->source().form(); })
      .def_property_readonly(
          "boolean",
          [](const ResultObject& r) { return r.Open()->source().boolean(); })
      .def("statements", Statements)
      .def("explain", Explain)
      .def("write", Write)
      .def("cancel", [](const ResultObject& r) { r.Open()->Cancel(); })
      .def("close", &ResultObject::Close);
  py::class_<PreparedObject>(module, "PreparedQuery")
      .def("run", &PreparedObject::Run)
      .def_property_readonly("columns", &PreparedObject::columns)
      .def("close", &PreparedObject::Close);
  module.def("query", Query);
  module.def("query_json", QueryJson);
  module.def("prepare", Prepare);
}

}  // namespace skg::python
