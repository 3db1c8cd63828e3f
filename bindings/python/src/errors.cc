#include "errors.h"

#include "skg/field_error.h"
#include "skg/quota.h"

namespace skg::python {
namespace {

py::object Text(absl::string_view text) {
  PyObject* decoded = PyUnicode_DecodeUTF8(
      text.data(), static_cast<Py_ssize_t>(text.size()), "replace");
  if (decoded == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(decoded);
}

py::list Fields(const absl::Status& status) {
  py::list fields;
  for (const FieldError& error : FieldErrors(status)) {
    py::tuple path(error.path.size());
    for (size_t i = 0; i < error.path.size(); ++i) path[i] = error.path[i];
    fields.append(py::make_tuple(path, Text(error.message), error.type));
  }
  return fields;
}

py::object Quota(const absl::Status& status) {
  const auto quota = QuotaExceededOf(status);
  if (!quota) return py::none();
  const bool bytes = quota->resource == QuotaExceeded::Resource::kBytes;
  return py::make_tuple(quota->owner, bytes ? "bytes" : "statements",
                        quota->limit, quota->present, quota->wanted);
}

py::object ErrorOf(const absl::Status& status) {
  return py::module_::import("skg._errors")
      .attr("error_of")(static_cast<int>(status.code()), Text(status.message()),
                        Fields(status), Quota(status));
}

[[noreturn]] void Throw(const py::object& error) {
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.ptr())),
                  error.ptr());
  throw py::error_already_set();
}

[[noreturn]] void Throw(const char* name, const std::string& message) {
  Throw(py::module_::import("skg._errors").attr(name)(message));
}

}  // namespace

void Raise(const absl::Status& status) { Throw(ErrorOf(status)); }

void RaiseClosed(const char* what) {
  Throw("ClosedError", std::string(what) + " is closed");
}

void RaiseForked() {
  Throw("ForkedError",
        "this process was forked while an engine was open: nothing of skg can "
        "be used here; start it with the method \"spawn\" and open a reader");
}

void RaiseType(const std::string& argument, const char* expected,
               py::handle got) {
  PyErr_Format(PyExc_TypeError, "%s: expected %s, got %s", argument.c_str(),
               expected, Py_TYPE(got.ptr())->tp_name);
  throw py::error_already_set();
}

void RaiseValue(const std::string& argument, const std::string& message) {
  PyErr_Format(PyExc_ValueError, "%s: %s", argument.c_str(), message.c_str());
  throw py::error_already_set();
}

void BindErrors(py::module_& module) {
  // For the test of the table from codes to classes.
  module.def("status_error", [](int code, const std::string& message) {
    return ErrorOf(absl::Status(static_cast<absl::StatusCode>(code), message));
  });
}

}  // namespace skg::python
