// SERVICE over HTTP, on loopback.
#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <thread>

#include "http/service_client.h"
#include "server/test_server.h"

namespace skg::test {
namespace {

constexpr char kQueryType[] = "application/sparql-query";
constexpr char kEmpty[] =
    R"({"head":{"vars":["s"]},"results":{"bindings":[]}})";

// An endpoint that answers as a test wants.
class Endpoint {
 public:
  explicit Endpoint(httplib::Server::Handler handler) {
    server_.Post("/sparql", std::move(handler));
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~Endpoint() {
    server_.stop();
    thread_.join();
  }
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/sparql";
  }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

httplib::Result Ask(const TestServer& server, const std::string& url,
                    const std::string& silent = "") {
  return server.Client().Post(
      "/sparql",
      "SELECT * { SERVICE " + silent + " <" + url + "> { ?s ?p ?o } }",
      kQueryType);
}

std::function<void(server::Settings&)> MayAsk(const std::string& url) {
  return
      [url](server::Settings& settings) { settings.service_endpoints = {url}; };
}

TEST_CASE("a server asks another one, if it may") {
  const TestServer far(
      [](server::Settings& settings) { settings.enable_auth = false; });
  auto writer = far.Client();
  CHECK(writer
            .Put("/databases/main/rdf-graph?default",
                 "<a:s> <a:p> \"1\\n\"@en . <a:t> <a:p> 2 .", "text/turtle")
            ->status == 200);
  const std::string url =
      "http://127.0.0.1:" + std::to_string(far.port()) + "/sparql";
  const TestServer here(MayAsk(url));
  auto client = here.Client();
  CHECK(BodyOf(Ask(here, url))["results"]["bindings"].size() == 2);
  const auto joined =
      client.Post("/sparql",
                  "SELECT ?o { VALUES ?s { <a:s> <a:x> } SERVICE <" + url +
                      "> { ?s ?p ?o } }",
                  kQueryType);
  CHECK(BodyOf(joined)["results"]["bindings"][0]["o"] ==
        Json::parse(R"({"type":"literal","value":"1\n","xml:lang":"en"})"));
  // Not this one, and by default none.
  CHECK(Ask(here, url + "?x")->status == 409);
  CHECK(Ask(here, "http://127.0.0.1:1/sparql")->status == 409);
  const TestServer by_itself;
  CHECK(Ask(by_itself, url)->status == 409);
  CHECK(BodyOf(Ask(by_itself, url, "SILENT"))["results"]["bindings"].size() ==
        1);
  const std::string feature = "BasicFederatedQuery";
  CHECK(client.Get("/sparql")->body.find(feature) != std::string::npos);
  CHECK(by_itself.Client().Get("/sparql")->body.find(feature) ==
        std::string::npos);
  CHECK(client
            .Post("/sparql",
                  "INSERT { ?s ?p ?o } WHERE { SERVICE <" + url +
                      "> { ?s ?p ?o } }",
                  "application/sparql-update")
            ->status == 200);
  CHECK(BodyOf(here.Get("/stats"))["total_triples"] == 2);
}

TEST_CASE("what an endpoint may answer") {
  std::string type, body, asked, accept;
  int status = 200;
  const Endpoint far(
      [&](const httplib::Request& request, httplib::Response& response) {
        asked = request.body;
        accept = request.get_header_value("Accept");
        response.status = status;
        response.set_header("Location", "/elsewhere");
        response.set_content(body, type);
      });
  const TestServer here(MayAsk(far.url()));
  const auto answer = [&](int code, const std::string& content,
                          const std::string& content_type) {
    status = code;
    body = content;
    type = content_type;
    return Ask(here, far.url())->status;
  };
  CHECK(answer(200, kEmpty, "application/sparql-results+json") == 200);
  CHECK(asked == "SELECT * WHERE { ?s ?p ?o }");
  CHECK_THAT(accept, Catch::StartsWith("application/sparql-results+json"));
  CHECK(answer(200, "?s\t?p\t?o\n<a:s>\t<a:p>\t1\n",
               "text/tab-separated-values; charset=utf-8") == 200);
  CHECK(answer(200, kEmpty, "text/html") == 502);
  CHECK(answer(200, "{", "application/sparql-results+json") == 502);
  CHECK(answer(500, kEmpty, "application/sparql-results+json") == 502);
  CHECK(answer(302, "", "text/plain") == 502);
  const Json refused = BodyOf(Ask(here, far.url()));
  CHECK(refused["error"] == "bad_gateway");
  CHECK(refused["category"] == "dependency");
  // It says nothing about the store here.
  CHECK(BodyOf(here.Get("/health"))["status"] == "healthy");
}

TEST_CASE("an endpoint that is slow, endless or gone holds up nobody") {
  std::atomic<bool> ended = false;
  const Endpoint slow(
      [&](const httplib::Request&, httplib::Response& response) {
        response.set_chunked_content_provider(
            "application/sparql-results+json",
            [&](size_t, httplib::DataSink& sink) {
              if (ended || !sink.is_writable()) return false;
              std::this_thread::sleep_for(std::chrono::milliseconds(10));
              return sink.write(" ", 1);
            });
      });
  const TestServer here([&](server::Settings& settings) {
    settings.service_endpoints = {slow.url(), "http://127.0.0.1:1/sparql"};
    settings.query_timeout = absl::Milliseconds(300);
  });
  const absl::Time begin = absl::Now();
  CHECK(Ask(here, slow.url())->status == 504);
  CHECK(Ask(here, slow.url(), "SILENT")->status == 504);
  CHECK(absl::Now() - begin < absl::Seconds(5));
  CHECK(Ask(here, "http://127.0.0.1:1/sparql")->status == 502);
  ended = true;

  const Endpoint endless([](const httplib::Request&,
                            httplib::Response& response) {
    response.set_chunked_content_provider(
        "application/sparql-results+json",
        [piece = std::string(1 << 20, ' ')](size_t, httplib::DataSink& sink) {
          return sink.write(piece.data(), piece.size());
        });
  });
  const auto client = server::HttpServiceClient::Make({endless.url()});
  REQUIRE_OK(client);
  ServiceRequest request;
  request.endpoint = endless.url();
  request.deadline = absl::InfiniteFuture();
  request.most_bytes = 10 << 20;
  request.cancelled = [] { return false; };
  CHECK((*client)->Ask(request).status().code() ==
        absl::StatusCode::kResourceExhausted);
  request.most_bytes = UINT64_MAX;
  std::atomic<int> asked = 0;
  request.cancelled = [&] { return ++asked > 3; };
  CHECK((*client)->Ask(request).status().code() ==
        absl::StatusCode::kCancelled);
}

TEST_CASE("endpoints are URLs") {
  CHECK(
      server::HttpServiceClient::Make({"https://h/sparql", "http://h:1"}).ok());
  for (const char* const url :
       {"", "h/sparql", "ftp://h/", "http://", "http://h/#x"}) {
    CHECK(server::HttpServiceClient::Make({url}).status().code() ==
          absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace skg::test
