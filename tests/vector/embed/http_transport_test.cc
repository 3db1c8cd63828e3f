// The http embedder over a server of the test's own on the loopback interface.
#include <httplib.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "skg/embedder.h"
#include "support/test_support.h"

using namespace skg;
using nlohmann::json;

namespace {

class Server {
 public:
  using Handler =
      std::function<void(int n, const httplib::Request&, httplib::Response&)>;
  explicit Server(Handler handler) : handler_(std::move(handler)) {
    server_.set_tcp_nodelay(true);
    server_.set_keep_alive_timeout(1);
    server_.Post("/base/v1/embeddings", [this](const httplib::Request& request,
                                               httplib::Response& response) {
      handler_(requests_++, request, response);
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    REQUIRE(port_ > 0);
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~Server() {
    server_.stop();
    thread_.join();
  }

  [[nodiscard]] HttpEmbedderOptions options() const {
    HttpEmbedderOptions options;
    options.base_url = "http://127.0.0.1:" + std::to_string(port_) + "/base";
    options.model = "test-model";
    options.dimension = 3;
    options.first_pause = absl::Milliseconds(1);
    return options;
  }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  Handler handler_;
  std::atomic<int> requests_{0};
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

void AnswerWell(const httplib::Request& request, httplib::Response& response) {
  const json asked = json::parse(request.body);
  json data = json::array();
  for (const auto& text : asked["input"]) {
    data.push_back({{"object", "embedding"},
                    {"index", data.size()},
                    {"embedding", {text.get<std::string>().size(), 1, 0.5}}});
  }
  response.set_content(json{{"object", "list"}, {"data", data}}.dump(),
                       "application/json");
}

std::shared_ptr<Embedder> MustMake(const HttpEmbedderOptions& options) {
  auto embedder = MakeHttpEmbedder(options);
  REQUIRE_OK(embedder);
  return *std::move(embedder);
}

}  // namespace

TEST_CASE("texts are embedded by a server", "[embedders]") {
  std::mutex mutex;
  std::vector<std::string> keys, types;
  Server server(
      [&](int, const httplib::Request& request, httplib::Response& response) {
        const std::lock_guard lock(mutex);
        keys.push_back(request.get_header_value("Authorization"));
        types.push_back(request.get_header_value("Content-Type"));
        AnswerWell(request, response);
      });
  HttpEmbedderOptions options = server.options();
  options.api_key = "secret";
  options.most_texts = 2;
  const auto embedder = MustMake(options);
  CHECK(embedder->name() == "test-model");
  const auto vectors =
      embedder->Embed(std::vector<std::string>{"a", "bb", "ccc"});
  REQUIRE_OK(vectors);
  CHECK(*vectors == std::vector<std::vector<float>>{
                        {1, 1, 0.5f}, {2, 1, 0.5f}, {3, 1, 0.5f}});
  CHECK(server.requests() == 2);
  CHECK(keys == std::vector<std::string>{"Bearer secret", "Bearer secret"});
  CHECK(types[0] == "application/json");
}

TEST_CASE("another header may have the key", "[embedders]") {
  std::string key;
  Server server(
      [&](int, const httplib::Request& request, httplib::Response& response) {
        key = request.get_header_value("api-key");
        AnswerWell(request, response);
      });
  HttpEmbedderOptions options = server.options();
  options.api_key = "secret";
  options.api_key_header = "api-key";
  REQUIRE_OK(MustMake(options)->Embed(std::vector<std::string>{"a"}));
  CHECK(key == "secret");
}

TEST_CASE("a server that was busy is asked again", "[embedders]") {
  Server server(
      [&](int n, const httplib::Request& request, httplib::Response& response) {
        if (n < 2) {
          response.status = n == 0 ? 429 : 502;
          return;
        }
        AnswerWell(request, response);
      });
  REQUIRE_OK(MustMake(server.options())->Embed(std::vector<std::string>{"a"}));
  CHECK(server.requests() == 3);
}

TEST_CASE("no server is unavailable", "[embedders]") {
  HttpEmbedderOptions options;
  {
    Server server([](int, const auto&, auto&) {});
    options = server.options();
  }
  const auto vectors = MustMake(options)->Embed(std::vector<std::string>{"a"});
  CHECK(absl::IsUnavailable(vectors.status()));
}

TEST_CASE("redirects are not followed", "[embedders]") {
  Server server([&](int, const httplib::Request&, httplib::Response& response) {
    response.set_redirect("/base/v1/embeddings", 307);
  });
  const auto vectors =
      MustMake(server.options())->Embed(std::vector<std::string>{"a"});
  CHECK(absl::IsDataLoss(vectors.status()));
  CHECK(server.requests() == 1);
}

TEST_CASE("an answer without end is cut off", "[embedders]") {
  Server server([&](int, const httplib::Request&, httplib::Response& response) {
    response.set_chunked_content_provider(
        "application/json", [](size_t, httplib::DataSink& sink) {
          const std::string bytes(1 << 16, ' ');
          return sink.write(bytes.data(), bytes.size());
        });
  });
  const auto vectors =
      MustMake(server.options())->Embed(std::vector<std::string>{"a"});
  CHECK(absl::IsResourceExhausted(vectors.status()));
}

TEST_CASE("a server that dribbles or says nothing ends with the timeout",
          "[embedders]") {
  std::atomic<bool> over{false};
  Server server(
      [&](int n, const httplib::Request&, httplib::Response& response) {
        if (n % 2 == 0) {
          while (!over) absl::SleepFor(absl::Milliseconds(5));
          return;
        }
        // Each read succeeds; only the whole does not end.
        response.set_chunked_content_provider(
            "application/json", [&](size_t, httplib::DataSink& sink) {
              absl::SleepFor(absl::Milliseconds(5));
              return !over && sink.write(" ", 1);
            });
      });
  HttpEmbedderOptions options = server.options();
  options.request_timeout = absl::Milliseconds(100);
  options.most_attempts = 2;
  const auto vectors = MustMake(options)->Embed(std::vector<std::string>{"a"});
  over = true;
  CHECK(absl::IsUnavailable(vectors.status()));
  CHECK(server.requests() == 2);
}

TEST_CASE("the caller's deadline ends a request", "[embedders]") {
  std::atomic<bool> over{false};
  Server server([&](int, const httplib::Request&, httplib::Response&) {
    while (!over) absl::SleepFor(absl::Milliseconds(5));
  });
  const auto vectors = MustMake(server.options())
                           ->Embed(std::vector<std::string>{"a"},
                                   absl::Now() + absl::Milliseconds(100));
  over = true;
  CHECK(absl::IsDeadlineExceeded(vectors.status()));
}

TEST_CASE("several threads ask at a time", "[embedders]") {
  Server server(
      [&](int, const httplib::Request& request, httplib::Response& response) {
        AnswerWell(request, response);
      });
  const auto embedder = MustMake(server.options());
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (size_t t = 1; t <= 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const auto vectors =
            embedder->Embed(std::vector<std::string>{std::string(t, 'x')});
        if (!vectors.ok() || (*vectors)[0][0] != static_cast<float>(t)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}
