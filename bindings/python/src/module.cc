// The extension module skg._skg: what skg's Python code calls. Its classes are
// thin; names, defaults and documentation are those of the Python classes.
#include <pybind11/pybind11.h>

#include "call.h"
#include "columns.h"
#include "errors.h"
#include "objects.h"
#include "skg/version.h"
#include "times.h"
#include "types.h"

PYBIND11_MODULE(_skg, module) {
  namespace python = skg::python;
  python::LoadTimes();
  python::LoadTypes();
  module.attr("version") = SKG_VERSION;
  python::BindErrors(module);
  python::BindCalls(module);
  python::BindGraph(module);
  python::BindEmbedders(module);
  python::BindEngine(module);
  python::BindAdministration(module);
  python::BindReading(module);
  python::BindTransactions(module);
  python::BindQueries(module);
  python::BindColumns(module);
  python::BindArrow(module);
  python::BindBackups(module);
  python::BindPast(module);
  python::BindLoads(module);
  python::BindGraphArrays(module);
  python::BindSearch(module);
  python::BindIndexes(module);
  python::BindWatch(module);
}
