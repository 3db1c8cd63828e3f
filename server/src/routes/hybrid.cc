// Hybrid search: by words, by meaning and by nearness in the graph.
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "routes/entity_search.h"
#include "routes/request_parts.h"
#include "routes/routes.h"
#include "routes/search_json.h"
#include "routes/statement_text.h"

namespace skg::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr uint64_t kMostHits = 10'000;
constexpr uint64_t kMostWindow = 100'000;
constexpr size_t kMostProximityNodes = 1000;
constexpr char kExample[] =
    R"({"vector_query": {"query_text": "metals", "top_k": 5}, "graph_filter": {"patterns": [{"predicate": "is_a", "object": "element"}]}})";

using Errors = std::vector<FieldError>;

float WeightOf(JsonObject& part) {
  const float weight = part.Real("weight").value_or(1);
  if (weight <= 0) part.Refuse("weight", "must be more than 0", "out_of_range");
  return weight;
}

// The member as an object; null where it is absent or none.
const nlohmann::json* PartOf(JsonObject& object, const std::string& name) {
  const nlohmann::json* const part = object.Find(name);
  if (part == nullptr || part->is_object()) return part;
  object.Refuse(name, "an object is wanted", "wrong_type");
  return nullptr;
}

HybridQuery::Text ReadText(const nlohmann::json& part, Errors& errors) {
  JsonObject object(part, {"text"}, errors);
  HybridQuery::Text text;
  if (object.Find("query") == nullptr)
    object.Refuse("query", "give the words to look for", "missing");
  text.query = object.Text("query", kMostQueryText).value_or("");
  if (auto index = object.Text("index", 255)) text.index = *index;
  text.weight = WeightOf(object);
  object.RefuseOthers();
  return text;
}

HybridQuery::Vector ReadVector(const nlohmann::json& part, Errors& errors) {
  JsonObject object(part, {"vector"}, errors);
  HybridQuery::Vector vector;
  if ((object.Find("vector") == nullptr) == (object.Find("text") == nullptr)) {
    object.Refuse("vector", "give either the vector to be near to, or a text",
                  "missing");
  }
  vector.text = object.Text("text", kMostQueryText).value_or("");
  if (auto numbers = object.Vector("vector"))
    vector.vector = *std::move(numbers);
  if (auto index = object.Text("index", 255)) vector.index = *index;
  if (auto threshold = object.Real("threshold")) vector.threshold = *threshold;
  vector.weight = WeightOf(object);
  object.RefuseOthers();
  return vector;
}

HybridQuery::Proximity ReadProximity(const nlohmann::json& part,
                                     Errors& errors) {
  JsonObject object(part, {"proximity"}, errors);
  HybridQuery::Proximity proximity;
  if (object.Find("nodes") == nullptr)
    object.Refuse("nodes", "give the nodes to be near to", "missing");
  proximity.nodes = object.Names("nodes", kMostProximityNodes);
  proximity.max_distance =
      static_cast<uint32_t>(object.Count("max_distance", 3, 1, 10));
  proximity.weight = WeightOf(object);
  object.RefuseOthers();
  return proximity;
}

HybridQuery ReadParts(JsonObject& object, Errors& errors) {
  HybridQuery query;
  if (const auto* part = PartOf(object, "text"))
    query.text = ReadText(*part, errors);
  if (const auto* part = PartOf(object, "vector"))
    query.vector = ReadVector(*part, errors);
  if (const auto* part = PartOf(object, "proximity"))
    query.proximity = ReadProximity(*part, errors);
  query.fusion = object.Choice("fusion", Fusion::kReciprocalRank, kFusionWords);
  query.rank_constant = object.Real("rank_constant").value_or(60);
  query.top_k = object.Count("top_k", 10, 1, kMostHits);
  query.window = object.Count("window", 0, 0, kMostWindow);
  query.node_types = object.Names("entity_types", kMostTypes);
  query.filter = object.Text("filter", kMostFilterText).value_or("");
  if (const auto* patterns = PartOf(object, "graph_filter"))
    query.filter_patterns = patterns->dump();
  return query;
}

