// Health, readiness, figures, and the headers of every answer.
#include <catch2/catch.hpp>
#include <string>

#include "server/test_server.h"

namespace skg::test {
namespace {

TEST_CASE("open routes need no key and have the contract's fields") {
  const TestServer test;
  auto client = test.Stranger();
  for (const std::string prefix : {"", "/api/v1"}) {
    const auto health = client.Get(prefix + "/health");
    const Json body = BodyOf(health);
    CHECK(health->status == 200);
    CHECK(body["status"] == "healthy");
    CHECK(body["version"] == "2.0.0");
    for (const char* field : {"timestamp", "database", "cache"}) {
      CHECK(body[field].is_string());
    }
    const Json ready = BodyOf(client.Get(prefix + "/ready"));
    CHECK(ready == Json{{"ready", true}, {"db_connected", true}});
    CHECK(client.Get(prefix + "/metrics")->status == 200);
  }
}

TEST_CASE("GET /stats counts what is stored") {
  const TestServer test;
  REQUIRE(test.Post("/triples/batch", R"({"triples":[
      {"subject":"a","predicate":"p","object":"b"},
      {"subject":"a","predicate":"q","object":"c"},
      {"subject":"d","predicate":"p","object":"c"}]})")
              ->status == 202);
  for (const std::string path : {"/stats", "/api/v1/stats"}) {
    const Json body = BodyOf(test.Get(path));
    CHECK(body["total_triples"] == 3);
    CHECK(body["unique_subjects"] == 2);
    CHECK(body["unique_predicates"] == 2);
    CHECK(body["unique_objects"] == 2);
    CHECK(body["db_size_mb"].get<double>() > 0);
    CHECK(body["tenant_id"] == "public");
    CHECK(body["api_calls"].get<int>() >= 1);
  }
  CHECK(test.Get("/stats?graph=absent")->status == 404);
}

TEST_CASE("GET /metrics shows what happened, as text and as JSON") {
  const TestServer test;
  REQUIRE(test.Post("/triples/add",
                    R"({"subject":"a","predicate":"p","object":"b"})")
              ->status == 201);
  REQUIRE(test.Post("/query", R"({"pattern":["a","p","b"]})")->status == 200);
  REQUIRE(test.Get("/nowhere")->status == 404);
  auto client = test.Stranger();
  const auto text = client.Get("/metrics");
  REQUIRE(text);
  CHECK_THAT(text->get_header_value("Content-Type"),
             Catch::StartsWith("text/plain; version=0.0.4"));
  for (const char* line :
       {"skg_requests_total{method=\"POST\",endpoint=\"/triples/add\",status="
        "\"201\",http_status=\"201\",tenant=\"public\"} 1\n",
        "endpoint=\"unmatched\",status=\"404\"",
        "skg_request_duration_seconds_bucket{",
        "skg_triples_total{tenant=\"public\"} 1\n",
        "skg_triples_added_total{source=\"add\"} 1\n",
        "skg_queries_executed_total{pattern_type=\"full\"} 1\n",
        "skg_query_results_count 1\n", "skg_active_connections ",
        "skg_db_size_bytes ", "skg_commits_total "}) {
    CHECK_THAT(text->body, Catch::Contains(line));
  }
  const auto json = client.Get("/metrics", {{"Accept", "application/json"}});
  CHECK(BodyOf(json).contains("skg_requests_total"));
}

TEST_CASE("every answer has an id and the security headers") {
  const TestServer test;
  auto client = test.Stranger();
  for (const std::string path : {"/health", "/nowhere", "/stats"}) {
    const auto result = client.Get(path);
    REQUIRE(result);
    INFO(path);
    CHECK(result->get_header_value("X-Request-ID").size() == 36);
    CHECK(result->get_header_value("X-Frame-Options") == "DENY");
    CHECK(result->get_header_value("X-Content-Type-Options") == "nosniff");
    CHECK(result->get_header_value("X-XSS-Protection") == "1; mode=block");
    CHECK(result->get_header_value("Strict-Transport-Security") ==
          "max-age=63072000; includeSubDomains");
    CHECK(result->get_header_value("Content-Security-Policy") ==
          "default-src 'self'");
    CHECK_THAT(result->get_header_value("Date"), Catch::EndsWith(" GMT"));
  }
  const auto named = client.Get("/health", {{"X-Request-ID", "my.id_1-2"}});
  REQUIRE(named);
  CHECK(named->get_header_value("X-Request-ID") == "my.id_1-2");
  for (const std::string& bad : {std::string("a b"), std::string(129, 'x')}) {
    const auto renamed = client.Get("/health", {{"X-Request-ID", bad}});
    REQUIRE(renamed);
    CHECK(renamed->get_header_value("X-Request-ID").size() == 36);
  }
}

TEST_CASE("HEAD answers as GET, without the body") {
  const TestServer test;
  auto client = test.Client();
  const auto get = client.Get("/stats");
  const auto head = client.Head("/stats");
  REQUIRE(get);
  REQUIRE(head);
  CHECK(head->status == 200);
  CHECK(head->body.empty());
  CHECK(head->get_header_value("Content-Type") == "application/json");
  CHECK(head->get_header_value<uint64_t>("Content-Length") > 20);
  // The connection is still in step.
  CHECK(client.Get("/health")->status == 200);
}

TEST_CASE("scripts of listed origins are let in") {
  const TestServer test([](server::Settings& settings) {
    settings.cors_origins = {"https://a.example"};
  });
  auto client = test.Stranger();
  const auto preflight = client.Options(
      "/triples/add", {{"Origin", "https://a.example"},
                       {"Access-Control-Request-Method", "POST"},
                       {"Access-Control-Request-Headers", "x-api-key"}});
  REQUIRE(preflight);
  CHECK(preflight->status == 204);
  CHECK(preflight->get_header_value("Access-Control-Allow-Origin") ==
        "https://a.example");
  CHECK_THAT(preflight->get_header_value("Access-Control-Allow-Methods"),
             Catch::Contains("POST"));
  CHECK(preflight->get_header_value("Access-Control-Allow-Headers") ==
        "x-api-key");
  CHECK(preflight->get_header_value("Access-Control-Allow-Credentials") ==
        "true");
  const auto get = client.Get("/health", {{"Origin", "https://a.example"}});
  CHECK(get->get_header_value("Access-Control-Allow-Origin") ==
        "https://a.example");
  CHECK_THAT(get->get_header_value("Access-Control-Expose-Headers"),
             Catch::Contains("X-Request-ID"));
  const auto other = client.Get("/health", {{"Origin", "https://b.example"}});
  CHECK_FALSE(other->has_header("Access-Control-Allow-Origin"));
  const auto plain = client.Options("/query");
  CHECK(plain->status == 204);
  CHECK(plain->get_header_value("Allow") == "POST, GET, HEAD, OPTIONS");
}

}  // namespace
}  // namespace skg::test
