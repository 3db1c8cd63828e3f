// Columns of an answer over many fetches, as arrays for NumPy.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <vector>

#include "results.h"

namespace skg::python {

namespace py = pybind11;

// What one fetch gave of one column; copied, for the library uses its arrays
// again.
struct ColumnPart {
  Column::Kind kind = Column::Kind::kTerms;
  size_t rows = 0;
  size_t unbound = 0;
  std::vector<uint8_t> validity;  // a bit a row; empty: all are bound
  // One of these, as `kind` says.
  std::vector<int64_t> integers;
  std::vector<double> doubles;
  std::vector<uint8_t> booleans;
  // Of terms: the ids alone, or each different text once.
  std::vector<uint64_t> ids;
  std::vector<int32_t> indices;
  std::vector<int64_t> offsets;
  std::string bytes;

  [[nodiscard]] bool bound(size_t row) const {
    return validity.empty() || ((validity[row / 8] >> (row % 8)) & 1) != 0;
  }
};

// All rows that were fetched so far, column by column.
struct ColumnParts {
  size_t rows = 0;
  std::vector<std::vector<ColumnPart>> columns;
  bool last = false;
};

// Fetches at least so many rows, or all there are. Without the GIL.
[[nodiscard]] absl::Status FetchColumns(Results& results, Texts wanted,
                                        size_t least_rows, ColumnParts& parts);

// A numpy.ndarray of int64, float64 or bool where all values are such, a
// numpy.ma.MaskedArray where some integers or booleans are unbound, uint64 of
// ids, else of objects.
[[nodiscard]] py::object ColumnArray(const std::vector<ColumnPart>& parts,
                                     size_t rows);

void BindColumns(py::module_& module);

}  // namespace skg::python
