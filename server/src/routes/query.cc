// Asking questions: one JSON document, told apart by its key.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "http/error_reply.h"
#include "routes/request_parts.h"
#include "routes/routes.h"
#include "routes/statement_text.h"
#include "skg/graph.h"
#include "skg/pattern_query.h"

namespace skg::server {
namespace {

using Json = nlohmann::ordered_json;

PatternQueryOptions QueryOptions(const Services& services,
                                 const ApiRequest& request) {
  return {.max_results = request.limits->max_results,
          .max_depth = services.settings.max_traversal_depth,
          .max_string_length = request.limits->max_object_length,
          .deadline = request.received + services.settings.query_timeout};
}

// `full`: no part of the one pattern is open.
void RecordResult(Services& services, const ApiRequest& request,
                  const PatternResult& result, bool full) {
  QueryType type = full ? QueryType::kFull : QueryType::kPartial;
  uint64_t rows = result.statements.size();
  if (result.form == PatternResult::Form::kPatterns) type = QueryType::kSparql;
  if (result.form == PatternResult::Form::kTraversal) {
    type = QueryType::kTraverse;
    rows = result.edges.size();
  }
  RecordQuery(services, request, type, rows);
}

// PatternResultJson with what only the door knows.
std::string Body(const ApiRequest& request, const PatternResult& result) {
  std::string body = PatternResultJson(result);
  if (result.form == PatternResult::Form::kTraversal) return body;
  body.pop_back();
  absl::StrAppend(
      &body, ",\"query_time_ms\":", Json(ElapsedMilliseconds(request)).dump());
  if (result.form == PatternResult::Form::kPatterns) {
    absl::StrAppend(
        &body, ",\"tenant_id\":", Json(request.principal->tenant_id).dump());
  }
  return body + "}";
}

ApiResponse Run(Services& services, const ApiRequest& request,
                const std::string& document, const PatternQueryOptions& options,
                std::string_view place) {
  auto graph = RequestGraph(services, request);
  if (!graph.ok()) return Failed(services, request, graph.status(), "query");
  auto result = graph->QueryJson(document, options);
  if (!result.ok()) return Failed(services, request, result.status(), place);
  // A wildcard is written null in the document.
  const bool full = document.find("null") == std::string::npos;
  RecordResult(services, request, *result, full);
  ApiResponse response;
  response.body = Body(request, *result);
  return response;
}

ApiResponse RunBody(Services& services, const ApiRequest& request,
                    const PatternQueryOptions& options) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok()) {
    return Failed(services, request, status, "query");
  }
  return Run(services, request, request.body, options, "body");
}

}  // namespace

ApiResponse Query(Services& services, const ApiRequest& request) {
  return RunBody(services, request, QueryOptions(services, request));
}

// pattern=Curie&pattern=*&pattern=&k=10: the document of the same question.
ApiResponse QueryByParameters(Services& services, const ApiRequest& request) {
  ParameterReader read(request, {"pattern", "k", "min_weight",
                                 "include_metadata", "as_of", "valid_at"});
  auto pattern = Json::array();
  for (const auto& [name, value] : request.query) {
    if (name != "pattern") continue;
    const auto part = Wildcard(value);
    pattern.push_back(part.has_value() ? Json(*part) : Json(nullptr));
  }
  if (pattern.size() != 3) {
    read.Refuse("pattern", "must be given three times (empty or * for any)",
                pattern.empty() ? "missing" : "wrong_type");
  }
  Json document = {{"pattern", std::move(pattern)},
                   {"k", read.Number("k", 10, 1, request.limits->max_results)},
                   {"min_weight", read.Fraction("min_weight", 0)},
                   {"include_metadata", read.Flag("include_metadata", false)}};
  for (const char* name : {"as_of", "valid_at"}) {
    if (const auto text = read.Text(name)) document[name] = *text;
  }
  if (!read.status().ok()) {
    return Failed(services, request, read.status(), "query");
  }
  // Bytes that are not UTF-8 stay what they are, for the library to refuse.
  std::string text;
  try {
    text = document.dump();
  } catch (const Json::type_error&) {
    return ErrorReply(400, "a parameter is not UTF-8", request.request_id);
  }
  return Run(services, request, text, QueryOptions(services, request), "query");
}

ApiResponse QueryPatterns(Services& services, const ApiRequest& request) {
  PatternQueryOptions options = QueryOptions(services, request);
  options.allow_traversal = false;
  return RunBody(services, request, options);
}

ApiResponse Traverse(Services& services, const ApiRequest& request) {
  PatternQueryOptions options = QueryOptions(services, request);
  options.allow_pattern = false;
  options.allow_patterns = false;
  return RunBody(services, request, options);
}

}  // namespace skg::server
