// Search by meaning and by words.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "http/error_reply.h"
#include "routes/entity_search.h"
#include "routes/request_parts.h"
#include "routes/routes.h"
#include "routes/search_json.h"
#include "routes/statement_text.h"

namespace skg::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr uint64_t kMostTexts = 10'000;  // of top_k

Json EntitiesJson(const FoundEntities& found) {
  auto results = Json::array();
  for (const FoundEntity& hit : found.hits) {
    results.push_back({{"entity", hit.entity},
                       {"text", hit.text},
                       {"score", WeightJson(hit.score)}});
  }
  return results;
}

struct TextQuestion {
  std::string query;
  std::string index = "default";
  TextSearchOptions options;
  std::optional<PointInTime> as_of;
};

TextQuestion ReadTextQuestion(JsonObject& object) {
  TextQuestion question;
  if (object.Find("query") == nullptr)
    object.Refuse("query", "give the words to look for", "missing");
  question.query = object.Text("query", kMostQueryText).value_or("");
  if (auto index = object.Text("index", 255)) question.index = *index;
  TextSearchOptions& options = question.options;
  options.top_k = object.Count("top_k", 10, 1, kMostTexts);
  options.all_words = object.Flag("all_words", false);
  options.threshold = object.Real("threshold").value_or(0);
  options.node_types = object.Names("entity_types", kMostTypes);
  options.filter = object.Text("filter", kMostFilterText).value_or("");
  if (object.Flag("highlight", false)) {
    options.mark_begin = "<em>";
    options.mark_end = "</em>";
  }
  question.as_of = object.Point("as_of");
  object.RefuseOthers();
  return question;
}

// A SPARQL string.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\r') {
      quoted += "\\r";
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

// Nodes of which a statement says that this is their namespace.
std::string NamespaceFilter(const Graph& graph, const std::string& name) {
  return absl::StrCat(
      "SELECT ?e { ?e :namespace ?n FILTER(STR(?n) IN (", Quoted(name), ", ",
      Quoted(absl::StrCat(std::string(graph.base_namespace()), name)), ")) }");
}

absl::StatusOr<Json> SemanticHits(const ReadView& view,
                                  const FoundEntities& found,
                                  absl::Time deadline) {
  auto results = Json::array();
  for (const FoundEntity& hit : found.hits) {
    const absl::StatusOr<std::string> kind = TypeOf(view, hit.entity, deadline);
    if (!kind.ok()) return kind.status();
    results.push_back({{"id", hit.entity},
                       {"kind", kind->empty() ? Json() : Json(*kind)},
                       {"text", hit.text},
                       {"score", WeightJson(hit.score)}});
  }
  return results;
}

// By the entity's vector; where it has none, by what the index's embedder makes
// of its text.
absl::Status AskLike(const ReadView& view, const std::string& entity,
                     EntityQuestion& question) {
  absl::StatusOr<std::vector<float>> vector =
      view.GetVector(question.index, entity);
  if (vector.ok()) {
    question.vector = *std::move(vector);
    return absl::OkStatus();
  }
  if (!absl::IsNotFound(vector.status())) return vector.status();
  const auto indexes = view.VectorIndexes();
  if (!indexes.ok()) return indexes.status();
  const bool embeds = std::any_of(
      indexes->begin(), indexes->end(), [&](const VectorIndexInfo& index) {
        return index.name == question.index &&
               !index.options.embedder.empty() &&
               index.options.over == IndexOver::kNodes;
      });
  if (!embeds) return vector.status();
  absl::StatusOr<std::string> text = view.NodeText(question.index, entity);
  if (!text.ok()) return text.status();
  if (text->empty()) return vector.status();
  question.text = *std::move(text);
  if (!question.threshold) question.threshold = -1;
  return absl::OkStatus();
}

}  // namespace

ApiResponse SearchByVector(Services& services, const ApiRequest& request) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok())
    return Failed(services, request, status, "query");
  const auto body = ParseObject(
      request.body, R"({"query_text": "radioactive metals", "top_k": 5})");
  if (!body.ok()) return Failed(services, request, body.status());
  std::vector<FieldError> errors;
  JsonObject object(*body, {}, errors);
  const EntityQuestion question = ReadEntityQuestion(object);
  const std::optional<PointInTime> as_of = object.Point("as_of");
  object.RefuseOthers();
  if (!errors.empty())
    return Failed(services, request, FieldErrorStatus(errors));
  const auto view = RequestView(services, request, as_of);
  if (!view.ok()) return Failed(services, request, view.status());
  const auto found = FindEntities(
      *view, question, request.received + services.settings.query_timeout);
  if (!found.ok()) {
    return Failed(services, request,
                  InDocument(found.status(), {},
                             question.vector ? "vector" : "query_text"));
  }
  RecordQuery(services, request, QueryType::kVector, found->hits.size());
  Json answer = {{"results", EntitiesJson(*found)},
                 {"query", question.text ? Json(*question.text) : Json()}};
  if (found->fallback) answer["fallback"] = true;
  ApiResponse response;
  response.body = JsonText(answer);
  return response;
}

