// Text indexes.
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "routes/json_object.h"
#include "routes/request_parts.h"
#include "routes/routes.h"
#include "routes/search_json.h"

namespace skg::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMostPredicates = 64;
// An index of a great graph takes its time; whoever gave up waiting leaves it
// to this.
constexpr absl::Duration kBuildTime = absl::Minutes(10);

struct IndexToMake {
  std::string name;
  TextIndexOptions options = {};
};

absl::StatusOr<IndexToMake> ReadIndex(const std::string& body) {
  const auto document =
      ParseObject(body, R"({"name": "default", "predicates": ["label"]})");
  if (!document.ok()) return document.status();
  std::vector<FieldError> errors;
  JsonObject object(*document, {}, errors);
  IndexToMake index{.name = object.Text("name", 255).value_or("default")};
  TextIndexOptions& options = index.options;
  options.over = object.Choice("over", options.over, kOverWords);
  options.predicates = object.Names("predicates", kMostPredicates);
  options.names = object.Flag("names", options.names);
  options.metadata = object.Flag("metadata", options.metadata);
  if (const nlohmann::json* language = object.Find("language");
      language != nullptr && language->is_string()) {
    options.language = language->get<std::string>();  // may be empty: of none
  } else if (language != nullptr) {
    object.Refuse("language", "a string is wanted", "wrong_type");
  }
  options.stemming = object.Flag("stemming", options.stemming);
  options.stop_words = object.Flag("stop_words", options.stop_words);
  object.RefuseOthers();
  if (!errors.empty()) return FieldErrorStatus(errors);
  return index;
}

absl::StatusOr<TextIndexInfo> FindIndex(const ReadView& view,
                                        const std::string& name) {
  absl::StatusOr<std::vector<TextIndexInfo>> all = view.TextIndexes();
  if (!all.ok()) return all.status();
  for (TextIndexInfo& one : *all) {
    if (one.name == name) return std::move(one);
  }
  return absl::NotFoundError(
      absl::StrCat("there is no text index \"", name, "\""));
}

absl::StatusOr<ReadView> AskedView(Services& services,
                                   const ApiRequest& request) {
  ParameterReader read(request, {"as_of"});
  const std::optional<PointInTime> as_of = read.Point("as_of");
  if (!read.status().ok()) return read.status();
  return RequestView(services, request, as_of);
}

ApiResponse Described(Services& services, const ApiRequest& request,
                      const Graph& graph, const std::string& name, int status) {
  const absl::StatusOr<ReadView> view = graph.Latest();
  if (!view.ok()) return Failed(services, request, view.status());
  const auto info = FindIndex(*view, name);
  if (!info.ok()) return Failed(services, request, info.status());
  ApiResponse response{.status = status};
  response.body = JsonText(IndexJson(*info));
  return response;
}

}  // namespace

ApiResponse ListTextIndexes(Services& services, const ApiRequest& request) {
  const absl::StatusOr<ReadView> view = AskedView(services, request);
  if (!view.ok()) return Failed(services, request, view.status(), "query");
  const auto indexes = view->TextIndexes();
  if (!indexes.ok()) return Failed(services, request, indexes.status());
  auto list = Json::array();
  for (const TextIndexInfo& index : *indexes) list.push_back(IndexJson(index));
  ApiResponse response;
  response.body =
      JsonText({{"indexes", std::move(list)}, {"total", indexes->size()}});
  return response;
}

ApiResponse CreateTextIndex(Services& services, const ApiRequest& request) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok())
    return Failed(services, request, status, "query");
  const absl::StatusOr<IndexToMake> index = ReadIndex(request.body);
  if (!index.ok()) return Failed(services, request, index.status());
  absl::StatusOr<Graph> graph = RequestGraph(services, request);
  if (!graph.ok()) return Failed(services, request, graph.status());
  const auto made = graph->CreateTextIndex(index->name, index->options, {},
                                           absl::Now() + kBuildTime);
  if (!made.ok()) return Failed(services, request, made.status());
  return Described(services, request, *graph, index->name, 201);
}

ApiResponse GetTextIndex(Services& services, const ApiRequest& request) {
  const absl::StatusOr<ReadView> view = AskedView(services, request);
  if (!view.ok()) return Failed(services, request, view.status(), "query");
  const auto info = FindIndex(*view, request.id);
  if (!info.ok()) return Failed(services, request, info.status());
  ApiResponse response;
  response.body = JsonText(IndexJson(*info));
  return response;
}

ApiResponse DropTextIndex(Services& services, const ApiRequest& request) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok())
    return Failed(services, request, status, "query");
  absl::StatusOr<Graph> graph = RequestGraph(services, request);
  if (!graph.ok()) return Failed(services, request, graph.status());
  const auto dropped = graph->DropTextIndex(request.id);
  if (!dropped.ok()) return Failed(services, request, dropped.status());
  return {.status = 204, .content_type = ""};
}

ApiResponse RebuildTextIndex(Services& services, const ApiRequest& request) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok())
    return Failed(services, request, status, "query");
  absl::StatusOr<Graph> graph = RequestGraph(services, request);
  if (!graph.ok()) return Failed(services, request, graph.status());
  const auto made =
      graph->RebuildTextIndex(request.id, {}, absl::Now() + kBuildTime);
  if (!made.ok()) return Failed(services, request, made.status());
  return Described(services, request, *graph, request.id, 200);
}

}  // namespace skg::server
