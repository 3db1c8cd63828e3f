// Analyses over HTTP, and the tasks that run them.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "auth/api_key.h"
#include "server/test_server.h"

namespace skg::test {
namespace {

void Fill(const TestServer& test, const std::string& graph = "main") {
  std::string batch = R"({"triples":[)";
  for (const auto& [s, o] :
       std::vector<std::pair<std::string, std::string>>{{"a", "b"},
                                                        {"b", "c"},
                                                        {"c", "a"},
                                                        {"c", "d"},
                                                        {"d", "e"},
                                                        {"e", "f"},
                                                        {"f", "d"}}) {
    batch += (batch.back() == '[' ? "" : ",") + std::string(R"({"subject":")") +
             s + R"(","predicate":"knows","object":")" + o + R"("})";
  }
  REQUIRE(test.Post("/triples/batch?graph=" + graph, batch + "]}")->status ==
          202);
}

// The task once it has ended.
Json Ended(const TestServer& test, const std::string& id) {
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  while (absl::Now() < deadline) {
    const Json task = BodyOf(test.Get("/tasks/" + id + "/status"));
    if (task["status"] != "queued" && task["status"] != "in_progress")
      return task;
    absl::SleepFor(absl::Milliseconds(5));
  }
  FAIL("the task does not end");
  return {};
}

TEST_CASE("centrality ranks the nodes", "[analytics]") {
  const TestServer test;
  Fill(test);
  for (const char* path : {"/api/v1/analytics/centrality",
                           "/analytics/centrality?algorithm=pagerank"}) {
    const auto got = test.Get(path);
    REQUIRE(got->status == 200);
    const Json body = BodyOf(got);
    CHECK(body["algorithm"] == "pagerank");
    REQUIRE(body["results"].size() == 6);
    double sum = 0;
    double last = 1;
    for (const Json& one : body["results"]) {
      CHECK(one["score"].get<double>() <= last);
      last = one["score"].get<double>();
      sum += last;
    }
    CHECK(sum == Approx(1));
    CHECK(body["results"][0]["entity"] == "d");
  }
  const Json two = BodyOf(test.Get(
      "/api/v1/analytics/centrality?algorithm=degree&limit=2&predicate=knows"));
  REQUIRE(two["results"].size() == 2);
  CHECK(two["results"][0] == Json{{"entity", "c"}, {"score", 0.6}});
  const Json between =
      BodyOf(test.Get("/analytics/centrality?algorithm=betweenness"));
  CHECK(between["results"][0]["entity"] == "c");
}

TEST_CASE("communities are told with their modularity", "[analytics]") {
  const TestServer test;
  Fill(test);
  const Json found =
      BodyOf(test.Get("/api/v1/analytics/communities?min_size=3"));
  CHECK(found["algorithm"] == "louvain");
  CHECK(found["communities"] ==
        Json::parse(R"([["a","b","c"],["d","e","f"]])"));
  CHECK(found["modularity"].get<double>() > 0.3);
  for (const char* algorithm : {"leiden", "infomap", "label_propagation"}) {
    const Json other =
        BodyOf(test.Get(std::string("/analytics/communities?minSize=2&"
                                    "algorithm=") +
                        algorithm));
    CHECK(other["algorithm"] == algorithm);
    CHECK(other["communities"].is_array());
  }
  // Five is the least size unless it is said.
  CHECK(BodyOf(test.Get("/analytics/communities"))["communities"].empty());
}

TEST_CASE("parallel statements weigh what the rule makes of them",
          "[analytics]") {
  const TestServer test;
  REQUIRE(test.Post("/triples/batch", R"({"triples":[
      {"subject":"a","predicate":"knows","object":"b","weight":0.5},
      {"subject":"a","predicate":"likes","object":"b","weight":0.25}]})")
              ->status == 202);
  const auto strength = [&](const std::string& rule) {
    const Json body = BodyOf(
        test.Get("/analytics/centrality?algorithm=degree&kind=out&limit=1&"
                 "normalised=false&weighted=true" +
                 rule));
    return body["results"][0]["score"].get<double>();
  };
  CHECK(strength("") == 0.75);
  CHECK(strength("&parallel=sum") == 0.75);
  CHECK(strength("&parallel=greatest") == 0.5);
  CHECK(strength("&parallel=least") == 0.25);
  CHECK(strength("&parallel=mean") == 0.375);
  const auto started = test.Post("/analytics/tasks", R"({"algorithm":"degree",
      "parameters":{"kind":"out","normalised":false},
      "view":{"weighted":true,"parallel":"least","predicates":["knows","likes"],
              "without_predicates":[],"node_types":[],"named_graph":"",
              "min_weight":0.1,"literals":false}})");
  INFO(started->body);
  REQUIRE(started->status == 202);
  const Json task = Ended(test, BodyOf(started)["task_id"]);
  CHECK(task["result"]["results"][0]["score"] == 0.25);
}

