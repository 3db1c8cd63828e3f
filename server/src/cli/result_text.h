// The answer of a pattern query as text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/verbs.h"
#include "skg/pattern_query.h"

namespace skg::cli {

// A header and rows of as many cells.
struct ResultTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

// Rows as text in the order in which they come, some at a time; all memory is
// that of the rows in hand. Columns of a table are as wide as the rows given
// first need.
class RowText {
 public:
  // `format` must be kCsv, kTsv or kTable.
  RowText(std::vector<std::string> columns, ResultFormat format)
      : columns_(std::move(columns)), format_(format) {}

  // The text of these rows, after the header if they are the first ones.
  [[nodiscard]] std::string Add(std::vector<std::vector<std::string>> rows);
  // What comes after the last row.
  [[nodiscard]] std::string Finish();

 private:
  void BeginTable(const std::vector<std::vector<std::string>>& rows,
                  std::string& out);

  const std::vector<std::string> columns_;
  const ResultFormat format_;
  bool begun_ = false;
  std::vector<size_t> widths_;  // of a table
  uint64_t rows_ = 0;
};

// One row a solution where the query has variables, else one a statement, or
// one an edge of a traversal.
[[nodiscard]] ResultTable TableOf(const PatternResult& result);

// As few digits as give the weight back.
[[nodiscard]] std::string WeightText(float weight);

// Aligned columns for people, with the number of rows below.
[[nodiscard]] std::string AlignedText(const ResultTable& table);
[[nodiscard]] std::string CsvText(const ResultTable& table);
// Tabs, line ends and backslashes in cells become \t, \n, \r and two
// backslashes.
[[nodiscard]] std::string TsvText(const ResultTable& table);

// `format`: kJson, kCsv, kTsv or kTable.
[[nodiscard]] std::string ResultText(const PatternResult& result,
                                     ResultFormat format);

}  // namespace skg::cli
