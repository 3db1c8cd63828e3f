// What goes wrong, as Python exceptions: the classes are skg/_errors.py's.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skg::python {

namespace py = pybind11;

// All of these throw, and need the GIL.

// The exception of a status that is not OK.
[[noreturn]] void Raise(const absl::Status& status);
// skg.ClosedError: `what` ("the engine") is closed.
[[noreturn]] void RaiseClosed(const char* what);
// skg.ForkedError: what a process opened is of no use in its children.
[[noreturn]] void RaiseForked();
// TypeError: "argument: expected EXPECTED, got TYPE".
[[noreturn]] void RaiseType(const std::string& argument, const char* expected,
                            py::handle got);
// ValueError: "argument: MESSAGE".
[[noreturn]] void RaiseValue(const std::string& argument,
                             const std::string& message);

inline void Check(const absl::Status& status) {
  if (!status.ok()) Raise(status);
}

template <class T>
T Value(absl::StatusOr<T> result) {
  if (!result.ok()) Raise(result.status());
  return *std::move(result);
}

void BindErrors(py::module_& module);

}  // namespace skg::python
