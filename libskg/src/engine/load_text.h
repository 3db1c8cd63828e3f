// Bytes of an input one by one, with their place. For the readers of the
// formats that are not RDF syntaxes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "engine/load_input.h"

namespace skg::engine {

// The longest line, row or JSON value that is read: what has to fit into
// memory at once.
inline constexpr size_t kMaxPieceBytes = size_t{64} << 20;

// Not thread-safe. `input` must outlive it.
class TextReader {
 public:
  static constexpr int kEnd = -1;

  explicit TextReader(LoadInput& input)
      : input_(input), buffer_(size_t{64} << 10) {}

  // The next byte (0 to 255), or kEnd at the end and after an error: ask
  // status() which of both.
  [[nodiscard]] int Peek() {
    if (begin_ == end_ && !Fill()) return kEnd;
    return static_cast<unsigned char>(buffer_[begin_]);
  }
  int Get() {
    const int byte = Peek();
    if (byte == kEnd) return kEnd;
    ++begin_;
    if (byte == '\n') {
      ++line_;
      column_ = 1;
    } else {
      ++column_;
    }
    return byte;
  }

  // For line ends that are no LF.
  void CountLine() {
    ++line_;
    column_ = 1;
  }

  enum class Line { kRead, kEnd, kTooLong };
  // The rest of the line without its LF or CRLF; one that is longer than
  // kMaxPieceBytes is passed over. kEnd: nothing is left, or an error.
  [[nodiscard]] Line ReadLine(std::string& line);

  // Of the next byte; both 1-based.
  [[nodiscard]] uint64_t line() const { return line_; }
  [[nodiscard]] uint64_t column() const { return column_; }
  [[nodiscard]] const absl::Status& status() const { return status_; }

 private:
  bool Fill();

  LoadInput& input_;
  std::vector<char> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool ended_ = false;
  uint64_t line_ = 1;
  uint64_t column_ = 1;
  absl::Status status_;
};

}  // namespace skg::engine
