// The SPARQL 1.1 Protocol at /sparql and /databases/{graph}/sparql.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "auth/api_key.h"
#include "server/test_server.h"

namespace skg::test {
namespace {

constexpr char kQueryType[] = "application/sparql-query";
constexpr char kFormType[] = "application/x-www-form-urlencoded";
constexpr char kJsonType[] = "application/sparql-results+json";

void Fill(const TestServer& test, const std::string& graph = "main") {
  REQUIRE(test.Post("/triples/batch?graph=" + graph, R"({"triples":[
      {"subject":"a","predicate":"p","object":"b"},
      {"subject":"b","predicate":"p","object":"c"}]})")
              ->status == 202);
}

// `s<i> p o`, or `s<i> p o<i>`; a batch of the first version takes 100.
void FillMany(const TestServer& test, int count, bool own_objects) {
  for (int done = 0; done < count; done += 100) {
    auto triples = nlohmann::json::array();
    for (int i = done; i < std::min(done + 100, count); ++i) {
      const std::string n = std::to_string(i);
      triples.push_back({{"subject", "s" + n},
                         {"predicate", "p"},
                         {"object", own_objects ? "o" + n : "o"}});
    }
    const nlohmann::json body = {{"triples", std::move(triples)}};
    REQUIRE(test.Post("/triples/batch", body.dump())->status == 202);
  }
}

std::string Encoded(const std::string& text) {
  return httplib::detail::encode_query_param(text);
}

TEST_CASE("parameters that begin with $ are values of variables") {
  const TestServer test;
  Fill(test);
  auto client = test.Client();
  const std::string query = "query=" + Encoded("SELECT ?x { ?x ?how ?what }") +
                            "&" + Encoded("$what") + "=c&" + Encoded("$how") +
                            "=" + Encoded("<urn:skg:p>");
  const std::string own = Encoded("$what") + "=c";
  for (const auto& result :
       {client.Get("/sparql?" + query),
        client.Post("/sparql", query, kFormType),
        client.Post("/sparql?" + own, "SELECT ?x { ?x :p ?what }",
                    kQueryType)}) {
    REQUIRE(result);
    CHECK(result->status == 200);
    CHECK(BodyOf(result)["results"]["bindings"] ==
          Json::parse(R"([{"x":{"type":"uri","value":"urn:skg:b"}}])"));
  }
  // A value is a term, whatever it looks like.
  const auto nothing =
      client.Get("/sparql?query=" + Encoded("SELECT ?x { ?x ?p ?what }") + "&" +
                 Encoded("$what") + "=" + Encoded("c } UNION { ?x ?p ?o"));
  REQUIRE(nothing);
  CHECK(nothing->status == 200);
  CHECK(BodyOf(nothing)["results"]["bindings"].empty());

  const auto update =
      client.Post("/sparql",
                  "update=" + Encoded("INSERT { ?s :q :x } WHERE {}") + "&" +
                      Encoded("$s") + "=new",
                  kFormType);
  REQUIRE(update);
  CHECK(update->status == 200);
  CHECK(BodyOf(update)["inserted"] == 1);

  for (const char* const wrong :
       {"$y=c", "$x=", "$x=<a b>", "$=c", "$x=a&$x=b", "$$x=c"}) {
    INFO(wrong);
    std::string sent = wrong;
    for (size_t at = 0;
         (at = sent.find_first_of("$<> ", at)) != std::string::npos;) {
      const std::string encoded = Encoded(sent.substr(at, 1));
      sent.replace(at, 1, encoded);
      at += encoded.size();
    }
    const auto refused = client.Get(
        "/sparql?query=" + Encoded("SELECT ?x { ?x ?p ?o }") + "&" + sent);
    REQUIRE(refused);
    CHECK(refused->status == 422);
  }
}

TEST_CASE("a query by GET, by form, and as it is") {
  const TestServer test;
  Fill(test);
  auto client = test.Client();
  const std::string query = "SELECT ?x { ?x :p :c }";
  for (const std::string path :
       {"/sparql", "/api/v1/sparql", "/databases/main/sparql"}) {
    INFO(path);
    for (const auto& result :
         {client.Get(path + "?query=" + Encoded(query)),
          client.Post(path, "query=" + Encoded(query), kFormType),
          client.Post(path, query, kQueryType)}) {
      REQUIRE(result);
      CHECK(result->status == 200);
      CHECK(result->get_header_value("Content-Type") == kJsonType);
      const Json body = BodyOf(result);
      CHECK(body["head"]["vars"] == Json{"x"});
      CHECK(body["results"]["bindings"] ==
            Json::parse(R"([{"x":{"type":"uri","value":"urn:skg:b"}}])"));
    }
  }
  CHECK(BodyOf(client.Post("/sparql", "ASK { :a :p :b }",
                           kQueryType))["boolean"] == true);
}