TEST_CASE("paths between two nodes", "[analytics]") {
  const TestServer test;
  Fill(test);
  const Json found =
      BodyOf(test.Get("/api/v1/analytics/paths?source=a&target=d"));
  CHECK(found["source"] == "a");
  CHECK(found["target"] == "d");
  CHECK(found["paths"] == Json::parse(R"([["a","b","c","d"]])"));
  for (const char* none : {"source=a&target=d&max_length=2",
                           "source=a&target=nobody", "source=d&target=a"}) {
    const auto got = test.Get(std::string("/analytics/paths?") + none);
    REQUIRE(got->status == 200);
    CHECK(BodyOf(got)["paths"] == Json::array());
  }
}

TEST_CASE("wrong questions are refused with the parameter", "[analytics]") {
  const TestServer test;
  const auto field = [&](const std::string& path) {
    const auto got = test.Get("/api/v1/analytics/" + path);
    INFO(got->body);
    REQUIRE(got->status == 422);
    return BodyOf(got)["errors"][0]["loc"];
  };
  const auto at = [](const char* name) { return Json{"query", name}; };
  CHECK(field("centrality?algorithm=louvain") == at("algorithm"));
  CHECK(field("centrality?algorithm=distances&source=a") == at("algorithm"));
  CHECK(field("centrality?limit=0") == at("limit"));
  CHECK(field("centrality?limit=1001") == at("limit"));
  CHECK(field("centrality?limit=ten") == at("limit"));
  CHECK(field("centrality?color=red") == at("color"));
  CHECK(field("centrality?weighted=maybe") == at("weighted"));
  CHECK(field("centrality?min_weight=2") == at("min_weight"));
  CHECK(field("centrality?parallel=most") == at("parallel"));
  CHECK(field("communities?min_size=1") == at("min_size"));
  CHECK(field("communities?algorithm=pagerank") == at("algorithm"));
  CHECK(field("paths?source=a") == at("target"));
  CHECK(field("paths?source=a&target=b&max_length=11") == at("max_length"));
  CHECK(test.Get("/analytics/centrality?graph=nothing")->status == 404);
  CHECK(test.Stranger().Get("/analytics/centrality")->status == 401);
}

TEST_CASE("the algorithms and their parameters are listed", "[analytics]") {
  const TestServer test;
  const Json list = BodyOf(test.Get("/analytics/algorithms"))["algorithms"];
  REQUIRE(list.size() > 15);
  bool found = false;
  for (const Json& one : list) {
    if (one["name"] != "pagerank") continue;
    found = true;
    CHECK(one["parameters"][0]["name"] == "damping");
    CHECK(one["parameters"][0]["default"] == "0.85");
  }
  CHECK(found);
  std::vector<std::string> names;
  const Json view = BodyOf(test.Get("/analytics/algorithms"))["view"];
  for (const Json& one : view) {
    names.push_back(one["name"]);
    CHECK(one["required"] == false);
  }
  CHECK(names == std::vector<std::string>{"predicate", "without_predicate",
                                          "node_type", "named_graph",
                                          "min_weight", "literals", "weighted",
                                          "parallel"});
  CHECK(view[0]["repeats"] == true);
  CHECK(view[7]["choices"] == "sum|greatest|least|mean");
}

TEST_CASE("a long analysis is a task that is watched to its end",
          "[analytics]") {
  const TestServer test;
  Fill(test);
  const auto started =
      test.Post("/api/v1/analytics/tasks",
                R"({"algorithm":"pagerank","parameters":{"damping":0.5},
          "view":{"predicates":["knows"],"weighted":true},
          "output":{"named_graph":"ranks"},"result_rows":2})");
  INFO(started->body);
  REQUIRE(started->status == 202);
  const std::string id = BodyOf(started)["task_id"];
  CHECK(id.substr(0, 5) == "task_");
  CHECK(BodyOf(started)["status"] == "queued");
  const Json task = Ended(test, id);
  CHECK(task["task_id"] == id);
  CHECK(task["kind"] == "analyze");
  CHECK(task["graph"] == "main");
  CHECK(task["status"] == "completed");
  CHECK(task["progress"] == 100);
  CHECK(task["error"].is_null());
  CHECK(task["started_at"].is_string());
  CHECK(task["result"]["results"].size() == 2);
  CHECK(task["result"]["written"] == 6);
  CHECK(BodyOf(test.Get("/tasks/" + id)) == task);

  const Json list = BodyOf(test.Get("/tasks?status=completed&kind=analyze"));
  CHECK(list["total"] == 1);
  CHECK(list["tasks"][0]["task_id"] == id);
  CHECK(BodyOf(test.Get("/tasks?status=failed"))["total"] == 0);
  CHECK(BodyOf(test.Get("/tasks?graph=other"))["total"] == 0);

  // What is cancelled must not have ended.
  auto late = test.Client().Delete("/tasks/" + id);
  CHECK(late->status == 409);
}

