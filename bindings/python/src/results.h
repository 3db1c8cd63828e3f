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

namespace skg::python {

// Rows as the library has them, with the texts that Python will need, so that
// all of that is made without the GIL.
struct Rows {
  ColumnBatch columns;  // of SELECT
  std::vector<TextColumn>
      texts;  // one a column; without indices: not asked for
  std::vector<std::vector<std::string>> triples;  // of CONSTRUCT, DESCRIBE
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

// Thread safety: all methods from any thread, without the GIL.
class Results {
 public:
  explicit Results(QueryResult result) : result_(std::move(result)) {}

  // Some more rows. Those that the query fetched itself come first.
  [[nodiscard]] absl::StatusOr<std::unique_ptr<Rows>> Fetch(Texts wanted);
  [[nodiscard]] absl::StatusOr<std::string> Write(ResultFormat format);
  [[nodiscard]] std::string Explain(ExplainFormat format);
  void Cancel() { result_.Cancel(); }

  // Fetches the first rows for TakeFirst, which never waits: null if they were
  // taken, or another thread is fetching.
  [[nodiscard]] absl::Status FetchFirst(Texts wanted);
  [[nodiscard]] std::unique_ptr<Rows> TakeFirst();

  // These never change.
  [[nodiscard]] QueryResult::Form form() const { return result_.form(); }
  [[nodiscard]] const std::vector<std::string>& columns() const {
    return result_.variables();
  }
  [[nodiscard]] bool boolean() const { return result_.boolean(); }

 private:
  [[nodiscard]] absl::Status Next(Rows& rows);
  [[nodiscard]] absl::StatusOr<std::unique_ptr<Rows>> FetchAnyLocked();
  [[nodiscard]] absl::StatusOr<std::unique_ptr<Rows>> FetchLocked(Texts wanted);

  std::mutex mutex_;
  QueryResult result_;
  std::unique_ptr<Rows> ahead_, first_;  // end before the result
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
[[nodiscard]] PyObject* RowTuples(const Rows& rows, size_t columns,
                                  bool values);

}  // namespace skg::python
