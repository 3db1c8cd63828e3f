// Requests that are no good: the right 4xx, in the one shape, and the server
// goes on.
#include <catch2/catch.hpp>
#include <string>

#include "server/test_server.h"

namespace skg::test {
namespace {

TEST_CASE("unknown paths and methods") {
  const TestServer test;
  auto client = test.Client();
  const auto nowhere = client.Get("/nowhere");
  CHECK(nowhere->status == 404);
  CHECK(BodyOf(nowhere)["error"] == "not_found");
  CHECK(client.Get("/")->status == 404);
  CHECK(client.Get("/api/v1")->status == 404);

  struct Case {
    httplib::Result result;
    const char* allow;
  };
  const Case cases[] = {
      {client.Get("/triples/add"), "POST, OPTIONS"},
      {client.Delete("/stats"), "GET, HEAD, OPTIONS"},
      {client.Put("/query", "{}", "application/json"),
       "POST, GET, HEAD, OPTIONS"},
      {client.Patch("/query/sparql", "{}", "application/json"),
       "POST, OPTIONS"},
      {client.Post("/health", "{}", "application/json"), "GET, HEAD, OPTIONS"},
  };
  for (const Case& each : cases) {
    REQUIRE(each.result);
    CHECK(each.result->status == 405);
    CHECK(each.result->get_header_value("Allow") == each.allow);
    CHECK(BodyOf(each.result)["error"] == "method_not_allowed");
  }
  CHECK(client.Get("/health")->status == 200);
}

TEST_CASE("a foreign Host is refused") {
  const TestServer test([](server::Settings& settings) {
    settings.allowed_hosts = {"localhost"};
  });
  auto client = test.Stranger();
  for (const std::string host : {"localhost", "localhost:1", "127.0.0.1:99"}) {
    CHECK(client.Get("/health", {{"Host", host}})->status == 200);
  }
  const auto refused = client.Get("/health", {{"Host", "evil.example"}});
  CHECK(refused->status == 400);
  CHECK(BodyOf(refused)["detail"] == "Invalid host header");
}

TEST_CASE("a body over the limit is refused before and while it is read") {
  const TestServer test(
      [](server::Settings& settings) { settings.max_body_bytes = 10'000; });
  const std::string large(20'000'000, ' ');
  SECTION("by its announced length") {
    const auto result = test.Post("/triples/add", large);
    CHECK(BodyOf(result)["error"] == "payload_too_large");
    CHECK(result->status == 413);
  }
  SECTION("by what comes in chunks") {
    auto client = test.Client();
    const auto result = client.Post(
        "/triples/add",
        [&](size_t offset, httplib::DataSink& sink) {
          if (offset >= 100'000) {
            sink.done();
          } else {
            sink.write(large.data(), 1000);
          }
          return true;
        },
        "application/json");
    CHECK(BodyOf(result)["error"] == "payload_too_large");
    CHECK(result->status == 413);
  }
  SECTION("by what it unpacks to") {
    auto client = test.Client();
    client.set_compress(true);
    const auto result = client.Post("/triples/add", large, "application/json");
    REQUIRE(result);
    CHECK(result->status == 413);
  }
  SECTION("when the client asks first") {
    RawClient raw(test.port());
    raw.Send("POST /triples/add HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " +
             std::string(kKey) +
             "\r\nExpect: 100-continue\r\nContent-Length: 99999\r\n\r\n");
    CHECK_THAT(raw.ReadUntil("\r\n\r\n"), Catch::StartsWith("HTTP/1.1 413"));
  }
  SECTION("but not one at the limit") {
    Json triple = {{"subject", "a"}, {"predicate", "b"}, {"object", "c"}};
    std::string body = triple.dump();
    body.resize(10'000, ' ');
    CHECK(test.Post("/triples/add", body)->status == 201);
    CHECK(test.Post("/triples/add", body + " ")->status == 413);
  }
  CHECK(test.Get("/health")->status == 200);
}

TEST_CASE("a large body arrives whole, also as curl sends it") {
  const TestServer test;
  Json batch = {{"triples", Json::array()}};
  for (int i = 0; i < 1000; ++i) {
    batch["triples"].push_back({{"subject", "s" + std::to_string(i)},
                                {"predicate", "p"},
                                {"object", std::string(1000, 'o')}});
  }
  auto client = test.Client();
  // The HTTP library's own form reader stops at 8 KiB.
  const auto form = client.Post("/api/v1/triples/batch", batch.dump(),
                                "application/x-www-form-urlencoded");
  CHECK(BodyOf(form)["accepted"] == 1000);
  const auto multipart = client.Post("/api/v1/triples/batch", batch.dump(),
                                     "multipart/form-data; boundary=x");
  CHECK(multipart->status == 415);
}

TEST_CASE("requests that are no HTTP get an answer or an end") {
  const TestServer test;
  const std::string cases[] = {
      "\r\n\r\n\r\n",
      "GET\r\n\r\n",
      "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
      "BREW /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "GET /health HTTP/1.1\r\nHost localhost\r\n\r\n",
      "POST /query HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
      "POST /query HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
      "Transfer-Encoding: chunked\r\n\r\n",
      "GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n",
      "GET /" + std::string(6'000, 'a') +
          " HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "GET /health HTTP/1.1\r\nHost: localhost\r\nX: " +
          std::string(70'000, 'a') + "\r\n\r\n",
      std::string("\0\x01\x02\xFF\r\n\r\n", 8),
      "CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "TRACE /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "GET /health HTTP/1.1\r\nHost: localhost\r\nRange: bytes=x\r\n\r\n",
  };
  for (const std::string& request : cases) {
    INFO(request.substr(0, 80));
    RawClient raw(test.port());
    raw.Send(request);
    const std::string answer = raw.ReadUntil("\r\n\r\n", 2);
    if (!answer.empty()) CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 4"));
  }
  CHECK(test.Get("/health")->status == 200);
}

TEST_CASE("a refused head says why") {
  const TestServer test;
  struct Case {
    std::string request;
    const char* status;
  };
  const Case cases[] = {
      {"POST /query HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
       "Transfer-Encoding: chunked\r\n\r\n",
       "HTTP/1.1 400"},
      {"GET /health HTTP/1.1\r\nX: " + std::string(70'000, 'a') + "\r\n\r\n",
       "HTTP/1.1 431"},
      {"GET /" + std::string(6'000, 'a') +
           " HTTP/1.1\r\nHost: localhost\r\n\r\n",
       "HTTP/1.1 414"},
  };
  for (const Case& each : cases) {
    RawClient raw(test.port());
    raw.Send(each.request);
    const std::string answer = raw.ReadUntil("\"}", 5);
    CHECK_THAT(answer, Catch::StartsWith(each.status));
    CHECK_THAT(answer, Catch::Contains("\"correlation_id\""));
  }
}

TEST_CASE("parts of an answer are not served") {
  const TestServer test;
  auto client = test.Client();
  const auto result = client.Get("/health", {{"Range", "bytes=0-4"}});
  REQUIRE(result);
  CHECK(result->status == 200);
  CHECK(BodyOf(result)["status"] == "healthy");
}

TEST_CASE("features that are off say so") {
  const TestServer test([](server::Settings& settings) {
    settings.enable_batch_ops = false;
    settings.enable_metrics = false;
  });
  CHECK(test.Post("/triples/batch", "{}")->status == 501);
  CHECK(test.Get("/metrics")->status == 404);
}

}  // namespace
}  // namespace skg::test
