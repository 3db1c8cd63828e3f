// The suites of the SPARQL 1.1 Protocol, of the Graph Store Protocol and of
// Service Description, played against a server.
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "conformance/http_exchange.h"
#include "conformance/suite.h"
#include "rdf/isomorphism.h"
#include "rdf/reader.h"
#include "server/test_server.h"

namespace skg {
namespace {

using nlohmann::json;
using rdf::Quad;
using test::HttpAnswer;
using test::HttpRequest;

// The suites know nothing of keys.
void Open(server::Settings& settings) {
  settings.enable_auth = false;
  settings.allowed_hosts = {"*"};
}

absl::Status Fill(const test::TestServer& server,
                  const std::filesystem::path& folder, const json& graphs) {
  if (graphs.empty()) return absl::OkStatus();
  auto graph =
      const_cast<test::TestServer&>(server).server().engine().OpenGraph(
          "main", {.create = true});
  if (!graph.ok()) return graph.status();
  for (const json& named : graphs) {
    const auto source =
        OpenLoadFile((folder / named.at("file").get<std::string>()).string());
    if (!source.ok()) return source.status();
    LoadOptions options;
    options.format = Format::kNTriples;
    options.graph = "<" + named.at("name").get<std::string>() + ">";
    const auto loaded = graph->Load(*source, options);
    if (!loaded.ok()) return loaded.status();
  }
  return absl::OkStatus();
}

bool StatusMatches(int status, const json& wanted) {
  for (const std::string code : wanted) {
    if (code == std::to_string(status)) return true;
    if (code.ends_with("xx") && code[0] - '0' == status / 100) return true;
  }
  return false;
}

std::string TypeOf(const HttpAnswer& answer) {
  const auto found = answer.headers.find("content-type");
  if (found == answer.headers.end()) return "";
  return found->second.substr(0, found->second.find(';'));
}

bool IsOfFamily(const std::string& type, const std::string& family) {
  static const std::map<std::string, std::set<std::string>> types = {
      {"boolean",
       {"application/sparql-results+json", "application/sparql-results+xml"}},
      {"tabular",
       {"application/sparql-results+json", "application/sparql-results+xml",
        "text/csv", "text/tab-separated-values"}},
      {"RDF", {"text/turtle", "application/n-triples", "application/rdf+xml"}}};
  return types.at(family).contains(type);
}

absl::StatusOr<std::vector<Quad>> ReadTurtle(const std::string& text,
                                             const std::string& base) {
  std::vector<Quad> quads;
  const absl::Status status =
      rdf::ReadText(text, {.syntax = rdf::Syntax::kTurtle, .base_iri = base},
                    [&](const Quad& quad) {
                      quads.push_back(quad);
                      return absl::OkStatus();
                    });
  if (!status.ok()) return status;
  return quads;
}

std::string CheckAnswer(const HttpAnswer& answer, const json& expect,
                        const std::string& base) {
  if (!StatusMatches(answer.status, expect.at("status")))
    return absl::StrCat("status ", answer.status, ": ", answer.body);
  if (answer.status >= 400) {
    const json body = json::parse(answer.body, nullptr, false);
    if (!body.is_object() || !body.contains("correlation_id"))
      return "an error of another shape: " + answer.body;
  }
  const std::string type = TypeOf(answer);
  if (expect.contains("format") &&
      !IsOfFamily(type, expect["format"].get<std::string>())) {
    return "type " + type;
  }
  if (expect.contains("boolean")) {
    const json body = json::parse(answer.body, nullptr, false);
    if (!body.is_object() || body.value("boolean", json()) != expect["boolean"])
      return "answers " + answer.body;
  }
  for (const auto& header : expect.value("headers", json::array())) {
    const std::string wanted = header[1];
    if (header[0] != "content-type") return "unknown header in the suite";
    if (type != wanted.substr(0, wanted.find(';'))) return "type " + type;
  }
  if (!expect.contains("body")) return "";
  const auto got = ReadTurtle(answer.body, base);
  const auto want = ReadTurtle(expect["body"], base);
  if (!got.ok()) return got.status().ToString();
  if (!want.ok()) return want.status().ToString();
  return test::AreIsomorphic(*got, *want) ? "" : "holds " + answer.body;
}

std::string Encoded(const std::string& text, const std::string& encoding) {
  if (encoding == "UTF-8") return text;
  REQUIRE(encoding == "UTF-16");
  std::string out = "\xff\xfe";
  for (const char c : text) {
    out += c;
    out += '\0';
  }
  return out;
}

// The suites' paths begin with `prefix`, for which `path` stands here.
std::string PlayCase(const std::filesystem::path& folder, const json& test_case,
                     const std::string& prefix, const std::string& path) {
  const test::TestServer server(Open);
  const absl::Status filled =
      Fill(server, folder, test_case.value("graphData", json::array()));
  if (!filled.ok()) return filled.ToString();
  const std::string host = test_case.at("authority");
  for (const json& step : test_case.at("requests")) {
    HttpRequest request;
    request.method = step.at("method");
    const std::string wanted = step.at("path");
    REQUIRE(wanted.starts_with(prefix));
    request.target = path + wanted.substr(prefix.size());
    for (const auto& header : step.at("headers"))
      request.headers.emplace_back(header[0], header[1]);
    if (step.contains("body"))
      request.body = Encoded(step["body"], step.at("bodyEncoding"));
    const auto answer = test::Send(server.port(), host, request);
    if (!answer.ok()) return answer.status().ToString();
    const std::string problem =
        CheckAnswer(*answer, step.at("expect"),
                    absl::StrCat("http://", host, request.target));
    if (!problem.empty())
      return absl::StrCat(request.method, " ", wanted, ": ", problem);
  }
  return "";
}

constexpr char kSd[] = "http://www.w3.org/ns/sparql-service-description#";
constexpr char kType[] = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

// Property -> class of its subject, class of its object (empty: not of this
// vocabulary's to say).
const std::map<std::string, std::pair<std::string, std::string>>& Schema() {
  static const std::map<std::string, std::pair<std::string, std::string>>
      schema = {{"endpoint", {"Service", ""}},
                {"feature", {"Service", "Feature"}},
                {"defaultEntailmentRegime", {"Service", ""}},
                {"supportedLanguage", {"Service", "Language"}},
                {"languageExtension", {"Service", "Feature"}},
                {"propertyFeature", {"Service", "Feature"}},
                {"defaultDataset", {"Service", "Dataset"}},
                {"availableGraphs", {"Service", "GraphCollection"}},
                {"resultFormat", {"Service", ""}},
                {"inputFormat", {"Service", ""}},
                {"extensionFunction", {"Service", "Function"}},
                {"extensionAggregate", {"Service", "Aggregate"}},
                {"defaultGraph", {"Dataset", "Graph"}},
                {"namedGraph", {"Dataset", "NamedGraph"}},
                {"name", {"NamedGraph", ""}},
                {"graph", {"NamedGraph", "Graph"}}};
  return schema;
}

// Instances that the vocabulary itself has.
const std::set<std::string>& Instances(const std::string& type) {
  static const std::map<std::string, std::set<std::string>> instances = {
      {"Language", {"SPARQL10Query", "SPARQL11Query", "SPARQL11Update"}},
      {"Feature",
       {"DereferencesURIs", "UnionDefaultGraph", "RequiresDataset",
        "EmptyGraphs", "BasicFederatedQuery"}}};
  static const std::set<std::string> none;
  const auto found = instances.find(type);
  return found == instances.end() ? none : found->second;
}

bool IsOfClass(const std::vector<Quad>& quads, const rdf::Term& node,
               const std::string& type) {
  if (type.empty()) return true;
  for (const std::string& name : Instances(type)) {
    if (node == rdf::Term::Iri(kSd + name)) return true;
  }
  for (const Quad& quad : quads) {
    if (quad.subject == node && quad.predicate.value == kType &&
        quad.object == rdf::Term::Iri(kSd + type))
      return true;
  }
  return false;
}

std::string CheckSchema(const std::vector<Quad>& quads) {
  bool service = false;
  for (const Quad& quad : quads) {
    if (quad.predicate.value == kType) {
      service = service || quad.object.value == absl::StrCat(kSd, "Service");
      continue;
    }
    if (!quad.predicate.value.starts_with(kSd)) continue;
    const std::string name = quad.predicate.value.substr(sizeof kSd - 1);
    const auto found = Schema().find(name);
    if (found == Schema().end()) return "no property sd:" + name;
    if (!IsOfClass(quads, quad.subject, found->second.first))
      return "sd:" + name + " of what is no " + found->second.first;
    if (!IsOfClass(quads, quad.object, found->second.second))
      return "sd:" + name + " is no " + found->second.second;
    if (quad.object.kind == rdf::TermKind::kLiteral)
      return "sd:" + name + " is a literal";
  }
  return service ? "" : "describes no service";
}

std::string DescribeCase(const std::filesystem::path&, const json& test_case) {
  const test::TestServer server(Open);
  auto client = server.Client();
  REQUIRE(
      client.Put("/databases/main/rdf-graph?graph=http%3A%2F%2Fg.example%2F",
                 "<a:s> <a:p> <a:o> .", "application/n-triples"));
  for (const std::string path : {"/sparql", "/databases/main/sparql"}) {
    const std::string endpoint =
        absl::StrCat("http://127.0.0.1:", server.port(), path);
    const auto answer = client.Get(path, {{"Accept", "text/turtle"}});
    if (!answer || answer->status != 200) return path + " is not described";
    const auto quads = ReadTurtle(answer->body, endpoint);
    if (!quads.ok()) return quads.status().ToString();
    const std::string id = test_case.at("id");
    if (id.ends_with("has-endpoint-triple")) {
      bool found = false;
      for (const Quad& quad : *quads) {
        found =
            found || (quad.predicate.value == absl::StrCat(kSd, "endpoint") &&
                      quad.object == rdf::Term::Iri(endpoint));
      }
      if (!found) return path + " does not name itself";
    } else if (id.ends_with("conforms-to-schema")) {
      const std::string problem = CheckSchema(*quads);
      if (!problem.empty()) return problem;
    } else if (!id.ends_with("returns-rdf")) {
      return "unknown case";
    }
  }
  return "";
}

}  // namespace

TEST_CASE("the suites that are HTTP exchanges pass", "[conformance][http]") {
  test::RunSuite("sparql11-protocol", [](const auto& folder, const json& c) {
    return PlayCase(folder, c, "/sparql/", "/sparql");
  });
  test::RunSuite("sparql11-graph-store", [](const auto& folder, const json& c) {
    return PlayCase(folder, c, "/gsp", "/databases/main/rdf-graph");
  });
  test::RunSuite("sparql11-service-description", DescribeCase);
}

}  // namespace skg
