#include "config/settings.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <map>

#include "auth/api_key.h"
#include "support/test_support.h"

namespace skg::server {
namespace {

using Variables = std::map<std::string, std::string>;

Environment From(Variables variables) {
  return [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

std::string WriteFile(const test::TemporaryDirectory& directory,
                      const std::string& name, const std::string& text) {
  std::ofstream(directory / name) << text;
  return directory / name;
}

std::string MessageOf(const absl::StatusOr<Settings>& settings) {
  REQUIRE_FALSE(settings.ok());
  REQUIRE(absl::IsInvalidArgument(settings.status()));
  return std::string(settings.status().message());
}

TEST_CASE("a setting comes from flag, environment, file, default in turn") {
  const test::TemporaryDirectory directory;
  const std::string file =
      WriteFile(directory, "skg.toml", "port = 3\nhost = \"::1\"\n");
  FlagValues flags;
  SECTION("default") {
    const auto settings = LoadSettings(flags, From({}));
    REQUIRE_OK(settings);
    CHECK(settings->port == 7777);
    CHECK(settings->host == "127.0.0.1");
    CHECK(settings->rate_limit == 100);
    CHECK(settings->v1.max_batch == 100);
    CHECK(settings->v2.max_batch == 1000);
  }
  SECTION("file over default") {
    flags.config_file = file;
    const auto settings = LoadSettings(flags, From({}));
    REQUIRE_OK(settings);
    CHECK(settings->port == 3);
    CHECK(settings->host == "::1");
  }
  SECTION("environment over file, and the SKG_ form over the other") {
    flags.config_file = file;
    const auto settings =
        LoadSettings(flags, From({{"PORT", "2"}, {"SKG_PORT", "4"}}));
    REQUIRE_OK(settings);
    CHECK(settings->port == 4);
    CHECK(settings->host == "::1");
  }
  SECTION("flag over all") {
    flags.config_file = file;
    flags.port = "1";
    const auto settings = LoadSettings(flags, From({{"SKG_PORT", "2"}}));
    REQUIRE_OK(settings);
    CHECK(settings->port == 1);
  }
  SECTION("an empty variable counts as absent") {
    const auto settings = LoadSettings(flags, From({{"SKG_PORT", ""}}));
    REQUIRE_OK(settings);
    CHECK(settings->port == 7777);
  }
}

TEST_CASE("the two families of limits have their own names") {
  const auto settings = LoadSettings({}, From({{"SKG_MAX_BATCH_SIZE", "7"},
                                               {"MAX_BATCH_SIZE", "70"},
                                               {"SKG_MAX_RESULTS", "8"},
                                               {"MAX_QUERY_RESULTS", "80"},
                                               {"MAX_STRING_LENGTH", "900"}}));
  REQUIRE_OK(settings);
  CHECK(settings->v1.max_batch == 7);
  CHECK(settings->v2.max_batch == 70);
  CHECK(settings->v1.max_results == 8);
  CHECK(settings->v2.max_results == 80);
  CHECK(settings->v2.max_object_length == 900);
  CHECK(settings->v1.max_object_length == 500);
}

TEST_CASE("lists are comma lists or JSON arrays") {
  const auto commas =
      LoadSettings({}, From({{"ALLOWED_HOSTS", "a.example, b.example"}}));
  REQUIRE_OK(commas);
  CHECK(commas->allowed_hosts ==
        std::vector<std::string>{"a.example", "b.example"});
  const auto array =
      LoadSettings({}, From({{"CORS_ORIGINS", "[\"https://a.example\"]"}}));
  REQUIRE_OK(array);
  CHECK(array->cors_origins == std::vector<std::string>{"https://a.example"});
}

TEST_CASE("a bad value names where it stands and what would be right") {
  const test::TemporaryDirectory directory;
  struct Case {
    const char* name;
    FlagValues flags;
    Variables variables;
    std::vector<const char*> parts;
  };
  const std::string toml =
      WriteFile(directory, "bad.toml", "host = \"::1\"\nport = 70000\n");
  const std::string unknown =
      WriteFile(directory, "unknown.toml", "[v1]\nmax_result = 7\n");
  const std::string broken = WriteFile(directory, "broken.toml", "port = \n");
  const Case cases[] = {
      {"flag", {.port = "x"}, {}, {"--port", "0 to 65535", "\"x\""}},
      {"environment",
       {},
       {{"RATE_LIMIT", "-1"}},
       {"environment variable RATE_LIMIT", "whole number"}},
      {"file", {.config_file = toml}, {}, {"bad.toml:2", "port", "65535"}},
      {"unknown key",
       {.config_file = unknown},
       {},
       {"unknown.toml:2", "v1.max_result", "no such setting"}},
      {"broken file", {.config_file = broken}, {}, {"broken.toml:1:"}},
      {"no file",
       {.config_file = directory / "none"},
       {},
       {"--config", "cannot be read"}},
      {"choice",
       {},
       {{"LOG_FORMAT", "xml"}},
       {"LOG_FORMAT", "json, console", "xml"}},
      {"flag value", {.log_level = "loud"}, {}, {"--log-level", "debug, info"}},
      {"hash",
       {},
       {{"SKG_API_KEY_HASH", "sha256:12"}},
       {"SKG_API_KEY_HASH", "64 hex digits"}},
  };
  for (const Case& each : cases) {
    DYNAMIC_SECTION(each.name) {
      const std::string message =
          MessageOf(LoadSettings(each.flags, From(each.variables)));
      for (const char* part : each.parts) {
        CHECK_THAT(message, Catch::Contains(part));
      }
    }
  }
}

TEST_CASE("a key given in place of its hash is not repeated") {
  const std::string key = GenerateApiKey();
  const std::string message =
      MessageOf(LoadSettings({}, From({{"SKG_API_KEY_HASH", key}})));
  CHECK_THAT(message, !Catch::Contains(key));
}

TEST_CASE("key hashes: several, from a file, and a graph key in the clear") {
  const test::TemporaryDirectory directory;
  const std::string one = HashApiKey("one");
  const std::string two = HashApiKey("two");
  const std::string file =
      WriteFile(directory, "hashes", one + "," + two + "\n");
  const auto settings = LoadSettings(
      {}, From({{"SKG_API_KEY_HASH_FILE", file}, {"GRAPH_API_KEY", "three"}}));
  REQUIRE_OK(settings);
  CHECK(settings->api_key_hashes ==
        std::vector<std::string>{one, two, HashApiKey("three")});
  const std::string message = MessageOf(
      LoadSettings({}, From({{"SKG_API_KEY_HASH_FILE", directory / "none"}})));
  CHECK_THAT(message, Catch::Contains("SKG_API_KEY_HASH_FILE"));
}

TEST_CASE("what must not start is refused") {
  Settings settings;
  CHECK_FALSE(CheckStart(settings, 0).ok());
  CHECK(CheckStart(settings, 1).ok());
  settings.api_key_hashes = {HashApiKey("k")};
  CHECK(CheckStart(settings, 0).ok());
  settings.enable_auth = false;
  CHECK(CheckStart(settings, 0).ok());
  for (const char* host : {"0.0.0.0", "::", "192.168.1.4", "example.org"}) {
    settings.host = host;
    CHECK_FALSE(CheckStart(settings, 1).ok());
  }
  for (const char* host : {"localhost", "127.0.0.1", "127.8.8.8", "::1"}) {
    settings.host = host;
    CHECK(CheckStart(settings, 0).ok());
  }
}

}  // namespace
}  // namespace skg::server
