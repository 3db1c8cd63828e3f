// Asking over HTTP.
#include <catch2/catch.hpp>
#include <string>

#include "server/test_server.h"
#include "skg/engine.h"

namespace skg::test {
namespace {

// Curie and friends, with weights and metadata.
class ScienceServer : public TestServer {
 public:
  ScienceServer() {
    const char* batch = R"({"triples":[
      {"subject":"Curie","predicate":"discovered","object":"Radium","weight":0.9,
       "metadata":{"source":"book"}},
      {"subject":"Curie","predicate":"discovered","object":"Polonium","weight":0.8},
      {"subject":"Curie","predicate":"spouse","object":"Pierre","weight":1.0},
      {"subject":"Pierre","predicate":"field","object":"Physics","weight":0.5}]})";
    REQUIRE(Post("/triples/batch", batch)->status == 202);
  }
};

TEST_CASE("POST /query answers the one-pattern form") {
  const ScienceServer test;
  for (const std::string path : {"/query", "/api/v1/query"}) {
    const auto result = test.Post(
        path,
        R"({"pattern":["Curie",null,null],"k":10,"min_weight":0.85,"include_metadata":true})");
    const Json body = BodyOf(result);
    CHECK(result->status == 200);
    CHECK(body["total"] == 2);
    REQUIRE(body["results"].size() == 2);
    // Weight first.
    CHECK(body["results"][0]["object"] == "Pierre");
    CHECK(body["results"][1]["object"] == "Radium");
    CHECK(body["results"][1]["weight"] == 0.9);
    CHECK(body["results"][1]["metadata"]["source"] == "book");
    CHECK(body["query_time_ms"].is_number());
    CHECK_FALSE(body.contains("tenant_id"));
  }
}

TEST_CASE("terms of megabytes are answered") {
  const std::string text(3 << 20, 'x');
  const TestServer test([&](server::Settings& settings) {
    const auto engine = Engine::Open(settings.data_dir);
    REQUIRE_OK(engine);
    auto graph = (*engine)->OpenGraph("public/main", {.create = true});
    REQUIRE_OK(graph);
    NewStatement statement;
    statement.subject = "Curie";
    statement.predicate = "notes";
    statement.object = "\"" + text + "\"";
    REQUIRE_OK(graph->Add(statement).status());
  });
  const auto result = test.Post(
      "/query", R"({"pattern":["Curie",null,null],"k":10,"min_weight":0})");
  CHECK(result->status == 200);
  const Json body = BodyOf(result);
  CHECK(body["total"] == 1);
  CHECK(body["results"][0]["object"].get<std::string>().find(text) !=
        std::string::npos);
}

TEST_CASE("GET /query asks the same, with repeated wildcards") {
  const ScienceServer test;
  const Json body = BodyOf(
      test.Get("/query?pattern=Curie&pattern=&pattern=&k=2&min_weight=0.1"));
  CHECK(body["total"] == 2);
  CHECK(BodyOf(test.Get("/query?pattern=*&pattern=*&pattern=*"))["total"] == 4);
  const Json literal = BodyOf(
      test.Get("/api/v1/query?pattern=Curie&pattern=discovered&pattern=Radium"
               "&include_metadata=true"));
  CHECK(literal["results"][0]["metadata"]["source"] == "book");
  for (const std::string bad :
       {"pattern=a&pattern=b", "pattern=a&pattern=b&pattern=c&pattern=d", "",
        "pattern=&pattern=&pattern=&k=0", "pattern=&pattern=&pattern=&k=ten",
        "pattern=&pattern=&pattern=&as_of=2024-01-01",
        "pattern=&pattern=&pattern=&as_of=soon",
        "pattern=&pattern=&pattern=&valid_at=17"}) {
    INFO(bad);
    const auto result = test.Get("/query?" + bad);
    CHECK(BodyOf(result)["errors"][0]["loc"][0] == "query");
    CHECK(result->status == 422);
  }
  CHECK(test.Get("/query?pattern=%FF&pattern=&pattern=")->status == 400);
}

