// Statements: those that Python gives, and those that it gets.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "options.h"
#include "skg/statement.h"

namespace skg::python {

namespace py = pybind11;

// Three terms, and of the options graph, weight, metadata, edge, valid_from,
// valid_to, source. Raises TypeError or ValueError that name the argument.
[[nodiscard]] NewStatement NewStatementOf(py::handle subject,
                                          py::handle predicate,
                                          py::handle object,
                                          const Options& options);
// One of many: (s, p, o), (s, p, o, weight), a skg.Statement or a dict of
// NewStatement's fields. `place` is its number, for messages.
[[nodiscard]] NewStatement NewStatementOf(py::handle item, size_t place);

// subject, predicate, object (None: any), graph (None: all; "": the default
// one), weight_min, weight_max, valid_at.
[[nodiscard]] StatementPattern PatternOf(const Options& options);

// A skg.Statement, a new reference.
[[nodiscard]] PyObject* StatementObject(const Statement& statement);
// (s, p, o), a new reference.
[[nodiscard]] PyObject* TripleObject(const Statement& statement);
[[nodiscard]] py::object ChangeObject(const Change& change);
[[nodiscard]] py::object CommitObject(const CommitResult& result);

// A dict as JSON text, and back.
[[nodiscard]] std::string JsonText(py::handle value, const char* argument);
[[nodiscard]] py::object JsonValue(std::string_view text);

}  // namespace skg::python
