#include "http/negotiation.h"

#include <array>
#include <catch2/catch.hpp>
#include <string_view>

namespace skg::server {
namespace {

TEST_CASE("a charset that is UTF-8") {
  for (const char* type : {"", "text/turtle", "text/turtle; charset=utf-8",
                           "a/b;charset=\"UTF-8\"",
                           "a/b; x=y; charset=us-ascii", "charset=utf-16"}) {
    INFO(type);
    CHECK(IsUtf8(type));
  }
  for (const char* type :
       {"a/b; charset=utf-16", "a/b;Charset=latin1", "a/b; charset="}) {
    INFO(type);
    CHECK_FALSE(IsUtf8(type));
  }
}

TEST_CASE("the offer that a client prefers") {
  constexpr std::array<std::string_view, 3> offers = {"a/json", "a/xml",
                                                      "text/csv"};
  const auto chosen = [&](std::string_view accept) {
    const auto found = ChooseMediaType(accept, offers);
    return found ? static_cast<int>(*found) : -1;
  };
  CHECK(chosen("") == 0);
  CHECK(chosen("*/*") == 0);
  CHECK(chosen("a/xml") == 1);
  CHECK(chosen("A/XML") == 1);
  CHECK(chosen("text/*") == 2);
  CHECK(chosen("a/xml;q=0.5, text/csv;q=0.6") == 2);
  CHECK(chosen("a/*;q=0.5, a/json;q=0.1") == 1);
  CHECK(chosen("*/*, a/json;q=0") == 1);
  CHECK(chosen("a/xml;version=1;q=1 , */*;q=0.1") == 1);
  CHECK(chosen("text/html") == -1);
  CHECK(chosen("a/json;q=0") == -1);
  CHECK(chosen("a/json;q=many") == -1);
  CHECK(chosen("a/xml;q=7,a/json;q=1") == 0);
  CHECK(chosen(",;,a/xml,") == 1);
  CHECK(chosen("/*") == -1);
}

TEST_CASE("a content type is compared without its parameters") {
  CHECK(IsMediaType("Text/CSV ; charset=utf-8", "text/csv"));
  CHECK(IsMediaType("text/csv", "text/csv"));
  CHECK_FALSE(IsMediaType("text/csvx", "text/csv"));
  CHECK_FALSE(IsMediaType("", "text/csv"));
}

}  // namespace
}  // namespace skg::server
