// Kernels by name: every parameter is read and checked, every answer has the
// same shape.
#include "skg/analyze.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "skg/centrality.h"
#include "skg/field_error.h"
#include "support/test_support.h"

namespace skg {
namespace {

using Json = nlohmann::json;

// Two triangles with a bridge, 0-1-2 and 3-4-5, and one that nobody knows.
GraphView TwoTriangles() {
  const std::vector<Edge> edges = {{0, 1}, {1, 2}, {2, 0}, {2, 3},
                                   {3, 4}, {4, 5}, {5, 3}};
  return GraphView::FromEdges(7, edges).value();
}

AnalysisTable Run(const std::string& algorithm,
                  const AnalysisParameters& parameters = {}) {
  auto table = Analyze(TwoTriangles(), algorithm, parameters);
  REQUIRE_OK(table);
  return *std::move(table);
}

Json JsonOf(const AnalysisTable& table) {
  std::string text;
  REQUIRE_OK(
      WriteAnalysisJson(TwoTriangles(), table, [&](std::string_view part) {
        text += part;
        return absl::OkStatus();
      }));
  return Json::parse(text);
}

std::vector<FieldError> Errors(const std::string& algorithm,
                               const AnalysisParameters& parameters) {
  const auto table = Analyze(TwoTriangles(), algorithm, parameters);
  REQUIRE(table.status().code() == absl::StatusCode::kInvalidArgument);
  return FieldErrors(table.status());
}

// What a required parameter is given.
AnalysisParameters Required(const AnalysisInfo& info) {
  AnalysisParameters parameters;
  for (const AnalysisParameter& one : info.parameters) {
    if (one.fallback.empty()) parameters[std::string(one.name)] = "0";
  }
  return parameters;
}

TEST_CASE("every analysis runs, and its columns have a value for each row",
          "[analyze]") {
  for (const AnalysisInfo& info : Analyses()) {
    INFO(info.name);
    const std::string name(info.name);
    const AnalysisTable table = Run(name, Required(info));
    CHECK(table.algorithm == name);
    CHECK(table.kind == info.kind);
    CHECK((table.rows > 0 || info.kind == AnalysisKind::kFigures));
    for (const AnalysisColumn& column : table.columns) {
      CHECK(std::visit([](const auto& v) { return v.size(); }, column.values) ==
            table.rows);
    }
    const Json json = JsonOf(table);
    CHECK(json["algorithm"] == name);
    // A graph of nothing has no rows and is no error.
    const auto nothing =
        Analyze(GraphView::FromEdges(0, {}).value(), name, Required(info));
    REQUIRE_OK(nothing);
    CHECK(nothing->rows == 0);
  }
}

TEST_CASE("every parameter is known, and refuses what it cannot be",
          "[analyze]") {
  for (const AnalysisInfo& info : Analyses()) {
    for (const AnalysisParameter& one : info.parameters) {
      INFO(info.name << " " << one.name);
      AnalysisParameters parameters = Required(info);
      const std::string name(one.name);
      if (!one.fallback.empty()) {
        parameters[name] = std::string(one.fallback);
        REQUIRE_OK(Analyze(TwoTriangles(), info.name, parameters));
      }
      if (one.type == ParameterType::kNode) continue;
      parameters[name] = "many";
      const auto errors = Errors(std::string(info.name), parameters);
      REQUIRE(errors.size() == 1);
      CHECK(errors[0].path == std::vector<std::string>{name});
      if (one.type != ParameterType::kNumber &&
          one.type != ParameterType::kInteger) {
        continue;
      }
      parameters[name] = "-1";
      CHECK(Errors(std::string(info.name), parameters).size() == 1);
      parameters[name] = "nan";
      CHECK(Errors(std::string(info.name), parameters).size() == 1);
    }
  }
}

TEST_CASE("wrong names are told with those that there are", "[analyze]") {
  auto errors = Errors("page_rank", {});
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].path == std::vector<std::string>{"algorithm"});
  CHECK_THAT(errors[0].message, Catch::Contains("pagerank"));
  errors = Errors("pagerank", {{"dampening", "1"}, {"limit", "x"}});
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].type == "unknown_field");
  CHECK_THAT(errors[0].message, Catch::Contains("damping"));
  CHECK(errors[1].type == "wrong_type");
  errors = Errors("shortest_paths", {{"source", "0"}});
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].path == std::vector<std::string>{"target"});
  CHECK(errors[0].type == "missing");
}

// The least and the greatest text of a parameter that is in its range.
std::vector<std::string> Borders(const AnalysisParameter& parameter) {
  // More than a thousand rounds of anything take too long.
  const double most = std::min(parameter.most, 1000.0);
  switch (parameter.type) {
    case ParameterType::kNumber:
      return {absl::StrCat(parameter.least),
              absl::StrCat(std::min(parameter.most, 1e300))};
    case ParameterType::kInteger:
      return {absl::StrCat(parameter.least), absl::StrCat(most)};
    case ParameterType::kFlag:
      return {"false", "true"};
    case ParameterType::kChoice:
      return absl::StrSplit(std::string(parameter.choices), '|');
    case ParameterType::kNode:
    case ParameterType::kName:
      break;
  }
  return {"0", "6", "none such"};
}

