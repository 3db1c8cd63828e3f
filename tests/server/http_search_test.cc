// Search by words, by vectors and by both over HTTP.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "auth/api_key.h"
#include "server/test_server.h"

namespace skg::test {
namespace {

constexpr char kType[] = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>";

// Four things with labels, types and vectors of two dimensions:
// apple near pear, and stone opposite to both.
void Fill(const TestServer& test) {
  std::string batch = R"({"triples":[)";
  const auto add = [&](const std::string& s, const std::string& p,
                       const std::string& o) {
    batch += (batch.back() == '[' ? "" : ",") +
             Json{{"subject", s}, {"predicate", p}, {"object", o}}.dump();
  };
  add("apple", "label", "\"sweet apple\"");
  add("pear", "label", "\"sweet pear, sweet\"");
  add("stone", "label", "\"hard stone\"");
  add("river", "flows_by", "stone");
  for (const char* fruit : {"apple", "pear"}) add(fruit, kType, "Fruit");
  add("pear", "grows_near", "river");
  REQUIRE(test.Post("/api/v1/triples/batch", batch + "]}")->status == 202);
  REQUIRE(test.Post("/text/indexes", "{}")->status == 201);
  REQUIRE(test.Post("/vectors/indexes", R"({"dimension":2})")->status == 201);
  const auto put = test.Post("/vectors/indexes/default/entries",
                             R"({"entries":[{"entity":"apple","vector":[1,0]},
        {"entity":"pear","vector":[1,0.25]},
        {"entity":"stone","vector":[-1,0]}]})");
  INFO(put->body);
  REQUIRE(put->status == 202);
}

// The first error of a 422.
Json Refused(const TestServer& test, const std::string& path,
             const std::string& body) {
  const auto got = test.Post(path, body);
  INFO(path << " " << body << " " << got->body);
  REQUIRE(got->status == 422);
  return BodyOf(got)["errors"][0]["loc"];
}

std::vector<std::string> Entities(const Json& results) {
  std::vector<std::string> entities;
  for (const Json& one : results) entities.push_back(one["entity"]);
  return entities;
}

using Names = std::vector<std::string>;

TEST_CASE("the nearest to a vector are found, with what is said of them",
          "[search]") {
  const TestServer test;
  Fill(test);
  for (const char* path : {"/api/v1/query/vector", "/query/vector"}) {
    const auto got = test.Post(path, R"({"vector":[1,0],"top_k":2})");
    INFO(got->body);
    REQUIRE(got->status == 200);
    const Json body = BodyOf(got);
    CHECK(body["query"].is_null());
    CHECK_FALSE(body.contains("fallback"));
    REQUIRE(Entities(body["results"]) == Names{"apple", "pear"});
    CHECK(body["results"][0]["score"].get<float>() == Approx(1));
    CHECK(body["results"][0]["text"] == "sweet apple");
  }
  const auto entities = [&](const std::string& body) {
    return Entities(BodyOf(test.Post("/query/vector", body))["results"]);
  };
  CHECK(entities(R"({"vector":[1,0],"threshold":0.99})") == Names{"apple"});
  CHECK(entities(R"({"vector":[-1,0],"top_k":1,"entity_types":["Fruit"]})") ==
        Names{"pear"});
  CHECK(entities(R"({"vector":[1,0],"entity_types":null,
                     "filter":"SELECT ?s { ?s :grows_near ?o }"})") ==
        Names{"pear"});
  CHECK(entities(R"({"vector":[1,0],"top_k":1000})").size() == 3);
}

TEST_CASE("a text is looked for by its words where nothing embeds it",
          "[search]") {
  const TestServer test;
  CHECK(test.Post("/query/vector", R"({"query_text":"sweet"})")->status == 501);
  Fill(test);
  const Json body = BodyOf(test.Post(
      "/api/v1/query/vector", R"({"query_text":"sweet","threshold":0})"));
  CHECK(body["query"] == "sweet");
  CHECK(body["fallback"] == true);
  REQUIRE(body["results"].size() == 2);
  CHECK(body["results"][0]["score"] == 1);
  CHECK(body["results"][1]["score"].get<float>() < 1);
  // Signs of the language of text queries are only signs.
  const auto signs = test.Post(
      "/query/vector", R"({"query_text":"\"sweet -apple* (","top_k":9})");
  INFO(signs->body);
  REQUIRE(signs->status == 200);
  CHECK_FALSE(BodyOf(signs)["results"].empty());
}