TEST_CASE("the past answers on every query route") {
  const ScienceServer test;
  const Json added =
      BodyOf(test.Post("/triples/add",
                       R"({"subject":"Curie","predicate":"discovered",
                           "object":"Later","valid_from":"2020-01-01"})"));
  const std::string now = added["created_at"];
  const std::string pattern = R"({"pattern":["Curie",null,null])";
  const std::string patterns =
      R"({"patterns":[{"subject":"Curie","predicate":null}])";
  const std::string walk = R"({"start_entity":"Curie","direction":"out")";
  struct Route {
    std::string path, document;
    size_t then, today, valid;  // how many answers
    const char* list;
  };
  for (const Route& route :
       {Route{"/query", pattern, 3, 4, 3, "results"},
        {"/api/v1/query", pattern, 3, 4, 3, "results"},
        {"/api/v1/query", patterns, 3, 4, 3, "results"},
        {"/api/v1/query/sparql", patterns, 3, 4, 3, "results"},
        {"/api/v1/query/traverse", walk, 4, 5, 4, "paths"}}) {
    INFO(route.path << " " << route.document);
    const auto ask = [&](const std::string& more) {
      return test.Post(route.path, route.document + more + "}");
    };
    CHECK(BodyOf(ask(""))[route.list].size() == route.today);
    CHECK(BodyOf(ask(R"(,"as_of":1)"))[route.list].size() == route.then);
    CHECK(BodyOf(ask(R"(,"as_of":"1")"))[route.list].size() == route.then);
    CHECK(BodyOf(ask(R"(,"as_of":")" + now + R"(")"))[route.list].size() ==
          route.today);
    CHECK(BodyOf(ask(R"(,"valid_at":"2019-12-31")"))[route.list].size() ==
          route.valid);
    for (const std::string wrong :
         {R"("last week")", "99", R"("2001-01-01")", "false"}) {
      const auto refused = ask(R"(,"as_of":)" + wrong);
      INFO(wrong);
      CHECK(refused->status == 422);
      CHECK(BodyOf(refused)["errors"][0]["loc"] == Json({"body", "as_of"}));
    }
  }
}

TEST_CASE("the past answers on GET too") {
  const ScienceServer test;
  const Json added =
      BodyOf(test.Post("/triples/add", Json{{"subject", "Curie"},
                                            {"predicate", "discovered"},
                                            {"object", "Later"},
                                            {"valid_to", "2020-01-01"}}
                                           .dump()));
  const std::string any = "/query?pattern=Curie&pattern=&pattern=";
  CHECK(BodyOf(test.Get(any))["total"] == 4);
  CHECK(BodyOf(test.Get(any + "&as_of=1"))["total"] == 3);
  CHECK(BodyOf(test.Get(any + "&valid_at=2020-01-01"))["total"] == 3);
  CHECK(BodyOf(test.Get("/triples?subject=Curie&as_of=1"))["total"] == 3);
  CHECK(BodyOf(test.Get(
            "/triples?subject=Curie&valid_at=2020-01-01"))["total"] == 3);
  const std::string id = added["id"];
  CHECK(test.Get("/triples/" + id + "?as_of=2")->status == 200);
  CHECK(test.Get("/triples/" + id + "?as_of=1")->status == 404);
  for (const std::string& path :
       {any + "&as_of=9", std::string("/triples?as_of=9"),
        "/triples/" + id + "?as_of=9", std::string("/triples?as_of=x")}) {
    INFO(path);
    const auto refused = test.Get(path);
    CHECK(refused->status == 422);
    CHECK(BodyOf(refused)["errors"][0]["loc"] == Json({"query", "as_of"}));
  }
  CHECK(test.Get("/triples?valid_at=5")->status == 422);
}

TEST_CASE("results are limited by path family") {
  const ScienceServer test;
  const std::string body = R"({"pattern":[null,null,null],"k":1001})";
  CHECK(test.Post("/query", body)->status == 422);
  CHECK(test.Post("/api/v1/query", body)->status == 200);
  CHECK(test.Post("/api/v1/query", R"({"pattern":[null,null,null],"k":10001})")
            ->status == 422);
}

TEST_CASE("POST /query/sparql takes patterns, and so does /query") {
  const ScienceServer test;
  const char* document = R"({"patterns":[
      {"subject":"Curie","predicate":null,"object":null,"weight_min":0.85},
      {"subject":null,"predicate":"field","object":"Physics"}],
      "operator":"OR","limit":100,"order_by":"weight_desc"})";
  for (const std::string path :
       {"/query/sparql", "/api/v1/query/sparql", "/query", "/api/v1/query"}) {
    INFO(path);
    const auto result = test.Post(path, document);
    const Json body = BodyOf(result);
    CHECK(result->status == 200);
    CHECK(body["total"] == 3);
    CHECK(body["results"][0]["object"] == "Pierre");
    CHECK(body["results"][2]["object"] == "Physics");
    CHECK(body["tenant_id"] == "public");
  }
}

TEST_CASE("variables give bindings") {
  const ScienceServer test;
  const Json body = BodyOf(test.Post("/api/v1/query/sparql", R"({"patterns":[
      {"subject":"Curie","predicate":"spouse","object":"?who"},
      {"subject":"?who","predicate":"field","object":"?what"}]})"));
  CHECK(body["total"] == 2);
  REQUIRE(body["bindings"].size() == 1);
  CHECK(body["bindings"][0]["who"] == "Pierre");
  CHECK(body["bindings"][0]["what"] == "Physics");
}