TEST_CASE("the form of the answer is negotiated") {
  const TestServer test;
  Fill(test);
  auto client = test.Client();
  const auto ask = [&](const std::string& query, const std::string& accept) {
    return client.Post("/sparql", {{"Accept", accept}}, query, kQueryType);
  };
  const std::string rows = "SELECT ?x { ?x :p :c }";
  CHECK(ask(rows, "text/csv")->body == "x\r\nurn:skg:b\r\n");
  CHECK(ask(rows, "text/tab-separated-values")->body == "?x\n<urn:skg:b>\n");
  CHECK_THAT(ask(rows, "application/sparql-results+xml")->body,
             Catch::Contains("<uri>urn:skg:b</uri>"));
  CHECK(ask(rows, "text/html")->status == 406);
  CHECK(ask(rows, "text/turtle")->status == 406);
  const auto graph = ask("DESCRIBE :a", "*/*");
  CHECK_THAT(graph->get_header_value("Content-Type"),
             Catch::StartsWith("text/turtle"));
  CHECK(ask("DESCRIBE :a", "application/n-triples")->body ==
        "<urn:skg:a> <urn:skg:p> <urn:skg:b> .\n");
  CHECK(ask("DESCRIBE :a", kJsonType)->status == 406);
}

TEST_CASE("an endpoint describes itself to who asks for nothing") {
  const TestServer test;
  Fill(test);
  auto client = test.Client();
  const auto described = client.Get("/databases/main/sparql");
  REQUIRE(described);
  CHECK(described->status == 200);
  CHECK_THAT(described->get_header_value("Content-Type"),
             Catch::StartsWith("text/turtle"));
  CHECK_THAT(described->body,
             Catch::Contains("/databases/main/sparql#service>"));
  CHECK(described->body.find("NamedGraph") == std::string::npos);
  CHECK(client.Get("/sparql", {{"Accept", "text/html"}})->status == 406);
  CHECK(client
            .Put("/databases/main/rdf-graph?graph=a%3Ag", "<a:s> <a:p> <a:o> .",
                 "text/turtle")
            ->status == 201);
  CHECK_THAT(client.Get("/sparql", {{"Accept", "application/n-triples"}})->body,
             Catch::Contains("sparql-service-description#name> <a:g> ."));
  CHECK_THAT(client.Get("/sparql", {{"Accept", "application/rdf+xml"}})->body,
             Catch::StartsWith("<?xml"));
}

TEST_CASE("relative IRIs are those of the endpoint") {
  const TestServer test;
  const auto answer =
      test.Client().Post("/sparql", {{"Accept", "application/n-triples"}},
                         "CONSTRUCT { <s> <p> <#o> } {}", kQueryType);
  const std::string base = "http://127.0.0.1:" + std::to_string(test.port());
  CHECK(answer->body ==
        "<" + base + "/s> <" + base + "/p> <" + base + "/sparql#o> .\n");
}

TEST_CASE("datasets of the protocol come before those of the query") {
  const TestServer test;
  Fill(test);
  REQUIRE(test.Post("/triples/add",
                    R"({"subject":"x","predicate":"p","object":"y",
                        "graph":"g"})")
              ->status == 201);
  const std::string query =
      "?query=" + Encoded("SELECT (COUNT(*) AS ?n) { ?s :p ?o }");
  const auto count = [&](const std::string& more) {
    return BodyOf(test.Get("/sparql" + query +
                           more))["results"]["bindings"][0]["n"]["value"];
  };
  CHECK(count("") == "2");
  CHECK(count("&default-graph-uri=" + Encoded("urn:skg:g")) == "1");
  CHECK(count("&format=json&output=json&results=json") == "2");
}

TEST_CASE("what is no request of the protocol is refused") {
  const TestServer test;
  auto client = test.Client();
  CHECK(client.Post("/sparql", "", kQueryType)->status == 400);
  CHECK(client.Get("/sparql?default-graph-uri=a%3Ag")->status == 400);
  CHECK(client.Post("/sparql", "ASK {}", "application/sparql-query;charset=x")
            ->status == 415);
  CHECK(client.Get("/sparql?query=ASK%7B%7D&query=ASK%7B%7D")->status == 400);
  CHECK(client.Get("/sparql?query=ASK%7B%7D&limit=1")->status == 422);
  CHECK(client.Post("/sparql", "ASK {}", "text/plain")->status == 415);
  CHECK(client.Post("/sparql", R"({"query":"ASK {}"})", "application/json")
            ->status == 415);
  const auto wrong = client.Post("/sparql", "SELECT ?x\nWHERE", kQueryType);
  CHECK(wrong->status == 400);
  CHECK_THAT(BodyOf(wrong)["detail"].get<std::string>(),
             Catch::Contains("SPARQL 2:"));
  CHECK(client.Post("/databases/absent/sparql", "ASK {}", kQueryType)->status ==
        404);
  CHECK(test.Stranger().Post("/sparql", "ASK {}", kQueryType)->status == 401);
}

