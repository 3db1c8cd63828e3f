// What the program says: results, one line of failure, progress.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace skg::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

// "skg: MESSAGE" as one line on standard error.
void PrintFailure(std::string_view message);
// Prints why a verb failed and gives its exit status: that of the signal which
// interrupted it, quietly 0 where the reader of the output has gone, else 1.
[[nodiscard]] int Fail(const absl::Status& status);
// The same for a command line that cannot be run: exit status 2, and where to
// read more.
[[nodiscard]] int FailUsage(std::string_view verb, std::string_view message);

// Control characters as escapes, so that no name can steer a terminal.
[[nodiscard]] std::string Printable(std::string_view text);
// "1,234,567".
[[nodiscard]] std::string WithSeparators(uint64_t number);
// "1 graph", "1,200 graphs".
[[nodiscard]] std::string Counted(uint64_t number, std::string_view noun);

// Bytes to a file descriptor, buffered. Not thread-safe.
class Output {
 public:
  // `name` is for messages. Does not own the descriptor.
  Output(int descriptor, std::string name)
      : descriptor_(descriptor), name_(std::move(name)) {}

  // Errors: kCancelled (the reader has gone), kUnavailable, kResourceExhausted
  // (disk full).
  [[nodiscard]] absl::Status Write(std::string_view bytes);
  [[nodiscard]] absl::Status Flush();

 private:
  const int descriptor_;
  const std::string name_;
  std::string buffer_;
};

[[nodiscard]] Output& StandardOutput();
// Writes all of it; gives the exit status.
[[nodiscard]] int PrintResult(std::string_view text);

// One line on standard error that keeps itself up to date; nothing where that
// is no terminal.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine() { Clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Whether Show would show something now: not more than ten times a second.
  [[nodiscard]] bool Due();
  void Show(std::string_view text);
  void Clear();

 private:
  const bool terminal_;
  bool shown_ = false;
  absl::Time next_;
};

// "12,345 statements, 210,000/s" since `start`.
[[nodiscard]] std::string RateText(uint64_t statements, absl::Time start);

}  // namespace skg::cli