TEST_CASE("POST /query/traverse walks") {
  const ScienceServer test;
  const auto result = test.Post(
      "/api/v1/query/traverse",
      R"({"start_entity":"Curie","max_depth":2,"direction":"out","limit":10,
          "relationship_types":["spouse","field"]})");
  const Json body = BodyOf(result);
  CHECK(result->status == 200);
  CHECK(body["start"] == "Curie");
  REQUIRE(body["paths"].size() == 2);
  CHECK(body["paths"][0]["source"] == "Curie");
  CHECK(body["paths"][0]["target"] == "Pierre");
  CHECK(body["paths"][1]["target"] == "Physics");
  CHECK(body["paths"][1]["depth"] == 2);
  CHECK(BodyOf(test.Post("/query/traverse",
                         R"({"start_entity":"Nobody"})"))["paths"] ==
        Json::array());
}

TEST_CASE("what is wrong with a question is told with its path") {
  const ScienceServer test;
  struct Case {
    const char* path;
    const char* body;
    Json loc;
  };
  const Case cases[] = {
      {"/query", R"({"pattern":["a",null]})", {"body", "pattern"}},
      {"/query", R"({"pattern":[1,null,null]})", {"body", "pattern", 0}},
      {"/query",
       R"({"pattern":[null,null,null],"as_of":"2024-01-01"})",
       {"body", "as_of"}},
      {"/query",
       R"({"pattern":[null,null,null],"min_weight":-1})",
       {"body", "min_weight"}},
      {"/query/sparql",
       R"({"patterns":[{"subject":7}]})",
       {"body", "patterns", 0, "subject"}},
      {"/query/sparql",
       R"({"patterns":[{"weight_min":3}]})",
       {"body", "patterns", 0, "weight_min"}},
      {"/query/sparql",
       R"({"patterns":[{}],"operator":"XOR"})",
       {"body", "operator"}},
      {"/query/traverse",
       R"({"start_entity":"a","max_depth":11})",
       {"body", "max_depth"}},
      {"/query/traverse",
       R"({"start_entity":"a","direction":"up"})",
       {"body", "direction"}},
  };
  for (const Case& each : cases) {
    INFO(each.path << " " << each.body);
    const auto result = test.Post(each.path, each.body);
    const Json body = BodyOf(result);
    CHECK(result->status == 422);
    REQUIRE(body.contains("errors"));
    CHECK(body["errors"][0]["loc"] == each.loc);
  }
  for (const char* body :
       {"", "{", "[1,", "{\"pattern\":[\"\xFF\",null,null]}"}) {
    CHECK(test.Post("/query", body)->status == 400);
  }
  // A form that the path does not take, and none at all.
  CHECK(
      test.Post("/query/traverse", R"({"pattern":[null,null,null]})")->status ==
      422);
  CHECK(test.Post("/query/sparql", R"({"start_entity":"Curie"})")->status ==
        422);
  CHECK(test.Post("/query", "{}")->status == 422);
}

TEST_CASE("an empty graph answers with nothing") {
  const TestServer test;
  CHECK(BodyOf(test.Post("/query",
                         R"({"pattern":[null,null,null]})"))["total"] == 0);
  CHECK(BodyOf(test.Get("/stats"))["total_triples"] == 0);
}

TEST_CASE("large answers are compressed for those who accept it") {
  const TestServer test;
  Json batch = {{"triples", Json::array()}};
  for (int i = 0; i < 100; ++i) {
    batch["triples"].push_back({{"subject", "subject " + std::to_string(i)},
                                {"predicate", "p"},
                                {"object", "o"}});
  }
  REQUIRE(test.Post("/triples/batch", batch.dump())->status == 202);
  auto client = test.Client();
  client.set_decompress(false);
  const std::string large = "/query?pattern=&pattern=&pattern=&k=100";
  const auto packed = client.Get(large, {{"Accept-Encoding", "gzip, br"}});
  REQUIRE(packed);
  CHECK(packed->get_header_value("Content-Encoding") == "gzip");
  CHECK_THAT(packed->get_header_value("Vary"),
             Catch::Contains("Accept-Encoding"));
  CHECK(packed->body.substr(0, 2) == "\x1F\x8B");
  const auto plain = client.Get(large, {{"Accept-Encoding", "br"}});
  REQUIRE(plain);
  CHECK_FALSE(plain->has_header("Content-Encoding"));
  CHECK(plain->body.front() == '{');
  CHECK(packed->body.size() < plain->body.size() / 3);
  const auto small = client.Get("/query?pattern=&pattern=&pattern=&k=1",
                                {{"Accept-Encoding", "gzip"}});
  REQUIRE(small);
  CHECK_FALSE(small->has_header("Content-Encoding"));
  // What the client unpacks is the whole document.
  client.set_decompress(true);
  CHECK(BodyOf(client.Get(large, {{"Accept-Encoding", "gzip"}}))["total"] ==
        100);
}

}  // namespace
}  // namespace skg::test
