// Where the values of a JSON document begin and end, without understanding
// them: so that a document of any size is read one statement at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/load_text.h"
#include "skg/load.h"

namespace skg::engine {

// Follows strings and brackets only; what it lets pass is for a JSON parser to
// judge. A false answer leaves error() or, if that is empty, the status of the
// input. Not thread-safe.
class JsonScanner {
 public:
  explicit JsonScanner(LoadInput& input) : text_(input) {}

  // The next byte that is not white space; TextReader::kEnd at the end.
  int PeekToken();
  // Takes `byte` if it is the next token.
  bool Take(char byte);
  // Passes over one value: an object, an array, a string, or a run of bytes
  // that ends before white space, a comma or a bracket.
  [[nodiscard]] bool SkipValue();
  void SkipLine();

  // What is passed over from here on is appended to `text` (null: nothing).
  void CaptureTo(std::string* text) { capture_ = text; }

  [[nodiscard]] uint64_t line() const { return text_.line(); }
  [[nodiscard]] uint64_t column() const { return text_.column(); }
  [[nodiscard]] const absl::Status& status() const { return text_.status(); }
  [[nodiscard]] const LoadError& error() const { return error_; }

 private:
  int Get();
  bool SkipString();
  bool SkipScalar();
  bool SkipBrackets();
  bool TooLong() const {
    return capture_ != nullptr && capture_->size() > kMaxPieceBytes;
  }
  bool Fail(uint64_t line, uint64_t column, std::string message);
  bool FailHere(std::string message);

  TextReader text_;
  std::string* capture_ = nullptr;
  std::string open_;  // the brackets around the present place
  LoadError error_;
};

}  // namespace skg::engine
