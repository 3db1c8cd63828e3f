#include "cli/terminal.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cli/interrupt.h"

namespace skg::cli {
namespace {

constexpr size_t kBufferBytes = size_t{64} << 10;
constexpr absl::Duration kBetweenShows = absl::Milliseconds(100);
// Back to the line's begin, and clear it.
constexpr std::string_view kEraseLine = "\r\x1b[K";

// Whether the reader of standard output has gone, which is no failure of ours.
bool output_closed = false;

void WriteToStandardError(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

void PrintFailure(std::string_view message) {
  WriteToStandardError("skg: " + Printable(message) + "\n");
}

int Fail(const absl::Status& status) {
  if (InterruptSignal() != 0) {
    PrintFailure("interrupted");
    return 128 + InterruptSignal();
  }
  if (output_closed) return kExitOk;
  PrintFailure(std::string(status.message()));
  return kExitFailed;
}

int FailUsage(std::string_view verb, std::string_view message) {
  PrintFailure(message);
  const std::string space = verb.empty() ? "" : " ";
  WriteToStandardError("Run `skg" + space + std::string(verb) +
                       " --help` for what it takes.\n");
  return kExitUsage;
}

std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are controls, too: C2 80 to C2 9F.
    const bool second_control = byte == 0xC2 && i + 1 < text.size() &&
                                static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (byte >= 0x20 && byte != 0x7F && !second_control) {
      out.push_back(text[i]);
    } else if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\t') {
      out += "\\t";
    } else if (byte == '\r') {
      out += "\\r";
    } else {
      const unsigned char code =
          second_control ? static_cast<unsigned char>(text[++i]) : byte;
      absl::StrAppend(&out, "\\u00", absl::Hex(code, absl::kZeroPad2));
    }
  }
  return out;
}

std::string WithSeparators(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t place = digits.size(); place > 3; place -= 3)
    digits.insert(place - 3, ",");
  return digits;
}

std::string Counted(uint64_t number, std::string_view noun) {
  std::string text = WithSeparators(number) + " ";
  text += noun;
  if (number != 1) text += 's';
  return text;
}

absl::Status Output::Write(std::string_view bytes) {
  buffer_ += bytes;
  return buffer_.size() < kBufferBytes ? absl::OkStatus() : Flush();
}

absl::Status Output::Flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = write(descriptor_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<size_t>(written));
      continue;
    }
    const int error = errno;
    if (error == EINTR && InterruptSignal() == 0) continue;
    buffer_.clear();
    if (error == EINTR) return absl::CancelledError("interrupted");
    if (error == EPIPE) {
      output_closed = true;
      return absl::CancelledError(absl::StrCat(name_, ": the reader has gone"));
    }
    const std::string message =
        absl::StrCat(name_, ": ", std::generic_category().message(error));
    return error == ENOSPC ? absl::ResourceExhaustedError(message)
                           : absl::UnavailableError(message);
  }
  buffer_.clear();
  return absl::OkStatus();
}

Output& StandardOutput() {
  static Output output(STDOUT_FILENO, "standard output");
  return output;
}

int PrintResult(std::string_view text) {
  absl::Status status = StandardOutput().Write(text);
  if (status.ok()) status = StandardOutput().Flush();
  return status.ok() ? kExitOk : Fail(status);
}

ProgressLine::ProgressLine()
    : terminal_(isatty(STDERR_FILENO) == 1), next_(absl::Now()) {}

bool ProgressLine::Due() { return terminal_ && absl::Now() >= next_; }

void ProgressLine::Show(std::string_view text) {
  if (!Due()) return;
  WriteToStandardError(std::string(kEraseLine) + Printable(text));
  shown_ = true;
  next_ = absl::Now() + kBetweenShows;
}

void ProgressLine::Clear() {
  if (shown_) WriteToStandardError(kEraseLine);
  shown_ = false;
}

std::string RateText(uint64_t statements, absl::Time start) {
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  std::string text = Counted(statements, "statement");
  if (seconds > 0.001) {
    const auto rate =
        static_cast<uint64_t>(static_cast<double>(statements) / seconds);
    text += ", " + WithSeparators(rate) + "/s";
  }
  return text;
}

}  // namespace skg::cli
