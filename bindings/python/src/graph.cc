// Graph: writes, states of the past.
#include <pybind11/stl.h>

#include <stop_token>

#include "call.h"
#include "objects.h"
#include "options.h"
#include "skg/update.h"
#include "statements.h"
#include "terms.h"
#include "times.h"

namespace skg::python {
namespace {

py::object Add(const GraphObject& self, py::handle subject,
               py::handle predicate, py::handle object, const py::dict& given) {
  const Options options(given);
  auto commit = Run(
      [graph = self.Open(),
       statement = NewStatementOf(subject, predicate, object, options),
       how = CommitOptionsOf(options)] { return graph->Add(statement, how); });
  return CommitObject(Value(std::move(commit)));
}

py::object AddAll(const GraphObject& self, const py::iterable& statements,
                  const py::dict& given) {
  std::vector<NewStatement> batch;
  for (const py::handle item : statements) {
    batch.push_back(NewStatementOf(item, batch.size()));
  }
  constexpr size_t kBrief = 100;
  const Control control{.brief = batch.size() <= kBrief};
  auto commit = Run(
      [graph = self.Open(), batch = std::move(batch),
       how = CommitOptionsOf(Options(given))] {
        return graph->AddBatch(batch, how);
      },
      control);
  return CommitObject(Value(std::move(commit)));
}

py::object Remove(const GraphObject& self, py::handle subject,
                  py::handle predicate, py::handle object,
                  const py::dict& given) {
  const Options options(given);
  std::string in;
  options.Term("graph", in);
  auto commit = Run(
      [graph = self.Open(), s = TermText(subject, "subject"),
       p = TermText(predicate, "predicate"), o = TermText(object, "object"), in,
       how = CommitOptionsOf(options)] {
        return graph->Remove(s, p, o, in, how);
      },
      {.brief = true});
  return CommitObject(Value(std::move(commit)));
}

py::object Clear(const GraphObject& self, const py::object& in,
                 const py::dict& given) {
  ClearTarget target;
  if (!in.is_none()) {
    target.graph = TermText(in, "graph");
    target.part = target.graph.empty() ? ClearTarget::Part::kDefaultGraph
                                       : ClearTarget::Part::kNamedGraph;
  }
  auto commit =
      Run([graph = self.Open(), target, how = CommitOptionsOf(Options(given))] {
        return graph->Clear(target, how);
      });
  return CommitObject(Value(std::move(commit)));
}

py::tuple Update(const GraphObject& self, const std::string& text,
                 const py::dict& given) {
  const Options options(given);
  UpdateOptions update;
  options.Parameters("params", update.parameters);
  update.deadline = DeadlineOf(options.Find("timeout"));
  options.Flag("union_default_graph", update.union_default_graph);
  options.Terms("default_graphs", update.default_graphs);
  options.Terms("named_graphs", update.named_graphs);
  options.Text("base_iri", update.base_iri);
  options.Text("load_folder", update.load_folder);
  options.Number("memory_bytes", update.memory_bytes);
  update.durability = CommitOptionsOf(options).durability;
  std::stop_source stop;
  update.stop = stop.get_token();
  Use<Graph> graph = self.Open();
  graph.running().OnClose([stop]() mutable { stop.request_stop(); });
  const auto result =
      Value(Run([graph, text, update] { return graph->Update(text, update); },
                {.cancel = [stop]() mutable { stop.request_stop(); }}));
  return py::make_tuple(
      result.commit, py::reinterpret_steal<py::object>(TimeObject(result.time)),
      result.inserted, result.removed);
}

std::unique_ptr<ViewObject> View(const GraphObject& self,
                                 const py::object& as_of) {
  const Readable::Source source = self.Get(PointOf(as_of, "as_of"));
  auto view = Value(Run([source] { return source.view(); }, {.brief = true}));
  return std::make_unique<ViewObject>(self.engine(), std::move(view),
                                      *self.Open());
}

py::list History(const GraphObject& self, const py::tuple& statement,
                 const py::object& in, uint32_t edge) {
  const auto term = [&](size_t i, const char* name) {
    return TermText(statement[i], name);
  };
  std::string graph_name;
  if (!in.is_none()) graph_name = TermText(in, "graph");
  auto changes =
      Value(Run([graph = self.Open(), s = term(0, "subject"),
                 p = term(1, "predicate"), o = term(2, "object"), graph_name,
                 edge] { return graph->History(s, p, o, graph_name, edge); }));
  py::list list;
  for (const Change& change : changes) list.append(ChangeObject(change));
  return list;
}

py::list HistoryOfId(const GraphObject& self, const std::string& id) {
  auto changes =
      Value(Run([graph = self.Open(), id] { return graph->History(id); }));
  py::list list;
  for (const Change& change : changes) list.append(ChangeObject(change));
  return list;
}

std::string Text(std::string_view text) { return std::string(text); }

}  // namespace

void BindGraph(py::module_& module) {
  py::class_<Readable>(module, "Readable");
  py::class_<GraphObject, Readable>(module, "Graph")
      .def("close", &GraphObject::Close)
      .def_property_readonly(
          "tenant",
          [](const GraphObject& g) { return Text(g.Open()->tenant()); })
      .def_property_readonly(
          "name", [](const GraphObject& g) { return Text(g.Open()->name()); })
      .def_property_readonly(
          "uuid", [](const GraphObject& g) { return Text(g.Open()->uuid()); })
      .def_property_readonly(
          "base_namespace",
          [](const GraphObject& g) { return Text(g.Open()->base_namespace()); })
      .def("add", Add)
      .def("add_all", AddAll)
      .def("remove", Remove)
      .def("clear", Clear)
      .def("update", Update)
      .def("view", View)
      .def("history", History)
      .def("history_of_id", HistoryOfId)
      .def("compact", [](const GraphObject& self) {
        Check(Run([graph = self.Open()] { return graph->Compact(); }));
      });
}

}  // namespace skg::python