ApiResponse SearchByWords(Services& services, const ApiRequest& request) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok())
    return Failed(services, request, status, "query");
  const auto body =
      ParseObject(request.body, R"({"query": "radioactive metal*"})");
  if (!body.ok()) return Failed(services, request, body.status());
  std::vector<FieldError> errors;
  JsonObject object(*body, {}, errors);
  TextQuestion question = ReadTextQuestion(object);
  if (!errors.empty())
    return Failed(services, request, FieldErrorStatus(errors));
  const auto view = RequestView(services, request, question.as_of);
  if (!view.ok()) return Failed(services, request, view.status());
  question.options.deadline =
      request.received + services.settings.query_timeout;
  const auto hits =
      view->SearchText(question.index, question.query, question.options);
  if (!hits.ok()) {
    return Failed(services, request, InDocument(hits.status(), {}, "query"));
  }
  RecordQuery(services, request, QueryType::kText, hits->size());
  auto results = Json::array();
  for (const TextHit& hit : *hits) results.push_back(HitJson(hit));
  ApiResponse response;
  response.body = JsonText({{"results", std::move(results)},
                            {"total", hits->size()},
                            {"query", question.query},
                            {"query_time_ms", ElapsedMilliseconds(request)}});
  return response;
}

ApiResponse SearchSemantic(Services& services, const ApiRequest& request) {
  ParameterReader read(request, {"q", "query", "top_k", "threshold", "kind",
                                 "namespace", "index", "as_of"});
  EntityQuestion question;
  question.text = read.Text("q");
  if (!question.text) question.text = read.Text("query");
  if (!question.text || question.text->empty()) {
    read.Refuse("q", "give the text to look for", "missing");
  } else if (question.text->size() > 4 * kMostQueryText) {
    read.Refuse(
        "q", absl::StrCat("must have at most ", kMostQueryText, " characters"),
        "too_long");
  }
  question.index = read.Text("index").value_or("default");
  question.top_k = read.Number("top_k", 10, 1, kMostEntities);
  question.threshold =
      static_cast<float>(read.Fraction("threshold", kTextThreshold));
  for (const auto& [name, value] : request.query) {
    if (name == "kind") question.types.push_back(value);
  }
  const std::optional<PointInTime> as_of = read.Point("as_of");
  if (!read.status().ok())
    return Failed(services, request, read.status(), "query");
  const absl::StatusOr<Graph> graph = RequestGraph(services, request);
  if (!graph.ok()) return Failed(services, request, graph.status(), "query");
  if (const auto space = read.Text("namespace"))
    question.filter = NamespaceFilter(*graph, *space);
  const auto view = RequestView(*graph, as_of);
  if (!view.ok()) return Failed(services, request, view.status(), "query");
  const absl::Time deadline =
      request.received + services.settings.query_timeout;
  const auto found = FindEntities(*view, question, deadline);
  if (!found.ok()) {
    return Failed(services, request, InDocument(found.status(), {}, "q"),
                  "query");
  }
  absl::StatusOr<Json> results = SemanticHits(*view, *found, deadline);
  if (!results.ok())
    return Failed(services, request, results.status(), "query");
  RecordQuery(services, request, QueryType::kVector, found->hits.size());
  Json answer = {{"query", *question.text},
                 {"results", *std::move(results)},
                 {"total", found->hits.size()}};
  if (found->fallback) answer["fallback"] = true;
  ApiResponse response;
  response.body = JsonText(answer);
  return response;
}

ApiResponse SearchSimilar(Services& services, const ApiRequest& request) {
  ParameterReader read(request, {"entity", "top_k", "threshold", "index",
                                 "entity_type", "filter", "as_of"});
  const std::string entity = read.Text("entity").value_or("");
  if (entity.empty())
    read.Refuse("entity", "give the entity to find others like", "missing");
  EntityQuestion question;
  question.index = read.Text("index").value_or("default");
  const uint64_t top_k = read.Number("top_k", 10, 1, kMostEntities);
  question.top_k = top_k + 1;  // itself is left out
  if (read.Text("threshold"))
    question.threshold = static_cast<float>(read.Fraction("threshold", 0));
  for (const auto& [name, value] : request.query) {
    if (name == "entity_type") question.types.push_back(value);
  }
  question.filter = read.Text("filter").value_or("");
  const std::optional<PointInTime> as_of = read.Point("as_of");
  if (!read.status().ok())
    return Failed(services, request, read.status(), "query");
  const auto view = RequestView(services, request, as_of);
  if (!view.ok()) return Failed(services, request, view.status(), "query");
  if (const absl::Status asked = AskLike(*view, entity, question);
      !asked.ok()) {
    return Failed(services, request, InDocument(asked, {}, "entity"), "query");
  }
  auto found = FindEntities(*view, question,
                            request.received + services.settings.query_timeout);
  if (!found.ok()) {
    return Failed(services, request, InDocument(found.status(), {}, "entity"),
                  "query");
  }
  std::erase_if(found->hits,
                [&](const FoundEntity& hit) { return hit.entity == entity; });
  if (found->hits.size() > top_k) found->hits.resize(top_k);
  RecordQuery(services, request, QueryType::kVector, found->hits.size());
  ApiResponse response;
  response.body =
      JsonText({{"entity", entity}, {"results", EntitiesJson(*found)}});
  return response;
}

}  // namespace skg::server
