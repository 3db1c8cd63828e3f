#include "text/metadata_text.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace skg::text {
namespace {

std::string Text(std::string_view metadata) {
  return ReadMetadataText(metadata).text;
}

TEST_CASE("the strings of metadata are lines", "[metadata_text]") {
  CHECK(Text("").empty());
  CHECK(Text("{}").empty());
  CHECK(Text(R"({"a":1,"b":null,"c":true,"d":1.5,"e":""})").empty());
  CHECK(Text(R"({"z":"one","a":"two"})") == "one\ntwo");
  CHECK(Text(R"({"a":{"b":["one",{"c":"two"}],"d":3},"e":"three"})") ==
        "one\ntwo\nthree");
  CHECK(Text(R"({"a":"one","a":"two"})") == "one\ntwo");
  CHECK(Text(R"( { "a" : "x:\"y\" \\ \u00e9 \ud83d\ude80" } )") ==
        "x:\"y\" \\ \u00e9 \U0001F680");
}

TEST_CASE("of what is not JSON the strings before that count",
          "[metadata_text]") {
  CHECK(Text("no").empty());
  CHECK(Text(R"({"a":"one","b")") == "one");
  CHECK(Text(R"({"a":"one","b":"open)") == "one");
  CHECK(Text(R"({"a":"one","b":1e999,"c":"two"})") == "one");
  CHECK(Text("{\"a\":\"one\",\"b\":\"\xff\"}") == "one");
  const std::string deep(100'000, '[');
  CHECK(Text("{\"a\":\"one\",\"b\":" + deep) == "one");
}

TEST_CASE("lines of a string are no strings", "[metadata_text]") {
  const MetadataText strings = ReadMetadataText(R"({"a":["x","yz","q"]})");
  CHECK(strings.begins == std::vector<uint32_t>{2, 5});
  const MetadataText lines = ReadMetadataText(R"({"a":"x\nyz\nq"})");
  CHECK(lines.begins.empty());
  const MetadataText both = ReadMetadataText(R"({"a":["x\nyz","q"]})");
  const MetadataText other = ReadMetadataText(R"({"a":["x","yz\nq"]})");
  const std::vector<const MetadataText*> all = {&strings, &lines, &both,
                                                &other};
  for (const MetadataText* a : all) {
    CHECK(a->text == "x\nyz\nq");
    for (const MetadataText* b : all)
      CHECK((HashText(*a) == HashText(*b)) == (a == b));
  }
  CHECK(HashText(strings) == HashText("x\nyz\nq"));
}

}  // namespace
}  // namespace skg::text
