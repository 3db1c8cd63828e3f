// The small parts of understanding a request.
#include <catch2/catch.hpp>
#include <set>

#include "http/host_check.h"
#include "http/request_id.h"
#include "http/router.h"
#include "http/url.h"
#include "routes/statement_text.h"

namespace skg::server {
namespace {

TEST_CASE("a query string keeps order, repeats and empty values") {
  const QueryParameters parameters = ParseQuery(
      "/query?pattern=a%20b&pattern=&pattern=&k=1+2&flag&=x&&%zz=%4");
  const QueryParameters want = {
      {"pattern", "a b"}, {"pattern", ""}, {"pattern", ""}, {"k", "1 2"},
      {"flag", ""},       {"", "x"},       {"%zz", "%4"}};
  CHECK(parameters == want);
  CHECK(ParseQuery("/query").empty());
  CHECK(ParseQuery("/query?").empty());
}

TEST_CASE("the URL of a request holds only what an IRI may") {
  CHECK(RequestUrl("h:1", "/a/b?c#d") == "http://h:1/a/b");
  CHECK(RequestUrl("h", "/%41<\xc3\xa4> \"") ==
        "http://h/%41%3C%C3%A4%3E%20%22");
  CHECK(RequestUrl("h", "http://other/a?b") == "http://other/a");
}

TEST_CASE("the rest of a path goes to the route that takes it") {
  Router router;
  for (const char* path : {"/a/{id}", "/a/{id}/b", "/a/{id}/b/{path...}"})
    router.Add({.method = "GET", .endpoint = path});
  const auto find = [&](std::string_view path) {
    const Router::Match match = router.Find("GET", path);
    return match.route == nullptr
               ? std::string()
               : match.route->endpoint + " " + std::string(match.id) + " " +
                     std::string(match.path);
  };
  CHECK(find("/a/x") == "/a/{id} x ");
  CHECK(find("/a/x/b") == "/a/{id}/b x ");
  CHECK(find("/a/x/b/c") == "/a/{id}/b/{path...} x c");
  CHECK(find("/api/v1/a/x/b/c/d/") == "/a/{id}/b/{path...} x c/d/");
  CHECK(find("/a/x/b/").empty());
  CHECK(find("/a/x/c/d").empty());
  CHECK(find("/a//b/c").empty());
  CHECK(router.AllowedMethods("/a/x/b/c") == "GET, HEAD, OPTIONS");
}

TEST_CASE("request ids are UUIDs of version 4 and do not repeat") {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = RandomUuid();
    REQUIRE(id.size() == 36);
    CHECK(id[14] == '4');
    CHECK(std::string("89ab").find(id[19]) != std::string::npos);
    CHECK(IsUsableRequestId(id));
    ids.insert(id);
  }
  CHECK(ids.size() == 1000);
  CHECK(IsUsableRequestId("a.B_9-"));
  CHECK_FALSE(IsUsableRequestId(""));
  CHECK_FALSE(IsUsableRequestId("a b"));
  CHECK_FALSE(IsUsableRequestId("a\r\nb"));
  CHECK(IsUsableRequestId(std::string(128, 'a')));
  CHECK_FALSE(IsUsableRequestId(std::string(129, 'a')));
}

TEST_CASE("hosts are compared without port and case") {
  const HostCheck check({"localhost", "127.0.0.1", "[::1]", "*.example.com"},
                        "10.0.0.7");
  for (const char* host :
       {"localhost", "LocalHost:7777", "127.0.0.1:1", "[::1]", "[::1]:80",
        "a.example.com:1", "10.0.0.7"}) {
    INFO(host);
    CHECK(check.Allows(host));
  }
  for (const char* host : {"", "evil.example", "localhost.evil.example",
                           "example.com", "10.0.0.8", "[::2]", "["}) {
    INFO(host);
    CHECK_FALSE(check.Allows(host));
  }
  CHECK(HostCheck({"*"}, "").Allows("anything"));
  CHECK_FALSE(HostCheck({"localhost"}, "0.0.0.0").Allows("0.0.0.0"));
  CHECK(HostCheck({}, "fe80::1").Allows("[fe80::1]:7777"));
}

TEST_CASE("origins are compared whole") {
  const OriginCheck check({"https://a.example"});
  CHECK(check.Allows("https://a.example"));
  CHECK_FALSE(check.Allows("https://a.example.evil"));
  CHECK_FALSE(check.Allows("http://a.example"));
  CHECK_FALSE(check.Allows(""));
  CHECK(OriginCheck({"*"}).Allows("https://b.example"));
  CHECK_FALSE(OriginCheck({"*"}).Allows(""));
}

TEST_CASE("routes answer with and without prefix, HEAD as GET") {
  Router router;
  router.Add({.method = "GET", .endpoint = "/triples"});
  router.Add({.method = "POST", .endpoint = "/triples"});
  router.Add({.method = "POST", .endpoint = "/triples/add"});
  router.Add({.method = "GET", .endpoint = "/triples/{id}"});

  CHECK(router.Find("GET", "/triples").route->endpoint == "/triples");
  CHECK(router.Find("HEAD", "/triples").route->method == "GET");
  CHECK_FALSE(router.Find("GET", "/triples").prefixed);
  CHECK(router.Find("POST", "/api/v1/triples").prefixed);
  CHECK(router.Find("GET", "/triples/x-1").id == "x-1");
  CHECK(router.Find("GET", "/api/v1/triples/x-1").route->endpoint ==
        "/triples/{id}");
  CHECK(router.Find("GET", "/triples/add").route == nullptr);
  CHECK(router.Find("GET", "/triples/add").known_path);
  for (const char* path :
       {"/", "", "/triples/", "/triples/a/b", "/api/v1", "/api/v1/",
        "/api/v1triples", "/Triples", "/api/v1/api/v1/triples"}) {
    INFO(path);
    CHECK_FALSE(router.Find("GET", path).known_path);
  }
  CHECK(router.AllowedMethods("/triples") == "GET, HEAD, POST, OPTIONS");
  CHECK(router.AllowedMethods("/api/v1/triples/add") == "POST, OPTIONS");
}

TEST_CASE("a weight is shown as it was written") {
  CHECK(WeightJson(0.9f).dump() == "0.9");
  CHECK(WeightJson(1.0f).dump() == "1.0");
  CHECK(WeightJson(0.0f).dump() == "0.0");
  CHECK(WeightJson(0.1f + 0.2f).get<float>() == 0.1f + 0.2f);
}

}  // namespace
}  // namespace skg::server
