// Vector indexes and their entries.
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "routes/index_answers.h"
#include "routes/json_object.h"
#include "routes/put_vectors.h"
#include "routes/request_parts.h"
#include "routes/routes.h"
#include "routes/search_json.h"
#include "routes/statement_text.h"

namespace skg::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMostEntries = 10'000;  // of a batch
constexpr char kIndexExample[] =
    R"({"name": "default", "dimension": 384, "metric": "cosine"})";

struct IndexToMake {
  std::string name;
  VectorIndexOptions options = {};
};

absl::StatusOr<IndexToMake> ReadIndex(const std::string& body) {
  const auto document = ParseObject(body, kIndexExample);
  if (!document.ok()) return document.status();
  std::vector<FieldError> errors;
  JsonObject object(*document, {}, errors);
  IndexToMake index{.name = object.Text("name", 255).value_or("default")};
  VectorIndexOptions& options = index.options;
  const auto count = [&](const char* name, uint32_t fallback, uint32_t least,
                         uint32_t most) {
    return static_cast<uint32_t>(object.Count(name, fallback, least, most));
  };
  options.over = object.Choice("over", options.over, kOverWords);
  options.dimension = count("dimension", options.dimension, 1, 4096);
  options.metric = object.Choice("metric", options.metric, kMetricWords);
  options.kind = object.Choice("kind", options.kind, kKindWords);
  options.links = count("links", options.links, 4, 128);
  options.ef_construction =
      count("ef_construction", options.ef_construction, 4, 4096);
  options.ef_search = count("ef_search", options.ef_search, 1, 4096);
  options.embedder = object.Text("embedder", 255).value_or("");
  const bool follows = object.Flag("auto_embedding", false);
  std::vector<std::string> types = object.Names("embedded_types", 64);
  std::vector<std::string> labels = object.Names("label_predicates", 64);
  if (follows) {
    AutoEmbedding& embedding = options.auto_embedding.emplace();
    embedding.node_types = std::move(types);
    if (!labels.empty()) embedding.text.labels = std::move(labels);
  } else if (!types.empty() || !labels.empty()) {
    object.Refuse(types.empty() ? "label_predicates" : "embedded_types",
                  "only an index with auto_embedding follows nodes",
                  "not_allowed");
  }
  object.RefuseOthers();
  if (!errors.empty()) return FieldErrorStatus(errors);
  return index;
}

constexpr IndexList<VectorIndexInfo> kList = &ReadView::VectorIndexes;

// The library's errors about entries, in terms of the document.
absl::Status InEntries(const absl::Status& status, bool batch) {
  std::vector<FieldError> errors = FieldErrors(status);
  if (errors.empty()) return status;
  for (FieldError& error : errors) {
    for (std::string& part : error.path) {
      if (part == "owner") part = "entity";
    }
    if (batch) {
      error.path.insert(error.path.begin(), "entries");
    } else if (!error.path.empty()) {
      error.path.erase(error.path.begin());  // which of the one
    }
  }
  return FieldErrorStatus(errors, status.code());
}

absl::StatusOr<std::vector<VectorEntry>> ReadEntries(const std::string& body) {
  const auto document = ParseObject(
      body, R"({"entries": [{"entity": "Radium", "vector": [0.1, 0.2]}]})");
  if (!document.ok()) return document.status();
  std::vector<FieldError> errors;
  JsonObject object(*document, {}, errors);
  const nlohmann::json* const list = object.Find("entries");
  object.RefuseOthers();
  if (list == nullptr) {
    object.Refuse("entries", "give the entries", "missing");
  } else if (!list->is_array()) {
    object.Refuse("entries", "a list of entries is wanted", "wrong_type");
  } else if (list->empty() || list->size() > kMostEntries) {
    object.Refuse("entries",
                  absl::StrCat("must have 1 to ", kMostEntries, " entries"),
                  list->empty() ? "too_short" : "too_long");
  }
  if (!errors.empty()) return FieldErrorStatus(errors);
  std::vector<VectorEntry> entries;
  for (const nlohmann::json& one : *list) {
    const std::string number = absl::StrCat(entries.size());
    VectorEntry& entry = entries.emplace_back();
    if (!one.is_object()) {
      errors.push_back(
          {{"entries", number}, "an object is wanted", "wrong_type"});
    } else {
      JsonObject member(one, {"entries", number}, errors);
      if (member.Find("entity") == nullptr)
        member.Refuse("entity", "name the entity", "missing");
      if (member.Find("vector") == nullptr)
        member.Refuse("vector", "give its vector", "missing");
      entry.owner = member.Text("entity", 5000).value_or("");
      entry.vector = member.Vector("vector").value_or(std::vector<float>());
      member.RefuseOthers();
    }
    if (!errors.empty()) return FieldErrorStatus(errors);
  }
  return entries;
}

