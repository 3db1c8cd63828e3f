// The http embedder over a transport and a clock of the test's own.
#include "vector/embed/http_embedder.h"

#include <catch2/catch.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "skg/field_error.h"
#include "support/test_support.h"

using namespace skg;
using namespace skg::vector;
using nlohmann::json;

namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

struct World {
  absl::Time now = kStart;
  std::vector<absl::Duration> pauses;
  std::vector<json> requests;
  std::vector<absl::Duration> timeouts;
  // How requests are answered, by their number from 0.
  std::function<absl::StatusOr<Transport::Answer>(size_t)> answer;
};

// One vector for each text: its length and its first byte.
Transport::Answer Good(const json& request) {
  json data = json::array();
  for (const auto& text : request["input"]) {
    const auto s = text.get<std::string>();
    data.push_back({{"index", data.size()},
                    {"embedding", {s.size(), static_cast<int>(s[0])}}});
  }
  return {200, json{{"data", data}}.dump(), ""};
}

class TestTransport final : public Transport {
 public:
  explicit TestTransport(World& world) : world_(world) {}
  absl::StatusOr<Answer> Post(const std::string& body, absl::Duration timeout,
                              size_t) override {
    world_.requests.push_back(json::parse(body));
    world_.timeouts.push_back(timeout);
    if (world_.answer) return world_.answer(world_.requests.size() - 1);
    return Good(world_.requests.back());
  }

 private:
  World& world_;
};

class TestClock final : public EmbedderClock {
 public:
  explicit TestClock(World& world) : world_(world) {}
  absl::Time Now() override { return world_.now; }
  void Sleep(absl::Duration duration) override {
    world_.pauses.push_back(duration);
    world_.now += duration;
  }

 private:
  World& world_;
};

HttpEmbedderOptions Options() {
  HttpEmbedderOptions options;
  options.base_url = "http://127.0.0.1:1";
  options.model = "m";
  options.dimension = 2;
  return options;
}

HttpEmbedder Make(World& world, const HttpEmbedderOptions& options) {
  return HttpEmbedder(options, std::make_unique<TestTransport>(world),
                      std::make_unique<TestClock>(world), test::Seed());
}

absl::StatusOr<std::vector<std::vector<float>>> Embed(
    HttpEmbedder& embedder, const std::vector<std::string>& texts,
    absl::Time deadline = absl::InfiniteFuture()) {
  return embedder.Embed(texts, deadline);
}

}  // namespace

TEST_CASE("texts go in batches of so many texts and bytes", "[embedders]") {
  World world;
  HttpEmbedderOptions options = Options();
  options.most_texts = 3;
  options.most_text_bytes = 10;
  options.longest_text_bytes = 12;
  HttpEmbedder embedder = Make(world, options);
  const auto vectors =
      Embed(embedder, {"a", "b", "c", "dddddd", "eeeee", std::string(20, 'f'),
                       "g", "h", "0123456789\u00E4\u00E4"});
  REQUIRE_OK(vectors);
  REQUIRE(vectors->size() == 9);
  CHECK((*vectors)[3] == std::vector<float>{6, 'd'});
  CHECK((*vectors)[8] == std::vector<float>{12, '0'});
  std::vector<std::vector<std::string>> batches;
  for (const json& request : world.requests) {
    CHECK(request["model"] == "m");
    batches.push_back(request["input"]);
  }
  CHECK(batches == std::vector<std::vector<std::string>>{{"a", "b", "c"},
                                                         {"dddddd"},
                                                         {"eeeee"},
                                                         {std::string(12, 'f')},
                                                         {"g", "h"},
                                                         {"0123456789\u00E4"}});
  REQUIRE_OK(Embed(embedder, {}));
  CHECK(world.requests.size() == 6);
  CHECK(absl::IsInvalidArgument(Embed(embedder, {"a", ""}).status()));
  CHECK(world.requests.size() == 6);
}

