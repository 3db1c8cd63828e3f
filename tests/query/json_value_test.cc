#include "query/json_value.h"

#include <catch2/catch.hpp>
#include <string>

#include "query/json_text.h"
#include "support/test_support.h"

namespace skg::query {
namespace {

std::string Message(std::string_view text, const JsonOptions& options = {}) {
  const auto document = ParseJson(text, options);
  REQUIRE_FALSE(document.ok());
  CHECK(document.status().code() == absl::StatusCode::kInvalidArgument);
  return std::string(document.status().message().data(),
                     document.status().message().size());
}

TEST_CASE("JSON values keep types, order and exact integers") {
  const auto document = ParseJson(
      R"({"b": [1, -2, 0.5, true, null, "x\u00e9"], "a": 18446744073709551615, "c": 1e2})");
  REQUIRE_OK(document);
  const JsonObject* root = document->root.object();
  REQUIRE(root != nullptr);
  REQUIRE(root->members.size() == 3);
  CHECK(root->members[0].first == "b");
  CHECK(root->members[1].second.integer()->magnitude == UINT64_MAX);
  CHECK(*root->members[2].second.real() == 100.0);
  const JsonArray* items = root->members[0].second.array();
  REQUIRE(items->items.size() == 6);
  CHECK(items->items[0].integer()->magnitude == 1);
  CHECK(items->items[1].integer()->negative);
  CHECK(items->items[1].integer()->magnitude == 2);
  CHECK(*items->items[2].real() == 0.5);
  CHECK(*items->items[3].boolean());
  CHECK(items->items[4].is_null());
  CHECK(*items->items[5].string() == "xé");
}

TEST_CASE("objects know their source text") {
  const auto document = ParseJson(R"( {"a" : { "b":[1, {}] } , "c":{}} )");
  REQUIRE_OK(document);
  const JsonObject* root = document->root.object();
  CHECK(root->source == R"({"a" : { "b":[1, {}] } , "c":{}})");
  CHECK(root->members[0].second.object()->source == R"({ "b":[1, {}] })");
  CHECK(root->members[1].second.object()->source == "{}");
}

TEST_CASE("an opaque member is checked but not built") {
  const auto document =
      ParseJson(R"({"metadata": {"a": {"b": 1.10}, "n": 1}, "x": 1})",
                {.opaque_member = "metadata"});
  REQUIRE_OK(document);
  const JsonObject* metadata =
      document->root.object()->members[0].second.object();
  REQUIRE(metadata != nullptr);
  CHECK(metadata->members.empty());
  CHECK(metadata->source == R"({"a": {"b": 1.10}, "n": 1})");
  const auto repeated = ParseJson(R"({"metadata": {"a": {"b": 1, "b": 2}}})",
                                  {.opaque_member = "metadata"});
  REQUIRE_OK(repeated);
  REQUIRE(repeated->duplicates.size() == 1);
  CHECK(repeated->duplicates[0].path ==
        std::vector<std::string>{"metadata", "a", "b"});
}

TEST_CASE("malformed JSON is refused with its place") {
  struct Case {
    const char* name;
    std::string text;
    const char* place;
  };
  const Case cases[] = {
      {"nothing", "", "line 1, column 1"},
      {"white space only", " \n ", "line 2, column 2"},
      {"missing brace", "{\"a\": 1", "line 1, column 8"},
      {"trailing comma", "{\"a\": 1,}", "line 1, column 9"},
      {"single quotes", "{'a': 1}", "line 1, column 2"},
      {"two documents", "{} {}", "line 1, column 4"},
      {"on the third line", "{\n \"a\": 1,\n \"é\" 2}", "line 3, column 6"},
      {"bad escape", R"({"a": "\q"})", "line 1, column 9"},
      {"lone surrogate", R"({"a": "\ud800"})", "line 1, column 14"},
      {"not UTF-8", "{\"a\": \"\xff\"}", "line 1, column 8"},
      {"overlong", "{\"a\": \"\xc0\x80\"}", "line 1, column 8"},
      {"control character", "{\"a\": \"\x01\"}", "line 1, column 8"},
      {"NaN", "{\"a\": NaN}", "line 1, column 7"},
      {"leading zero", "[01]", "line 1, column 3"},
      {"number too large", "[1e999]", "line 1, column 6"},
      {"NUL", std::string("{\"a\"\0:1}", 8), "line 1, column 5"},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    const std::string message = Message(c.text);
    INFO(message);
    CHECK(message.find(c.place) != std::string::npos);
    CHECK(message.find("last read") == std::string::npos);
  }
}

TEST_CASE("nesting and size are bounded") {
  const std::string deep(kMaxJsonDepth, '[');
  CHECK(ParseJson(deep + std::string(kMaxJsonDepth, ']')).ok());
  CHECK(Message("[" + deep + std::string(kMaxJsonDepth, ']') + "]")
            .find("nested deeper than 64") != std::string::npos);
  CHECK(Message(std::string(5'000'000, '[')).find("column 65") !=
        std::string::npos);
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  CHECK(Message(objects).find("nested deeper") != std::string::npos);

  std::string many = "[0";
  for (size_t i = 0; i < kMaxJsonValues; ++i) many += ",0";
  CHECK(Message(many + "]").find("more than") != std::string::npos);
}

TEST_CASE(
    "repeated members are told with their path, and the first one counts") {
  const auto document =
      ParseJson(R"({"a": [{"x": 1, "x": 2}], "a": {"y": {}, "y": []}})");
  REQUIRE_OK(document);
  REQUIRE(document->duplicates.size() == 3);
  CHECK(document->duplicates[0].path ==
        std::vector<std::string>{"a", "0", "x"});
  CHECK(document->duplicates[1].path == std::vector<std::string>{"a"});
  CHECK(document->duplicates[2].path == std::vector<std::string>{"a", "y"});
  REQUIRE(document->root.object()->members.size() == 1);
  CHECK(document->root.object()->members[0].second.array() != nullptr);
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "\"a\":1,";
  CHECK(Message(many + "\"a\":1}").find("given twice") != std::string::npos);
}

TEST_CASE("strings of any bytes become JSON that reads back") {
  std::mt19937_64 random = skg::test::Random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (size_t i = random() % 40; i > 0; --i) {
      text += static_cast<char>(random() % 3 == 0 ? random() % 256
                                                  : 0xC0 + random() % 64);
      if (random() % 2 == 0) text += static_cast<char>(0x80 + random() % 64);
    }
    std::string json;
    AppendJsonString(text, json);
    const auto document = ParseJson("[" + json + "]");
    INFO(json);
    REQUIRE_OK(document);
    const std::string* back = document->root.array()->items[0].string();
    REQUIRE(back != nullptr);
    // What was UTF-8 is unchanged.
    std::string again;
    AppendJsonString(*back, again);
    CHECK(again == json);
  }
  std::string json;
  AppendJsonString(std::string("a\"\\\n\0é\xF0\x9F\x98\x80\xE2\x82", 13), json);
  CHECK(json == "\"a\\\"\\\\\\n\\u0000é😀\xEF\xBF\xBD\"");
}

TEST_CASE("weights are written as the shortest decimal of the float") {
  const auto text = [](float value) {
    std::string out;
    AppendJsonFloat(value, out);
    return out;
  };
  CHECK(text(0.9f) == "0.9");
  CHECK(text(1.0f) == "1.0");
  CHECK(text(0.0f) == "0.0");
  CHECK(text(0.1f + 0.2f) == "0.3");
  CHECK(text(1.0f / 3) == "0.33333334");
  CHECK(text(std::nextafterf(0.0f, 1.0f)) == "1e-45");
  CHECK(text(std::nanf("")) == "null");
  std::mt19937_64 random = skg::test::Random(2);
  for (int i = 0; i < 10000; ++i) {
    const float value =
        static_cast<float>(random()) / static_cast<float>(UINT64_MAX);
    CHECK(std::strtof(text(value).c_str(), nullptr) == value);
  }
}

}  // namespace
}  // namespace skg::query
