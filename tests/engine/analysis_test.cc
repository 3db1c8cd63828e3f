// Analyses of stored graphs: as tasks, written back, and in SPARQL.
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/open_graph.h"
#include "skg/analyze.h"
#include "skg/centrality.h"
#include "skg/field_error.h"

namespace skg::test {
namespace {

using Json = nlohmann::json;
using Rows = std::vector<std::vector<std::string>>;

// a, b and c know each other round, d is known by all; some were born.
void Fill(Graph& graph) {
  MustAddAll(graph, {Triple("a", "knows", "b"), Triple("b", "knows", "c"),
                     Triple("c", "knows", "a"), Triple("a", "knows", "d"),
                     Triple("b", "knows", "d"), Triple("c", "knows", "d"),
                     Triple("d", "likes", "a"),
                     Triple("a", "born",
                            "\"1867\"^^<http://www.w3.org/2001/"
                            "XMLSchema#integer>"),
                     Triple("d", "born",
                            "\"1950\"^^<http://www.w3.org/2001/"
                            "XMLSchema#integer>")});
}

TaskInfo MustEnd(Engine& engine, uint64_t id) {
  auto task = engine.WaitTask(id, absl::Now() + absl::Seconds(60));
  REQUIRE_OK(task);
  return *std::move(task);
}

Rows MustQuery(Graph& graph, const std::string& text,
               const QueryOptions& options = {}) {
  auto result = graph.Query(text, options);
  REQUIRE_OK(result);
  Rows all, some;
  while (true) {
    const auto more = result->Next(some);
    REQUIRE_OK(more);
    if (!*more) return all;
    all.insert(all.end(), some.begin(), some.end());
  }
}

absl::Status QueryError(Graph& graph, const std::string& text) {
  auto result = graph.Query(text);
  if (!result.ok()) return result.status();
  Rows rows;
  return result->Next(rows).status();
}

TEST_CASE("an analysis as a task tells its rows and the state", "[analysis]") {
  TestGraph test;
  Fill(test.graph);
  AnalysisJob job;
  job.algorithm = "degree";
  job.parameters = {{"kind", "in"}, {"normalised", "false"}};
  job.view.predicates = {"knows"};
  job.result_rows = 2;
  const auto id = test.graph.StartAnalysis(job);
  REQUIRE_OK(id);
  const TaskInfo task = MustEnd(*test.engine, *id);
  REQUIRE(task.state == TaskState::kSucceeded);
  CHECK(task.kind == "analyze");
  CHECK(task.pool == TaskPool::kAnalytics);
  CHECK(task.graph == "public/main");
  CHECK(task.progress.done == task.progress.total);
  const Json result = Json::parse(task.result);
  CHECK(result["rows"] == 4);
  CHECK(result["commit"] == 1);
  REQUIRE(result["results"].size() == 2);
  CHECK(result["results"][0] == Json{{"entity", "d"}, {"score", 3.0}});
}

TEST_CASE("what is wrong with an analysis is told before it is a task",
          "[analysis]") {
  TestGraph test;
  const auto path = [&](const AnalysisJob& job) {
    const auto id = test.graph.StartAnalysis(job);
    REQUIRE(id.status().code() == absl::StatusCode::kInvalidArgument);
    return FieldErrors(id.status()).at(0).path.at(0);
  };
  CHECK(path({.algorithm = "no such"}) == "algorithm");
  CHECK(path({.algorithm = "pagerank", .parameters = {{"damping", "2"}}}) ==
        "damping");
  CHECK(path({.algorithm = "pagerank", .view = {.min_weight = 7}}) ==
        "min_weight");
  CHECK(path({.algorithm = "pagerank", .result_rows = 1001}) == "result_rows");
  CHECK(path({.algorithm = "triangles", .output = AnalysisOutput{}}) ==
        "output");
  CHECK(test.engine->Tasks().empty());
}

TEST_CASE("a long result is cut to what a task may hold", "[analysis]") {
  TestGraph test;
  std::vector<NewStatement> batch;
  for (int i = 0; i < 200; ++i) {
    batch.push_back(
        Triple(std::string(1000, 'n') + std::to_string(i), "p", "hub"));
  }
  MustAddAll(test.graph, batch);
  const auto id =
      test.graph.StartAnalysis({.algorithm = "pagerank", .result_rows = 1000});
  REQUIRE_OK(id);
  const TaskInfo task = MustEnd(*test.engine, *id);
  REQUIRE(task.state == TaskState::kSucceeded);
  const Json result = Json::parse(task.result);
  CHECK(result["rows"] == 201);
  CHECK(result["results"].size() > 10);
  CHECK(result["results"].size() < 201);
}

// From a to e, three ways of three nodes each.
void FillPaths(Graph& graph, const std::string& middle = "m") {
  std::vector<NewStatement> batch;
  for (const char* number : {"1", "2", "3"}) {
    batch.push_back(Triple("a", "p", middle + number));
    batch.push_back(Triple(middle + number, "p", "e"));
  }
  MustAddAll(graph, batch);
}

TEST_CASE("of paths a task's result has only whole ones", "[analysis]") {
  TestGraph test;
  FillPaths(test.graph);
  const auto result = [&](const char* algorithm, size_t rows) {
    const auto id = test.graph.StartAnalysis(
        {.algorithm = algorithm,
         .parameters = {{"source", "a"}, {"target", "e"}},
         .result_rows = rows});
    REQUIRE_OK(id);
    const TaskInfo task = MustEnd(*test.engine, *id);
    REQUIRE(task.state == TaskState::kSucceeded);
    return Json::parse(task.result);
  };
  const std::pair<size_t, size_t> cases[] = {{0, 0}, {1, 0}, {2, 0},
                                             {3, 1}, {5, 1}, {6, 2},
                                             {8, 2}, {9, 3}, {1000, 3}};
  for (const auto& [rows, paths] : cases) {
    INFO(rows);
    const Json found = result("shortest_paths", rows);
    CHECK(found["rows"] == 9);
    CHECK(found["source"] == "a");
    CHECK(found["path_count"] == 3);
    REQUIRE(found["paths"].size() == paths);
    for (const Json& path : found["paths"]) CHECK(path.size() == 3);
    const Json lengths = result("k_shortest_paths", rows);
    CHECK(lengths["paths"] == found["paths"]);
    CHECK(lengths["lengths"] == Json(std::vector<double>(paths, 2.0)));
  }
}

TEST_CASE("long paths are left out whole, too", "[analysis]") {
  TestGraph test;
  FillPaths(test.graph, std::string(25'000, 'm'));
  const auto id = test.graph.StartAnalysis(
      {.algorithm = "shortest_paths",
       .parameters = {{"source", "a"}, {"target", "e"}}});
  REQUIRE_OK(id);
  const TaskInfo task = MustEnd(*test.engine, *id);
  REQUIRE(task.state == TaskState::kSucceeded);
  const Json result = Json::parse(task.result);
  CHECK(result["rows"] == 9);
  REQUIRE(result["paths"].size() == 1);
  CHECK(result["paths"][0].size() == 3);
}

TEST_CASE("a named result replaces what its graph had", "[analysis]") {
  TestGraph test;
  Fill(test.graph);
  MustAdd(test.graph, In("ranks", Triple("old", "pagerank", "b")));
  AnalysisJob job;
  job.algorithm = "pagerank";
  job.view.predicates = {"knows"};
  job.output = AnalysisOutput{.graph = "ranks"};
  const auto id = test.graph.StartAnalysis(job);
  REQUIRE_OK(id);
  const TaskInfo task = MustEnd(*test.engine, *id);
  INFO(task.error.ToString());
  REQUIRE(task.state == TaskState::kSucceeded);
  CHECK(Json::parse(task.result)["written"] == 4);
  const auto stored = Matches(test.graph, Where({}, {}, {}, "ranks"));
  REQUIRE(stored.size() == 4);
  const auto view = test.graph.View({.predicates = {"knows"}});
  REQUIRE_OK(view);
  const auto ranks = PageRank(*view);
  REQUIRE_OK(ranks);
  for (const Statement& one : stored) {
    CHECK(one.predicate == "pagerank");
    const double value = std::stod(one.object.substr(1));
    CHECK(value == ranks->scores[view->Find(one.subject)->value()]);
  }
}

TEST_CASE("written into the default graph, statements of the predicate go",
          "[analysis]") {
  TestGraph test;
  Fill(test.graph);
  MustAdd(test.graph, Triple("nobody", "rank", "\"1\""));
  const auto view = test.graph.View({.predicates = {"knows"}});
  REQUIRE_OK(view);
  const auto hits = Analyze(*view, "components");
  REQUIRE_OK(hits);
  for (int round = 0; round < 2; ++round) {
    const auto written =
        test.graph.WriteAnalysis(*view, *hits, {.predicate = "rank"});
    REQUIRE_OK(written);
  }
  CHECK(MustCount(test.graph, Where({}, "rank")) == 4);
  CHECK(MustCount(test.graph, Where("nobody", "rank")) == 0);
  CHECK(MustCount(test.graph, Where({}, "knows")) == 6);
  // Several columns: a predicate for each.
  const auto features = Analyze(*view, "features");
  REQUIRE_OK(features);
  REQUIRE_OK(test.graph.WriteAnalysis(*view, *features,
                                      {.graph = "f", .predicate = "is"}));
  CHECK(MustCount(test.graph, Where("a", "is/core", {}, "f")) == 1);
  CHECK(MustCount(test.graph, Where("a", "is/pagerank", {}, "f")) == 1);
}

TEST_CASE("a task that is cancelled ends without a trace in the graph",
          "[analysis]") {
  TestGraph test;
  std::vector<NewStatement> batch;
  for (int i = 0; i < 4000; ++i) {
    batch.push_back(Triple("n" + std::to_string(i), "p",
                           "n" + std::to_string((i * 7 + 1) % 4000)));
    batch.push_back(Triple("n" + std::to_string(i), "p",
                           "n" + std::to_string((i * 13 + 5) % 4000)));
  }
  MustAddAll(test.graph, batch);
  AnalysisJob job;
  job.algorithm = "betweenness";
  job.output = AnalysisOutput{.graph = "out"};
  const auto id = test.graph.StartAnalysis(job);
  REQUIRE_OK(id);
  const absl::Status asked = test.engine->CancelTask(*id);
  const TaskInfo task = MustEnd(*test.engine, *id);
  if (asked.ok()) CHECK(task.state == TaskState::kCancelled);
  if (task.state == TaskState::kCancelled)
    CHECK(MustCount(test.graph, Where({}, {}, {}, "out")) == 0);
}

// ---- SERVICE skg:NAME

constexpr char kPrefix[] =
    "PREFIX skg: <urn:skg-vocabulary:> PREFIX xsd: "
    "<http://www.w3.org/2001/XMLSchema#> ";

TEST_CASE("scores join with patterns", "[analysis]") {
  TestGraph test;
  Fill(test.graph);
  const std::string born_before = std::string(kPrefix) + R"(
    SELECT ?person ?rank WHERE {
      SERVICE skg:pagerank {
        skg:with skg:damping 0.5 ; skg:predicate :knows .
        ?person skg:score ?rank
      }
      ?person :born ?year FILTER(?year < 1900)
    } ORDER BY DESC(?rank))";
  const Rows rows = MustQuery(test.graph, born_before);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0][0] == "a");
  const auto view = test.graph.View({.predicates = {"knows"}});
  REQUIRE_OK(view);
  PageRankOptions options;
  options.damping = 0.5;
  const auto ranks = PageRank(*view, options);
  REQUIRE_OK(ranks);
  CHECK(std::stod(rows[0][1].substr(1)) ==
        ranks->scores[view->Find("a")->value()]);
}

TEST_CASE("an analysis runs once however often a query opens it",
          "[analysis]") {
  TestGraph test;
  Fill(test.graph);
  const Rows rows = MustQuery(test.graph, std::string(kPrefix) + R"(
    SELECT ?person ?n WHERE {
      ?person :knows ?other
      OPTIONAL { SERVICE skg:degree { skg:with skg:kind "in" ;
          skg:normalised false ; skg:predicate :knows .
          ?person skg:score ?n } FILTER(?n > 1) }
    } ORDER BY ?person ?other)");
  REQUIRE(rows.size() == 6);
  for (const auto& row : rows) CHECK(row[1].empty());
}

TEST_CASE("several columns and nodes as arguments", "[analysis]") {
  TestGraph test;
  Fill(test.graph);
  const Rows rows = MustQuery(test.graph, std::string(kPrefix) + R"(
    SELECT ?step ?node WHERE {
      SERVICE skg:shortest_paths {
        skg:with skg:source :d ; skg:target :c .
        ?node skg:path ?path ; skg:step ?step
      }
    } ORDER BY ?path ?step)");
  const Rows expected = {
      {"\"0\"^^<http://www.w3.org/2001/XMLSchema#integer>", "d"},
      {"\"1\"^^<http://www.w3.org/2001/XMLSchema#integer>", "a"},
      {"\"2\"^^<http://www.w3.org/2001/XMLSchema#integer>", "b"},
      {"\"3\"^^<http://www.w3.org/2001/XMLSchema#integer>", "c"}};
  CHECK(rows == expected);
  const auto explained = test.graph.Query(
      std::string(kPrefix) +
      "SELECT * WHERE { SERVICE skg:degree { ?n skg:score ?s } }");
  REQUIRE_OK(explained);
  CHECK_THAT(explained->Explain(), Catch::Contains("degree"));
}

TEST_CASE("a table chooses its edges as every door does", "[analysis]") {
  TestGraph test;
  MustAddAll(test.graph,
             {Triple("a", "knows", "b", 0.5f), Triple("a", "likes", "b", 0.25f),
              In("g", Triple("c", "knows", "d"))});
  const auto strengths = [&](const std::string& options) {
    return MustQuery(test.graph, std::string(kPrefix) + R"(
      SELECT ?n ?s WHERE { SERVICE skg:degree { skg:with skg:kind "out" ;
          skg:normalised false ; skg:weighted true )" +
                                     options +
                                     R"( . ?n skg:score ?s }
        FILTER(?s > 0) } ORDER BY ?n)");
  };
  const auto is = [](const char* node, const char* score) {
    return Rows::value_type{
        node, std::string("\"") + score +
                  "\"^^<http://www.w3.org/2001/XMLSchema#double>"};
  };
  const auto c = is("c", "1.0E0");
  CHECK(strengths("") == Rows{is("a", "7.5E-1"), c});
  CHECK(strengths("; skg:parallel \"greatest\"") == Rows{is("a", "5.0E-1"), c});
  CHECK(strengths("; skg:parallel \"least\"") == Rows{is("a", "2.5E-1"), c});
  CHECK(strengths("; skg:min_weight 0.3") == Rows{is("a", "5.0E-1"), c});
  CHECK(strengths("; skg:predicate :likes") == Rows{is("a", "2.5E-1")});
  CHECK(strengths("; skg:predicate :likes, :knows ; skg:named_graph :g") ==
        Rows{c});
  CHECK(strengths("; skg:without_predicate \"likes\" ; skg:named_graph \"\"") ==
        Rows{is("a", "5.0E-1")});
}

TEST_CASE("a table sees what weighs enough for the query and for itself",
          "[analysis]") {
  TestGraph test;
  MustAddAll(test.graph,
             {Triple("a", "knows", "b", 0.25f), Triple("b", "knows", "c", 0.5f),
              Triple("c", "knows", "d", 0.75f)});
  const auto nodes = [&](float of_query, const std::string& of_table) {
    QueryOptions options;
    options.min_weight = of_query;
    return MustQuery(test.graph,
                     std::string(kPrefix) + R"(
      SELECT ?n WHERE { SERVICE skg:degree { skg:with skg:literals false)" +
                         of_table + " . ?n skg:score ?s } } ORDER BY ?n",
                     options);
  };
  const Rows all = {{"a"}, {"b"}, {"c"}, {"d"}}, most = {{"b"}, {"c"}, {"d"}},
             few = {{"c"}, {"d"}};
  CHECK(nodes(0, "") == all);
  CHECK(nodes(0, " ; skg:min_weight 0.3") == most);
  CHECK(nodes(0.3f, "") == most);
  CHECK(nodes(0.3f, " ; skg:min_weight 0.1") == most);
  CHECK(nodes(0.3f, " ; skg:min_weight 0.6") == few);
  CHECK(nodes(0.6f, " ; skg:min_weight 0.3") == few);
  CHECK(nodes(1, "").empty());
}

TEST_CASE("a table is refused where the query asks when statements hold",
          "[analysis]") {
  TestGraph test;
  Fill(test.graph);
  QueryOptions options;
  options.valid_at = absl::FromUnixSeconds(0);
  CHECK(MustQuery(test.graph, "SELECT * { ?s :knows ?o }", options).size() ==
        6);
  auto result = test.graph.Query(
      std::string(kPrefix) +
          "SELECT * { SERVICE skg:pagerank { ?n skg:score ?s } }",
      options);
  Rows rows;
  const absl::Status status =
      result.ok() ? result->Next(rows).status() : result.status();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  const std::vector<FieldError> errors = FieldErrors(status);
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].path == std::vector<std::string>{"valid_at"});
  CHECK_THAT(errors[0].message, Catch::Contains("skg:pagerank") &&
                                    Catch::Contains("skg:named_graph"));
}