TEST_CASE("a text is looked for by its vector where the index embeds it",
          "[search]") {
  const TestServer test;
  const auto made = test.Post(
      "/vectors/indexes", R"({"embedder":"hashing","auto_embedding":true})");
  INFO(made->body);
  REQUIRE(made->status == 201);
  REQUIRE(test.Post("/api/v1/triples/batch",
                    R"({"triples":[
            {"subject":"apple","predicate":"label","object":"\"sweet apple\""},
            {"subject":"stone","predicate":"label","object":"\"hard stone\""}
          ]})")
              ->status == 202);
  const auto index = [&] {
    return BodyOf(test.Get("/vectors/indexes/default"));
  };
  // The index follows by itself.
  while (index()["vectors"] != 2 || index()["embedding_lag"] != 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(index()["embedder"] == "hashing");
  const auto got =
      test.Post("/query/vector", R"({"query_text":"apples","threshold":0.1})");
  INFO(got->body);
  REQUIRE(got->status == 200);
  const Json body = BodyOf(got);
  CHECK_FALSE(body.contains("fallback"));
  REQUIRE_FALSE(body["results"].empty());
  CHECK(body["results"][0]["entity"] == "apple");
  CHECK(body["results"][0]["text"] == "sweet apple");
  CHECK(Refused(test, "/vectors/indexes", R"({"name":"a","embedder":"none"})")
            .size() > 0);
}

TEST_CASE("texts are found by words, phrases and prefixes", "[search]") {
  const TestServer test;
  Fill(test);
  const auto found = [&](const Json& body) {
    const auto got = test.Post("/api/v1/query/text", body.dump());
    INFO(got->body);
    REQUIRE(got->status == 200);
    return BodyOf(got);
  };
  const Json sweet = found({{"query", "sweet"}});
  CHECK(sweet["total"] == 2);
  CHECK(sweet["query"] == "sweet");
  CHECK(sweet["query_time_ms"].is_number());
  CHECK(Entities(found({{"query", "sto*"}})["results"]) == Names{"stone"});
  CHECK(found({{"query", "sweet hard"}})["total"] == 3);
  CHECK(found({{"query", "sweet hard"}, {"all_words", true}})["total"] == 0);
  CHECK(Entities(found(
            {{"query", "sweet"},
             {"filter", "SELECT ?s { ?s :grows_near ?o }"}})["results"]) ==
        Names{"pear"});
  CHECK(found({{"query", "stone"}, {"entity_types", {"Fruit"}}})["total"] == 0);
  const Json phrase = found({{"query", "\"hard stone\""}, {"highlight", true}});
  CHECK(Entities(phrase["results"]) == Names{"stone"});
}

TEST_CASE("others like an entity, itself left out", "[search]") {
  const TestServer test;
  Fill(test);
  const Json body =
      BodyOf(test.Get("/api/v1/query/similar?entity=apple&top_k=1"));
  CHECK(body["entity"] == "apple");
  CHECK(Entities(body["results"]) == Names{"pear"});
  CHECK(Entities(BodyOf(test.Get("/query/similar?entity=stone"))["results"]) ==
        Names{"pear", "apple"});
  CHECK(BodyOf(test.Get("/query/similar?entity=apple&threshold=0.5"))["results"]
            .size() == 1);
  CHECK(test.Get("/query/similar?entity=river")->status == 404);
  CHECK(test.Get("/query/similar?entity=apple&index=none")->status == 404);
  CHECK(test.Get("/query/similar")->status == 422);
  CHECK(test.Get("/query/similar?entity=apple&top_k=1001")->status == 422);
  CHECK(test.Get("/query/similar?entity=apple&k=1")->status == 422);
}

