// Indexes of texts and vectors over HTTP.
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "auth/api_key.h"
#include "server/test_server.h"

namespace skg::test {
namespace {

httplib::Result Put(const TestServer& test, const std::string& path,
                    const std::string& body) {
  auto client = test.Client();
  return client.Put(path, body, "application/json");
}

httplib::Result Delete(const TestServer& test, const std::string& path) {
  auto client = test.Client();
  return client.Delete(path);
}

TEST_CASE("a vector index is made, listed and dropped", "[indexes]") {
  const TestServer test;
  CHECK(BodyOf(test.Get("/vectors/indexes")) ==
        Json{{"indexes", Json::array()}, {"total", 0}});
  const auto made = test.Post("/api/v1/vectors/indexes",
                              R"({"name":"small","dimension":3,"metric":"l2",
      "kind":"hnsw_sq","links":8,"ef_construction":50,"ef_search":20,
      "over":"nodes"})");
  INFO(made->body);
  REQUIRE(made->status == 201);
  const Json index = BodyOf(made);
  CHECK(index["name"] == "small");
  CHECK(index["dimension"] == 3);
  CHECK(index["metric"] == "l2");
  CHECK(index["kind"] == "hnsw_sq");
  CHECK(index["links"] == 8);
  CHECK(index["ef_construction"] == 50);
  CHECK(index["ef_search"] == 20);
  CHECK(index["over"] == "nodes");
  CHECK(index["vectors"] == 0);
  CHECK(BodyOf(test.Get("/api/v1/vectors/indexes/small"))["name"] == "small");
  REQUIRE(test.Post("/vectors/indexes", "{}")->status == 201);
  const Json list = BodyOf(test.Get("/api/v1/vectors/indexes"));
  CHECK(list["total"] == 2);
  CHECK(list["indexes"][1]["name"] == "default");
  CHECK(list["indexes"][1]["dimension"] == 384);
  CHECK(list["indexes"][1]["metric"] == "cosine");

  CHECK(test.Post("/vectors/indexes", R"({"name":"small"})")->status == 409);
  CHECK(Delete(test, "/api/v1/vectors/indexes/small")->status == 204);
  CHECK(test.Get("/vectors/indexes/small")->status == 404);
  CHECK(Delete(test, "/vectors/indexes/small")->status == 404);
  CHECK(test.Post("/vectors/indexes/small/rebuild", "")->status == 404);
}

TEST_CASE("the first vector makes the default index", "[indexes]") {
  const TestServer test;
  const std::string index = "/vectors/indexes/default";
  REQUIRE(Put(test, index + "/entries/a", R"({"vector":[1,0,0]})")->status ==
          200);
  CHECK(BodyOf(test.Get(index))["dimension"] == 3);
  CHECK(BodyOf(test.Get(index))["vectors"] == 1);
  CHECK(Put(test, index + "/entries/a", R"({"vector":[1,0]})")->status == 422);
  CHECK(Delete(test, index)->status == 204);
  REQUIRE(test.Post(index + "/entries",
                    R"({"entries":[{"entity":"a","vector":[1,0]}]})")
              ->status == 202);
  CHECK(BodyOf(test.Get(index))["dimension"] == 2);
}

TEST_CASE("first vectors that are refused make no index", "[indexes]") {
  const TestServer test;
  const std::string index = "/vectors/indexes/default";
  CHECK(Put(test, index + "/entries/%3Cno%20name", R"({"vector":[1,0]})")
            ->status == 422);
  CHECK(Put(test, index + "/entries/a", R"({"vector":[0,0]})")->status == 422);
  CHECK(test.Post(index + "/entries",
                  R"({"entries":[{"entity":"a","vector":[1,0]},
                                 {"entity":"b","vector":[1]}]})")
            ->status == 422);
  CHECK(test.Get(index)->status == 404);
  CHECK(BodyOf(test.Get("/vectors/indexes"))["total"] == 0);
  // Of another name there is none to put into.
  CHECK(Put(test, "/vectors/indexes/other/entries/a", R"({"vector":[1]})")
            ->status == 404);
}

