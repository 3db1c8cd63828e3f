// Rows as Python's tuples. A text that occurs several times in the rows of one
// fetch becomes one object.
#include "errors.h"
#include "results.h"
#include "terms.h"

namespace skg::python {
namespace {

// The objects of a column's different texts, made when first met.
class TextObjects {
 public:
  TextObjects(const TextColumn& texts, bool values)
      : texts_(texts),
        values_(values),
        objects_(texts.offsets.empty() ? 0 : texts.offsets.size() - 1) {}
  ~TextObjects() {
    for (PyObject* object : objects_) Py_XDECREF(object);
  }
  TextObjects(const TextObjects&) = delete;
  TextObjects& operator=(const TextObjects&) = delete;

  // A new reference.
  PyObject* Get(size_t row) {
    const int32_t index = texts_.indices[row];
    if (index < 0) Py_RETURN_NONE;
    PyObject*& object = objects_[static_cast<size_t>(index)];
    if (object == nullptr) {
      object = values_ ? TermValue(texts_[row]) : TextObject(texts_[row]);
    }
    Py_INCREF(object);
    return object;
  }

 private:
  const TextColumn& texts_;
  const bool values_;
  std::vector<PyObject*> objects_;
};

bool Bound(const Column& column, size_t row) {
  return column.validity.empty() ||
         ((column.validity[row / 8] >> (row % 8)) & 1) != 0;
}

PyObject* NumberObject(const Column& column, size_t row) {
  if (!Bound(column, row)) Py_RETURN_NONE;
  PyObject* object = nullptr;
  switch (column.kind) {
    case Column::Kind::kIntegers:
      object = PyLong_FromLongLong(column.integers[row]);
      break;
    case Column::Kind::kBooleans:
      object = PyBool_FromLong(column.booleans[row]);
      break;
    default:
      object = PyFloat_FromDouble(column.doubles[row]);
  }
  if (object == nullptr) throw py::error_already_set();
  return object;
}

// Fills place `i` of each tuple.
void FillColumn(const Rows& rows, size_t i, bool values, PyObject* list) {
  const auto at = static_cast<Py_ssize_t>(i);
  const auto tuple = [list](size_t row) {
    return PyList_GET_ITEM(list, static_cast<Py_ssize_t>(row));
  };
  if (!rows.texts[i].indices.empty()) {
    TextObjects objects(rows.texts[i], values);
    for (size_t row = 0; row < rows.size; ++row) {
      PyTuple_SET_ITEM(tuple(row), at, objects.Get(row));
    }
    return;
  }
  const Column& column = rows.columns.column(i);
  for (size_t row = 0; row < rows.size; ++row) {
    PyTuple_SET_ITEM(tuple(row), at, NumberObject(column, row));
  }
}

// A new reference.
PyObject* TermCell(const std::string& term, bool values) {
  if (term.empty()) Py_RETURN_NONE;
  return values ? TermValue(term) : TextObject(term);
}

py::object NewList(size_t rows, size_t columns) {
  auto list = py::reinterpret_steal<py::object>(
      PyList_New(static_cast<Py_ssize_t>(rows)));
  if (!list) throw py::error_already_set();
  for (size_t row = 0; row < rows; ++row) {
    PyObject* tuple = PyTuple_New(static_cast<Py_ssize_t>(columns));
    if (tuple == nullptr) throw py::error_already_set();
    PyList_SET_ITEM(list.ptr(), static_cast<Py_ssize_t>(row), tuple);
  }
  return list;
}

}  // namespace

PyObject* RowTuples(const Rows& rows, bool values) {
  const size_t columns =
      rows.terms.empty() ? rows.columns.columns() : rows.terms[0].size();
  py::object list = NewList(rows.size, columns);
  if (rows.terms.empty()) {
    for (size_t i = 0; i < columns; ++i) {
      FillColumn(rows, i, values, list.ptr());
    }
    return list.release().ptr();
  }
  for (size_t row = 0; row < rows.size; ++row) {
    PyObject* tuple = PyList_GET_ITEM(list.ptr(), static_cast<Py_ssize_t>(row));
    for (size_t i = 0; i < columns; ++i) {
      PyTuple_SET_ITEM(tuple, static_cast<Py_ssize_t>(i),
                       TermCell(rows.terms[row][i], values));
    }
  }
  return list.release().ptr();
}

}  // namespace skg::python