absl::StatusOr<std::vector<float>> ReadEntry(const std::string& body) {
  const auto document = ParseObject(body, R"({"vector": [0.1, 0.2]})");
  if (!document.ok()) return document.status();
  std::vector<FieldError> errors;
  JsonObject object(*document, {}, errors);
  if (object.Find("vector") == nullptr)
    object.Refuse("vector", "give the vector", "missing");
  std::optional<std::vector<float>> vector = object.Vector("vector");
  object.RefuseOthers();
  if (!errors.empty()) return FieldErrorStatus(errors);
  return *std::move(vector);
}

}  // namespace

ApiResponse ListVectorIndexes(Services& services, const ApiRequest& request) {
  return AnswerIndexes(services, request, kList);
}

ApiResponse CreateVectorIndex(Services& services, const ApiRequest& request) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok())
    return Failed(services, request, status, "query");
  const absl::StatusOr<IndexToMake> index = ReadIndex(request.body);
  if (!index.ok()) return Failed(services, request, index.status());
  return ChangeIndex(
      services, request, kList, index->name, 201, [&](Graph& graph) {
        return graph.CreateVectorIndex(index->name, index->options).status();
      });
}

ApiResponse GetVectorIndex(Services& services, const ApiRequest& request) {
  return AnswerIndex(services, request, kList);
}

ApiResponse DropVectorIndex(Services& services, const ApiRequest& request) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok())
    return Failed(services, request, status, "query");
  return ChangeIndex(services, request, kList, {}, 204, [&](Graph& graph) {
    return graph.DropVectorIndex(request.id).status();
  });
}

ApiResponse RebuildVectorIndex(Services& services, const ApiRequest& request) {
  const absl::StatusOr<bool> async = AsksForTask(request);
  if (!async.ok()) return Failed(services, request, async.status(), "query");
  if (*async) {
    return StartIndexTask(services, request, [&](Graph& graph) {
      return graph.StartVectorIndexRebuild(request.id);
    });
  }
  return ChangeIndex(services, request, kList, request.id, 200,
                     [&](Graph& graph) {
                       return graph.RebuildVectorIndex(
                           request.id, absl::Now() + kIndexBuildTime);
                     });
}

ApiResponse GetVectorEntry(Services& services, const ApiRequest& request) {
  const absl::StatusOr<ReadView> view = AskedView(services, request);
  if (!view.ok()) return Failed(services, request, view.status(), "query");
  const auto vector = view->GetVector(request.id, request.path);
  if (!vector.ok()) return Failed(services, request, vector.status());
  auto components = Json::array();
  for (const float component : *vector)
    components.push_back(WeightJson(component));
  ApiResponse response;
  response.body =
      JsonText({{"entity", request.path}, {"vector", std::move(components)}});
  return response;
}

ApiResponse PutVectorEntry(Services& services, const ApiRequest& request) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok())
    return Failed(services, request, status, "query");
  absl::StatusOr<std::vector<float>> vector = ReadEntry(request.body);
  if (!vector.ok()) return Failed(services, request, vector.status());
  absl::StatusOr<Graph> graph = RequestGraph(services, request);
  if (!graph.ok()) return Failed(services, request, graph.status());
  const VectorEntry entry{request.path, *std::move(vector)};
  const auto put =
      PutVectors(*graph, request.id, std::span(&entry, 1),
                 {.idempotency_key = std::string(request.idempotency_key)});
  if (!put.ok())
    return Failed(services, request, InEntries(put.status(), /*batch=*/false));
  ApiResponse response;
  response.body = JsonText({{"entity", request.path}, {"commit", put->commit}});
  return WithReplayed(std::move(response), *put);
}

ApiResponse DeleteVectorEntry(Services& services, const ApiRequest& request) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok())
    return Failed(services, request, status, "query");
  absl::StatusOr<Graph> graph = RequestGraph(services, request);
  if (!graph.ok()) return Failed(services, request, graph.status());
  const absl::StatusOr<ReadView> view = graph->Latest();
  if (!view.ok()) return Failed(services, request, view.status());
  const auto there = view->GetVector(request.id, request.path);
  if (!there.ok()) return Failed(services, request, there.status());
  const auto removed =
      graph->RemoveVectors(request.id, std::span(&request.path, 1));
  if (!removed.ok()) return Failed(services, request, removed.status());
  return {.status = 204, .content_type = ""};
}

ApiResponse PutVectorEntries(Services& services, const ApiRequest& request) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok())
    return Failed(services, request, status, "query");
  const auto entries = ReadEntries(request.body);
  if (!entries.ok()) return Failed(services, request, entries.status());
  absl::StatusOr<Graph> graph = RequestGraph(services, request);
  if (!graph.ok()) return Failed(services, request, graph.status());
  const auto put =
      PutVectors(*graph, request.id, *entries,
                 {.idempotency_key = std::string(request.idempotency_key)});
  if (!put.ok())
    return Failed(services, request, InEntries(put.status(), /*batch=*/true));
  ApiResponse response{.status = 202};
  response.body =
      JsonText({{"accepted", entries->size()},
                {"commit", put->commit},
                {"processing_time_ms", ElapsedMilliseconds(request)}});
  return WithReplayed(std::move(response), *put);
}

}  // namespace skg::server
