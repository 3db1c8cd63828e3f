#include "text/metadata_text.h"

#include <catch2/catch.hpp>
#include <string>

namespace skg::text {
namespace {

TEST_CASE("the strings of metadata are lines", "[metadata_text]") {
  CHECK(MetadataText("").empty());
  CHECK(MetadataText("{}").empty());
  CHECK(MetadataText(R"({"a":1,"b":null,"c":true,"d":1.5,"e":""})").empty());
  CHECK(MetadataText(R"({"z":"one","a":"two"})") == "one\ntwo");
  CHECK(MetadataText(R"({"a":{"b":["one",{"c":"two"}],"d":3},"e":"three"})") ==
        "one\ntwo\nthree");
  CHECK(MetadataText(R"({"a":"one","a":"two"})") == "one\ntwo");
  CHECK(MetadataText(R"( { "a" : "x:\"y\" \\ \u00e9 \ud83d\ude80" } )") ==
        "x:\"y\" \\ \u00e9 \U0001F680");
}

TEST_CASE("of what is not JSON the strings before that count",
          "[metadata_text]") {
  CHECK(MetadataText("no").empty());
  CHECK(MetadataText(R"({"a":"one","b")") == "one");
  CHECK(MetadataText(R"({"a":"one","b":"open)") == "one");
  CHECK(MetadataText(R"({"a":"one","b":1e999,"c":"two"})") == "one");
  CHECK(MetadataText("{\"a\":\"one\",\"b\":\"\xff\"}") == "one");
  const std::string deep(100'000, '[');
  CHECK(MetadataText("{\"a\":\"one\",\"b\":" + deep) == "one");
}

}  // namespace
}  // namespace skg::text