TEST_CASE("what is right without a graph is right with one", "[analyze]") {
  for (const AnalysisInfo& info : Analyses()) {
    CHECK(FindAnalysis(info.name) != nullptr);
    for (const AnalysisParameter& one : info.parameters) {
      for (const std::string& text : Borders(one)) {
        INFO(info.name << " " << one.name << " " << text);
        AnalysisParameters parameters = Required(info);
        parameters[std::string(one.name)] = text;
        REQUIRE_OK(CheckAnalysis(info.name, parameters));
        REQUIRE_OK(Analyze(TwoTriangles(), info.name, parameters));
      }
    }
  }
  CHECK(FindAnalysis("page_rank") == nullptr);
}

TEST_CASE("what is wrong is the same without a graph", "[analyze]") {
  struct Case {
    const char* algorithm;
    AnalysisParameters parameters;
  };
  for (const Case& one :
       std::vector<Case>{{"page_rank", {}},
                         {"pagerank", {{"dampening", "1"}, {"limit", "x"}}},
                         {"pagerank", {{"tolerance", "inf"}}},
                         {"pagerank", {{"limit", ""}}},
                         {"betweenness", {{"epsilon", "1"}, {"delta", "0"}}},
                         {"katz", {{"beta", "1e-200"}}},
                         {"shortest_paths", {{"source", "0"}}},
                         {"triangles", {{"limit", "1"}}}}) {
    INFO(one.algorithm);
    const absl::Status status = CheckAnalysis(one.algorithm, one.parameters);
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    const auto expected = Errors(one.algorithm, one.parameters);
    const auto errors = FieldErrors(status);
    REQUIRE(errors.size() == expected.size());
    REQUIRE(!errors.empty());
    for (size_t i = 0; i < errors.size(); ++i) {
      CHECK(errors[i].path == expected[i].path);
      CHECK(errors[i].message == expected[i].message);
    }
  }
}

TEST_CASE("rows of single nodes are those with one name in each", "[analyze]") {
  for (const AnalysisInfo& info : Analyses()) {
    INFO(info.name);
    const AnalysisTable table = Run(std::string(info.name), Required(info));
    const bool nodes =
        !table.columns.empty() &&
        std::holds_alternative<std::vector<Vertex>>(table.columns[0].values);
    CHECK(GivesNodes(info.kind) == nodes);
  }
}

TEST_CASE("scores come greatest first, and no more than asked for",
          "[analyze]") {
  const AnalysisTable table =
      Run("pagerank", {{"limit", "3"}, {"damping", "0.5"}});
  REQUIRE(table.rows == 3);
  const auto& scores = std::get<std::vector<double>>(table.columns[1].values);
  CHECK(scores[0] >= scores[1]);
  CHECK(scores[1] >= scores[2]);
  PageRankOptions options;
  options.damping = 0.5;
  const auto direct = PageRank(TwoTriangles(), options);
  REQUIRE_OK(direct);
  const Vertex first = TopK(direct->scores, 1)[0];
  CHECK(std::get<std::vector<Vertex>>(table.columns[0].values)[0] == first);
  CHECK(scores[0] == direct->scores[first]);
  const Json json = JsonOf(table);
  CHECK(json["results"].size() == 3);
  CHECK(json["results"][0]["entity"] == std::to_string(first));
  CHECK(json["results"][0]["score"] == scores[0]);
  CHECK(json["converged"] == true);
}

TEST_CASE("communities are lists of names, the small ones left out",
          "[analyze]") {
  const Json json = JsonOf(Run("louvain", {{"min_size", "2"}}));
  CHECK(json["communities"] ==
        Json::parse(R"([["0", "1", "2"], ["3", "4", "5"]])"));
  CHECK(json["modularity"].get<double>() == Approx(5.0 / 14));
  CHECK(json["community_count"] == 3);
  const Json components = JsonOf(Run("components"));
  CHECK(components["components"] ==
        Json::parse(R"([["0", "1", "2", "3", "4", "5"], ["6"]])"));
  const Json strong = JsonOf(Run("components", {{"strong", "true"}}));
  CHECK(strong["components"] ==
        Json::parse(R"([["0", "1", "2"], ["3", "4", "5"], ["6"]])"));
}

TEST_CASE("paths are lists of names from end to end", "[analyze]") {
  const Json json =
      JsonOf(Run("shortest_paths", {{"source", "0"}, {"target", "4"}}));
  CHECK(json["source"] == "0");
  CHECK(json["target"] == "4");
  CHECK(json["paths"] == Json::parse(R"([["0", "1", "2", "3", "4"]])"));
  CHECK(json["length"] == 4);
  for (const auto& [source, target, more] :
       std::vector<std::tuple<std::string, std::string, AnalysisParameters>>{
           {"0", "6", {}},                        // not reached
           {"0", "99", {}},                       // unknown
           {"0", "4", {{"max_length", "3"}}}}) {  // too far
    AnalysisParameters parameters = more;
    parameters["source"] = source;
    parameters["target"] = target;
    CHECK(JsonOf(Run("shortest_paths", parameters))["paths"] == Json::array());
  }
  const Json weighted = JsonOf(Run(
      "k_shortest_paths",
      {{"source", "0"}, {"target", "2"}, {"k", "5"}, {"directed", "false"}}));
  CHECK(weighted["paths"] == Json::parse(R"([["0", "2"], ["0", "1", "2"]])"));
  CHECK(weighted["lengths"] == Json::parse("[1.0, 2.0]"));
}

