// RowTable: rows that an operator holds, column by column.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "query/exec/batch.h"
#include "query/exec/context.h"

namespace skg::query::exec {

// Not thread-safe.
class RowTable {
 public:
  // Holds at most this many rows: their numbers have 32 bits.
  static constexpr size_t kMostRows = UINT32_MAX - 1;

  // Memory is charged to `charge`, which outlives this.
  RowTable(size_t columns, MemoryCharge& charge)
      : charge_(charge), columns_(columns) {}

  // Errors: kResourceExhausted.
  [[nodiscard]] absl::Status Append(const Batch& batch);
  [[nodiscard]] absl::Status AppendRow(const Batch& batch, size_t row);
  [[nodiscard]] absl::Status AppendRow(const std::vector<rdf::TermId>& row);
  void Clear();
  // Only these rows, which ascend.
  void Keep(const std::vector<uint32_t>& rows);

  [[nodiscard]] size_t rows() const { return rows_; }
  [[nodiscard]] MemoryCharge& charge() const { return charge_; }
  [[nodiscard]] size_t width() const { return columns_.size(); }
  [[nodiscard]] rdf::TermId At(size_t row, size_t column) const {
    return columns_[column][row];
  }
  [[nodiscard]] const std::vector<rdf::TermId>& column(size_t i) const {
    return columns_[i];
  }

 private:
  absl::Status Reserve(size_t more);

  MemoryCharge& charge_;
  std::vector<std::vector<rdf::TermId>> columns_;
  size_t rows_ = 0;
  size_t capacity_ = 0;
};

// Reads all of `input` into a table. Errors: those of the input, and
// kResourceExhausted.
class Operator;
// `counts` gets how many solutions each row stands for, and is charged like the
// table; it stays empty where each row is one.
[[nodiscard]] absl::Status ReadAll(Operator& input, RowTable& table,
                                   std::vector<uint64_t>* counts);

}  // namespace skg::query::exec
