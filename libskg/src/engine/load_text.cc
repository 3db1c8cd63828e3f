#include "engine/load_text.h"

#include <cstring>

namespace skg::engine {

bool TextReader::Fill() {
  if (ended_) return false;
  absl::StatusOr<size_t> got = input_.Read(buffer_.data(), buffer_.size());
  if (!got.ok()) status_ = got.status();
  begin_ = 0;
  end_ = got.ok() ? *got : 0;
  ended_ = end_ == 0;
  return !ended_;
}

TextReader::Line TextReader::ReadLine(std::string& line) {
  line.clear();
  if (Peek() == kEnd) return Line::kEnd;
  bool too_long = false;
  bool found = false;
  while (!found && Peek() != kEnd) {
    const char* from = buffer_.data() + begin_;
    const void* newline = std::memchr(from, '\n', end_ - begin_);
    found = newline != nullptr;
    const size_t count =
        found ? static_cast<size_t>(static_cast<const char*>(newline) - from)
              : end_ - begin_;
    if (line.size() + count > kMaxPieceBytes) too_long = true;
    if (!too_long) line.append(from, count);
    begin_ += count + (found ? 1 : 0);
  }
  if (!status_.ok()) return Line::kEnd;
  ++line_;
  column_ = 1;
  if (too_long) return Line::kTooLong;
  if (line.ends_with('\r')) line.pop_back();
  return Line::kRead;
}

}  // namespace skg::engine
