// The Python classes that values become. Kept for ever: they are looked up
// once.
#pragma once

#include <pybind11/pybind11.h>

namespace skg::python {

struct Types {
  PyObject* iri = nullptr;        // skg.IRI
  PyObject* literal = nullptr;    // skg.Literal
  PyObject* statement = nullptr;  // skg.Statement, a named tuple
  PyObject* change = nullptr;     // skg.Change
  PyObject* commit = nullptr;     // skg.Commit
  // (value) -> text of a term, or None for what is none.
  PyObject* term_of = nullptr;
  // (lexical form, datatype) -> value, perhaps a Literal.
  PyObject* value_of = nullptr;
  // (lexical form, tag) -> a Literal.
  PyObject* language_literal = nullptr;
  PyObject* uuid = nullptr;  // uuid.UUID
  PyObject* json_loads = nullptr;
  PyObject* json_dumps = nullptr;
};

[[nodiscard]] const Types& PythonTypes();

// Once, by the module's initialisation.
void LoadTypes();

}  // namespace skg::python
