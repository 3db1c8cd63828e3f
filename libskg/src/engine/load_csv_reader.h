// Rows of a CSV document (RFC 4180).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/load_text.h"
#include "skg/load.h"

namespace skg::engine {

struct CsvCell {
  std::string text;
  bool quoted = false;
  uint64_t line = 0;
  uint64_t column = 0;

  // Nothing between the commas, or the `\N` of database dumps.
  [[nodiscard]] bool IsEmpty() const {
    return text.empty() || (!quoted && text == "\\N");
  }
};

struct CsvRow {
  uint64_t line = 0;
  std::vector<CsvCell> cells;
};

// Line ends are LF, CRLF or CR. Empty lines are passed over. Not thread-safe.
class CsvReader {
 public:
  explicit CsvReader(LoadInput& input) : text_(input) {}

  enum class Result { kRow, kMalformed, kEnd };
  // kMalformed: error() says why; reading goes on with the next line.
  // Errors: those of the input.
  [[nodiscard]] absl::StatusOr<Result> Next(CsvRow& row);
  [[nodiscard]] const LoadError& error() const { return error_; }

 private:
  enum class CellEnd { kComma, kLine, kMalformed };

  CsvCell& NextCell(CsvRow& row);
  CellEnd ReadCell(CsvCell& cell);
  CellEnd ReadQuoted(CsvCell& cell);
  CellEnd ReadPlain(CsvCell& cell);
  CellEnd Malformed(uint64_t line, uint64_t column, std::string message);
  // Takes a line end if one is next.
  bool TakeLineEnd();
  void SkipLine();
  bool AppendByte(CsvCell& cell);

  TextReader text_;
  size_t cells_ = 0;      // of the row being read
  size_t row_bytes_ = 0;  // of the row being read
  LoadError error_;
};

}  // namespace skg::engine