TEST_CASE("an update by form and as it is, for who may write") {
  const std::string reader = server::GenerateApiKey();
  const TestServer test([&](server::Settings& settings) {
    auto read_only = server::MakeApiKeyRecord(reader, "public");
    read_only.roles = {"read:triples"};
    StoreKeys(settings, {read_only});
  });
  auto client = test.Client();
  constexpr char kUpdateType[] = "application/sparql-update";
  const auto first =
      client.Post("/sparql", "INSERT DATA { :a :p :b, :c }", kUpdateType);
  CHECK(first->status == 200);
  CHECK(BodyOf(first) ==
        Json::parse(R"({"commit":1,"inserted":2,"removed":0})"));
  CHECK(BodyOf(client.Post("/databases/main/sparql",
                           "update=" + Encoded("DELETE WHERE { ?s ?p :c }"),
                           kFormType))["removed"] == 1);
  CHECK(BodyOf(client.Post("/sparql", "ASK { :a :p :b }",
                           kQueryType))["boolean"] == true);
  CHECK(
      client.Post("/sparql", "INSERT DATA { ?x :p :b }", kUpdateType)->status ==
      400);
  CHECK(client.Get("/sparql?update=" + Encoded("CLEAR ALL"))->status == 400);
  CHECK(client
            .Post("/sparql",
                  "query=" + Encoded("ASK {}") +
                      "&update=" + Encoded("CLEAR ALL"),
                  kFormType)
            ->status == 400);
  const httplib::Headers key = {{"X-API-Key", reader}};
  auto stranger = test.Stranger();
  CHECK(stranger.Post("/sparql", key, "CLEAR ALL", kUpdateType)->status == 403);
  CHECK(stranger.Post("/sparql", key, "ASK {}", kQueryType)->status == 200);
  CHECK(BodyOf(test.Get("/stats"))["total_triples"] == 1);
}

TEST_CASE("a query that takes too long is stopped") {
  const TestServer test([](server::Settings& settings) {
    settings.query_timeout = absl::Milliseconds(100);
  });
  Fill(test);
  FillMany(test, 300, true);
  const auto result = test.Client().Post(
      "/sparql",
      "SELECT ?a { ?a :p ?x . ?b :p ?y . ?c :p ?z . ?d :p ?w "
      "FILTER(STRLEN(CONCAT(STR(?x), STR(?y), STR(?z), STR(?w))) > 1000) }",
      kQueryType);
  REQUIRE(result);
  CHECK(result->status == 504);
}

TEST_CASE("a long answer is sent in chunks, whole") {
  const TestServer test;
  FillMany(test, 200, false);
  auto client = test.Client();
  const auto result =
      client.Post("/sparql", {{"Accept", "text/csv"}},
                  "SELECT ?a ?b { ?a :p :o . ?b :p :o }", kQueryType);
  REQUIRE(result);
  CHECK(result->status == 200);
  CHECK(result->get_header_value("Transfer-Encoding") == "chunked");
  CHECK(std::count(result->body.begin(), result->body.end(), '\n') == 40001);
  // The connection goes on.
  CHECK(client.Post("/sparql", "ASK {}", kQueryType)->status == 200);
}

TEST_CASE("which state of the graph is asked") {
  const TestServer test;
  REQUIRE(test.Post("/triples/add",
                    R"({"subject":"a","predicate":"p","object":"b",
                        "weight":0.4,"valid_to":"2020-01-01T00:00:00Z"})")
              ->status == 201);
  REQUIRE(test.Post("/triples/add",
                    R"({"subject":"c","predicate":"p","object":"d"})")
              ->status == 201);
  auto client = test.Client();
  const auto ask = [&](const std::string& parameters) {
    return client.Get("/sparql?query=" + Encoded("SELECT ?x { ?x :p ?y }") +
                      parameters);
  };
  const auto rows = [&](const std::string& parameters) {
    const auto result = ask(parameters);
    REQUIRE(result->status == 200);
    return BodyOf(result)["results"]["bindings"].size();
  };
  CHECK(rows("") == 2);
  CHECK(rows("&as_of=1") == 1);
  CHECK(rows("&valid_at=2019-06-01") == 2);
  CHECK(rows("&valid_at=2021-06-01") == 1);
  CHECK(rows("&min_weight=0.5") == 1);
  CHECK(rows("&min_weight=0.5&as_of=1") == 0);
  for (const std::string wrong :
       {"&as_of=then", "&valid_at=5", "&min_weight=2", "&min_weight=x"}) {
    INFO(wrong);
    CHECK(ask(wrong)->status == 422);
  }
  const auto form = client.Post(
      "/sparql", "valid_at=2021-06-01&query=" + Encoded("ASK { :a :p ?y }"),
      kFormType);
  CHECK(BodyOf(form)["boolean"] == false);
  const auto update = client.Post(
      "/sparql", "min_weight=0.5&update=" + Encoded("CLEAR ALL"), kFormType);
  CHECK(update->status == 400);
}

}  // namespace
}  // namespace skg::test