// The task's last state.
Json WaitFor(const TestServer& test, const httplib::Result& started) {
  REQUIRE(started->status == 202);
  const Json task = BodyOf(started);
  CHECK(task["status"] == "queued");
  const std::string path =
      "/tasks/" + task["task_id"].get<std::string>() + "/status";
  for (;;) {
    const Json state = BodyOf(test.Get(path));
    if (state["status"] != "queued" && state["status"] != "in_progress")
      return state;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

TEST_CASE("an index is made and made again in a task", "[indexes]") {
  const TestServer test;
  const auto added =
      test.Post("/api/v1/triples", R"({"subject":"Radium","predicate":"comment",
                      "object":"\"some words\""})");
  INFO(added->body);
  REQUIRE(added->status == 201);
  const Json made = WaitFor(
      test, test.Post("/text/indexes?async=true", R"({"name":"words"})"));
  CHECK(made["status"] == "completed");
  CHECK(made["kind"] == "text-index");
  CHECK(made["result"]["commit"] > 1);
  CHECK(BodyOf(test.Post("/query/text",
                         R"({"query":"words","index":"words"})"))["total"] ==
        1);
  CHECK(WaitFor(test, test.Post("/text/indexes/words/rebuild?async=true",
                                ""))["status"] == "completed");
  REQUIRE(
      Put(test, "/vectors/indexes/default/entries/a", R"({"vector":[1,0,0]})")
          ->status == 200);
  CHECK(WaitFor(test, test.Post("/vectors/indexes/default/rebuild?async=true",
                                ""))["status"] == "completed");
  CHECK(BodyOf(test.Get("/vectors/indexes/default"))["vectors"] == 1);
  // What can be told at once is.
  CHECK(test.Post("/text/indexes?async=true", R"({"name":"words"})")->status ==
        409);
  CHECK(test.Post("/text/indexes?async=true", R"({"name":"."})")->status ==
        422);
  CHECK(test.Post("/text/indexes?async=perhaps", "{}")->status == 422);
  CHECK(test.Post("/text/indexes/none/rebuild?async=true", "")->status == 404);
  CHECK(test.Post("/vectors/indexes/none/rebuild?async=true", "")->status ==
        404);
}

TEST_CASE("vectors under an idempotency key are put once", "[indexes]") {
  const TestServer test;
  REQUIRE(test.Post("/vectors/indexes", R"({"dimension":2,"kind":"flat"})")
              ->status == 201);
  auto client = test.Client();
  const httplib::Headers once = {{"Idempotency-Key", "k-1"}};
  const auto post = [&](const char* vector) {
    return client.Post(
        "/api/v1/vectors/indexes/default/entries", once,
        R"({"entries":[{"entity":"a","vector":)" + std::string(vector) + "}]}",
        "application/json");
  };
  const auto first = post("[1,0]");
  INFO(first->body);
  REQUIRE(first->status == 202);
  CHECK_FALSE(first->has_header("Idempotency-Replayed"));
  const auto again = post("[1,0]");
  REQUIRE(again->status == 202);
  CHECK(again->get_header_value("Idempotency-Replayed") == "true");
  CHECK(BodyOf(again)["commit"] == BodyOf(first)["commit"]);
  CHECK(post("[0,1]")->status >= 400);
  CHECK(BodyOf(test.Get("/vectors/indexes/default/entries/a"))["vector"] ==
        Json{1, 0});
}

TEST_CASE("what is no vector index is refused with the field", "[indexes]") {
  const TestServer test;
  const auto field = [&](const char* path, const char* body) {
    const auto got = test.Post(path, body);
    INFO(body << " " << got->body);
    REQUIRE(got->status == 422);
    return BodyOf(got)["errors"][0]["loc"][1];
  };
  const char* const vectors = "/vectors/indexes";
  CHECK(field(vectors, R"({"dimension":0})") == "dimension");
  CHECK(field(vectors, R"({"dimension":4097})") == "dimension");
  CHECK(field(vectors, R"({"metric":"near"})") == "metric");
  CHECK(field(vectors, R"({"kind":"text"})") == "kind");
  CHECK(field(vectors, R"({"kind":7})") == "kind");
  CHECK(field(vectors, R"({"links":1000})") == "links");
  CHECK(field(vectors, R"({"name":""})") == "name");
  CHECK(field(vectors, R"({"size":1})") == "size");
  const char* const texts = "/text/indexes";
  CHECK(field(texts, R"({"predicates":"label"})") == "predicates");
  CHECK(field(texts, R"({"over":"edges"})") == "over");
  CHECK(field(texts, R"({"language":1})") == "language");
  CHECK(field(texts, R"({"dimension":2})") == "dimension");
  CHECK(BodyOf(test.Get(vectors))["total"] == 0);
  CHECK(BodyOf(test.Get(texts))["total"] == 0);
}

TEST_CASE("an entry is put, read and deleted by its entity", "[indexes]") {
  const TestServer test;
  REQUIRE(test.Post("/vectors/indexes", R"({"dimension":2,"metric":"ip"})")
              ->status == 201);
  const std::string base = "/api/v1/vectors/indexes/default/entries/";
  // Names may have slashes, blanks and letters of any kind.
  for (const char* entity :
       {"Radium", "Marie%20Curie", "%3Chttp://example.org/a/b%3E", "a/rebuild",
        "%C3%A9t%C3%A9"}) {
    INFO(entity);
    const auto put = Put(test, base + entity, R"({"vector":[0.5,-2]})");
    INFO(put->body);
    REQUIRE(put->status == 200);
    CHECK(BodyOf(put)["commit"].get<uint64_t>() > 0);
    const Json got = BodyOf(test.Get(base + entity));
    CHECK(got["vector"] == Json::parse("[0.5,-2.0]"));
    CHECK(got["entity"] == BodyOf(put)["entity"]);
  }
  const Json replaced =
      BodyOf(Put(test, base + "Radium", R"({"vector":[1,1]})"));
  const uint64_t commit = replaced["commit"];
  CHECK(BodyOf(test.Get(base + "Radium"))["vector"] ==
        Json::parse("[1.0,1.0]"));
  CHECK(BodyOf(test.Get(base + "Radium?as_of=" +
                        std::to_string(commit - 1)))["vector"][0] == 0.5);
  CHECK(BodyOf(test.Get("/vectors/indexes/default"))["vectors"] == 5);
  const auto rebuilt = test.Post("/vectors/indexes/default/rebuild", "");
  INFO(rebuilt->body);
  REQUIRE(rebuilt->status == 200);
  CHECK(BodyOf(rebuilt)["vectors"] == 5);
  CHECK(Delete(test, base + "Radium")->status == 204);
  CHECK(test.Get(base + "Radium")->status == 404);
  CHECK(Delete(test, base + "Radium")->status == 404);
  CHECK(BodyOf(test.Get("/vectors/indexes/default"))["vectors"] == 4);
}

TEST_CASE("a wrong entry changes nothing", "[indexes]") {
  const TestServer test;
  REQUIRE(test.Post("/vectors/indexes", R"({"dimension":2})")->status == 201);
  const std::string entries = "/vectors/indexes/default/entries";
  const auto first = [&](const httplib::Result& got) {
    INFO(got->body);
    REQUIRE(got->status == 422);
    return BodyOf(got)["errors"][0]["loc"];
  };
  using Loc = std::vector<Json>;
  const auto one = [&](const char* body) {
    return first(Put(test, entries + "/Radium", body));
  };
  CHECK(one(R"({"vector":[1]})") == Json{"body", "vector"});
  CHECK(one(R"({"vector":[0,0]})") == Json{"body", "vector"});
  CHECK(one("{}") == Json{"body", "vector"});
  CHECK(one(R"({"vector":["NaN",1]})") == Json(Loc{"body", "vector", 0}));
  CHECK(one(R"({"vector":[1,0],"text":"x"})") == Json{"body", "text"});
  const auto batch = [&](const char* body) {
    return first(test.Post(entries, body));
  };
  CHECK(batch("{}") == Json{"body", "entries"});
  CHECK(batch(R"({"entries":[]})") == Json{"body", "entries"});
  CHECK(batch(R"({"entries":[7]})") == Json(Loc{"body", "entries", 0}));
  CHECK(
      batch(R"({"entries":[{"entity":"a","vector":[1,0]},{"entity":"b"}]})") ==
      Json(Loc{"body", "entries", 1, "vector"}));
  CHECK(batch(R"({"entries":[{"entity":"a","vector":[1,0]},
                             {"entity":"b","vector":[1,0,0]}]})") ==
        Json(Loc{"body", "entries", 1, "vector"}));
  CHECK(batch(R"({"entries":[{"entity":"<no iri","vector":[1,0]}]})") ==
        Json(Loc{"body", "entries", 0, "entity"}));
  CHECK(BodyOf(test.Get("/vectors/indexes/default"))["vectors"] == 0);
  CHECK(Put(test, "/vectors/indexes/none/entries/a", R"({"vector":[1,0]})")
            ->status == 404);
  CHECK(test.Post("/vectors/indexes/none/entries",
                  R"({"entries":[{"entity":"a","vector":[1,0]}]})")
            ->status == 404);
  CHECK(Put(test, entries + "/", R"({"vector":[1,0]})")->status == 404);
}

