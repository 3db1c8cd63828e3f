#include "observe/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

namespace skg::server {
namespace {

constexpr auto kFlushInterval = std::chrono::milliseconds(200);
constexpr size_t kFlushBytes = size_t{32} * 1024;

// Collects formatted lines; spdlog's own sinks flush after each.
class CollectingSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit CollectingSink(LogSink target) : target_(std::move(target)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    pending_.append(message.payload.data(), message.payload.size());
    pending_ += '\n';
    if (pending_.size() >= kFlushBytes) flush_();
  }
  void flush_() override {
    if (pending_.empty()) return;
    target_(pending_);
    pending_.clear();
  }

  LogSink target_;
  std::string pending_;
};

spdlog::level::level_enum SpdlogLevel(LogThreshold level) {
  switch (level) {
    case LogThreshold::kDebug:
      return spdlog::level::debug;
    case LogThreshold::kInfo:
      return spdlog::level::info;
    case LogThreshold::kWarning:
      return spdlog::level::warn;
    case LogThreshold::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view LevelName(LogThreshold level) {
  constexpr std::array<std::string_view, 4> kNames = {"DEBUG", "INFO",
                                                      "WARNING", "ERROR"};
  return kNames[static_cast<size_t>(level)];
}

void AppendTimestamp(std::string& out) {
  const auto now = std::chrono::system_clock::now();
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(
                          now.time_since_epoch())
                          .count();
  const time_t seconds = static_cast<time_t>(micros / 1'000'000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 40> text;
  size_t length =
      std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  out.append(text.data(), length);
  std::string fraction = std::to_string(1'000'000 + micros % 1'000'000);
  fraction[0] = '.';
  out += fraction;
  out += 'Z';
}

void AppendValue(const LogField& field, std::string& out) {
  std::array<char, 32> digits;
  auto end = digits.data();
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    AppendJsonString(*text, out);
    return;
  }
  if (const auto* number = std::get_if<int64_t>(&field.value)) {
    end = std::to_chars(digits.data(), digits.data() + digits.size(), *number)
              .ptr;
  } else {
    end = std::to_chars(digits.data(), digits.data() + digits.size(),
                        std::get<double>(field.value), std::chars_format::fixed,
                        3)
              .ptr;
  }
  out.append(digits.data(), end);
}

}  // namespace

// The logger and the thread that flushes it now and then.
class Log::Lines {
 public:
  Lines(LogThreshold threshold, LogSink sink)
      : logger_("skg", std::make_shared<CollectingSink>(std::move(sink))),
        flusher_([this] { FlushNowAndThen(); }) {
    logger_.set_level(SpdlogLevel(threshold));
    logger_.flush_on(spdlog::level::warn);
  }
  ~Lines() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    flusher_.join();
    logger_.flush();
  }

  spdlog::logger& logger() { return logger_; }

 private:
  void FlushNowAndThen() {
    std::unique_lock lock(mutex_);
    while (
        !wake_.wait_for(lock, kFlushInterval, [this] { return stopping_; })) {
      logger_.flush();
    }
  }

  spdlog::logger logger_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread flusher_;
};

LogSink StandardErrorSink() {
  return [](std::string_view lines) {
    while (!lines.empty()) {
      const ssize_t written =
          ::write(STDERR_FILENO, lines.data(), lines.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return;  // nobody reads: there is no one to tell
      lines.remove_prefix(static_cast<size_t>(written));
    }
  };
}

Log::Log(LogThreshold threshold, LogFormat format, LogSink sink)
    : threshold_(threshold),
      format_(format),
      lines_(std::make_unique<Lines>(threshold, std::move(sink))) {}

Log::~Log() = default;

void Log::Write(LogThreshold level, std::string_view event,
                std::initializer_list<LogField> fields) {
  if (!Enabled(level)) return;
  const bool json = format_ == LogFormat::kJson;
  std::string line;
  line.reserve(256);
  line += json ? R"({"timestamp":")" : "";
  AppendTimestamp(line);
  line += json ? R"(","level":")" : " ";
  line += LevelName(level);
  line += json ? R"(","logger":"skg","event":)" : " ";
  if (json) {
    AppendJsonString(event, line);
  } else {
    line += event;
  }
  for (const LogField& field : fields) {
    line += json ? ",\"" : " ";
    line += field.name;
    line += json ? "\":" : "=";
    AppendValue(field, line);
  }
  if (json) line += '}';
  // The string_view form takes the line as it is: braces in it are no format.
  lines_->logger().log(SpdlogLevel(level),
                       spdlog::string_view_t(line.data(), line.size()));
}

void Log::Flush() { lines_->logger().flush(); }

void AppendJsonString(std::string_view text, std::string& out) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
  });
  if (plain) {
    out += '"';
    out += text;
    out += '"';
    return;
  }
  out += nlohmann::json(text).dump(-1, ' ', false,
                                   nlohmann::json::error_handler_t::replace);
}

}  // namespace skg::server