TEST_CASE("distances come nearest first, those out of reach not at all",
          "[analyze]") {
  const AnalysisTable table = Run("distances", {{"source", "2"}});
  CHECK(table.kind == AnalysisKind::kDistances);
  CHECK(JsonOf(table) == Json::parse(R"({"algorithm": "distances",
      "source": "2", "results": [{"entity": "2", "distance": 0.0},
      {"entity": "0", "distance": 1.0}, {"entity": "3", "distance": 1.0},
      {"entity": "1", "distance": 2.0}, {"entity": "4", "distance": 2.0},
      {"entity": "5", "distance": 3.0}]})"));
  CHECK(Run("distances", {{"source", "2"}, {"limit", "3"}}).rows == 3);
}

// ---- options of a view

GraphViewOptions ViewWith(
    const std::vector<std::pair<std::string, std::string>>& given) {
  GraphViewOptions options;
  for (const auto& [name, value] : given) {
    INFO(name);
    const absl::StatusOr<bool> set = SetViewOption(name, value, options);
    REQUIRE_OK(set);
    CHECK(*set);
  }
  return options;
}

TEST_CASE("options of a view are set by name", "[analyze]") {
  const GraphViewOptions options =
      ViewWith({{"predicate", "knows"},
                {"predicate", "<http://example.org/likes>"},
                {"without_predicate", "born"},
                {"node_type", "Person"},
                {"named_graph", ""},
                {"min_weight", "0.25"},
                {"literals", "true"},
                {"weighted", "1"},
                {"parallel", "greatest"}});
  CHECK(options.predicates ==
        std::vector<std::string>{"knows", "<http://example.org/likes>"});
  CHECK(options.without_predicates == std::vector<std::string>{"born"});
  CHECK(options.node_types == std::vector<std::string>{"Person"});
  CHECK(options.graph == "");
  CHECK(options.min_weight == 0.25f);
  CHECK(options.literals);
  CHECK(options.weighted);
  CHECK(options.parallel_edges == ParallelEdges::kGreatest);
  CHECK(ViewWith({{"parallel", "sum"}}).parallel_edges == ParallelEdges::kSum);
  CHECK(ViewWith({{"parallel", "least"}}).parallel_edges ==
        ParallelEdges::kLeast);
  CHECK(ViewWith({{"parallel", "mean"}}).parallel_edges ==
        ParallelEdges::kMean);
}

TEST_CASE(
    "options of a view have defaults that change nothing, and are no "
    "parameters of analyses",
    "[analyze]") {
  for (const AnalysisParameter& one : ViewParameters()) {
    INFO(one.name);
    CHECK(!one.meaning.empty());
    for (const AnalysisInfo& info : Analyses()) {
      for (const AnalysisParameter& other : info.parameters)
        CHECK(other.name != one.name);
    }
    if (one.fallback.empty()) continue;
    const GraphViewOptions options =
        ViewWith({{std::string(one.name), std::string(one.fallback)}});
    const GraphViewOptions untouched;
    CHECK(options.min_weight == untouched.min_weight);
    CHECK(options.literals == untouched.literals);
    CHECK(options.weighted == untouched.weighted);
    CHECK(options.parallel_edges == untouched.parallel_edges);
  }
}

TEST_CASE("wrong options of a view are refused, and leave it as it was",
          "[analyze]") {
  GraphViewOptions options = ViewWith(
      {{"min_weight", "0.5"}, {"weighted", "true"}, {"parallel", "mean"}});
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"min_weight", "much"},
                                                        {"min_weight", "nan"},
                                                        {"min_weight", "-0.1"},
                                                        {"min_weight", "1.1"},
                                                        {"min_weight", ""},
                                                        {"weighted", "maybe"},
                                                        {"literals", ""},
                                                        {"parallel", "most"}}) {
    INFO(name << " " << value);
    const absl::Status status = SetViewOption(name, value, options).status();
    REQUIRE(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(FieldErrors(status).at(0).path == std::vector<std::string>{name});
  }
  CHECK(options.min_weight == 0.5f);
  CHECK(options.weighted);
  CHECK(options.parallel_edges == ParallelEdges::kMean);
  const absl::StatusOr<bool> other = SetViewOption("damping", "1", options);
  REQUIRE_OK(other);
  CHECK_FALSE(*other);
}

TEST_CASE("figures of a whole graph have no rows", "[analyze]") {
  const Json json = JsonOf(Run("triangles"));
  CHECK(json == Json::parse(R"({"algorithm": "triangles", "triangles": 2})"));
}

}  // namespace
}  // namespace skg