TEST_CASE("what may pass is tried again after growing pauses", "[embedders]") {
  World world;
  world.answer = [&](size_t n) -> absl::StatusOr<Transport::Answer> {
    if (n == 0) return absl::UnavailableError("refused");
    if (n == 1) return Transport::Answer{503, "busy", ""};
    if (n == 2) return absl::DeadlineExceededError("slow");
    return Good(world.requests.back());
  };
  HttpEmbedder embedder = Make(world, Options());
  REQUIRE_OK(Embed(embedder, {"a"}));
  REQUIRE(world.pauses.size() == 3);
  for (int i = 0; i < 3; ++i) {
    CHECK(world.pauses[i] >= absl::Milliseconds(125) * (1 << i));
    CHECK(world.pauses[i] <= absl::Milliseconds(250) * (1 << i));
  }
}

TEST_CASE("Retry-After is honoured up to the longest pause", "[embedders]") {
  World world;
  world.answer = [&](size_t n) -> absl::StatusOr<Transport::Answer> {
    if (n == 0) return Transport::Answer{429, "", "7"};
    if (n == 1) return Transport::Answer{429, "", "86400"};
    if (n == 2)
      return Transport::Answer{
          503, "",
          absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT",
                           world.now + absl::Seconds(3), absl::UTCTimeZone())};
    if (n == 3) return Transport::Answer{503, "", "soon"};
    return Good(world.requests.back());
  };
  HttpEmbedder embedder = Make(world, Options());
  REQUIRE_OK(Embed(embedder, {"a"}));
  REQUIRE(world.pauses.size() == 4);
  CHECK(world.pauses[0] == absl::Seconds(7));
  CHECK(world.pauses[1] == absl::Seconds(20));
  CHECK(world.pauses[2] > absl::Seconds(1));
  CHECK(world.pauses[2] <= absl::Seconds(3));
  CHECK(world.pauses[3] <= absl::Seconds(2));
  CHECK(ReadRetryAfter("-5", kStart) == absl::ZeroDuration());
  CHECK(ReadRetryAfter("Thu, 01 Jan 1970 00:00:00 GMT", kStart) ==
        absl::ZeroDuration());
}

TEST_CASE("after the last attempt it is unavailable", "[embedders]") {
  World world;
  world.answer = [](size_t) { return Transport::Answer{500, "broken", ""}; };
  HttpEmbedderOptions options = Options();
  options.most_attempts = 3;
  HttpEmbedder embedder = Make(world, options);
  const auto vectors = Embed(embedder, {"a"});
  CHECK(absl::IsUnavailable(vectors.status()));
  CHECK_THAT(std::string(vectors.status().message()),
             Catch::Contains("500") && Catch::Contains("broken") &&
                 Catch::Contains("3 attempts"));
  CHECK(world.requests.size() == 3);
}

TEST_CASE("what would fail again is not tried again", "[embedders]") {
  const auto code_of = [](Transport::Answer answer) {
    World world;
    world.answer = [&](size_t) { return answer; };
    HttpEmbedder embedder = Make(world, Options());
    const auto vectors = Embed(embedder, {"a"});
    CHECK(world.requests.size() == 1);
    return vectors.status().code();
  };
  CHECK(code_of({400, "", ""}) == absl::StatusCode::kInvalidArgument);
  CHECK(code_of({401, "", ""}) == absl::StatusCode::kPermissionDenied);
  CHECK(code_of({403, "", ""}) == absl::StatusCode::kPermissionDenied);
  CHECK(code_of({404, "", ""}) == absl::StatusCode::kInvalidArgument);
  CHECK(code_of({302, "", ""}) == absl::StatusCode::kDataLoss);
  CHECK(code_of({204, "", ""}) == absl::StatusCode::kDataLoss);
  CHECK(code_of({200, "{}", ""}) == absl::StatusCode::kDataLoss);
}

