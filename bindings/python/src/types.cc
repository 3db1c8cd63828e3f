#include "types.h"

namespace skg::python {
namespace {

namespace py = pybind11;

Types types;

PyObject* Get(const char* module, const char* name) {
  return py::module_::import(module)
      .attr(name)
      .cast<py::object>()
      .release()
      .ptr();
}

}  // namespace

const Types& PythonTypes() { return types; }

void LoadTypes() {
  types.iri = Get("skg._terms", "IRI");
  types.literal = Get("skg._terms", "Literal");
  types.term_of = Get("skg._terms", "term_of");
  types.value_of = Get("skg._terms", "value_of");
  types.language_literal = Get("skg._terms", "language_literal");
  types.statement = Get("skg._statements", "Statement");
  types.change = Get("skg._statements", "Change");
  types.commit = Get("skg._statements", "Commit");
  types.uuid = Get("uuid", "UUID");
  types.json_loads = Get("json", "loads");
  types.json_dumps = Get("json", "dumps");
}

}  // namespace skg::python
