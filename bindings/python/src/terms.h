// Terms: values of Python to the texts that the library reads and writes (see
// skg/statement.h), and back.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>

namespace skg::python {

namespace py = pybind11;

// A str is a name or a term in N-Triples form as it is; numbers, dates and so
// on are literals. Raises TypeError or ValueError that name the argument.
[[nodiscard]] std::string TermText(py::handle value, const char* argument);

// Text that is no term: a language, a name of an index. Raises as TermText.
[[nodiscard]] std::string PlainText(py::handle value, const char* argument);

// A new reference; never null. Literals become int, float, Decimal, bool, bytes
// and so on where their form is one of these, else skg.Literal; IRIs and blank
// nodes str as they are.
[[nodiscard]] PyObject* TermValue(std::string_view term);
// The text as a str, a new reference.
[[nodiscard]] PyObject* TextObject(std::string_view text);

}  // namespace skg::python