TEST_CASE("vectors of statements are found while the statements are there",
          "[indexes]") {
  const TestServer test;
  const std::string id = BodyOf(test.Post("/triples", R"({"subject":"Curie",
             "predicate":"discovered","object":"Radium"})"))["id"];
  REQUIRE(test.Post("/vectors/indexes",
                    R"({"name":"facts","dimension":2,"over":"statements"})")
              ->status == 201);
  REQUIRE(
      Put(test, "/vectors/indexes/facts/entries/" + id, R"({"vector":[1,0]})")
          ->status == 200);
  const Json found =
      BodyOf(test.Post("/query/vector", R"({"vector":[1,0],"index":"facts"})"));
  REQUIRE(found["results"].size() == 1);
  CHECK(found["results"][0]["entity"] == id);
  CHECK(found["results"][0]["text"] == "Curie discovered Radium");
  // There is no such statement.
  CHECK(Put(test,
            "/vectors/indexes/facts/entries/"
            "00000000-0000-4000-8000-000000000000",
            R"({"vector":[1,0]})")
            ->status == 404);
}

TEST_CASE("a text index is made, rebuilt and dropped", "[indexes]") {
  const TestServer test;
  REQUIRE(
      test.Post("/api/v1/triples", R"({"subject":"Radium","predicate":"comment",
                    "object":"\"a glowing metal\""})")
          ->status == 201);
  const auto made = test.Post("/api/v1/text/indexes",
                              R"({"name":"words","predicates":["comment"],
      "names":false,"language":"en","stemming":true,"stop_words":true})");
  INFO(made->body);
  REQUIRE(made->status == 201);
  const Json index = BodyOf(made);
  CHECK(index["kind"] == "text");
  CHECK(index["predicates"] == Json::array({"comment"}));
  CHECK(index["names"] == false);
  CHECK(index["documents"] == 1);
  CHECK(index["ready"] == true);
  CHECK(test.Post("/text/indexes", R"({"name":"words"})")->status == 409);
  CHECK(BodyOf(test.Get("/text/indexes"))["total"] == 1);
  const auto rebuilt = test.Post("/text/indexes/words/rebuild", "");
  INFO(rebuilt->body);
  REQUIRE(rebuilt->status == 200);
  CHECK(BodyOf(rebuilt)["documents"] == 1);
  CHECK(BodyOf(test.Post("/query/text",
                         R"({"query":"glow","index":"words"})"))["total"] == 1);
  CHECK(test.Post("/text/indexes/none/rebuild", "")->status == 404);
  CHECK(Delete(test, "/text/indexes/words")->status == 204);
  CHECK(test.Get("/text/indexes/words")->status == 404);
  CHECK(Delete(test, "/text/indexes/words")->status == 404);
}