TEST_CASE("a server that fails is left alone for a while", "[embedders]") {
  World world;
  bool broken = true;
  world.answer = [&](size_t) -> absl::StatusOr<Transport::Answer> {
    if (broken) return absl::UnavailableError("refused");
    return Good(world.requests.back());
  };
  HttpEmbedderOptions options = Options();
  options.most_attempts = 2;
  options.breaker_failures = 3;
  HttpEmbedder embedder = Make(world, options);
  CHECK(absl::IsUnavailable(Embed(embedder, {"a"}).status()));
  CHECK(world.requests.size() == 2);
  CHECK(absl::IsUnavailable(Embed(embedder, {"a"}).status()));
  CHECK(world.requests.size() == 3);  // it opened between the attempts
  CHECK(absl::IsUnavailable(Embed(embedder, {"a"}).status()));
  CHECK(world.requests.size() == 3);
  world.now += options.breaker_pause;
  CHECK(absl::IsUnavailable(Embed(embedder, {"a"}).status()));
  CHECK(world.requests.size() == 4);  // half open: one attempt
  broken = false;
  CHECK(absl::IsUnavailable(Embed(embedder, {"a"}).status()));
  CHECK(world.requests.size() == 4);
  world.now += options.breaker_pause;
  REQUIRE_OK(Embed(embedder, {"a"}));
  REQUIRE_OK(Embed(embedder, {"a"}));
  CHECK(world.requests.size() == 6);
}

TEST_CASE("the deadline is for all attempts together", "[embedders]") {
  World world;
  HttpEmbedderOptions options = Options();
  options.request_timeout = absl::Seconds(10);
  options.first_pause = absl::Seconds(4);
  options.breaker_failures = 100;
  world.answer = [&](size_t n) -> absl::StatusOr<Transport::Answer> {
    world.now += world.timeouts[n];
    return absl::DeadlineExceededError("slow");
  };
  HttpEmbedder embedder = Make(world, options);
  CHECK(absl::IsDeadlineExceeded(
      Embed(embedder, {"a"}, kStart + absl::Seconds(17)).status()));
  REQUIRE(world.timeouts.size() == 2);
  CHECK(world.timeouts[0] == absl::Seconds(10));
  CHECK(world.timeouts[1] <= absl::Seconds(5));
  CHECK(world.now <= kStart + absl::Seconds(17));

  // No pause that would outlast it.
  world.now = kStart;
  world.answer = [](size_t) { return Transport::Answer{429, "", "15"}; };
  CHECK(absl::IsDeadlineExceeded(
      Embed(embedder, {"a"}, kStart + absl::Seconds(10)).status()));
  CHECK(world.now == kStart);
  CHECK(absl::IsDeadlineExceeded(
      Embed(embedder, {"a"}, absl::InfinitePast()).status()));
}

TEST_CASE("options out of their ranges are named", "[embedders]") {
  HttpEmbedderOptions options = Options();
  REQUIRE_OK(MakeHttpEmbedder(options));
  options.base_url = "ftp://x";
  options.model = "";
  options.dimension = 0;
  options.api_key = "a\r\nb";
  options.api_key_header = "X Key";
  options.most_texts = 0;
  options.most_attempts = 0;
  options.breaker_failures = 0;
  options.request_timeout = absl::ZeroDuration();
  options.longest_pause = -absl::Seconds(1);
  const auto embedder = MakeHttpEmbedder(options);
  REQUIRE(absl::IsInvalidArgument(embedder.status()));
  std::vector<std::string> fields;
  for (const FieldError& error : FieldErrors(embedder.status()))
    fields.push_back(error.path.at(0));
  CHECK(fields == std::vector<std::string>{
                      "base_url", "model", "dimension", "api_key",
                      "api_key_header", "most_texts", "most_attempts",
                      "breaker_failures", "request_timeout", "longest_pause"});
}

TEST_CASE("a base URL is a scheme, a host and perhaps more", "[embedders]") {
  auto address = ReadBaseUrl("https://models.example.org:8080/openai/");
  REQUIRE_OK(address);
  CHECK(address->origin == "https://models.example.org:8080");
  CHECK(address->path == "/openai");
  address = ReadBaseUrl("http://h");
  REQUIRE_OK(address);
  CHECK(address->path.empty());
  for (const char* bad :
       {"", "h", "http:/h", "http://", "http:///v1", "ftp://h", "http://a b",
        "http://u:p@h", "http://h/?q", "http://h/#f", "http://h\r\n"}) {
    INFO(bad);
    CHECK(absl::IsInvalidArgument(ReadBaseUrl(bad).status()));
  }
}
