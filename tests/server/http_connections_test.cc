// Many connections, slow ones, and those that stay open.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "server/test_server.h"

namespace skg::test {
namespace {

const std::string kGetHealth =
    "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST_CASE("idle connections starve nobody, however many there are") {
  const TestServer test;
  std::vector<RawClient> idle;
  for (int i = 0; i < 200; ++i) {
    idle.emplace_back(test.port());
    idle.back().Send(kGetHealth);
    REQUIRE_THAT(idle.back().ReadUntil("\"}"),
                 Catch::StartsWith("HTTP/1.1 200"));
  }
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      auto client = test.Client();
      for (int i = 0; i < 20; ++i) {
        const auto added =
            client.Post("/triples/add",
                        Json{{"subject", "s" + std::to_string(t)},
                             {"predicate", "p"},
                             {"object", "o" + std::to_string(i)}}
                            .dump(),
                        "application/json");
        if (added && added->status == 201) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(good == 16 * 20);
  CHECK(BodyOf(test.Get("/stats"))["total_triples"] == 16 * 20);
  // The idle ones are still served.
  for (RawClient& client : idle) {
    client.Send(kGetHealth);
    REQUIRE_THAT(client.ReadUntil("\"}"), Catch::StartsWith("HTTP/1.1 200"));
  }
}

TEST_CASE("one connection serves many requests") {
  const TestServer test;
  RawClient raw(test.port());
  for (int i = 0; i < 500; ++i) {
    raw.Send(kGetHealth);
    REQUIRE_THAT(raw.ReadUntil("\"}"), Catch::StartsWith("HTTP/1.1 200"));
  }
}

TEST_CASE("requests sent at once are answered in order") {
  const TestServer test;
  RawClient raw(test.port());
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    requests += "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: r" +
                std::to_string(i) + "\r\n\r\n";
  }
  raw.Send(requests);
  raw.Send("GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string answers = raw.ReadUntil("not_found");
  size_t at = 0;
  for (int i = 0; i < 20; ++i) {
    at = answers.find("X-Request-ID: r" + std::to_string(i) + "\r\n", at);
    REQUIRE(at != std::string::npos);
  }
}

TEST_CASE("a request that arrives byte by byte is served") {
  const TestServer test;
  RawClient raw(test.port());
  const std::string body = R"({"pattern":[null,null,null]})";
  const std::string request =
      "POST /query HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " +
      std::string(kKey) + "\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body;
  for (const char c : request) raw.Send(std::string(1, c));
  CHECK_THAT(raw.ReadUntil("query_time_ms"), Catch::StartsWith("HTTP/1.1 200"));
}

TEST_CASE("chunked bodies are served, and the next request is found") {
  const TestServer test;
  RawClient raw(test.port());
  const std::string head =
      "POST /query HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " +
      std::string(kKey) + "\r\nTransfer-Encoding: chunked\r\n\r\n";
  raw.Send(head + "e\r\n{\"pattern\":[nu\r\n");
  raw.Send("e\r\nll,null,null]}\r\n0\r\n\r\n" + kGetHealth);
  const std::string answers = raw.ReadUntil("healthy");
  CHECK_THAT(answers, Catch::StartsWith("HTTP/1.1 200"));
  CHECK_THAT(answers, Catch::Contains("query_time_ms"));
  CHECK_THAT(answers, Catch::Contains("healthy"));
}

TEST_CASE("HTTP/1.0 and Connection: close end the connection") {
  const TestServer test;
  for (const std::string request :
       {"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: "
        "close\r\n\r\n"}) {
    RawClient raw(test.port());
    raw.Send(request);
    CHECK(raw.ClosedWithin(5));
  }
}

TEST_CASE("slow and silent clients are let go") {
  const TestServer test([](server::Settings& settings) {
    settings.read_timeout = absl::Milliseconds(300);
    settings.idle_timeout = absl::Milliseconds(600);
    settings.request_timeout = absl::Seconds(1);
  });
  RawClient silent(test.port());
  RawClient half_head(test.port());
  half_head.Send("GET /health HTTP/1.1\r\nHo");
  RawClient half_small_body(test.port());
  half_small_body.Send(
      "POST /query HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{");
  RawClient half_large_body(test.port());
  half_large_body.Send(
      "POST /query HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " +
      std::string(kKey) + "\r\nContent-Length: 1000000\r\n\r\n{");
  CHECK(half_head.ClosedWithin(5));
  CHECK(half_small_body.ClosedWithin(5));
  CHECK(half_large_body.ClosedWithin(5));
  CHECK(silent.ClosedWithin(5));
  CHECK(test.Get("/health")->status == 200);
}

TEST_CASE("slow uploads keep no one waiting, though they hold threads") {
  const TestServer test;
  std::vector<RawClient> uploads;
  for (int i = 0; i < 40; ++i) {
    uploads.emplace_back(test.port());
    uploads.back().Send(
        "POST /query HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " +
        std::string(kKey) + "\r\nContent-Length: 1000000\r\n\r\n{");
  }
  const auto begin = std::chrono::steady_clock::now();
  CHECK(test.Get("/stats")->status == 200);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}

TEST_CASE("a client that does not take its answer is let go") {
  const TestServer test([](server::Settings& settings) {
    settings.write_timeout = absl::Milliseconds(300);
  });
  Json batch = {{"triples", Json::array()}};
  for (int i = 0; i < 1000; ++i) {
    batch["triples"].push_back({{"subject", "s" + std::to_string(i)},
                                {"predicate", "p"},
                                {"object", std::string(4000, 'o')}});
  }
  REQUIRE(test.Post("/api/v1/triples/batch", batch.dump())->status == 202);
  // Four megabytes and more for each, which no socket buffer holds.
  const std::string request =
      "GET /api/v1/triples?limit=1000 HTTP/1.1\r\nHost: localhost\r\n"
      "X-API-Key: " +
      std::string(kKey) + "\r\n\r\n";
  RawClient deaf(test.port());
  deaf.Send(request + request + request + request);
  // One that listens gets all of it, meanwhile and after.
  for (int i = 0; i < 2; ++i) {
    CHECK(BodyOf(test.Get("/api/v1/triples?limit=1000"))["total"] == 1000);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
  CHECK(deaf.ClosedWithin(10));
}

TEST_CASE("connections past the limit are told so") {
  const TestServer test(
      [](server::Settings& settings) { settings.max_connections = 10; });
  std::vector<RawClient> clients;
  for (int i = 0; i < 10; ++i) {
    clients.emplace_back(test.port());
    clients.back().Send(kGetHealth);
    REQUIRE_THAT(clients.back().ReadUntil("\"}"),
                 Catch::StartsWith("HTTP/1.1 200"));
  }
  {
    RawClient refused(test.port());
    refused.Send(kGetHealth);
    const std::string answer = refused.ReadUntil("\"}");
    CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 503"));
    CHECK_THAT(answer, Catch::Contains("Retry-After: 1"));
  }
  clients.pop_back();
  // The place is free once the server has seen the end.
  std::string answer;
  for (int i = 0; i < 50 && !answer.starts_with("HTTP/1.1 200"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    RawClient next(test.port());
    next.Send(kGetHealth);
    answer = next.ReadUntil("\"}");
  }
  CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 200"));
}

TEST_CASE("clients that are gone at once do no harm, refused ones included") {
  const TestServer test(
      [](server::Settings& settings) { settings.max_connections = 3; });
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) RawClient gone(test.port());
    });
  }
  for (std::thread& thread : threads) thread.join();
  int status = 0;
  for (int i = 0; i < 100 && status != 200; ++i) {
    const auto result = test.Get("/health");
    status = result ? result->status : 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  CHECK(status == 200);
}

TEST_CASE("connections come and go under load") {
  const TestServer test;
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        RawClient raw(test.port());
        raw.Send(kGetHealth);
        if (i % 3 == 0) continue;  // gone before the answer
        if (raw.ReadUntil("\"}").starts_with("HTTP/1.1 200")) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(good == 8 * 33);
}

}  // namespace
}  // namespace skg::test
