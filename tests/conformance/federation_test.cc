// The suite of SPARQL 1.1 Federated Query, with graphs in place of endpoints.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "conformance/result_reader.h"
#include "conformance/suite.h"
#include "skg/engine.h"
#include "support/test_support.h"

namespace skg {
namespace {

using nlohmann::json;

absl::Status Load(Graph& graph, const std::filesystem::path& folder,
                  const json& test_case, const json& files) {
  for (const std::string file : files) {
    const auto source = OpenLoadFile((folder / file).string());
    if (!source.ok()) return source.status();
    LoadOptions options;
    options.base_iri = test_case.at("base").get<std::string>() + file;
    const auto loaded = graph.Load(*source, options);
    if (!loaded.ok()) return loaded.status();
  }
  return absl::OkStatus();
}

absl::StatusOr<Graph> NewGraph(Engine& engine) {
  static int number = 0;
  return engine.OpenGraph(absl::StrCat("case-", ++number), {.create = true});
}

// Each endpoint is a graph, and may ask the others.
class Endpoints final : public ServiceClient {
 public:
  void Add(const std::string& endpoint, const Graph& graph) {
    graphs_.emplace(endpoint, graph);
  }
  absl::StatusOr<ServiceAnswer> Ask(const ServiceRequest& request) override {
    const auto found = graphs_.find(request.endpoint);
    if (found == graphs_.end()) return absl::UnavailableError("no such host");
    QueryOptions options;
    options.services = this;
    options.deadline = request.deadline;
    auto result = found->second.Query(request.query, options);
    if (!result.ok()) return result.status();
    ServiceAnswer answer;
    const absl::Status written =
        result->Write(ResultFormat::kJson, [&](std::string_view bytes) {
          answer.body.append(bytes);
          return absl::OkStatus();
        });
    if (!written.ok()) return written;
    return answer;
  }

 private:
  std::map<std::string, Graph> graphs_;
};

absl::StatusOr<test::QueryResult> Solve(Graph& graph, const std::string& text,
                                        const std::string& base,
                                        Endpoints& endpoints) {
  QueryOptions options;
  options.base_iri = base;
  options.services = &endpoints;
  auto result = graph.Query(text, options);
  if (!result.ok()) return result.status();
  const test::TemporaryDirectory directory;
  const std::string path = directory / "result.srj";
  std::ofstream file(path);
  const absl::Status written =
      result->Write(ResultFormat::kJson, [&](std::string_view bytes) {
        file << bytes;
        return absl::OkStatus();
      });
  file.close();
  if (!written.ok()) return written;
  return test::ReadQueryResult(path, base);
}

std::string RunCase(Engine& engine, const std::filesystem::path& folder,
                    const json& test_case) {
  Endpoints endpoints;
  for (const json& service : test_case.at("serviceData")) {
    auto graph = NewGraph(engine);
    if (!graph.ok()) return graph.status().ToString();
    const absl::Status status =
        Load(*graph, folder, test_case, service.at("data"));
    if (!status.ok()) return status.ToString();
    endpoints.Add(service.at("endpoint"), *graph);
  }
  auto graph = NewGraph(engine);
  if (!graph.ok()) return graph.status().ToString();
  const absl::Status status =
      Load(*graph, folder, test_case, test_case.at("data"));
  if (!status.ok()) return status.ToString();
  const std::string base = test_case.at("base");
  const std::string query = test_case.at("query");
  const auto text = test::ReadFile(folder / query);
  if (!text.ok()) return text.status().ToString();
  const auto got = Solve(*graph, *text, base + query, endpoints);
  if (!got.ok()) return got.status().ToString();
  const std::string result = test_case.at("result");
  const auto want = test::ReadQueryResult(folder / result, base + result);
  if (!want.ok()) return want.status().ToString();
  return test::CompareResults(*got, *want, test_case.at("ordered"), false);
}

}  // namespace

TEST_CASE("the suite of federated queries passes", "[conformance]") {
  const test::TemporaryDirectory directory;
  auto engine =
      Engine::Open(directory / "data", {.durability = Durability::kNone});
  REQUIRE_OK(engine);
  test::RunSuite(
      "sparql11-federation",
      [&](const std::filesystem::path& folder, const json& test_case) {
        return RunCase(**engine, folder, test_case);
      },
      "evaluation",
      [](const json& test_case) {
        return test_case.at("type") == "QueryEvaluationTest";
      });
}

}  // namespace skg
