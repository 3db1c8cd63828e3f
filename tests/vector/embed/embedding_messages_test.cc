#include "vector/embed/embedding_messages.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/test_support.h"

using namespace skg::vector;

namespace {

std::string WhyNot(std::string_view answer, size_t texts = 2,
                   uint32_t dimension = 2) {
  const auto vectors = ReadEmbeddings(answer, texts, dimension);
  REQUIRE(absl::IsDataLoss(vectors.status()));
  return std::string(vectors.status().message());
}

}  // namespace

TEST_CASE("a request names the model and has the texts", "[embedders]") {
  const std::vector<std::string> texts{"a \"b\"", "\xC3\xA4\xFF"};
  const auto request = nlohmann::json::parse(EmbeddingRequest("m", texts));
  CHECK(request ==
        nlohmann::json{{"model", "m"},
                       {"input", {"a \"b\"", "\xC3\xA4\xEF\xBF\xBD"}}});
}

TEST_CASE("vectors are in the order of the texts", "[embedders]") {
  const auto vectors = ReadEmbeddings(
      R"({"object":"list","data":[{"index":1,"embedding":[3,4.5]},
          {"embedding":[-1e-3,2],"index":0,"object":"embedding"}],"usage":{}})",
      2, 2);
  REQUIRE_OK(vectors);
  CHECK(*vectors == std::vector<std::vector<float>>{{-1e-3f, 2}, {3, 4.5f}});
}

TEST_CASE("an answer that is not the protocol's is refused", "[embedders]") {
  using Catch::Contains;
  CHECK_THAT(WhyNot(""), Contains("no JSON"));
  CHECK_THAT(WhyNot("{\"data\":[{]}"), Contains("no JSON"));
  CHECK_THAT(WhyNot(std::string(100'000, '[')), Contains("no JSON"));
  CHECK_THAT(WhyNot("[]"), Contains("\"data\""));
  CHECK_THAT(WhyNot(R"({"data":{}})"), Contains("\"data\""));
  CHECK_THAT(WhyNot(R"({"data":[]})"), Contains("0 vectors for 2"));
  const std::string good = R"({"index":0,"embedding":[1,2]})";
  const auto second = [&](const std::string& entry) {
    return WhyNot("{\"data\":[" + good + "," + entry + "]}");
  };
  CHECK_THAT(second("7"), Contains("index"));
  CHECK_THAT(second(R"({"index":2,"embedding":[1,2]})"), Contains("0 to 1"));
  CHECK_THAT(second(R"({"index":-1,"embedding":[1,2]})"), Contains("0 to 1"));
  CHECK_THAT(second(R"({"index":"1","embedding":[1,2]})"), Contains("0 to 1"));
  CHECK_THAT(second(good), Contains("twice"));
  CHECK_THAT(second(R"({"index":1})"), Contains("no array"));
  CHECK_THAT(second(R"({"index":1,"embedding":"AAAA"})"), Contains("no array"));
  CHECK_THAT(second(R"({"index":1,"embedding":[1,2,3]})"),
             Contains("3 numbers, not 2"));
  CHECK_THAT(second(R"({"index":1,"embedding":[]})"), Contains("0 numbers"));
  CHECK_THAT(second(R"({"index":1,"embedding":[1,null]})"),
             Contains("no finite number"));
  CHECK_THAT(second(R"({"index":1,"embedding":[1,1e300]})"),
             Contains("no finite number"));
  CHECK_THAT(second(R"({"index":1,"embedding":[1,1e999]})"), Contains("wrong"));
}

TEST_CASE("what an error says is told, but not all of it", "[embedders]") {
  CHECK(ReadErrorMessage(R"({"error":{"message":"no such model"}})") ==
        "no such model");
  CHECK(ReadErrorMessage(R"({"error":"down"})") == "down");
  CHECK(ReadErrorMessage("bad\ngateway") == "bad gateway");
  CHECK(ReadErrorMessage(std::string(10'000, 'x')).size() == 300);
}
