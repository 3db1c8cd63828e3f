#include "statement_feed.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "errors.h"
#include "options.h"
#include "statements.h"
#include "terms.h"

namespace skg::python {
namespace {

constexpr size_t kMostChunks = 8;
constexpr auto kPatience = std::chrono::milliseconds(20);

// A column of texts: a list of values, or one value for all rows.
class TermColumn {
 public:
  TermColumn(py::handle values, const char* name)
      : values_(values.ptr()), name_(name), list_(PyList_Check(values.ptr())) {
    if (!list_ && !values.is_none()) one_ = TermText(values, name);
  }
  // Zero: it has as many as there are.
  [[nodiscard]] size_t size() const {
    return list_ ? static_cast<size_t>(PyList_GET_SIZE(values_)) : 0;
  }
  [[nodiscard]] std::string Get(size_t row) const {
    if (!list_) return one_;
    PyObject* value = PyList_GET_ITEM(values_, static_cast<Py_ssize_t>(row));
    try {
      return TermText(value, name_);
    } catch (py::error_already_set& error) {
      const std::string where = "row " + std::to_string(row) + ": ";
      const std::string what = py::str(error.value()).cast<std::string>();
      PyErr_SetString(error.type().ptr(), (where + what).c_str());
      throw py::error_already_set();
    }
  }

 private:
  PyObject* values_;  // of the tuple that the caller holds
  const char* name_;
  bool list_;
  std::string one_;
};

py::handle At(const py::handle& column, size_t row) {
  if (PyList_Check(column.ptr()) == 0) return column;
  return PyList_GET_ITEM(column.ptr(), static_cast<Py_ssize_t>(row));
}

void FromColumns(const py::tuple& columns, StatementFeed::Chunk& chunk) {
  const TermColumn subjects(columns[0], "subject");
  const TermColumn predicates(columns[1], "predicate");
  const TermColumn objects(columns[2], "object");
  const TermColumn graphs(columns[3], "graph");
  const py::object weights = columns[4];
  const py::object metadata = columns[5];
  const py::object sources = columns[6];
  const size_t rows =
      std::max({subjects.size(), predicates.size(), objects.size()});
  chunk.resize(rows);
  for (size_t row = 0; row < rows; ++row) {
    NewStatement& statement = chunk[row];
    statement.subject = subjects.Get(row);
    statement.predicate = predicates.Get(row);
    statement.object = objects.Get(row);
    statement.graph = graphs.Get(row);
    const py::handle weight = At(weights, row);
    if (!weight.is_none()) {
      const double number = PyFloat_AsDouble(weight.ptr());
      if (PyErr_Occurred() != nullptr) {
        PyErr_Clear();
        RaiseType("weight", "a number", weight);
      }
      statement.weight = static_cast<float>(number);
    }
    const py::handle fields = At(metadata, row);
    if (!fields.is_none()) statement.metadata = JsonText(fields, "metadata");
    const py::handle source = At(sources, row);
    if (!source.is_none()) statement.source = PlainText(source, "source");
  }
}

}  // namespace

absl::StatusOr<bool> StatementFeed::Next(NewStatement* statement) {
  if (at_ == taken_.size()) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock,
                  [this] { return stopped_ || ended_ || !chunks_.empty(); });
    if (stopped_) return absl::CancelledError("the load was cancelled");
    if (chunks_.empty()) return false;
    taken_ = std::move(chunks_.front());
    chunks_.pop_front();
    at_ = 0;
    changed_.notify_all();
  }
  *statement = std::move(taken_[at_++]);
  return true;
}

bool StatementFeed::Put(Chunk& chunk) {
  std::unique_lock lock(mutex_);
  const auto room = [this] { return stopped_ || chunks_.size() < kMostChunks; };
  if (!changed_.wait_for(lock, kPatience, room) || stopped_) return false;
  chunks_.push_back(std::exchange(chunk, {}));
  changed_.notify_all();
  return true;
}

void StatementFeed::End() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void StatementFeed::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

bool StatementFeed::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

// Fills the chunk; empty: there are no more.
void FeedSource::Make() {
  while (chunk_.empty()) {
    const py::object some = next_();
    if (some.is_none()) return;
    if (PyTuple_Check(some.ptr())) {
      FromColumns(some, chunk_);
    } else {
      const auto list = some.cast<py::list>();
      chunk_.reserve(list.size());
      for (const py::handle item : list) {
        chunk_.push_back(NewStatementOf(item, made_ + chunk_.size()));
      }
    }
  }
  made_ += chunk_.size();
}

bool FeedSource::Feed(StatementFeed& feed) {
  if (chunk_.empty()) {
    Make();
    if (chunk_.empty()) {
      feed.End();
      return false;
    }
  }
  const py::gil_scoped_release release;
  return feed.Put(chunk_) || !feed.stopped();
}

}  // namespace skg::python
