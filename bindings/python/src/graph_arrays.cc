// GraphView: a graph as arrays, its analyses by name.
#include <pybind11/stl.h>

#include "arrays.h"
#include "call.h"
#include "cursor.h"
#include "objects.h"
#include "options.h"
#include "skg/analyze.h"
#include "statements.h"
#include "terms.h"
#include "times.h"

namespace skg::python {
namespace {

using LentView = Lent<GraphView>;

GraphViewOptions ViewOptionsOf(const Options& given) {
  GraphViewOptions options;
  given.Terms("predicates", options.predicates);
  given.Terms("without_predicates", options.without_predicates);
  given.Term("graph", options.graph);
  given.Terms("node_types", options.node_types);
  given.Number("min_weight", options.min_weight);
  given.Flag("literals", options.literals);
  given.Flag("weighted", options.weighted);
  given.Choice("parallel_edges", {"sum", "greatest", "least", "mean"},
               options.parallel_edges);
  options.deadline = DeadlineOf(given.Find("timeout"));
  return options;
}

// The table of an analysis, whose columns arrays show.
struct AnalysisObject {
  std::shared_ptr<const AnalysisTable> table;
};

class ViewArrays {
 public:
  ViewArrays(std::shared_ptr<EngineState> engine, GraphView view)
      : handle_(std::move(engine), std::make_shared<GraphView>(std::move(view)),
                "the graph view") {}

  [[nodiscard]] Use<GraphView> Open() const { return handle_.Get(); }
  void Close() { handle_.Close(); }

  // (offsets, targets, weights or None), which show the view's memory.
  py::tuple Csr(const std::string& direction) const {
    const Use<GraphView> view = handle_.Get();
    const auto adjacency =
        Value(Run([view, direction]() -> absl::StatusOr<Adjacency> {
          if (direction == "in") return view->in();
          if (direction == "both") return view->both();
          return view->out();
        }));
    const auto lent = std::make_shared<LentView>(*handle_.engine(), *view);
    const bool weighted = adjacency.weighted();
    return py::make_tuple(SharedArray(adjacency.offsets, lent),
                          SharedArray(adjacency.targets, lent),
                          weighted
                              ? py::object(SharedArray(adjacency.weights, lent))
                              : py::object(py::none()));
  }

  py::list Names(
      const py::array_t<Vertex, py::array::c_style | py::array::forcecast>&
          vertices) const {
    const std::vector<Vertex> wanted(vertices.data(),
                                     vertices.data() + vertices.size());
    const auto names = Value(
        Run([view = handle_.Get(), wanted] { return view->Names(wanted); }));
    py::list list(names.size());
    for (size_t i = 0; i < names.size(); ++i) {
      list[i] = py::reinterpret_steal<py::object>(TermValue(names[i]));
    }
    return list;
  }

  py::object Find(py::handle name) const {
    const auto vertex =
        Value(Run([view = handle_.Get(),
                   text = TermText(name, "name")] { return view->Find(text); },
                  {.brief = true}));
    return vertex ? py::object(py::int_(*vertex)) : py::object(py::none());
  }

  AnalysisObject Analyze(const std::string& algorithm,
                         const AnalysisParameters& parameters,
                         const py::dict& given) const {
    const Options read(given);
    auto progress = std::make_shared<Progress>();
    KernelOptions options;
    read.Number("threads", options.threads);
    options.deadline = DeadlineOf(read.Find("timeout"));
    options.progress = [progress](double done) {
      return progress->Tell(done, 1);
    };
    const Use<GraphView> view = handle_.Get();
    const Control control = ProgressControl(read, progress);
    view.running().OnClose(control.cancel);
    auto table = Value(Run(
        [view, algorithm, parameters, options] {
          return skg::Analyze(*view, algorithm, parameters, options);
        },
        control));
    return {std::make_shared<const AnalysisTable>(std::move(table))};
  }

