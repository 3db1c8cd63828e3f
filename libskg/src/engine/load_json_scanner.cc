#include "engine/load_json_scanner.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace skg::engine {
namespace {

constexpr size_t kMaxDepth = 1000;

bool IsBlank(int byte) {
  return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

bool EndsScalar(int byte) {
  return byte == TextReader::kEnd || IsBlank(byte) || byte == ',' ||
         byte == ':' || byte == '[' || byte == ']' || byte == '{' ||
         byte == '}' || byte == '"';
}

}  // namespace

int JsonScanner::Get() {
  const int byte = text_.Get();
  if (capture_ != nullptr && byte != TextReader::kEnd)
    capture_->push_back(static_cast<char>(byte));
  return byte;
}

int JsonScanner::PeekToken() {
  while (IsBlank(text_.Peek())) Get();
  return text_.Peek();
}

bool JsonScanner::Take(char byte) {
  if (PeekToken() != byte) return false;
  Get();
  return true;
}

void JsonScanner::SkipLine() {
  capture_ = nullptr;
  while (text_.Peek() != TextReader::kEnd && Get() != '\n') {
  }
}

bool JsonScanner::Fail(uint64_t line, uint64_t column, std::string message) {
  error_ = {.line = line, .column = column, .message = std::move(message)};
  return false;
}

bool JsonScanner::FailHere(std::string message) {
  return Fail(line(), column(), std::move(message));
}

bool JsonScanner::SkipValue() {
  switch (PeekToken()) {
    case '{':
    case '[':
      return SkipBrackets();
    case '"':
      return SkipString();
    default:
      return SkipScalar();
  }
}

bool JsonScanner::SkipScalar() {
  if (EndsScalar(text_.Peek())) {
    return FailHere(text_.Peek() == TextReader::kEnd
                        ? "the JSON document ends too early"
                        : "malformed JSON: a value is missing");
  }
  while (!EndsScalar(text_.Peek())) {
    Get();
    if (TooLong()) return FailHere("malformed JSON: a value without end");
  }
  return true;
}

bool JsonScanner::SkipString() {
  const uint64_t first_line = line();
  const uint64_t first_column = column();
  Get();
  while (true) {
    const int byte = text_.Peek();
    if (byte == TextReader::kEnd || byte == '\n') {
      return Fail(first_line, first_column,
                  "malformed JSON: a string without its closing quote on the "
                  "same line");
    }
    Get();
    if (byte == '"') return true;
    if (byte == '\\' && text_.Peek() != '\n') Get();
    if (TooLong()) {
      return Fail(
          first_line, first_column,
          absl::StrCat("a JSON value longer than ", kMaxPieceBytes, " bytes"));
    }
  }
}

bool JsonScanner::SkipBrackets() {
  open_.clear();
  do {
    const int byte = PeekToken();
    switch (byte) {
      case TextReader::kEnd:
        return FailHere(absl::StrCat(
            "the JSON document ends too early: a closing ",
            open_.back() == '{' ? "brace" : "bracket", " is missing"));
      case '{':
      case '[':
        if (open_.size() == kMaxDepth) {
          return FailHere(absl::StrCat("JSON nested deeper than ", kMaxDepth));
        }
        open_.push_back(static_cast<char>(Get()));
        break;
      case '}':
      case ']':
        if ((open_.back() == '{') != (byte == '}')) {
          return FailHere(
              "malformed JSON: this bracket closes nothing that is open");
        }
        Get();
        open_.pop_back();
        break;
      case '"':
        if (!SkipString()) return false;
        break;
      case ',':
      case ':':
        Get();
        break;
      default:
        if (!SkipScalar()) return false;
    }
    if (TooLong()) {
      return FailHere(
          absl::StrCat("a JSON value longer than ", kMaxPieceBytes, " bytes"));
    }
  } while (!open_.empty());
  return true;
}

}  // namespace skg::engine
