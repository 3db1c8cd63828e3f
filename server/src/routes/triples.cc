// Writing statements, and reading single ones.
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "http/error_reply.h"
#include "routes/request_parts.h"
#include "routes/routes.h"
#include "routes/statement_text.h"
#include "skg/graph.h"
#include "skg/statement_json.h"

namespace skg::server {
namespace {

using Json = nlohmann::ordered_json;  // fields as the contract lists them

constexpr size_t kShownErrors = 20;
constexpr size_t kLoggedSubject = 50;

StatementJsonLimits JsonLimits(const PathLimits& limits) {
  return {.max_subject_length = limits.max_subject_length,
          .max_predicate_length = limits.max_predicate_length,
          .max_object_length = limits.max_object_length,
          .max_batch = limits.max_batch,
          .plain_names_only = limits.plain_names_only};
}

std::string_view StatusWord(const CommitResult& result) {
  if (result.inserted > 0) return "inserted";
  return result.replaced > 0 ? "updated" : "duplicate";
}

void LogInserted(Services& services, const ApiRequest& request,
                 const Statement& statement) {
  services.log.Write(
      LogThreshold::kDebug, "triple_inserted",
      {{"request_id", request.request_id},
       {"tenant_id", request.principal->tenant_id},
       {"triple_id", statement.id},
       {"subject",
        std::string_view(statement.subject).substr(0, kLoggedSubject)},
       {"predicate", statement.predicate}});
}

// What was refused of a batch, for a reader: not all of it.
Json RefusedItems(const BatchDocument& batch) {
  auto items = Json::array();
  for (const FieldError& error : batch.errors) {
    if (items.size() == kShownErrors) break;
    items.push_back({{"loc", Json(FieldLocation("body", error.path))},
                     {"msg", error.message},
                     {"type", error.type}});
  }
  return items;
}

}  // namespace

ApiResponse AddTriple(Services& services, const ApiRequest& request) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok()) {
    return Failed(services, request, status, "query");
  }
  auto statement =
      ParseStatementJson(request.body, JsonLimits(*request.limits));
  if (!statement.ok()) return Failed(services, request, statement.status());
  auto graph = RequestGraph(services, request);
  if (!graph.ok()) return Failed(services, request, graph.status());

  Statement stored;
  auto result = graph->Add(
      *statement, {.idempotency_key = request.idempotency_key}, &stored);
  if (!result.ok()) return Failed(services, request, result.status());
  services.metrics.RecordWrite(WriteSource::kAdd,
                               result->inserted + result->replaced);
  LogInserted(services, request, stored);
  ApiResponse response{.status = 201};
  response.body = Json{{"id", stored.id},
                       {"subject", stored.subject},
                       {"predicate", stored.predicate},
                       {"object", stored.object},
                       {"weight", WeightJson(stored.weight)},
                       {"created_at", TimeText(stored.created_at)},
                       {"status", StatusWord(*result)}}
                      .dump();
  return WithReplayed(std::move(response), *result);
}

ApiResponse AddBatch(Services& services, const ApiRequest& request) {
  if (!services.settings.enable_batch_ops) {
    return ErrorReply(501, "Batch operations are off", request.request_id);
  }
  if (absl::Status status = OnlyGraphParameter(request); !status.ok()) {
    return Failed(services, request, status, "query");
  }
  auto batch = ParseBatchJson(request.body, JsonLimits(*request.limits));
  if (!batch.ok()) return Failed(services, request, batch.status());
  auto graph = RequestGraph(services, request);
  if (!graph.ok()) return Failed(services, request, graph.status());

  CommitResult result;
  if (!batch->statements.empty()) {
    auto added = graph->AddBatch(batch->statements,
                                 {.skip_duplicates = batch->skip_duplicates,
                                  .idempotency_key = request.idempotency_key});
    if (!added.ok()) return Failed(services, request, added.status());
    result = *added;
  }
  const uint64_t accepted = result.inserted + result.replaced;
  services.metrics.RecordWrite(WriteSource::kBatch, accepted);
  Json body = {{"accepted", accepted},
               {"duplicates", result.duplicates},
               {"errors", batch->invalid},
               {"processing_time_ms", ElapsedMilliseconds(request)}};
  if (batch->invalid > 0) body["error_details"] = RefusedItems(*batch);
  ApiResponse response{.status = 202};
  response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return WithReplayed(std::move(response), result);
}