TEST_CASE("an entity without a vector is alike by its text", "[search]") {
  const TestServer test;
  Fill(test);
  REQUIRE(test.Post("/vectors/indexes",
                    R"({"name":"meaning","embedder":"hashing"})")
              ->status == 201);
  CHECK(test.Get("/query/similar?entity=apple&index=meaning")->status == 200);
  REQUIRE(test.Post("/vectors/indexes",
                    R"({"name":"fruits","embedder":"hashing",
                        "auto_embedding":true,"embedded_types":["Fruit"]})")
              ->status == 201);
  Names alike;
  for (int i = 0; i < 200 && alike.size() < 2; ++i) {
    alike = Entities(BodyOf(
        test.Get("/query/similar?entity=river&index=fruits"))["results"]);
    if (alike.size() < 2)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  std::sort(alike.begin(), alike.end());
  CHECK(alike == Names{"apple", "pear"});
  CHECK(test.Get("/query/similar?entity=nobody&index=fruits")->status == 404);
}

TEST_CASE("semantic search tells kinds and keeps to a namespace", "[search]") {
  const TestServer test;
  Fill(test);
  REQUIRE(test.Post("/triples", R"({"subject":"pear","predicate":"namespace",
                    "object":"garden"})")
              ->status == 201);
  const Json all =
      BodyOf(test.Get("/api/v1/search/semantic?q=sweet&threshold=0"));
  CHECK(all["query"] == "sweet");
  CHECK(all["total"] == 2);
  CHECK(all["results"][0]["kind"] == "Fruit");
  CHECK(all["results"][0].contains("id"));
  const Json garden = BodyOf(test.Get(
      "/search/semantic?query=sweet&threshold=0&namespace=garden&kind=Fruit"));
  REQUIRE(garden["total"] == 1);
  CHECK(garden["results"][0]["id"] == "pear");
  CHECK(BodyOf(test.Get("/search/semantic?q=sweet&kind=Stone"))["total"] == 0);
  CHECK(
      BodyOf(test.Get(
          "/search/semantic?q=sweet&threshold=0&namespace=%22%7D"))["total"] ==
      0);
  for (const char* wrong : {"", "?q=", "?q=a&top_k=0", "?q=a&threshold=2",
                            "?q=a&color=red", "?q=a&as_of=yesterday"})
    CHECK(test.Get(std::string("/search/semantic") + wrong)->status == 422);
}

TEST_CASE("hybrid search takes a vector query and patterns", "[search]") {
  const TestServer test;
  Fill(test);
  const auto ask = [&](const std::string& body) {
    const auto got = test.Post("/api/v1/query/hybrid", body);
    INFO(got->body);
    REQUIRE(got->status == 200);
    return BodyOf(got);
  };
  const Json near = ask(R"({"vector_query":{"vector":[1,0],"top_k":1},
      "graph_filter":{"patterns":[{"predicate":"grows_near"}]}})");
  CHECK(near["graph_filter_applied"] == true);
  CHECK(Entities(near["vector_results"]) == Names{"pear"});
  CHECK(near["vector_results"][0]["text"] == "sweet pear, sweet");
  const Json words = ask(R"({"vector_query":{"query_text":"sweet stone",
      "threshold":0},"graph_filter":{"patterns":[{"object":"stone"}]}})");
  CHECK(Entities(words["vector_results"]) == Names{"stone"});
  CHECK(words["fallback"] == true);
  const Json unfiltered =
      ask(R"({"vector_query":{"vector":[1,0]},"graph_filter":null})");
  CHECK(unfiltered["graph_filter_applied"] == false);
  CHECK(unfiltered["vector_results"].size() == 3);
  CHECK(Entities(ask(R"({"vector":[1,0],"top_k":1})")["vector_results"]) ==
        Names{"apple"});
}

TEST_CASE("hybrid search explains what each part says of a hit", "[search]") {
  const TestServer test;
  Fill(test);
  const auto got = test.Post("/api/v1/query/hybrid",
                             R"({"text":{"query":"sweet","weight":2},
      "vector":{"vector":[1,0],"threshold":0},
      "proximity":{"nodes":["river"],"max_distance":1},
      "fusion":"weighted","top_k":3})");
  INFO(got->body);
  REQUIRE(got->status == 200);
  const Json body = BodyOf(got);
  CHECK(body["total"] == 3);
  REQUIRE(body["results"].size() == 3);
  const Json first = body["results"][0];
  CHECK(first["entity"] == "pear");
  CHECK(first["text"] == "sweet pear, sweet");
  REQUIRE(first["parts"].size() == 3);
  double sum = 0;
  for (const auto& [name, part] : first["parts"].items()) {
    CHECK(part["rank"] >= 1);
    sum += part["share"].get<double>();
  }
  CHECK(first["score"].get<double>() == Approx(sum).epsilon(1e-4));
  const Json ranks = BodyOf(
      test.Post("/query/hybrid", R"({"text":{"query":"sweet"},"fusion":"rrf",
      "rank_constant":1,"graph_filter":{"patterns":[{"subject":"pear"}]}})"));
  REQUIRE(Entities(ranks["results"]) == Names{"pear"});
  CHECK(ranks["results"][0]["score"] == 0.5);
}

