// The answer of a pattern query as text.
#pragma once

#include <string>
#include <vector>

#include "cli/verbs.h"
#include "skg/pattern_query.h"

namespace skg::cli {

// A header and rows of as many cells.
struct ResultTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

// One row a solution where the query has variables, else one a statement, or
// one an edge of a traversal.
[[nodiscard]] ResultTable TableOf(const PatternResult& result);

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
