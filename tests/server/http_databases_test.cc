// Making, listing and dropping graphs over HTTP.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "auth/api_key.h"
#include "server/test_server.h"

namespace skg::test {
namespace {

constexpr char kTriple[] = R"({"subject":"a","predicate":"p","object":"b"})";

httplib::Result Delete(const TestServer& test, const std::string& path) {
  return test.Client().Delete(path);
}

TEST_CASE("a database is made, filled, shown and dropped") {
  const TestServer test;
  const auto made = test.Post("/databases", R"({"graph_id":"papers"})");
  REQUIRE(made->status == 201);
  CHECK(BodyOf(made) == Json{{"graph_id", "papers"}, {"status", "created"}});
  CHECK(test.Post("/databases", R"({"graph_id":"papers"})")->status == 409);

  REQUIRE(test.Post("/triples/add?graph=papers", kTriple)->status == 201);
  const Json shown = BodyOf(test.Get("/api/v1/databases/papers"));
  CHECK(shown["graph_id"] == "papers");
  CHECK(shown["status"] == "active");
  CHECK(shown["statements"] == 1);
  CHECK(shown["last_commit"] == 1);
  CHECK(shown["base_namespace"] == "urn:skg:");
  const Json list = BodyOf(test.Get("/databases"));
  CHECK(list["total"] == 1);
  CHECK(list["databases"][0] == shown);

  const auto dropped = Delete(test, "/databases/papers");
  REQUIRE(dropped->status == 200);
  CHECK(BodyOf(dropped)["status"] == "deleted");
  CHECK(test.Get("/databases/papers")->status == 404);
  CHECK(test.Get("/stats?graph=papers")->status == 404);
  CHECK(Delete(test, "/databases/papers")->status == 404);
  CHECK(BodyOf(test.Get("/databases"))["total"] == 0);

  // What was dropped does not come back with its name.
  REQUIRE(test.Post("/databases", R"({"graph_id":"papers"})")->status == 201);
  CHECK(BodyOf(test.Get("/stats?graph=papers"))["total_triples"] == 0);
}

TEST_CASE("the default graph can be dropped, and is there again when asked") {
  const TestServer test;
  REQUIRE(test.Post("/triples/add", kTriple)->status == 201);
  REQUIRE(Delete(test, "/databases/main")->status == 200);
  CHECK(BodyOf(test.Get("/stats"))["total_triples"] == 0);
}

TEST_CASE("what cannot be a database is refused, with the field") {
  const TestServer test;
  struct Case {
    const char* body;
    int status;
  };
  for (const Case& each :
       {Case{"", 422}, Case{"[]", 422}, Case{"{", 422}, Case{"{}", 422},
        Case{R"({"graph_id":7})", 422},
        Case{R"({"graph_id":"a","owner":"b"})", 422},
        Case{R"({"graph_id":""})", 400}, Case{R"({"graph_id":".."})", 400},
        Case{R"({"graph_id":"acme/crm"})", 400},
        Case{R"({"graph_id":"-a"})", 400}}) {
    const auto result = test.Post("/databases", each.body);
    INFO(each.body << " " << result->body);
    CHECK(result->status == each.status);
    if (each.status == 422) CHECK(BodyOf(result)["errors"].size() == 1);
  }
  CHECK(test.Post("/databases?graph=a", R"({"graph_id":"a"})")->status == 422);
  CHECK(Delete(test, "/databases/..%2Fmain")->status != 200);
  CHECK(BodyOf(test.Get("/databases"))["total"] == 0);
}

TEST_CASE(
    "making and dropping need admin rights; others' graphs are not seen") {
  const std::string admin = server::GenerateApiKey();
  const std::string writer = server::GenerateApiKey();
  const TestServer test([&](server::Settings& settings) {
    auto all = server::MakeApiKeyRecord(admin, "acme");
    all.roles = {"admin:full"};
    auto some = server::MakeApiKeyRecord(writer, "acme");
    some.roles = {"read:triples", "write:triples"};
    StoreKeys(settings, {all, some});
  });
  auto client = test.Stranger();
  const auto post = [&](const std::string& key, const std::string& name) {
    return client
        .Post("/databases", {{"X-Graph-API-Key", key}},
              R"({"graph_id":")" + name + "\"}", "application/json")
        ->status;
  };
  CHECK(post(writer, "crm") == 403);
  CHECK(post(admin, "crm") == 201);
  CHECK(client.Delete("/databases/crm", {{"X-API-Key", writer}})->status ==
        403);
  CHECK(client.Get("/databases/crm", {{"X-API-Key", writer}})->status == 200);
  CHECK(test.Get("/databases/crm")->status == 404);
  CHECK(Delete(test, "/databases/crm")->status == 404);
  CHECK(client.Get("/databases")->status == 401);
}

}  // namespace
}  // namespace skg::test