TEST_CASE("what cannot be searched is refused with its place", "[search]") {
  const TestServer test;
  Fill(test);
  const auto at = [](std::vector<Json> path) {
    path.insert(path.begin(), "body");
    return Json(path);
  };
  const std::string vector = "/query/vector";
  CHECK(Refused(test, vector, "{}") == at({"query_text"}));
  CHECK(Refused(test, vector, R"({"query_text":""})") == at({"query_text"}));
  CHECK(Refused(test, vector,
                Json{{"query_text", std::string(5001, 'x')}}.dump()) ==
        at({"query_text"}));
  CHECK(Refused(test, vector, R"({"query_text":"a","vector":[1,0]})") ==
        at({"vector"}));
  CHECK(Refused(test, vector, R"({"vector":[1,0,0]})") == at({"vector"}));
  CHECK(Refused(test, vector, R"({"vector":[0,0]})") == at({"vector"}));
  CHECK(Refused(test, vector, R"({"vector":[]})") == at({"vector"}));
  CHECK(Refused(test, vector, R"({"vector":[1,"NaN"]})") == at({"vector", 1}));
  CHECK(Refused(test, vector, R"({"vector":[1e39,0]})") == at({"vector", 0}));
  for (const char* wrong :
       {"0", "1001", "-1", "1.5", "\"ten\"", "18446744073709551616"}) {
    CHECK(Refused(test, vector,
                  std::string(R"({"vector":[1,0],"top_k":)") + wrong + "}") ==
          at({"top_k"}));
  }
  CHECK(Refused(test, vector, R"({"query_text":"a","threshold":2})") ==
        at({"threshold"}));
  CHECK(Refused(test, vector, R"({"vector":[1,0],"entity_types":"Fruit"})") ==
        at({"entity_types"}));
  CHECK(Refused(test, vector, R"({"vector":[1,0],"entity_types":[1]})") ==
        at({"entity_types", 0}));
  CHECK(Refused(test, vector, R"({"vector":[1,0],"speed":1})") ==
        at({"speed"}));
  CHECK(Refused(test, vector, R"({"vector":[1,0],"as_of":"soon"})") ==
        at({"as_of"}));
  CHECK(Refused(test, vector, R"({"vector":[1,0],"as_of":100000})") ==
        at({"as_of"}));
  CHECK(Refused(test, "/query/text", "{}") == at({"query"}));
  CHECK(Refused(test, "/query/text", R"({"query":"\"open"})") == at({"query"}));
  CHECK(Refused(test, "/query/text", R"({"query":"a","top_k":10001})") ==
        at({"top_k"}));
  const std::string hybrid = "/query/hybrid";
  CHECK(Refused(test, hybrid, "{}") == at({"query_text"}));
  CHECK(Refused(test, hybrid, R"({"vector_query":7})") == at({"vector_query"}));
  CHECK(Refused(test, hybrid, R"({"vector_query":{"vector":[1,2,3]}})") ==
        at({"vector_query", "vector"}));
  CHECK(Refused(test, hybrid,
                R"({"vector_query":{"vector":[1,0]},"graph_filter":[]})") ==
        at({"graph_filter"}));
  CHECK(Refused(test, hybrid, R"({"vector_query":{"vector":[1,0]},
                "graph_filter":{"patterns":[{"subject":7}]}})") ==
        at({"graph_filter", "patterns", 0, "subject"}));
  CHECK(Refused(test, hybrid, R"({"text":{"query":"a","weight":0}})") ==
        at({"text", "weight"}));
  CHECK(Refused(test, hybrid, R"({"proximity":{"nodes":[]}})") ==
        at({"proximity", "nodes"}));
  CHECK(Refused(test, hybrid, R"({"text":{"query":"a"},"fusion":"sum"})") ==
        at({"fusion"}));
}

