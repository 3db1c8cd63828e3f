// TableFunction: an operation that gives rows but is none of the algebra, such
// as a walk through the graph. A TableCall makes it a part of a query.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "query/exec/batch.h"
#include "query/exec/context.h"

namespace skg::query {

// One run of a table function. Not thread-safe.
class TableRows {
 public:
  virtual ~TableRows() = default;
  // Adds at most Batch::kMostRows rows to `batch`, which is empty and has a
  // column for each of the function's. False: there are no more. What it holds
  // is charged to the query's memory. Errors: kDeadlineExceeded, kCancelled,
  // kResourceExhausted, kDataLoss.
  [[nodiscard]] virtual absl::StatusOr<bool> Next(Batch& batch) = 0;
  // Of the query's memory, for profiles.
  [[nodiscard]] virtual size_t used_bytes() const = 0;
};

// A function with its arguments; immutable, any thread may use it.
class TableFunction {
 public:
  virtual ~TableFunction() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  // All are bound in every row.
  [[nodiscard]] virtual std::span<const std::string_view> columns() const = 0;
  // What it is called with, for people.
  [[nodiscard]] virtual std::string Arguments() const = 0;

  // In rows of a scan, as a guess.
  struct Estimate {
    double rows = 0, cost = 0;
    // Before the first row; unset: all of the cost.
    std::optional<double> start;
    // The column by whose values, all of them of one type, the rows descend.
    std::optional<size_t> descending;
  };
  [[nodiscard]] virtual Estimate EstimateRows(
      const exec::Context& context) const = 0;

  // Reads the context's view; the context outlives the rows. Errors: as Next.
  [[nodiscard]] virtual absl::StatusOr<std::unique_ptr<TableRows>> Open(
      exec::Context& context) const = 0;
};

}  // namespace skg::query