ApiResponse AddBatchLegacy(Services& services, const ApiRequest& request) {
  ApiResponse response = AddBatch(services, request);
  response.headers.emplace_back("Deprecation", "true");
  response.headers.emplace_back("Sunset", "Fri, 31 Dec 2027 23:59:59 GMT");
  response.headers.emplace_back(
      "Link", "</api/v1/triples/batch>; rel=\"deprecation successor-version\"");
  return response;
}

ApiResponse ListTriples(Services& services, const ApiRequest& request) {
  ParameterReader read(request, {"subject", "predicate", "object", "min_weight",
                                 "max_weight", "limit", "offset", "order_by",
                                 "include_metadata", "as_of", "valid_at"});
  StatementPattern pattern{
      .subject = Wildcard(read.Text("subject")),
      .predicate = Wildcard(read.Text("predicate")),
      .object = Wildcard(read.Text("object")),
      .weight_min = static_cast<float>(read.Fraction("min_weight", 0)),
      .weight_max = static_cast<float>(read.Fraction("max_weight", 1)),
      .valid_at = read.Time("valid_at")};
  const std::optional<PointInTime> as_of = read.Point("as_of");
  MatchOptions options{
      .limit = read.Number("limit", 100, 1, request.limits->max_results),
      .offset = read.Number("offset", 0, 0, uint64_t{1} << 40),
      .include_metadata = read.Flag("include_metadata", false),
      .deadline = request.received + services.settings.query_timeout};
  const std::optional<std::string> order = read.Text("order_by");
  if (order.has_value() && !ReadOrder(*order, options)) {
    read.Refuse("order_by",
                "must be weight, subject, predicate, object or created_at, "
                "followed by _asc or _desc",
                "malformed");
  }
  if (!read.status().ok()) {
    return Failed(services, request, read.status(), "query");
  }
  auto graph = RequestGraph(services, request);
  if (!graph.ok()) return Failed(services, request, graph.status(), "query");
  auto view = RequestView(*graph, as_of);
  if (!view.ok()) return Failed(services, request, view.status(), "query");
  auto cursor = view->Match(pattern, options);
  if (!cursor.ok()) return Failed(services, request, cursor.status(), "query");
  auto rows = cursor->ToVector();
  if (!rows.ok()) return Failed(services, request, rows.status(), "query");
  auto results = Json::array();
  for (const Statement& row : *rows) {
    results.push_back(StatementJson(row, options.include_metadata));
  }
  ApiResponse response;
  response.body = Json{{"results", std::move(results)},
                       {"total", rows->size()},
                       {"query_time_ms", ElapsedMilliseconds(request)}}
                      .dump();
  return response;
}

ApiResponse GetTriple(Services& services, const ApiRequest& request) {
  ParameterReader read(request, {"as_of"});
  const std::optional<PointInTime> as_of = read.Point("as_of");
  if (!read.status().ok()) {
    return Failed(services, request, read.status(), "query");
  }
  auto graph = RequestGraph(services, request);
  if (!graph.ok()) return Failed(services, request, graph.status(), "query");
  auto view = RequestView(*graph, as_of);
  if (!view.ok()) return Failed(services, request, view.status(), "query");
  auto statement = view->Get(request.id);
  if (!statement.ok()) return Failed(services, request, statement.status());
  ApiResponse response;
  response.body = StatementJson(*statement, true).dump();
  return response;
}

ApiResponse TripleHistory(Services& services, const ApiRequest& request) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok()) {
    return Failed(services, request, status, "query");
  }
  auto graph = RequestGraph(services, request);
  if (!graph.ok()) return Failed(services, request, graph.status(), "query");
  auto changes = graph->History(request.id);
  if (!changes.ok()) return Failed(services, request, changes.status());
  auto versions = Json::array();
  for (const Change& change : *changes) versions.push_back(VersionJson(change));
  ApiResponse response;
  response.body = Json{{"versions", std::move(versions)}}.dump();
  return response;
}

}  // namespace skg::server