TEST_CASE("bodies that are no document, and what is not there", "[search]") {
  const TestServer test;
  Fill(test);
  for (const char* path :
       {"/query/vector", "/query/text", "/query/hybrid", "/vectors/indexes",
        "/text/indexes", "/vectors/indexes/default/entries"}) {
    for (const char* body :
         {"", "[]", "{", "NaN", R"({"vector":[NaN]})", R"({"vector":[1e999]})"})
      CHECK(test.Post(path, body)->status == 400);
    std::string deep(100'000, '[');
    CHECK(test.Post(path, R"({"graph_filter":)" + deep)->status == 400);
    CHECK(test.Stranger().Post(path, "{}", "application/json")->status == 401);
  }
  CHECK(test.Post("/query/vector", R"({"vector":[1,0],"index":"none"})")
            ->status == 404);
  CHECK(test.Post("/query/text", R"({"query":"a","index":"none"})")->status ==
        404);
  CHECK(test.Post("/query/hybrid", R"({"text":{"query":"a","index":"none"}})")
            ->status == 404);
  CHECK(
      test.Post("/query/vector?graph=nothing", R"({"vector":[1,0]})")->status ==
      404);
  CHECK(test.Get("/query/vector")->status == 405);
  // A filter that is no SPARQL is told as such.
  const auto wrong =
      test.Post("/query/vector", R"({"vector":[1,0],"filter":"SELEKT"})");
  INFO(wrong->body);
  REQUIRE(wrong->status == 422);
  CHECK(BodyOf(wrong)["errors"][0]["loc"] == Json{"body", "filter"});
}

TEST_CASE("searches see the state that they ask for", "[search]") {
  const TestServer test;
  Fill(test);
  const Json put = BodyOf(test.Post("/vectors/indexes/default/entries",
                                    R"({"entries":[{"entity":"plum",
                                        "vector":[1,0]}]})"));
  const uint64_t commit = put["commit"];
  const auto count = [&](uint64_t as_of) {
    return BodyOf(test.Post(
        "/query/vector",
        Json{{"vector", {1, 0}}, {"as_of", as_of}}.dump()))["results"]
        .size();
  };
  CHECK(count(commit) == 4);
  CHECK(count(commit - 1) == 3);
  const std::string as_of = "&as_of=" + std::to_string(commit - 1);
  CHECK(BodyOf(test.Get("/query/similar?entity=apple"))["results"].size() == 3);
  CHECK(BodyOf(test.Get("/query/similar?entity=apple" + as_of))["results"]
            .size() == 2);
  CHECK(test.Get("/query/similar?entity=plum" + as_of)->status == 404);
  // From before the index there is nothing to search.
  const auto early =
      test.Post("/query/vector", R"({"vector":[1,0],"as_of":1})");
  INFO(early->body);
  CHECK(early->status == 422);
}

TEST_CASE("vector search can be off", "[search]") {
  const TestServer test([](server::Settings& settings) {
    settings.enable_vector_search = false;
  });
  for (const char* path :
       {"/query/vector", "/query/hybrid", "/vectors/indexes"}) {
    const auto got = test.Post(path, R"({"query_text":"sweet"})");
    CHECK(got->status == 501);
    CHECK(BodyOf(got)["detail"] == "Vector search not enabled");
  }
  CHECK(test.Get("/search/semantic?q=sweet")->status == 501);
  CHECK(test.Get("/vectors/indexes/a/entries/b")->status == 501);
  CHECK(test.Get("/text/indexes")->status == 200);
}

TEST_CASE("searches are counted by their kind", "[search]") {
  const TestServer test;
  Fill(test);
  REQUIRE(test.Post("/query/text", R"({"query":"sweet"})")->status == 200);
  REQUIRE(test.Post("/query/vector", R"({"vector":[1,0]})")->status == 200);
  REQUIRE(test.Post("/query/vector", R"({"vector":[1,0]})")->status == 200);
  const std::string page = test.Get("/metrics")->body;
  const auto has = [&](const std::string& line) {
    return page.find(line) != std::string::npos;
  };
  CHECK(has("skg_queries_executed_total{pattern_type=\"text\"} 1"));
  CHECK(has("skg_queries_executed_total{pattern_type=\"vector\"} 2"));
  CHECK(has("skg_queries_executed_total{pattern_type=\"hybrid\"} 0"));
}

}  // namespace
}  // namespace skg::test
