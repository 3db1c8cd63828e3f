#include "statements.h"

#include <array>

#include "errors.h"
#include "terms.h"
#include "times.h"
#include "types.h"

namespace skg::python {
namespace {

py::object Own(PyObject* object) {
  if (object == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(object);
}

// A named tuple without a call of Python code: `items` are new references.
template <size_t kSize>
PyObject* NamedTuple(PyObject* type,
                     const std::array<PyObject*, kSize>& items) {
  auto* const of = reinterpret_cast<PyTypeObject*>(type);
  PyObject* tuple = of->tp_alloc(of, static_cast<Py_ssize_t>(kSize));
  if (tuple == nullptr) throw py::error_already_set();
  for (size_t i = 0; i < kSize; ++i) {
    PyTuple_SET_ITEM(tuple, static_cast<Py_ssize_t>(i), items[i]);
  }
  return tuple;
}

PyObject* OptionalTime(const std::optional<absl::Time>& time) {
  if (time) return TimeObject(*time);
  Py_RETURN_NONE;
}

void SetFields(const Options& options, NewStatement& statement) {
  options.Term("graph", statement.graph);
  options.Number("weight", statement.weight);
  if (const auto metadata = options.Find("metadata")) {
    statement.metadata = JsonText(metadata, "metadata");
  }
  options.Number("edge", statement.edge);
  options.Time("valid_from", statement.valid_from);
  options.Time("valid_to", statement.valid_to);
  options.Text("source", statement.source);
}

NewStatement FromDict(const py::dict& fields) {
  const Options options(fields);
  for (const auto& [key, value] : fields) {
    static const py::set& known = *new py::set(
        py::make_tuple("subject", "predicate", "object", "graph", "weight",
                       "metadata", "edge", "valid_from", "valid_to", "source"));
    if (!known.contains(key)) {
      RaiseValue(py::str(key).cast<std::string>(),
                 "a statement has no such field");
    }
  }
  std::array<py::handle, 3> terms;
  constexpr std::array<const char*, 3> kNames = {"subject", "predicate",
                                                 "object"};
  for (size_t i = 0; i < 3; ++i) {
    terms[i] = options.Find(kNames[i]);
    if (!terms[i]) RaiseValue(kNames[i], "is missing");
  }
  return NewStatementOf(terms[0], terms[1], terms[2], options);
}

NewStatement FromTuple(const py::tuple& item) {
  NewStatement statement;
  statement.subject = TermText(item[0], "subject");
  statement.predicate = TermText(item[1], "predicate");
  statement.object = TermText(item[2], "object");
  if (item.size() == 4) {
    py::dict given;
    given["weight"] = item[3];
    Options(given).Number("weight", statement.weight);
  } else if (item.size() > 4) {  // skg.Statement, in the order of its fields
    py::dict given;
    constexpr std::array<const char*, 7> kNames = {
        "graph",      "weight",   "metadata", "edge",
        "valid_from", "valid_to", "source"};
    for (size_t i = 0; i < kNames.size(); ++i) given[kNames[i]] = item[3 + i];
    SetFields(Options(given), statement);
  }
  return statement;
}

}  // namespace

NewStatement NewStatementOf(py::handle subject, py::handle predicate,
                            py::handle object, const Options& options) {
  NewStatement statement;
  statement.subject = TermText(subject, "subject");
  statement.predicate = TermText(predicate, "predicate");
  statement.object = TermText(object, "object");
  SetFields(options, statement);
  return statement;
}

NewStatement NewStatementOf(py::handle item, size_t place) {
  constexpr const char* kItem =
      "(subject, predicate, object), the same with a weight, a skg.Statement "
      "or a dict";
  const std::string name = "statements[" + std::to_string(place) + "]";
  try {
    if (PyDict_Check(item.ptr())) {
      return FromDict(py::reinterpret_borrow<py::dict>(item));
    }
    if (PyTuple_Check(item.ptr()) || PyList_Check(item.ptr())) {
      const auto tuple =
          py::reinterpret_steal<py::tuple>(PySequence_Tuple(item.ptr()));
      const bool whole = Py_TYPE(item.ptr()) == reinterpret_cast<PyTypeObject*>(
                                                    PythonTypes().statement);
      if (whole || tuple.size() == 3 || tuple.size() == 4) {
        return FromTuple(tuple);
      }
    }
  } catch (const py::error_already_set& error) {
    if (!error.matches(PyExc_TypeError) && !error.matches(PyExc_ValueError)) {
      throw;
    }
    const std::string message = py::str(error.value()).cast<std::string>();
    PyErr_Format(error.type().ptr(), "%s: %s", name.c_str(), message.c_str());
    throw py::error_already_set();
  }
  RaiseType(name, kItem, item);
}

StatementPattern PatternOf(const Options& options) {
  StatementPattern pattern;
  options.Term("subject", pattern.subject);
  options.Term("predicate", pattern.predicate);
  options.Term("object", pattern.object);
  options.Term("graph", pattern.graph);
  options.Number("weight_min", pattern.weight_min);
  options.Number("weight_max", pattern.weight_max);
  options.Time("valid_at", pattern.valid_at);
  return pattern;
}

PyObject* StatementObject(const Statement& s) {
  const auto times = [](absl::Time time) { return TimeObject(time); };
  const bool dated = s.created_at != absl::Time();
  // Owned here until all are made: making one may fail.
  std::array<py::object, 14> items;
  items[0] = Own(TermValue(s.subject));
  items[1] = Own(TermValue(s.predicate));
  items[2] = Own(TermValue(s.object));
  items[3] = Own(TermValue(s.graph));
  items[4] = py::float_(s.weight);
  items[5] =
      s.metadata.empty() ? py::object(py::none()) : JsonValue(s.metadata);
  items[6] = py::int_(s.edge);
  items[7] = Own(OptionalTime(s.valid_from));
  items[8] = Own(OptionalTime(s.valid_to));
  items[9] = Own(TextObject(s.source));
  items[10] = s.id.empty() ? py::object(py::none()) : Own(TextObject(s.id));
  items[11] = py::int_(s.version);
  items[12] = dated ? Own(times(s.created_at)) : py::object(py::none());
  items[13] = dated ? Own(times(s.updated_at)) : py::object(py::none());
  std::array<PyObject*, 14> released;
  for (size_t i = 0; i < items.size(); ++i) {
    released[i] = items[i].release().ptr();
  }
  return NamedTuple(PythonTypes().statement, released);
}

PyObject* TripleObject(const Statement& s) {
  py::tuple triple(3);
  triple[0] = Own(TermValue(s.subject));
  triple[1] = Own(TermValue(s.predicate));
  triple[2] = Own(TermValue(s.object));
  return triple.release().ptr();
}

py::object ChangeObject(const Change& change) {
  constexpr std::array<const char*, 3> kKinds = {"inserted", "replaced",
                                                 "removed"};
  const auto kind = static_cast<size_t>(change.kind);
  return py::handle(PythonTypes().change)(
      kKinds[kind], change.commit, Own(TimeObject(change.time)),
      Own(StatementObject(change.statement)));
}

py::object CommitObject(const CommitResult& r) {
  return py::handle(PythonTypes().commit)(r.commit, Own(TimeObject(r.time)),
                                          r.inserted, r.replaced, r.removed,
                                          r.duplicates, r.absent, r.replayed);
}

std::string JsonText(py::handle value, const char* argument) {
  if (!PyDict_Check(value.ptr())) RaiseType(argument, "a dict", value);
  py::dict how;
  how["allow_nan"] = false;
  how["ensure_ascii"] = false;
  try {
    const py::object text = py::handle(PythonTypes().json_dumps)(value, **how);
    return PlainText(text, argument);
  } catch (const py::error_already_set& error) {
    if (error.matches(PyExc_TypeError) || error.matches(PyExc_ValueError)) {
      RaiseValue(argument, "is no JSON object: " +
                               py::str(error.value()).cast<std::string>());
    }
    throw;
  }
}

py::object JsonValue(std::string_view text) {
  return py::handle(PythonTypes().json_loads)(Own(TextObject(text)));
}

}  // namespace skg::python
