#include "options.h"

#include <cmath>
#include <limits>

#include "errors.h"
#include "terms.h"
#include "times.h"

namespace skg::python {
namespace {

// Of one text it is a list, so that one name need not be put into a list.
template <class Convert>
std::vector<std::string> ListOf(py::handle value, const char* name,
                                const Convert& convert) {
  if (PyUnicode_Check(value.ptr())) return {convert(value, name)};
  if (!py::isinstance<py::iterable>(value)) {
    RaiseType(name, "a list of str", value);
  }
  std::vector<std::string> list;
  for (const py::handle item : value) list.push_back(convert(item, name));
  return list;
}

uint64_t Whole(py::handle value, const char* name, uint64_t most) {
  if (PyBool_Check(value.ptr()) != 0 || PyIndex_Check(value.ptr()) == 0) {
    RaiseType(name, "an int", value);
  }
  const auto number =
      py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
  if (!number) throw py::error_already_set();
  const uint64_t whole = PyLong_AsUnsignedLongLong(number.ptr());
  if (PyErr_Occurred() != nullptr || whole > most) {
    PyErr_Clear();
    RaiseValue(name,
               "a number from 0 to " + std::to_string(most) + " is expected");
  }
  return whole;
}

}  // namespace

py::handle Options::Find(const char* name) const {
  PyObject* value = PyDict_GetItemString(given_.ptr(), name);
  return value == Py_None ? nullptr : value;
}

void Options::Text(const char* name, std::string& field) const {
  if (const auto value = Find(name)) field = PlainText(value, name);
}

void Options::Texts(const char* name, std::vector<std::string>& field) const {
  if (const auto value = Find(name)) field = ListOf(value, name, PlainText);
}

void Options::Term(const char* name, std::string& field) const {
  if (const auto value = Find(name)) field = TermText(value, name);
}

void Options::Term(const char* name, std::optional<std::string>& field) const {
  if (const auto value = Find(name)) field = TermText(value, name);
}

void Options::Terms(const char* name, std::vector<std::string>& field) const {
  if (const auto value = Find(name)) field = ListOf(value, name, TermText);
}

void Options::Flag(const char* name, bool& field) const {
  const auto value = Find(name);
  if (!value) return;
  if (PyBool_Check(value.ptr()) == 0) RaiseType(name, "a bool", value);
  field = value.ptr() == Py_True;
}

void Options::Number(const char* name, float& field) const {
  const auto value = Find(name);
  if (!value) return;
  if (PyBool_Check(value.ptr()) != 0 || PyNumber_Check(value.ptr()) == 0) {
    RaiseType(name, "a number", value);
  }
  const double number = PyFloat_AsDouble(value.ptr());
  if (PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    RaiseType(name, "a number", value);
  }
  field = static_cast<float>(number);
}

void Options::Number(const char* name, uint64_t& field) const {
  const auto value = Find(name);
  if (value) field = Whole(value, name, std::numeric_limits<uint64_t>::max());
}

void Options::Number(const char* name, std::optional<uint64_t>& field) const {
  if (Find(name)) Number(name, field.emplace());
}

void Options::Number(const char* name, uint32_t& field) const {
  const auto value = Find(name);
  if (!value) return;
  field = static_cast<uint32_t>(
      Whole(value, name, std::numeric_limits<uint32_t>::max()));
}

void Options::Number(const char* name, int& field) const {
  const auto value = Find(name);
  if (!value) return;
  field = static_cast<int>(Whole(value, name, std::numeric_limits<int>::max()));
}

void Options::Span(const char* name, absl::Duration& field) const {
  if (const auto value = Find(name)) field = DurationOf(value, name);
}

void Options::Time(const char* name, std::optional<absl::Time>& field) const {
  if (const auto value = Find(name)) field = TimeOf(value, name);
}

void Options::Parameters(const char* name, ParameterValues& field) const {
  const auto value = Find(name);
  if (!value) return;
  if (!PyDict_Check(value.ptr())) {
    RaiseType(name, "a dict from variables to values", value);
  }
  for (const auto& [key, item] : py::reinterpret_borrow<py::dict>(value)) {
    const std::string variable = PlainText(key, name);
    const std::string argument = std::string(name) + "['" + variable + "']";
    field[variable] = TermText(item, argument.c_str());
  }
}

int Options::Place(const char* name,
                   std::initializer_list<const char*> names) const {
  const auto value = Find(name);
  if (!value) return -1;
  const std::string text = PlainText(value, name);
  std::string known;
  int at = 0;
  for (const char* one : names) {
    if (text == one) return at;
    known += (at++ == 0 ? "'" : ", '") + std::string(one) + "'";
  }
  RaiseValue(name, "'" + text + "' is none of " + known);
}

Control ProgressControl(const Options& given,
                        const std::shared_ptr<Progress>& progress) {
  Control control;
  if (const auto report = given.Find("progress")) {
    control.report = py::reinterpret_borrow<py::object>(report);
  }
  control.progress = progress;
  control.cancel = [progress] { progress->Stop(); };
  return control;
}

CommitOptions CommitOptionsOf(const Options& options) {
  CommitOptions commit;
  options.Flag("skip_duplicates", commit.skip_duplicates);
  options.Text("idempotency_key", commit.idempotency_key);
  Durability durability = Durability::kSync;
  options.Choice("durability", {"sync", "group", "none"}, durability);
  if (options.Find("durability")) commit.durability = durability;
  return commit;
}

}  // namespace skg::python
