// Ending: what was begun is finished, what was acknowledged is kept.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "server/test_server.h"

namespace skg::test {
namespace {

TEST_CASE("a stop finishes requests in flight and keeps what it acknowledged") {
  TestServer test([](server::Settings& settings) {
    settings.durability = Durability::kNone;
  });
  std::atomic<bool> go{true};
  std::atomic<int> acknowledged{0};
  std::atomic<int> garbled{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      auto client = test.Client();
      for (int i = 0; go; ++i) {
        const auto added =
            client.Post("/triples/add",
                        Json{{"subject", "s" + std::to_string(t)},
                             {"predicate", "p"},
                             {"object", "o" + std::to_string(i)}}
                            .dump(),
                        "application/json");
        if (!added) break;  // refused, or closed before it was begun
        if (added->status == 201) {
          ++acknowledged;
        } else {
          ++garbled;
        }
      }
    });
  }
  while (acknowledged < 100) std::this_thread::yield();
  CHECK(test.server().Stop());
  go = false;
  for (std::thread& thread : threads) thread.join();
  CHECK(garbled == 0);
  auto graph = test.server().engine().OpenGraph("public/main");
  REQUIRE_OK(graph);
  const auto count = graph->Count();
  REQUIRE_OK(count);
  CHECK(*count >= static_cast<uint64_t>(acknowledged));
  // Each client has at most one request whose answer it did not get.
  CHECK(*count <= static_cast<uint64_t>(acknowledged) + threads.size());
}

TEST_CASE("a request whose body is on its way is finished at a stop") {
  TestServer test;
  RawClient raw(test.port());
  const std::string body = R"({"subject":"late","predicate":"p","object":")" +
                           std::string(3000, 'o') + R"("})";
  raw.Send(
      "POST /api/v1/triples/add HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " +
      std::string(kKey) + "\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body.substr(0, 100));
  // It has arrived once the server counts the connection.
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  bool stopped = false;
  std::thread stopper([&] { stopped = test.server().Stop(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  raw.Send(body.substr(100));
  const std::string answer = raw.ReadUntil("\"}");
  stopper.join();
  CHECK(stopped);
  CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 201"));
  CHECK_THAT(answer, Catch::Contains("Connection: close"));
}

TEST_CASE("a stop does not wait for idle connections, and refuses new ones") {
  TestServer test;
  std::vector<RawClient> idle;
  for (int i = 0; i < 50; ++i) idle.emplace_back(test.port());
  auto client = test.Client();
  REQUIRE(client.Get("/health"));
  const auto begin = std::chrono::steady_clock::now();
  CHECK(test.server().Stop());
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
  CHECK_FALSE(client.Get("/health"));
  CHECK_FALSE(test.Get("/health"));
  CHECK(test.server().Stop());  // again, harmless
}

TEST_CASE("a client that never finishes does not hold up a stop for ever") {
  TestServer test([](server::Settings& settings) {
    settings.shutdown_timeout = absl::Milliseconds(300);
  });
  RawClient raw(test.port());
  raw.Send("POST /query HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " +
           std::string(kKey) + "\r\nContent-Length: 1000000\r\n\r\n{");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const auto begin = std::chrono::steady_clock::now();
  (void)test.server().Stop();
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}

TEST_CASE("what was written is there after a restart") {
  const TemporaryDirectory directory;
  const server::Settings settings = TestSettings(directory);
  {
    auto first = server::Server::Start(settings);
    REQUIRE_OK(first);
    httplib::Client client("127.0.0.1", (*first)->port());
    client.set_bearer_token_auth(kKey);
    REQUIRE(client
                .Post("/triples/add",
                      R"({"subject":"a","predicate":"p","object":"b"})",
                      "application/json")
                ->status == 201);
  }
  auto second = server::Server::Start(settings);
  REQUIRE_OK(second);
  httplib::Client client("127.0.0.1", (*second)->port());
  client.set_bearer_token_auth(kKey);
  const auto stats = client.Get("/stats");
  CHECK(BodyOf(stats)["total_triples"] == 1);
}

}  // namespace
}  // namespace skg::test
