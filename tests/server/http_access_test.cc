// Keys, roles, tenants, rates; and that no key is ever logged.
#include <catch2/catch.hpp>
#include <string>
#include <thread>

#include "auth/api_key.h"
#include "server/test_server.h"

namespace skg::test {
namespace {

constexpr char kTriple[] = R"({"subject":"a","predicate":"p","object":"b"})";

int StatusWith(const TestServer& test, const httplib::Headers& headers) {
  auto client = test.Stranger();
  const auto result = client.Get("/stats", headers);
  REQUIRE(result);
  return result->status;
}

TEST_CASE("a key is taken from any of its headers") {
  const TestServer test;
  const std::string key = kKey;
  CHECK(StatusWith(test, {{"Authorization", "Bearer " + key}}) == 200);
  CHECK(StatusWith(test, {{"X-API-Key", key}}) == 200);
  CHECK(StatusWith(test, {{"X-Graph-API-Key", key}}) == 200);
  CHECK(StatusWith(test, {{"Authorization", "X-Graph-API-Key: " + key}}) ==
        200);
}

TEST_CASE("without a valid key: 401, with its text and challenge") {
  const TestServer test;
  struct Case {
    httplib::Headers headers;
    const char* detail;
  };
  const Case cases[] = {
      {{}, "Missing authorization header"},
      {{{"Authorization",
         "Bearer skg_prod_0123456789012345678901234567890123456789"}},
       "Invalid API key"},
      {{{"Authorization", "Bearer skg_prod_short"}}, "Invalid API key format"},
      {{{"Authorization", "Bearer abc.def.ghi"}}, "Invalid token"},
      {{{"Authorization", "Basic YTpi"}},
       "Valid API key or OAuth2 token required"},
      {{{"X-API-Key", "kg_client_0123456789012345678901234567"}},
       "Invalid API key"},
  };
  auto client = test.Stranger();
  for (const Case& each : cases) {
    INFO(each.detail);
    const auto get = client.Get("/stats", each.headers);
    const auto post =
        client.Post("/triples/add", each.headers, kTriple, "application/json");
    for (const auto* result : {&get, &post}) {
      const Json body = BodyOf(*result);
      CHECK((*result)->status == 401);
      CHECK(body["detail"] == each.detail);
      CHECK(body["error"] == "unauthorized");
      CHECK(body["category"] == "auth");
      CHECK((*result)->has_header("WWW-Authenticate"));
    }
  }
  // The bodies that were not read did not put the connection out of step.
  CHECK(client.Get("/health")->status == 200);
}

TEST_CASE("stored keys have their tenant, roles and end") {
  const std::string writer = server::GenerateApiKey();
  const std::string reader = server::GenerateApiKey();
  const std::string expired = server::GenerateApiKey();
  const TestServer test([&](server::Settings& settings) {
    auto read_only = server::MakeApiKeyRecord(reader, "acme");
    read_only.roles = {"read:triples"};
    auto old = server::MakeApiKeyRecord(expired, "acme");
    old.expires_at = absl::Now() - absl::Seconds(1);
    StoreKeys(settings,
              {server::MakeApiKeyRecord(writer, "acme"), read_only, old});
  });
  auto client = test.Stranger();
  const auto post = [&](const std::string& key) {
    return client.Post("/triples/add", {{"X-API-Key", key}}, kTriple,
                       "application/json");
  };
  CHECK(post(writer)->status == 201);
  const auto refused = post(reader);
  CHECK(refused->status == 403);
  CHECK(BodyOf(refused)["detail"] == "Insufficient permissions");
  CHECK(post(expired)->status == 401);

  const auto stats = [&](const httplib::Headers& headers) {
    return client.Get("/stats", headers);
  };
  CHECK(BodyOf(stats({{"X-API-Key", reader}}))["total_triples"] == 1);
  CHECK(BodyOf(stats({{"X-API-Key", reader}}))["tenant_id"] == "acme");
  CHECK(BodyOf(stats({{"X-API-Key", kKey}}))["total_triples"] == 0);
  CHECK(stats({{"X-API-Key", reader}, {"X-Tenant-ID", "acme"}})->status == 200);
  CHECK(stats({{"X-API-Key", reader}, {"X-Tenant-ID", "public"}})->status ==
        403);
  CHECK(stats({{"X-API-Key", kKey}, {"X-Tenant-ID", "acme"}})->status == 403);
}

TEST_CASE("without authentication everything is open, on loopback only") {
  const TestServer test([](server::Settings& settings) {
    settings.enable_auth = false;
    settings.api_key_hashes.clear();
  });
  auto client = test.Stranger();
  CHECK(client.Post("/triples/add", kTriple, "application/json")->status ==
        201);
  CHECK(BodyOf(client.Get("/stats"))["tenant_id"] == "public");

  const TemporaryDirectory directory;
  server::Settings settings = TestSettings(directory);
  settings.enable_auth = false;
  settings.host = "0.0.0.0";
  CHECK(absl::IsFailedPrecondition(server::Server::Start(settings).status()));
  settings.enable_auth = true;
  settings.host = "127.0.0.1";
  settings.api_key_hashes.clear();
  CHECK(absl::IsFailedPrecondition(server::Server::Start(settings).status()));
}

TEST_CASE("a taken port and a taken directory are said so") {
  TestServer test;
  const TemporaryDirectory directory;
  server::Settings settings = TestSettings(directory);
  settings.port = static_cast<uint16_t>(test.port());
  CHECK(absl::IsAlreadyExists(server::Server::Start(settings).status()));
  settings = TestSettings(test.directory);
  CHECK(absl::IsFailedPrecondition(server::Server::Start(settings).status()));
  settings = TestSettings(directory);
  settings.data_dir.clear();
  CHECK(absl::IsInvalidArgument(server::Server::Start(settings).status()));
  settings = TestSettings(directory);
  settings.host = "no such host.invalid";
  CHECK(absl::IsInvalidArgument(server::Server::Start(settings).status()));
}

TEST_CASE("the hundred and first request within a minute waits") {
  const TestServer test(
      [](server::Settings& settings) { settings.rate_limit = 100; });
  auto client = test.Client();
  for (int i = 0; i < 100; ++i) {
    const auto result = client.Post("/triples/add",
                                    Json{{"subject", "s" + std::to_string(i)},
                                         {"predicate", "p"},
                                         {"object", "o"}}
                                        .dump(),
                                    "application/json");
    REQUIRE(result);
    REQUIRE(result->status == 201);
    CHECK(result->get_header_value("X-Rate-Limit-Limit") == "100");
    CHECK(result->get_header_value("X-Rate-Limit-Remaining") ==
          std::to_string(99 - i));
    CHECK(result->get_header_value("X-RateLimit-Remaining") ==
          std::to_string(99 - i));
  }
  const auto refused = client.Post("/triples/add", kTriple, "application/json");
  const Json body = BodyOf(refused);
  CHECK(refused->status == 429);
  CHECK(body["error"] == "rate_limited");
  CHECK(body["category"] == "quota");
  CHECK(body["retryable"] == true);
  const int wait = std::stoi(refused->get_header_value("Retry-After"));
  CHECK(wait >= 1);
  CHECK(wait <= 60);
  CHECK(body["retry_after"] == wait);
  CHECK(refused->get_header_value("X-Rate-Limit-Remaining") == "0");
  CHECK(std::stoll(refused->get_header_value("X-Rate-Limit-Reset")) >=
        absl::ToUnixSeconds(absl::Now()));
  // Open routes are not counted.
  CHECK(client.Get("/health")->status == 200);
}

TEST_CASE("guessing keys is limited by address, not by key") {
  const TestServer test(
      [](server::Settings& settings) { settings.rate_limit = 5; });
  auto stranger = test.Stranger();
  for (int i = 0; i < 5; ++i) {
    CHECK(stranger
              .Get("/stats", {{"X-API-Key", "kg_guess_000000000000000000000" +
                                                std::to_string(i)}})
              ->status == 401);
  }
  CHECK(stranger.Get("/stats", {{"X-API-Key", "kg_other"}})->status == 429);
  // A valid key from the same address has its own window.
  CHECK(test.Get("/stats")->status == 200);
}

TEST_CASE("a key's own limit counts") {
  const std::string key = server::GenerateApiKey();
  const TestServer test([&](server::Settings& settings) {
    settings.rate_limit = 1;
    auto record = server::MakeApiKeyRecord(key);
    record.rate_limit_per_minute = 3;
    StoreKeys(settings, {record});
  });
  const httplib::Headers headers = {{"X-API-Key", key}};
  for (int i = 0; i < 3; ++i) CHECK(StatusWith(test, headers) == 200);
  CHECK(StatusWith(test, headers) == 429);
}

TEST_CASE("no key is ever logged") {
  const std::string stored = server::GenerateApiKey();
  const std::string wrong = server::GenerateApiKey();
  CapturedErrors captured;
  {
    const TestServer test([&](server::Settings& settings) {
      settings.log_level = server::LogThreshold::kDebug;
      StoreKeys(settings, {server::MakeApiKeyRecord(stored)});
    });
    auto client = test.Stranger();
    for (const std::string& key : {std::string(kKey), stored, wrong}) {
      for (const httplib::Headers& headers :
           {httplib::Headers{{"Authorization", "Bearer " + key}},
            httplib::Headers{{"X-API-Key", key}},
            httplib::Headers{{"X-Graph-API-Key", key}},
            httplib::Headers{{"Authorization", key}},
            httplib::Headers{{"X-Request-ID", "id"}, {"X-API-Key", key}}}) {
        (void)client.Get("/stats?api_key=" + key, headers);
        (void)client.Get("/nowhere/" + key, headers);
        (void)client.Post("/triples/add", headers, kTriple, "application/json");
        (void)client.Post("/query", headers, "{", "application/json");
      }
    }
  }
  const std::string log = captured.Take();
  CHECK_THAT(log, Catch::Contains("auth_failure"));
  CHECK_THAT(log, Catch::Contains("skg_startup"));
  CHECK_THAT(log, Catch::Contains("skg_shutdown"));
  CHECK_THAT(log, Catch::Contains("\"path\":\"/triples/add\",\"status\":201"));
  for (const std::string& key : {std::string(kKey), stored, wrong}) {
    CHECK(log.find(key) == std::string::npos);
    CHECK(log.find(key.substr(9, 16)) == std::string::npos);
  }
}

}  // namespace
}  // namespace skg::test