TEST_CASE("a monitor tells how a task goes on until it ends", "[analytics]") {
  const TestServer test;
  Fill(test);
  const auto started =
      test.Post("/analytics/tasks", R"({"algorithm":"leiden"})");
  REQUIRE(started->status == 202);
  const std::string id = BodyOf(started)["task_id"];
  const auto events = test.Get("/tasks/" + id + "/monitor");
  REQUIRE(events->status == 200);
  CHECK(events->get_header_value("Content-Type") == "text/event-stream");
  const size_t last = events->body.rfind("event: ");
  REQUIRE(last != std::string::npos);
  const std::string end = events->body.substr(last);
  CHECK(end.substr(0, end.find('\n')) == "event: completed");
  const size_t data = end.find("data: ");
  REQUIRE(data != std::string::npos);
  const Json status = Json::parse(end.substr(data + 6));
  CHECK(status["task_id"] == id);
  CHECK(status["progress"] == 100);
}

TEST_CASE("tasks of others are not there", "[analytics]") {
  const TestServer test;
  for (const char* id : {"task_999", "999", "task_x", "x"}) {
    CHECK(test.Get(std::string("/tasks/") + id + "/status")->status == 404);
    CHECK(test.Get(std::string("/tasks/") + id + "/monitor")->status == 404);
    CHECK(test.Client().Delete(std::string("/tasks/") + id)->status == 404);
  }
}

TEST_CASE("a tenant's tasks are its own, and readers write nothing",
          "[analytics]") {
  const std::string reader = server::GenerateApiKey();
  const TestServer test([&](server::Settings& settings) {
    auto record = server::MakeApiKeyRecord(reader, "acme");
    record.roles = {"read:triples"};
    StoreKeys(settings, {record});
  });
  Fill(test);
  const auto started =
      test.Post("/analytics/tasks", R"({"algorithm":"pagerank"})");
  REQUIRE(started->status == 202);
  const std::string id = BodyOf(started)["task_id"];
  CHECK(Ended(test, id)["status"] == "completed");
  auto client = test.Stranger();
  const httplib::Headers key = {{"X-API-Key", reader}};
  CHECK(BodyOf(client.Get("/tasks", key))["total"] == 0);
  CHECK(client.Get("/tasks/" + id, key)->status == 404);
  CHECK(client.Get("/tasks/" + id + "/monitor", key)->status == 404);
  CHECK(client.Delete("/tasks/" + id, key)->status == 403);
  const auto post = [&](const char* body) {
    return client.Post("/analytics/tasks", key, body, "application/json")
        ->status;
  };
  CHECK(post(R"({"algorithm":"pagerank"})") == 202);
  CHECK(post(R"({"algorithm":"pagerank","output":{"named_graph":"g"}})") ==
        403);
  CHECK(BodyOf(client.Get("/tasks", key))["total"] == 1);
}

TEST_CASE("bodies that are no analysis are refused with the field",
          "[analytics]") {
  const TestServer test;
  struct Case {
    const char* body;
    Json loc;
  };
  for (const Case& one : std::vector<Case>{
           {"[]", {"body"}},
           {"{}", {"body", "algorithm"}},
           {R"({"algorithm":7})", {"body", "algorithm"}},
           {R"({"algorithm":"no such"})", {"body", "algorithm"}},
           {R"({"algorithm":"pagerank","speed":1})", {"body", "speed"}},
           {R"({"algorithm":"pagerank","parameters":{"damping":[1]}})",
            {"body", "parameters", "damping"}},
           {R"({"algorithm":"pagerank","view":{"predicates":"p"}})",
            {"body", "view", "predicates"}},
           {R"({"algorithm":"pagerank","view":{"weighted":1}})",
            {"body", "view", "weighted"}},
           {R"({"algorithm":"pagerank","view":{"min_weight":"0.5"}})",
            {"body", "view", "min_weight"}},
           {R"({"algorithm":"pagerank","view":{"min_weight":2}})",
            {"body", "view", "min_weight"}},
           {R"({"algorithm":"pagerank","view":{"node_types":["a",1]}})",
            {"body", "view", "node_types", 1}},
           {R"({"algorithm":"pagerank","view":{"predicate":"p"}})",
            {"body", "view", "predicate"}},
           {R"({"algorithm":"pagerank","view":{"parallel":"most"}})",
            {"body", "view", "parallel"}},
           {R"({"algorithm":"pagerank","output":{"file":"x"}})",
            {"body", "output", "file"}},
           {R"({"algorithm":"triangles","output":{}})", {"body", "output"}},
           {R"({"algorithm":"pagerank","result_rows":-1})",
            {"body", "result_rows"}}}) {
    INFO(one.body);
    const auto got = test.Post("/analytics/tasks", one.body);
    REQUIRE((got->status == 422 || got->status == 400));
    if (got->status == 422) CHECK(BodyOf(got)["errors"][0]["loc"] == one.loc);
  }
  CHECK(BodyOf(test.Get("/tasks"))["total"] == 0);
}

}  // namespace
}  // namespace skg::test
