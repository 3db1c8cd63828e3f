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

// Thread safety: all methods from any thread, without the GIL.
class Results {
 public:
  // values: numbers are wanted as numbers, else all of them as texts.
  Results(QueryResult result, bool values)
      : result_(std::move(result)), values_(values) {}

  [[nodiscard]] absl::StatusOr<std::unique_ptr<Rows>> Fetch();
  // As numbers and texts in the form of CSV.
  [[nodiscard]] absl::StatusOr<std::unique_ptr<Rows>> FetchPlain();
  [[nodiscard]] absl::StatusOr<std::string> Write(ResultFormat format);
  [[nodiscard]] std::string Explain(ExplainFormat format);
  void Cancel() { result_.Cancel(); }

  // The rows that the query fetched itself, if nobody took them. With the GIL.
  [[nodiscard]] std::unique_ptr<Rows> TakeFirst() { return std::move(first_); }
  void SetFirst(std::unique_ptr<Rows> rows) { first_ = std::move(rows); }

  // These never change.
  [[nodiscard]] QueryResult::Form form() const { return result_.form(); }
  [[nodiscard]] const std::vector<std::string>& columns() const {
    return result_.variables();
  }
  [[nodiscard]] bool boolean() const { return result_.boolean(); }

 private:
  [[nodiscard]] absl::Status Next(Rows& rows);
  [[nodiscard]] absl::Status AddTexts(Rows& rows, TextForm form) const;
  [[nodiscard]] absl::StatusOr<std::unique_ptr<Rows>> FetchLocked();

  std::mutex mutex_;
  QueryResult result_;
  const bool values_;
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

  // Rows, which end before the result does.
  struct Fetched {
    Use<Results> results;
    std::unique_ptr<Rows> rows;  // null: there are no more
  };
  using Fetch = absl::StatusOr<std::unique_ptr<Rows>> (Results::*)();
  [[nodiscard]] Fetched Next(Fetch fetch = &Results::Fetch);
  void Close() { handle_.Drop(); }

 private:
  Handle<Results> handle_;
  const bool values_;
  bool ended_ = false;
};

// A list of one tuple for each row, a new reference.
[[nodiscard]] PyObject* RowTuples(const Rows& rows, size_t columns,
                                  bool values);

}  // namespace skg::python
