// Text indexes.
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/time/clock.h"
#include "routes/index_answers.h"
#include "routes/json_object.h"
#include "routes/request_parts.h"
#include "routes/routes.h"
#include "routes/search_json.h"

namespace skg::server {
namespace {

constexpr size_t kMostPredicates = 64;

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

constexpr IndexList<TextIndexInfo> kList = &ReadView::TextIndexes;

}  // namespace

ApiResponse ListTextIndexes(Services& services, const ApiRequest& request) {
  return AnswerIndexes(services, request, kList);
}

ApiResponse CreateTextIndex(Services& services, const ApiRequest& request) {
  const absl::StatusOr<bool> async = AsksForTask(request);
  if (!async.ok()) return Failed(services, request, async.status(), "query");
  const absl::StatusOr<IndexToMake> index = ReadIndex(request.body);
  if (!index.ok()) return Failed(services, request, index.status());
  if (*async) {
    return StartIndexTask(services, request, [&](Graph& graph) {
      return graph.StartTextIndex(index->name, index->options);
    });
  }
  return ChangeIndex(services, request, kList, index->name, 201,
                     [&](Graph& graph) {
                       return graph
                           .CreateTextIndex(index->name, index->options, {},
                                            absl::Now() + kIndexBuildTime)
                           .status();
                     });
}

ApiResponse GetTextIndex(Services& services, const ApiRequest& request) {
  return AnswerIndex(services, request, kList);
}

ApiResponse DropTextIndex(Services& services, const ApiRequest& request) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok())
    return Failed(services, request, status, "query");
  return ChangeIndex(services, request, kList, {}, 204, [&](Graph& graph) {
    return graph.DropTextIndex(request.id).status();
  });
}

ApiResponse RebuildTextIndex(Services& services, const ApiRequest& request) {
  const absl::StatusOr<bool> async = AsksForTask(request);
  if (!async.ok()) return Failed(services, request, async.status(), "query");
  if (*async) {
    return StartIndexTask(services, request, [&](Graph& graph) {
      return graph.StartTextIndexRebuild(request.id);
    });
  }
  return ChangeIndex(
      services, request, kList, request.id, 200, [&](Graph& graph) {
        return graph
            .RebuildTextIndex(request.id, {}, absl::Now() + kIndexBuildTime)
            .status();
      });
}

}  // namespace skg::server
