// Statements of a state: match, count, get.
#include <pybind11/stl.h>

#include "call.h"
#include "cursor.h"
#include "objects.h"
#include "options.h"
#include "statements.h"
#include "terms.h"
#include "times.h"

namespace skg::python {
namespace {

std::unique_ptr<CursorObject> Match(const Readable& self, const py::dict& given,
                                    bool triples) {
  const Options read(given);
  const auto source = self.Get(PointOf(read.Find("as_of"), "as_of"));
  std::stop_source stop;
  MatchOptions options = MatchOptionsOf(read);
  options.stop = stop.get_token();
  const Control control = StopControl(stop);
  source.running->OnClose(control.cancel);
  auto begun = Value(Run(
      [source, pattern = PatternOf(read),
       options]() -> absl::StatusOr<CursorObject::Begun> {
        const auto view = source.view();
        if (!view.ok()) return view.status();
        return CursorObject::Begin(view->Match(pattern, options));
      },
      control));
  return std::make_unique<CursorObject>(self.engine(), std::move(begun), stop,
                                        triples);
}

uint64_t Count(const Readable& self, const py::dict& given) {
  const Options read(given);
  const auto source = self.Get(PointOf(read.Find("as_of"), "as_of"));
  return Value(
      Run([source, pattern = PatternOf(read)]() -> absl::StatusOr<uint64_t> {
        const auto view = source.view();
        if (!view.ok()) return view.status();
        return view->Count(pattern);
      }));
}

py::object Get(const Readable& self, const std::string& id) {
  const auto source = self.Get();
  auto statement = Value(Run(
      [source, id]() -> absl::StatusOr<Statement> {
        const auto view = source.view();
        if (!view.ok()) return view.status();
        return view->Get(id);
      },
      {.brief = true}));
  return py::reinterpret_steal<py::object>(StatementObject(statement));
}

py::dict Stats(const Readable& self) {
  const auto source = self.Get();
  const auto stats = Value(Run([source]() -> absl::StatusOr<GraphStats> {
    const auto view = source.view();
    if (!view.ok()) return view.status();
    return view->Stats();
  }));
  py::dict result;
  result["statements"] = stats.statements;
  result["triples"] = stats.triples;
  result["subjects"] = stats.subjects;
  result["predicates"] = stats.predicates;
  result["objects"] = stats.objects;
  return result;
}

}  // namespace

void BindReading(py::module_& module) {
  py::class_<ViewObject, Readable>(module, "ReadView")
      .def("close", &ViewObject::Close)
      .def_property_readonly(
          "commit", [](const ViewObject& v) { return v.Open()->commit(); })
      .def_property_readonly("time", [](const ViewObject& v) {
        return py::reinterpret_steal<py::object>(TimeObject(v.Open()->time()));
      });
  py::class_<CursorObject>(module, "Cursor")
      .def("next", &CursorObject::Next)
      .def("close", &CursorObject::Close);
  module.def("match", Match);
  module.def("count", Count);
  module.def("get", Get);
  module.def("stats", Stats);
}

}  // namespace skg::python