TEST_CASE("statements are found by their metadata, unless that is not wanted",
          "[indexes]") {
  const TestServer test;
  const std::string id = BodyOf(test.Post("/triples", R"({"subject":"Curie",
      "predicate":"discovered","object":"Radium",
      "metadata":{"note":"in a shed"}})"))["id"];
  const auto make = [&](const std::string& options) {
    const auto made =
        test.Post("/text/indexes", R"({"over":"statements",)" + options + "}");
    INFO(made->body);
    REQUIRE(made->status == 201);
    return BodyOf(made);
  };
  const auto ask = [&](const std::string& index) {
    return BodyOf(test.Post("/query/text",
                            R"({"query":"shed","index":")" + index + "\"}"));
  };
  CHECK(make(R"("name":"facts")")["metadata"] == true);
  const Json found = ask("facts");
  REQUIRE(found["total"] == 1);
  CHECK(found["results"][0]["entity"] == id);
  CHECK(found["results"][0]["text"] == "in a shed");
  CHECK(make(R"("name":"objects","metadata":false)")["metadata"] == false);
  CHECK(BodyOf(test.Get("/text/indexes/objects"))["metadata"] == false);
  CHECK(ask("objects")["total"] == 0);
  CHECK(test.Post("/text/indexes", R"({"name":"x","metadata":"no"})")->status ==
        422);
}