TEST_CASE("a table sees all graphs unless it names one", "[analysis]") {
  TestGraph test;
  MustAddAll(test.graph, {Triple("a", "p", "b"), In("g", Triple("c", "p", "d")),
                          In("h", Triple("e", "p", "f"))});
  const auto nodes = [&](const std::string& from, const std::string& with) {
    return MustQuery(test.graph, std::string(kPrefix) + "SELECT ?n " + from +
                                     " WHERE { SERVICE skg:degree { " + with +
                                     " ?n skg:score ?s } } ORDER BY ?n");
  };
  const Rows all = {{"a"}, {"b"}, {"c"}, {"d"}, {"e"}, {"f"}};
  CHECK(nodes("", "") == all);
  CHECK(nodes("FROM :g", "") == all);
  CHECK(nodes("FROM :g", "skg:with skg:named_graph :h .") ==
        Rows{{"e"}, {"f"}});
  CHECK(nodes("", "skg:with skg:named_graph \"\" .") == Rows{{"a"}, {"b"}});
  CHECK(nodes("", "skg:with skg:named_graph :nowhere .").empty());
}

TEST_CASE("what is wrong with a table is told", "[analysis]") {
  TestGraph test;
  Fill(test.graph);
  const auto error = [&](const std::string& group) {
    const absl::Status status = QueryError(
        test.graph, std::string(kPrefix) + "SELECT * WHERE { " + group + " }");
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  CHECK_THAT(error("SERVICE skg:nothing { ?n skg:score ?s }"),
             Catch::Contains("pagerank"));
  CHECK_THAT(error("SERVICE skg:pagerank { ?n skg:points ?s }"),
             Catch::Contains("score"));
  CHECK_THAT(
      error(
          "SERVICE skg:pagerank { skg:with skg:damping 7 . ?n skg:score ?s }"),
      Catch::Contains("damping"));
  for (const char* wrong : {"skg:min_weight 2", "skg:weighted \"maybe\"",
                            "skg:parallel \"most\"", "skg:literals :a"}) {
    const std::string text = wrong;
    CHECK_THAT(error("SERVICE skg:pagerank { skg:with " + text +
                     " . ?n skg:score ?s }"),
               Catch::Contains(text.substr(4, text.find(' ') - 4)));
  }
  CHECK_THAT(error("SERVICE skg:pagerank { }"), Catch::Contains("no column"));
  CHECK_THAT(error("SERVICE skg:pagerank { ?n skg:score ?n }"),
             Catch::Contains("variable of its own"));
  CHECK_THAT(error("SERVICE skg:pagerank { ?n :score ?s }"),
             Catch::Contains("vocabulary"));
  CHECK_THAT(error("SERVICE skg:pagerank { ?n skg:score ?s FILTER(?s > 1) }"),
             Catch::Contains("plain triple patterns"));
  CHECK_THAT(
      error("SERVICE skg:pagerank { skg:with skg:limit ?l . ?n skg:score ?s }"),
      Catch::Contains("constants"));
  const auto update = test.graph.Update(
      std::string(kPrefix) +
      "INSERT { ?n :rank ?s } WHERE { SERVICE skg:pagerank { ?n skg:score ?s "
      "} }");
  CHECK(update.status().code() == absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("a past state is analysed as it was", "[analysis]") {
  TestGraph test;
  Fill(test.graph);
  MustAdd(test.graph, Triple("e", "knows", "a"));
  QueryOptions options;
  options.as_of = PointInTime(uint64_t{1});
  const std::string text =
      std::string(kPrefix) +
      "SELECT (COUNT(*) AS ?n) WHERE { SERVICE skg:degree { skg:with "
      "skg:predicate :knows . ?x skg:score ?s } }";
  const auto count = [&](const QueryOptions& with) {
    auto result = test.graph.Query(text, with);
    REQUIRE_OK(result);
    Rows rows;
    REQUIRE_OK(result->Next(rows));
    return rows.at(0).at(0).substr(0, 3);
  };
  CHECK(count(options) == "\"4\"");
  CHECK(count({}) == "\"5\"");
}

}  // namespace
}  // namespace skg::test
