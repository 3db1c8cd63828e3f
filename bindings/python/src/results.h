// Results: the answer to a query, fetched some rows at a time.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine_state.h"
#include "skg/column_batch.h"
#include "skg/query.h"
#include "skg/statement.h"

namespace skg::python {

// Rows as the library has them, with the texts that Python will need, so that
// all of that is made without the GIL.
struct Rows {
  ColumnBatch columns;  // of SELECT
  std::vector<TextColumn>
      texts;  // one a column; without indices: not asked for
  // Instead: all columns as terms, empty where there is none (CONSTRUCT,
  // DESCRIBE, documents), and which columns are numbers (none if it is empty).
  std::vector<std::vector<std::string>> terms;
  std::vector<Column::Kind> kinds;
  size_t size = 0;
  bool last = false;  // no more come
};

// Of which columns the texts are wanted.
enum class Texts {
  kNone,
  kAll,     // in the engine's own form
  kValues,  // likewise, unless numbers say the same
  kPlain,   // in the form of CSV, unless there are numbers
};

// Where rows come from. Thread safety: one thread at a time; Cancel from any.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // Columns or terms, and how many rows these are; or that it was the last.
  [[nodiscard]] virtual absl::Status Next(Rows& rows) = 0;
  [[nodiscard]] virtual absl::StatusOr<std::string> Write(
      ResultFormat format) = 0;
  [[nodiscard]] virtual absl::StatusOr<std::string> Explain(
      ExplainFormat format) = 0;
  virtual void Cancel() = 0;

  // These never change.
  [[nodiscard]] virtual const char* form() const = 0;
  [[nodiscard]] virtual const std::vector<std::string>& columns() const = 0;
  [[nodiscard]] virtual bool boolean() const { return false; }
  // Of a document: the statements of the answer.
  [[nodiscard]] virtual const std::vector<Statement>& statements() const;
};

[[nodiscard]] std::unique_ptr<RowSource> RowsOf(QueryResult result);

// Thread safety: all methods from any thread, without the GIL.
class Results {
 public:
  explicit Results(std::unique_ptr<RowSource> source)
      : source_(std::move(source)) {}

  // Some more rows. Those that the query fetched itself come first.
  [[nodiscard]] absl::StatusOr<std::unique_ptr<Rows>> Fetch(Texts wanted);
  [[nodiscard]] absl::StatusOr<std::string> Write(ResultFormat format);
  [[nodiscard]] absl::StatusOr<std::string> Explain(ExplainFormat format);
  void Cancel() { source_->Cancel(); }

  // Fetches the first rows for TakeFirst, which never waits: null if they were
  // taken, or another thread is fetching.
  [[nodiscard]] absl::Status FetchFirst(Texts wanted);
  [[nodiscard]] std::unique_ptr<Rows> TakeFirst();

  [[nodiscard]] const RowSource& source() const { return *source_; }

 private:
  [[nodiscard]] absl::StatusOr<std::unique_ptr<Rows>> FetchAnyLocked();
  [[nodiscard]] absl::StatusOr<std::unique_ptr<Rows>> FetchLocked(Texts wanted);

  std::mutex mutex_;
  std::unique_ptr<RowSource> source_;
  std::unique_ptr<Rows> ahead_, first_;  // end before the source
  bool ended_ = false;
};

// What a skg._skg.Result holds.
class ResultObject {
 public:
  ResultObject(std::shared_ptr<EngineState> engine,
               std::shared_ptr<Results> results, bool values)
      : handle_(std::move(engine), std::move(results), "the result"),
        values_(values) {}

  [[nodiscard]] Use<Results> Open() const { return handle_.Get(); }
  [[nodiscard]] bool values() const { return values_; }
  [[nodiscard]] Texts texts() const {
    return values_ ? Texts::kValues : Texts::kAll;
  }

  // Rows, which end before the result does.
  struct Fetched {
    Use<Results> results;
    std::unique_ptr<Rows> rows;  // null: there are no more
  };
  [[nodiscard]] Fetched Next();
  void Close() { handle_.Close(); }

 private:
  Handle<Results> handle_;
  const bool values_;
  bool ended_ = false;
};

// A list of one tuple for each row, a new reference.
[[nodiscard]] PyObject* RowTuples(const Rows& rows, bool values);

}  // namespace skg::python