TEST_CASE("readers search and change no index; tenants have their own",
          "[indexes]") {
  const std::string reader = server::GenerateApiKey();
  const TestServer test([&](server::Settings& settings) {
    auto record = server::MakeApiKeyRecord(reader, "acme");
    record.roles = {"read:triples"};
    StoreKeys(settings, {record});
  });
  REQUIRE(test.Post("/vectors/indexes", R"({"dimension":2})")->status == 201);
  auto client = test.Stranger();
  const httplib::Headers key = {{"X-API-Key", reader}};
  CHECK(BodyOf(client.Get("/vectors/indexes", key))["total"] == 0);
  CHECK(client.Get("/vectors/indexes/default", key)->status == 404);
  CHECK(
      client.Post("/vectors/indexes", key, "{}", "application/json")->status ==
      403);
  CHECK(client.Post("/text/indexes", key, "{}", "application/json")->status ==
        403);
  CHECK(client.Delete("/vectors/indexes/default", key)->status == 403);
  CHECK(client
            .Put("/vectors/indexes/default/entries/a", key, "{}",
                 "application/json")
            ->status == 403);
  CHECK(
      client
          .Post("/query/vector", key, R"({"vector":[1,0]})", "application/json")
          ->status == 404);
}

TEST_CASE("a body of PUT has the limits of others", "[indexes]") {
  const TestServer test(
      [](server::Settings& settings) { settings.max_body_bytes = 1000; });
  REQUIRE(test.Post("/vectors/indexes", R"({"dimension":2})")->status == 201);
  const std::string path = "/vectors/indexes/default/entries/a";
  CHECK(Put(test, path, std::string(2000, ' '))->status == 413);
  CHECK(Put(test, path, R"({"vector":[1,0]})")->status == 200);
  CHECK(Put(test, path, "")->status == 400);
}

}  // namespace
}  // namespace skg::test