// {"text": {...}, "vector": {...}, "proximity": {...}, ...}.
ApiResponse AnswerParts(Services& services, const ApiRequest& request,
                        const nlohmann::json& body) {
  Errors errors;
  JsonObject object(body, {}, errors);
  HybridQuery query = ReadParts(object, errors);
  const std::optional<PointInTime> as_of = object.Point("as_of");
  object.RefuseOthers();
  if (!errors.empty())
    return Failed(services, request, FieldErrorStatus(errors));
  query.deadline = request.received + services.settings.query_timeout;
  const auto view = RequestView(services, request, as_of);
  if (!view.ok()) return Failed(services, request, view.status());
  const auto hits = view->Search(query);
  if (!hits.ok()) {
    return Failed(
        services, request,
        InDocument(hits.status(), {}, query.vector ? "vector" : "text"));
  }
  RecordQuery(services, request, QueryType::kHybrid, hits->size());
  auto results = Json::array();
  for (const HybridHit& hit : *hits) results.push_back(HitJson(hit));
  ApiResponse response;
  response.body = JsonText({{"results", std::move(results)},
                            {"total", hits->size()},
                            {"query_time_ms", ElapsedMilliseconds(request)}});
  return response;
}

struct FilteredQuestion {
  EntityQuestion question;
  std::optional<PointInTime> as_of;
};

FilteredQuestion ReadNamedBodies(const nlohmann::json& body, Errors& errors) {
  FilteredQuestion read;
  JsonObject object(body, {}, errors);
  if (const auto* question = PartOf(object, "vector_query")) {
    JsonObject inner(*question, {"vector_query"}, errors);
    read.question = ReadEntityQuestion(inner);
    inner.RefuseOthers();
  }
  if (const auto* patterns = PartOf(object, "graph_filter"))
    read.question.graph_filter = patterns->dump();
  read.as_of = object.Point("as_of");
  object.RefuseOthers();
  return read;
}

FilteredQuestion ReadBareBody(const nlohmann::json& body, Errors& errors) {
  FilteredQuestion read;
  JsonObject object(body, {}, errors);
  read.question = ReadEntityQuestion(object);
  read.as_of = object.Point("as_of");
  object.RefuseOthers();
  return read;
}

// {"vector_query": {...}, "graph_filter": {...}}, or what is in the former.
ApiResponse AnswerFiltered(Services& services, const ApiRequest& request,
                           const nlohmann::json& body) {
  Errors errors;
  const bool named = body.contains("vector_query");
  const FilteredQuestion read =
      named ? ReadNamedBodies(body, errors) : ReadBareBody(body, errors);
  if (!errors.empty())
    return Failed(services, request, FieldErrorStatus(errors));
  const auto view = RequestView(services, request, read.as_of);
  if (!view.ok()) return Failed(services, request, view.status());
  const auto found = FindEntities(
      *view, read.question, request.received + services.settings.query_timeout);
  if (!found.ok()) {
    const JsonObject::Path prefix =
        named ? JsonObject::Path{"vector_query"} : JsonObject::Path{};
    return Failed(services, request,
                  InDocument(found.status(), prefix,
                             read.question.vector ? "vector" : "query_text"));
  }
  RecordQuery(services, request, QueryType::kHybrid, found->hits.size());
  auto results = Json::array();
  for (const FoundEntity& hit : found->hits) {
    results.push_back({{"entity", hit.entity},
                       {"text", hit.text},
                       {"score", WeightJson(hit.score)}});
  }
  Json answer = {{"vector_results", std::move(results)},
                 {"graph_filter_applied", !read.question.graph_filter.empty()}};
  if (found->fallback) answer["fallback"] = true;
  ApiResponse response;
  response.body = JsonText(answer);
  return response;
}

bool HasParts(const nlohmann::json& body) {
  const auto is_object = [&](const char* name) {
    const auto found = body.find(name);
    return found != body.end() && found->is_object();
  };
  return is_object("text") || is_object("vector") || is_object("proximity");
}

}  // namespace

ApiResponse SearchHybrid(Services& services, const ApiRequest& request) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok())
    return Failed(services, request, status, "query");
  const auto body = ParseObject(request.body, kExample);
  if (!body.ok()) return Failed(services, request, body.status());
  return HasParts(*body) ? AnswerParts(services, request, *body)
                         : AnswerFiltered(services, request, *body);
}

}  // namespace skg::server
