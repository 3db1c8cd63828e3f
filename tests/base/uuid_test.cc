#include "base/uuid.h"

#include <catch2/catch.hpp>
#include <cctype>
#include <set>
#include <vector>

#include "support/test_support.h"

namespace skg {
namespace {

Uuid Parse(std::string_view text) {
  const auto uuid = ParseUuid(text);
  REQUIRE(uuid.has_value());
  return *uuid;
}

// The name spaces of RFC 4122, appendix C.
constexpr char kDns[] = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
constexpr char kUrl[] = "6ba7b811-9dad-11d1-80b4-00c04fd430c8";

TEST_CASE("a UUID by name is that of RFC 4122, version 5", "[uuid]") {
  struct Case {
    std::string name_space, name, want;
  };
  for (const Case& c : std::vector<Case>{
           {kDns, "www.example.com", "2ed6657d-e927-568b-95e1-2665a8aea6a2"},
           {kDns, "python.org", "886313e1-3b8a-5372-9b90-0c9aee199e5d"},
           {kUrl, "http://www.python.org/",
            "c2a8cbf8-d0f1-5ef4-9740-c3faec8ab1a0"},
           {kUrl, "", "1b4db7eb-4057-5ddf-91e0-36dec72071f5"}}) {
    INFO(c.name);
    CHECK(NameUuid(Parse(c.name_space), c.name).ToString() == c.want);
  }
}

TEST_CASE("a UUID by name depends on name space and name alone", "[uuid]") {
  const Uuid dns = Parse(kDns), url = Parse(kUrl);
  CHECK(NameUuid(dns, "a") == NameUuid(dns, "a"));
  CHECK_FALSE(NameUuid(dns, "a") == NameUuid(dns, "b"));
  CHECK_FALSE(NameUuid(dns, "a") == NameUuid(url, "a"));
  CHECK_FALSE(NameUuid(dns, "") == NameUuid(dns, std::string_view("\0", 1)));
}

TEST_CASE("version and variant are set", "[uuid]") {
  for (int i = 0; i < 100; ++i) {
    const std::string random = RandomUuid().ToString();
    CHECK(random[14] == '4');
    CHECK(std::string("89ab").find(random[19]) != std::string::npos);
    const std::string named =
        NameUuid(Parse(kDns), std::to_string(i)).ToString();
    CHECK(named[14] == '5');
    CHECK(std::string("89ab").find(named[19]) != std::string::npos);
  }
}

TEST_CASE("random UUIDs differ", "[uuid]") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(RandomUuid().ToString());
  CHECK(seen.size() == 1000);
}

TEST_CASE("a UUID is read back from its text, in either case", "[uuid]") {
  auto random = test::Random();
  for (int i = 0; i < 200; ++i) {
    Uuid uuid;
    for (uint8_t& byte : uuid.bytes) byte = static_cast<uint8_t>(random());
    std::string text = uuid.ToString();
    CHECK(text.size() == 36);
    CHECK(Parse(text) == uuid);
    for (char& c : text) c = static_cast<char>(std::toupper(c));
    CHECK(Parse(text) == uuid);
    CHECK(uuid.view().size() == 16);
  }
  CHECK(Parse(kDns).ToString() == kDns);
}

TEST_CASE("what is not the form of a UUID is refused", "[uuid]") {
  for (const std::string_view text :
       {std::string_view(""), std::string_view("6ba7b810"),
        std::string_view("6ba7b8109dad11d180b400c04fd430c8"),
        std::string_view("{6ba7b810-9dad-11d1-80b4-00c04fd430c8}"),
        std::string_view("6ba7b810-9dad-11d1-80b4-00c04fd430c"),
        std::string_view("6ba7b810-9dad-11d1-80b4-00c04fd430c88"),
        std::string_view("6ba7b810-9dad-11d1-80b4-00c04fd430cg"),
        std::string_view("6ba7b810x9dad-11d1-80b4-00c04fd430c8"),
        std::string_view("6ba7b8109-dad-11d1-80b4-00c04fd430c8"),
        std::string_view(" 6ba7b810-9dad-11d1-80b4-00c04fd430c"),
        std::string_view("6ba7b810-9dad-11d1-80b4-00c04fd430\0 ", 36)}) {
    INFO(std::string(text));
    CHECK_FALSE(ParseUuid(text).has_value());
  }
}

TEST_CASE("random bytes fill what was asked for", "[uuid]") {
  // Each byte of a buffer of 64 is other than zero in one of 32 fills, but with
  // a probability of 64 / 256^32.
  std::vector<uint8_t> seen(64, 0);
  for (int i = 0; i < 32; ++i) {
    uint8_t bytes[64] = {};
    FillRandom(bytes, sizeof bytes);
    for (size_t j = 0; j < sizeof bytes; ++j) seen[j] |= bytes[j];
  }
  for (const uint8_t byte : seen) CHECK(byte != 0);
  uint8_t untouched = 7;
  FillRandom(&untouched, 0);
  CHECK(untouched == 7);
}

}  // namespace
}  // namespace skg
