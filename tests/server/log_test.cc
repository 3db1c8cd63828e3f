#include "observe/log.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>
#include <vector>

namespace skg::server {
namespace {

using Json = nlohmann::json;

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST_CASE("a line is one JSON object with the documented fields") {
  std::string written;
  {
    Log log(LogThreshold::kInfo, LogFormat::kJson,
            [&](std::string_view lines) { written += lines; });
    log.Write(LogThreshold::kInfo, "request",
              {{"request_id", "r-1"},
               {"status", int64_t{201}},
               {"duration_ms", 1.25}});
    log.Write(LogThreshold::kDebug, "hidden");
  }
  const auto lines = Lines(written);
  REQUIRE(lines.size() == 1);
  const Json line = Json::parse(lines[0]);
  CHECK(line["level"] == "INFO");
  CHECK(line["logger"] == "skg");
  CHECK(line["event"] == "request");
  CHECK(line["request_id"] == "r-1");
  CHECK(line["status"] == 201);
  CHECK(line["duration_ms"] == 1.25);
  // 2024-01-15T10:30:00.000000Z
  const std::string timestamp = line["timestamp"];
  CHECK(timestamp.size() == 27);
  CHECK(timestamp.back() == 'Z');
}

TEST_CASE("no text breaks a line or escapes its quotes") {
  const std::string nasty = "a\"b\\c\n{}%s\x01\xFF\xE2\x82";
  std::string written;
  {
    Log log(LogThreshold::kDebug, LogFormat::kJson,
            [&](std::string_view lines) { written += lines; });
    log.Write(LogThreshold::kInfo, "e", {{"text", nasty}});
    log.Write(LogThreshold::kInfo, "e", {{"text", "M\xC3\xBCller"}});
  }
  const auto lines = Lines(written);
  REQUIRE(lines.size() == 2);
  CHECK(Json::parse(lines[0])["text"].get<std::string>().starts_with(
      "a\"b\\c\n{}%s\x01"));
  CHECK(Json::parse(lines[1])["text"] == "M\xC3\xBCller");
}

TEST_CASE("a warning goes out at once, console lines are readable") {
  std::string written;
  Log log(LogThreshold::kInfo, LogFormat::kConsole,
          [&](std::string_view lines) { written += lines; });
  log.Write(LogThreshold::kWarning, "auth_failure", {{"ip", "127.0.0.1"}});
  CHECK_THAT(written,
             Catch::Contains("WARNING auth_failure ip=\"127.0.0.1\"\n"));
}

TEST_CASE("lines of many threads stay whole") {
  std::string written;
  {
    Log log(LogThreshold::kInfo, LogFormat::kJson,
            [&](std::string_view lines) { written += lines; });
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 500; ++i) {
          log.Write(LogThreshold::kInfo, "e", {{"text", "some text"}});
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  const auto lines = Lines(written);
  CHECK(lines.size() == 2000);
  for (const std::string& line : lines) {
    REQUIRE_FALSE(Json::parse(line, nullptr, false).is_discarded());
  }
}

}  // namespace
}  // namespace skg::server
