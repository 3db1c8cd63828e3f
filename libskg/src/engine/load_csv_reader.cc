#include "engine/load_csv_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace skg::engine {
namespace {

// A row is held as a whole, and an empty cell takes far more than its comma.
constexpr size_t kMaxCells = size_t{1} << 16;

}  // namespace

// Reuses the cells of the row before, so that reading allocates little.
CsvCell& CsvReader::NextCell(CsvRow& row) {
  if (cells_ == row.cells.size()) row.cells.emplace_back();
  CsvCell& cell = row.cells[cells_++];
  cell.text.clear();
  cell.quoted = false;
  cell.line = text_.line();
  cell.column = text_.column();
  return cell;
}

absl::StatusOr<CsvReader::Result> CsvReader::Next(CsvRow& row) {
  while (TakeLineEnd()) {
  }
  if (text_.Peek() == TextReader::kEnd) {
    if (!text_.status().ok()) return text_.status();
    return Result::kEnd;
  }
  row.line = text_.line();
  cells_ = 0;
  row_bytes_ = 0;
  CellEnd end = CellEnd::kComma;
  while (end == CellEnd::kComma) {
    if (cells_ == kMaxCells) {
      end = Malformed(
          text_.line(), text_.column(),
          absl::StrCat("the row has more than ", kMaxCells, " cells"));
    } else {
      end = ReadCell(NextCell(row));
    }
  }
  row.cells.resize(cells_);
  if (!text_.status().ok()) return text_.status();
  if (end == CellEnd::kLine) return Result::kRow;
  SkipLine();
  if (!text_.status().ok()) return text_.status();
  return Result::kMalformed;
}

CsvReader::CellEnd CsvReader::ReadCell(CsvCell& cell) {
  if (text_.Peek() != '"') return ReadPlain(cell);
  cell.quoted = true;
  return ReadQuoted(cell);
}

CsvReader::CellEnd CsvReader::ReadQuoted(CsvCell& cell) {
  text_.Get();
  while (true) {
    const int byte = text_.Peek();
    if (byte == TextReader::kEnd) {
      return Malformed(cell.line, cell.column,
                       "a quoted cell begins here and never ends");
    }
    if (byte == '"') {
      text_.Get();
      if (text_.Peek() != '"') break;
    }
    if (!AppendByte(cell)) return CellEnd::kMalformed;
  }
  if (text_.Peek() == ',') {
    text_.Get();
    return CellEnd::kComma;
  }
  if (text_.Peek() == TextReader::kEnd || TakeLineEnd()) return CellEnd::kLine;
  return Malformed(text_.line(), text_.column(),
                   "a comma or the line's end must follow a closing quote; "
                   "write a quote inside "
                   "a quoted cell twice");
}

CsvReader::CellEnd CsvReader::ReadPlain(CsvCell& cell) {
  while (true) {
    const int byte = text_.Peek();
    if (byte == TextReader::kEnd || TakeLineEnd()) return CellEnd::kLine;
    if (byte == ',') {
      text_.Get();
      return CellEnd::kComma;
    }
    if (byte == '"') {
      return Malformed(text_.line(), text_.column(),
                       "a quote inside an unquoted cell; quote the whole cell "
                       "and write this "
                       "quote twice");
    }
    if (!AppendByte(cell)) return CellEnd::kMalformed;
  }
}

bool CsvReader::AppendByte(CsvCell& cell) {
  if (++row_bytes_ > kMaxPieceBytes) {
    Malformed(
        cell.line, cell.column,
        absl::StrCat("the row is longer than ", kMaxPieceBytes, " bytes"));
    return false;
  }
  cell.text.push_back(static_cast<char>(text_.Get()));
  return true;
}

CsvReader::CellEnd CsvReader::Malformed(uint64_t line, uint64_t column,
                                        std::string message) {
  error_ = {.line = line, .column = column, .message = std::move(message)};
  return CellEnd::kMalformed;
}

bool CsvReader::TakeLineEnd() {
  const int byte = text_.Peek();
  if (byte != '\n' && byte != '\r') return false;
  text_.Get();
  if (byte == '\n') return true;
  if (text_.Peek() == '\n') {
    text_.Get();
  } else {
    text_.CountLine();
  }
  return true;
}

void CsvReader::SkipLine() {
  while (text_.Peek() != TextReader::kEnd && !TakeLineEnd()) text_.Get();
}

}  // namespace skg::engine
