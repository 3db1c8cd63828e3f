// A sliding window over the bytes of an input.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "rdf/reader.h"

namespace skg::rdf {

// Where a byte of the input stands. Lines end with LF, CR or CR LF.
struct Place {
  uint64_t line = 1;
  uint64_t column = 1;  // bytes
};

// [cursor, end) is contiguous. Scanning what reaches past `end` goes so: keep
// the cursor at its start, Fill, scan again; the window at least doubles each
// time, so all scans together stay linear.
class InputWindow {
 public:
  // Lends `text`; nothing is copied.
  explicit InputWindow(std::string_view text);
  // Lends `source`. Starts with room for `capacity` bytes (at least 1).
  explicit InputWindow(const ByteSource& source,
                       size_t capacity = size_t{256} << 10);
  InputWindow(const InputWindow&) = delete;
  InputWindow& operator=(const InputWindow&) = delete;

  [[nodiscard]] const char* cursor() const { return cursor_; }
  [[nodiscard]] const char* end() const { return end_; }
  [[nodiscard]] size_t size() const {
    return static_cast<size_t>(end_ - cursor_);
  }
  // Whether nothing follows end().
  [[nodiscard]] bool complete() const { return complete_; }
  void set_cursor(const char* cursor) { cursor_ = cursor; }

  // Drops what is before the cursor and reads on. All pointers into the window
  // but cursor() and end() become invalid.
  [[nodiscard]] absl::Status Fill();
  // Fills until `bytes` (at most 4096) are there or the input ends.
  [[nodiscard]] absl::Status Ensure(size_t bytes);

  // Passes over a UTF-8 byte order mark at the start.
  [[nodiscard]] absl::Status SkipByteOrderMark();

  // The place of a byte of the window. Cheap for places asked in order.
  [[nodiscard]] Place PlaceOf(const char* at);

 private:
  // A place, and whether the byte before it was a CR.
  struct Mark {
    const char* at = nullptr;
    Place place;
    bool after_cr = false;
  };
  static void Move(Mark& mark, const char* to);

  const ByteSource* source_ = nullptr;
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  const char* cursor_ = nullptr;
  const char* end_ = nullptr;
  bool complete_ = false;
  Mark begin_;  // first byte of the window
  Mark last_;   // last place asked for
};

}  // namespace skg::rdf
