// Structured log lines: one JSON object (or one readable line) an event.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "config/settings.h"

namespace skg::server {

struct LogField {
  std::string_view name;
  std::variant<std::string_view, int64_t, double> value;
};

// Receives whole lines, newline included. Called by one thread at a time.
using LogSink = std::function<void(std::string_view lines)>;
// Writes to standard error.
[[nodiscard]] LogSink StandardErrorSink();

// Lines are collected for up to a fifth of a second, so that a busy server
// does not pay a system call a request; a warning or worse goes out at once.
// Secrets have no field: nothing here ever sees a header or a query string.
// Thread safety: all methods from any thread.
class Log {
 public:
  Log(LogThreshold threshold, LogFormat format,
      LogSink sink = StandardErrorSink());
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Whether Write with this level does anything.
  [[nodiscard]] bool Enabled(LogThreshold level) const {
    return level >= threshold_;
  }
  void Write(LogThreshold level, std::string_view event,
             std::initializer_list<LogField> fields = {});
  void Flush();

 private:
  class Lines;
  LogThreshold threshold_;
  LogFormat format_;
  std::unique_ptr<Lines> lines_;
};

// Appends `text` as a JSON string with its quotes; bytes that are not UTF-8
// become U+FFFD.
void AppendJsonString(std::string_view text, std::string& out);

}  // namespace skg::server