 private:
  Handle<GraphView> handle_;
};

std::unique_ptr<ViewArrays> View(const Readable& self, const py::dict& given) {
  const Options read(given);
  GraphViewOptions options = ViewOptionsOf(read);
  auto progress = std::make_shared<Progress>();
  options.progress = [progress](double done) {
    return progress->Tell(done, 1);
  };
  const auto source = self.Get(PointOf(read.Find("as_of"), "as_of"));
  const Control control = ProgressControl(read, progress);
  source.running->OnClose(control.cancel);
  auto view = Value(Run(
      [source, options]() -> absl::StatusOr<GraphView> {
        const auto state = source.view();
        if (!state.ok()) return state.status();
        return state->View(options);
      },
      control));
  return std::make_unique<ViewArrays>(self.engine(), std::move(view));
}

py::dict Columns(const AnalysisObject& analysis) {
  py::dict columns;
  for (const AnalysisColumn& column : analysis.table->columns) {
    columns[column.name.c_str()] = std::visit(
        [&](const auto& values) -> py::array {
          return SharedArray(std::span(values), analysis.table);
        },
        column.values);
  }
  return columns;
}

py::dict Summary(const AnalysisObject& analysis) {
  py::dict summary;
  for (const auto& [name, value] : analysis.table->summary) {
    summary[name.c_str()] = py::cast(value);
  }
  return summary;
}

const char* KindName(AnalysisKind kind) {
  constexpr const char* kNames[] = {"scores",     "distances", "communities",
                                    "components", "paths",     "figures"};
  return kNames[static_cast<size_t>(kind)];
}

// For help and for tests: (name, kind, meaning, [(parameter, type, fallback)]).
py::list KnownAnalyses() {
  py::list list;
  for (const AnalysisInfo& info : Analyses()) {
    py::list parameters;
    for (const AnalysisParameter& parameter : info.parameters) {
      parameters.append(py::make_tuple(
          parameter.name, static_cast<int>(parameter.type), parameter.fallback,
          parameter.choices, parameter.meaning));
    }
    list.append(py::make_tuple(info.name, KindName(info.kind), info.meaning,
                               parameters));
  }
  return list;
}

// The number of the task.
uint64_t StartAnalysis(const GraphObject& self, const std::string& algorithm,
                       const AnalysisParameters& parameters,
                       const py::dict& given) {
  const Options read(given);
  AnalysisJob job;
  job.algorithm = algorithm;
  job.parameters = parameters;
  job.view = ViewOptionsOf(read);
  read.Number("threads", job.threads);
  read.Number("result_rows", job.result_rows);
  if (read.Find("write_to")) {
    AnalysisOutput& output = job.output.emplace();
    read.Text("write_to", output.predicate);
    read.Text("named_graph", output.graph);
  }
  return Value(
      Run([graph = self.Open(), job] { return graph->StartAnalysis(job); }));
}

py::object Write(const GraphObject& self, const ViewArrays& view,
                 const AnalysisObject& analysis, const std::string& predicate,
                 const std::string& in, const py::dict& given) {
  auto commit =
      Run([graph = self.Open(), view = view.Open(), table = analysis.table,
           output = AnalysisOutput{in, predicate},
           how = CommitOptionsOf(Options(given))] {
        return graph->WriteAnalysis(*view, *table, output, how);
      });
  return CommitObject(Value(std::move(commit)));
}

}  // namespace

void BindGraphArrays(py::module_& module) {
  py::class_<ViewArrays>(module, "GraphView")
      .def_property_readonly(
          "vertices", [](const ViewArrays& v) { return v.Open()->vertices(); })
      .def_property_readonly(
          "edges", [](const ViewArrays& v) { return v.Open()->edges(); })
      .def_property_readonly(
          "weighted", [](const ViewArrays& v) { return v.Open()->weighted(); })
      .def_property_readonly(
          "commit", [](const ViewArrays& v) { return v.Open()->commit(); })
      .def_property_readonly(
          "memory_bytes",
          [](const ViewArrays& v) { return v.Open()->memory_bytes(); })
      .def("csr", &ViewArrays::Csr)
      .def("names", &ViewArrays::Names)
      .def("find", &ViewArrays::Find)
      .def("analyze", &ViewArrays::Analyze)
      .def("close", &ViewArrays::Close);
  py::class_<AnalysisObject>(module, "Analysis")
      .def_property_readonly(
          "algorithm",
          [](const AnalysisObject& a) { return a.table->algorithm; })
      .def_property_readonly(
          "kind",
          [](const AnalysisObject& a) { return KindName(a.table->kind); })
      .def_property_readonly(
          "rows", [](const AnalysisObject& a) { return a.table->rows; })
      .def("columns", Columns)
      .def("summary", Summary);
  module.def("graph_view", View);
  module.def("analyses", KnownAnalyses);
  module.def("start_analysis", StartAnalysis);
  module.def("write_analysis", Write);
}

}  // namespace skg::python
