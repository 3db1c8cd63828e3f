// Writing statements over HTTP, and reading single ones.
#include <catch2/catch.hpp>
#include <string>

#include "server/test_server.h"
#include "skg/engine.h"

namespace skg::test {
namespace {

Json Triple(const std::string& subject, const std::string& predicate,
            const std::string& object) {
  return {{"subject", subject}, {"predicate", predicate}, {"object", object}};
}

TEST_CASE("POST /triples/add answers as the contract's example") {
  const TestServer test;
  for (const std::string path :
       {"/triples/add", "/api/v1/triples/add", "/triples", "/api/v1/triples"}) {
    INFO(path);
    Json triple =
        Triple("Curie " + std::to_string(path.size()), "discovered", "Radium");
    triple["weight"] = 0.9;
    triple["metadata"] = {{"source", "book"}};
    const auto added = test.Post(path, triple.dump());
    const Json body = BodyOf(added);
    CHECK(added->status == 201);
    CHECK(added->get_header_value("Content-Type") == "application/json");
    CHECK(body["id"].get<std::string>().size() == 36);
    CHECK(body["subject"] == triple["subject"]);
    CHECK(body["predicate"] == "discovered");
    CHECK(body["object"] == "Radium");
    CHECK(body["weight"] == 0.9);
    CHECK(body["created_at"].get<std::string>().back() == 'Z');
    CHECK(body["status"] == "inserted");
    CHECK(body.size() == 7);
  }
}

TEST_CASE("writing over a quota is 429 with Retry-After") {
  const TestServer test([](server::Settings& settings) {
    const auto engine = Engine::Open(settings.data_dir);
    REQUIRE_OK(engine);
    REQUIRE_OK((*engine)->SetTenantQuota(
        "public", {.max_statements = 2, .max_bytes = std::nullopt}));
  });
  CHECK(test.Post("/triples/add", Triple("A", "p", "B").dump())->status == 201);
  const Json batch = {
      {"triples", {Triple("C", "p", "D"), Triple("E", "p", "F")}}};
  const auto refused = test.Post("/triples/batch", batch.dump());
  CHECK(refused->status == 429);
  CHECK(refused->get_header_value("Retry-After") == "60");
  const Json body = BodyOf(refused);
  CHECK(body["error"] == "quota_exceeded");
  CHECK(body["category"] == "quota");
  CHECK(test.Post("/triples/add", Triple("C", "p", "D").dump())->status == 201);
  CHECK(test.Post("/triples/add", Triple("E", "p", "F").dump())->status == 429);
  // What is there already needs no room.
  CHECK(test.Post("/triples/add", Triple("C", "p", "D").dump())->status == 201);
}

TEST_CASE("adding again updates, and adding the same is a duplicate") {
  const TestServer test;
  Json triple = Triple("A", "p", "B");
  const Json first = BodyOf(test.Post("/triples/add", triple.dump()));
  const Json same = BodyOf(test.Post("/triples/add", triple.dump()));
  triple["weight"] = 0.25;
  const Json changed = BodyOf(test.Post("/triples/add", triple.dump()));
  CHECK(first["status"] == "inserted");
  CHECK(same["status"] == "duplicate");
  CHECK(changed["status"] == "updated");
  CHECK(changed["weight"] == 0.25);
  CHECK(first["id"] == same["id"]);
  CHECK(first["id"] == changed["id"]);
  CHECK(first["created_at"] == changed["created_at"]);
}

TEST_CASE("the two families of paths have their own limits") {
  const TestServer test;
  const auto status = [&](const std::string& path, const Json& triple) {
    const auto result = test.Post(path, triple.dump());
    REQUIRE(result);
    return result->status;
  };
  const std::string long_name(600, 'x');
  CHECK(status("/triples/add", Triple(long_name, "p", "o")) == 422);
  CHECK(status("/api/v1/triples/add", Triple(long_name, "p", "o")) == 201);
  CHECK(status("/triples/add", Triple("s", std::string(101, 'p'), "o")) == 422);
  CHECK(status("/api/v1/triples/add",
               Triple("s", std::string(101, 'p'), "o")) == 201);
  CHECK(status("/triples/add", Triple("a.b", "p", "o")) == 422);
  CHECK(status("/api/v1/triples/add", Triple("a.b", "p", "o")) == 201);
  CHECK(status("/api/v1/triples/add",
               Triple(std::string(5001, 'x'), "p", "o")) == 422);
}

TEST_CASE("the root form trims what surrounds a name") {
  const TestServer test;
  const Json body =
      BodyOf(test.Post("/triples/add", Triple("  Curie ", "p", " R ").dump()));
  CHECK(body["subject"] == "Curie");
  CHECK(body["object"] == "R");
  CHECK(test.Post("/triples/add", Triple("   ", "p", "o").dump())->status ==
        422);
}

TEST_CASE("a blank node is shown under its lasting label") {
  const TestServer test;
  const Json body = BodyOf(
      test.Post("/api/v1/triples/add", Triple("_:b", "knows", "_:b").dump()));
  CHECK(body["subject"] == body["object"]);
  CHECK(body["subject"] != "_:b");
  const Json again =
      BodyOf(test.Get("/api/v1/triples/" + body["id"].get<std::string>()));
  CHECK(again["subject"] == body["subject"]);
}

TEST_CASE("what is wrong with a statement is told with its path") {
  const TestServer test;
  struct Case {
    const char* name;
    const char* body;
    Json loc;
    const char* type;
  };
  const Case cases[] = {
      {"missing",
       R"({"subject":"a","predicate":"b"})",
       {"body", "object"},
       "missing"},
      {"unknown",
       R"({"subject":"a","predicate":"b","object":"c","as_of":"x"})",
       {"body", "as_of"},
       "unknown_field"},
      {"range",
       R"({"subject":"a","predicate":"b","object":"c","weight":1.5})",
       {"body", "weight"},
       "out_of_range"},
      {"type",
       R"({"subject":7,"predicate":"b","object":"c"})",
       {"body", "subject"},
       "wrong_type"},
      {"metadata",
       R"({"subject":"a","predicate":"b","object":"c","metadata":[]})",
       {"body", "metadata"},
       "wrong_type"},
      {"not an object", "[]", {"body"}, "wrong_type"},
  };
  for (const std::string path : {"/triples/add", "/api/v1/triples/add"}) {
    for (const Case& each : cases) {
      INFO(path << " " << each.name);
      const auto result = test.Post(path, each.body);
      const Json body = BodyOf(result);
      CHECK(result->status == 422);
      REQUIRE(body["errors"].size() == 1);
      CHECK(body["errors"][0]["loc"] == each.loc);
      CHECK(body["errors"][0]["type"] == each.type);
      CHECK_FALSE(body["errors"][0]["msg"].get<std::string>().empty());
      CHECK(body["correlation_id"] == result->get_header_value("X-Request-ID"));
    }
  }
}

TEST_CASE("malformed JSON and bytes that are not UTF-8 are bad requests") {
  const TestServer test;
  const auto result =
      test.Post("/triples/add", "{\"subject\": \"a\",\n \"predicate\" \"b\"}");
  const Json body = BodyOf(result);
  CHECK(result->status == 400);
  CHECK(body["error"] == "bad_request");
  CHECK_THAT(body["detail"].get<std::string>(), Catch::Contains("line 2"));
  for (const std::string& bad :
       {std::string(), std::string("{"), std::string("nul"),
        std::string(
            "{\"subject\":\"\xFF\",\"predicate\":\"b\",\"object\":\"c\"}"),
        std::string("{\"subject\":\"a\0b\"}", 17), std::string(100000, '[')}) {
    const auto refused = test.Post("/api/v1/triples/add", bad);
    (void)BodyOf(refused);
    CHECK(refused->status >= 400);
    CHECK(refused->status < 500);
  }
}

TEST_CASE("POST /triples/batch stores the valid and counts the others") {
  const TestServer test;
  Json batch = {{"triples",
                 {Triple("A", "p", "B"),
                  Triple("C", "p", "D"),
                  {{"subject", "x"}},
                  Triple("A", "p", "B")}}};
  batch["triples"][1]["weight"] = 2;
  for (const std::string path : {"/triples/batch", "/api/v1/triples/batch"}) {
    INFO(path);
    batch["triples"][0]["subject"] = "A" + std::to_string(path.size());
    batch["triples"][3]["subject"] = "A" + std::to_string(path.size());
    const auto result = test.Post(path, batch.dump());
    const Json body = BodyOf(result);
    CHECK(result->status == 202);
    CHECK(body["accepted"] == 1);
    CHECK(body["duplicates"] == 1);
    CHECK(body["errors"] == 2);
    CHECK(body["processing_time_ms"].is_number());
    bool weight = false;
    for (const Json& error : body["error_details"]) {
      weight = weight || error["loc"] == Json({"body", "triples", 1, "weight"});
    }
    CHECK(weight);
  }
}

TEST_CASE("skip_duplicates leaves what is stored as it is") {
  const TestServer test;
  Json triple = Triple("A", "p", "B");
  triple["weight"] = 0.5;
  const Json added = BodyOf(test.Post("/triples/add", triple.dump()));
  triple["weight"] = 0.75;
  Json batch = {{"triples", {triple, Triple("A", "p", "C")}},
                {"skip_duplicates", true}};
  const Json skipped = BodyOf(test.Post("/triples/batch", batch.dump()));
  CHECK(skipped["accepted"] == 1);
  CHECK(skipped["duplicates"] == 1);
  const std::string id = added["id"];
  CHECK(BodyOf(test.Get("/api/v1/triples/" + id))["weight"] == 0.5);
  batch["skip_duplicates"] = false;
  const Json replaced = BodyOf(test.Post("/triples/batch", batch.dump()));
  CHECK(replaced["accepted"] == 1);
  CHECK(replaced["duplicates"] == 1);
  CHECK(BodyOf(test.Get("/api/v1/triples/" + id))["weight"] == 0.75);
}

TEST_CASE("batches have a size by path family") {
  const TestServer test;
  const auto status = [&](const std::string& path, size_t size) {
    Json batch = {{"triples", Json::array()}};
    for (size_t i = 0; i < size; ++i) {
      batch["triples"].push_back(Triple("s" + std::to_string(i), "p", "o"));
    }
    const auto result = test.Post(path, batch.dump());
    REQUIRE(result);
    return result->status;
  };
  CHECK(status("/triples/batch", 100) == 202);
  CHECK(status("/triples/batch", 101) == 422);
  CHECK(status("/triples/batch", 0) == 422);
  CHECK(status("/api/v1/triples/batch", 1000) == 202);
  CHECK(status("/api/v1/triples/batch", 1001) == 422);
  CHECK(status("/add_batch", 1000) == 202);
}

TEST_CASE("POST /add_batch works and says that it goes") {
  const TestServer test;
  const auto result = test.Post(
      "/add_batch", Json{{"triples", {Triple("A", "p", "B")}}}.dump());
  CHECK(BodyOf(result)["accepted"] == 1);
  CHECK(result->status == 202);
  CHECK(result->get_header_value("Deprecation") == "true");
  CHECK_FALSE(result->get_header_value("Sunset").empty());
  CHECK_THAT(result->get_header_value("Link"), Catch::Contains("deprecation"));
}

TEST_CASE("an idempotency key makes a repeated write one write") {
  const TestServer test;
  auto client = test.Client();
  const httplib::Headers once = {{"Idempotency-Key", "k-1"}};
  const std::string body = Triple("A", "p", "B").dump();
  const auto first =
      client.Post("/triples/add", once, body, "application/json");
  const auto again =
      client.Post("/triples/add", once, body, "application/json");
  CHECK(BodyOf(first)["status"] == "inserted");
  CHECK(BodyOf(again)["status"] == "inserted");
  CHECK(again->get_header_value("Idempotency-Replayed") == "true");
  CHECK_FALSE(first->has_header("Idempotency-Replayed"));
  const auto other = client.Post(
      "/triples/add", once, Triple("A", "p", "C").dump(), "application/json");
  REQUIRE(other);
  CHECK(other->status >= 400);
  CHECK(other->status < 500);
  const auto too_long =
      client.Post("/triples/add", {{"Idempotency-Key", std::string(300, 'k')}},
                  body, "application/json");
  REQUIRE(too_long);
  CHECK(too_long->status == 422);
}

TEST_CASE("GET /triples filters, orders and pages") {
  const TestServer test;
  Json batch = {{"triples", Json::array()}};
  for (int i = 0; i < 10; ++i) {
    Json triple =
        Triple("s" + std::to_string(i % 2), "p", "o" + std::to_string(i));
    triple["weight"] = i / 10.0;
    triple["metadata"] = {{"i", i}};
    batch["triples"].push_back(triple);
  }
  REQUIRE(test.Post("/triples/batch", batch.dump())->status == 202);
  const Json body = BodyOf(test.Get(
      "/api/v1/triples?subject=s1&min_weight=0.2&order_by=weight_desc&limit=2"
      "&offset=1&include_metadata=true"));
  CHECK(body["total"] == 2);
  REQUIRE(body["results"].size() == 2);
  CHECK(body["results"][0]["object"] == "o7");
  CHECK(body["results"][0]["metadata"]["i"] == 7);
  CHECK(body["results"][1]["object"] == "o5");
  CHECK(BodyOf(test.Get("/api/v1/triples"))["total"] == 10);
  for (const std::string bad :
       {"limit=0", "limit=x", "order_by=size_asc", "min_weight=2", "as_of=now",
        "offset=-1", "include_metadata=perhaps", "subject=%3Cbroken"}) {
    INFO(bad);
    const auto result = test.Get("/api/v1/triples?" + bad);
    const Json refused = BodyOf(result);
    CHECK(result->status >= 400);
    CHECK(result->status <= 422);
    if (bad.find("subject") == std::string::npos) {
      CHECK(refused["errors"][0]["loc"][0] == "query");
      CHECK(refused["errors"][0]["loc"][1] == bad.substr(0, bad.find('=')));
    }
  }
}

TEST_CASE("GET /triples/{id} gives the whole record or 404") {
  const TestServer test;
  Json triple = Triple("A", "p", "B");
  triple["metadata"] = {{"source", "book"}};
  const Json added = BodyOf(test.Post("/triples/add", triple.dump()));
  const std::string id = added["id"];
  const Json record = BodyOf(test.Get("/triples/" + id));
  CHECK(record["id"] == id);
  CHECK(record["metadata"]["source"] == "book");
  CHECK(record["created_at"] == added["created_at"]);
  CHECK(test.Get("/triples/00000000-0000-5000-8000-000000000000")->status ==
        404);
  CHECK(test.Get("/triples/nonsense")->status == 400);
}

TEST_CASE("GET /triples/{id}/history lists the versions") {
  const TestServer test;
  Json triple = Triple("A", "p", "B");
  triple["metadata"] = {{"source", "book"}};
  const Json added = BodyOf(test.Post("/triples/add", triple.dump()));
  triple["weight"] = 0.25;
  triple["valid_from"] = "2024-01-15";
  CHECK(test.Post("/triples/add", triple.dump())->status == 201);
  const std::string id = added["id"];
  for (const std::string prefix : {"", "/api/v1"}) {
    const Json body = BodyOf(test.Get(prefix + "/triples/" + id + "/history"));
    REQUIRE(body["versions"].size() == 2);
    const Json& first = body["versions"][0];
    CHECK(first["version"] == 1);
    CHECK(first["at"] == added["created_at"]);
    CHECK(first["weight"] == 1.0);
    CHECK(first["metadata"]["source"] == "book");
    CHECK(first["deleted"] == false);
    CHECK_FALSE(first.contains("valid_from"));
    const Json& second = body["versions"][1];
    CHECK(second["version"] == 2);
    CHECK(second["weight"] == 0.25);
    CHECK(second["valid_from"] == "2024-01-15T00:00:00Z");
  }
  CHECK(test.Get("/triples/00000000-0000-5000-8000-000000000000/history")
            ->status == 404);
  CHECK(test.Get("/triples/nonsense/history")->status == 400);
  CHECK(test.Get("/triples/" + id + "/past")->status == 404);
  CHECK(test.Get("/nothing/" + id + "/history")->status == 404);
}

TEST_CASE("another graph of the tenant must be there") {
  TestServer test;
  REQUIRE_OK(
      test.server().engine().OpenGraph("public/other", {.create = true}));
  const std::string body = Triple("A", "p", "B").dump();
  CHECK(test.Post("/triples/add?graph=other", body)->status == 201);
  CHECK(BodyOf(test.Get("/api/v1/triples?graph=other"))["total"] == 1);
  CHECK(BodyOf(test.Get("/api/v1/triples"))["total"] == 0);
  for (const std::string path : {"/triples/add", "/triples/batch", "/query"}) {
    const std::string document =
        path == "/query" ? R"({"pattern":[null,null,null]})"
        : path == "/triples/add"
            ? body
            : R"({"triples":[{"subject":"a","predicate":"b","object":"c"}]})";
    INFO(path);
    CHECK(test.Post(path + "?graph=absent", document)->status == 404);
    CHECK(test.Post(path + "?graph=..%2Fother", document)->status == 400);
    CHECK(test.Post(path + "?graph=acme%2Fmain", document)->status == 400);
    CHECK(test.Post(path + "?graf=other", document)->status == 422);
  }
}

}  // namespace
}  // namespace skg::test
