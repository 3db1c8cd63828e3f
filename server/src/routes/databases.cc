// Graphs of the key's tenant: made, listed, dropped. The API calls them
// databases.
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "http/error_reply.h"
#include "routes/request_parts.h"
#include "routes/routes.h"
#include "skg/engine.h"

namespace skg::server {
namespace {

using Json = nlohmann::ordered_json;

absl::Status NoParameters(const ApiRequest& request) {
  std::vector<FieldError> errors;
  for (const auto& [name, value] : request.query) {
    errors.push_back({{name}, "no such parameter", "unknown_field"});
  }
  return errors.empty() ? absl::OkStatus() : FieldErrorStatus(errors);
}

// The one field of the document that makes a graph.
absl::StatusOr<std::string> NameToMake(const std::string& body) {
  const auto wrong = [](std::vector<std::string> path, std::string message,
                        std::string type) {
    return FieldErrorStatus({{std::move(path), std::move(message), type}});
  };
  const Json document = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) {
    return wrong({}, R"(send a JSON object such as {"graph_id": "papers"})",
                 "malformed");
  }
  for (const auto& [field, value] : document.items()) {
    if (field != "graph_id")
      return wrong({field}, "no such field; give graph_id", "unknown_field");
  }
  const auto id = document.find("graph_id");
  if (id == document.end())
    return wrong({"graph_id"}, "give the name of the graph", "missing");
  if (!id->is_string())
    return wrong({"graph_id"}, "a string is wanted", "wrong_type");
  return id->get<std::string>();
}

Json DatabaseJson(const GraphInfo& graph) {
  return {{"graph_id", graph.name},
          {"status", "active"},
          {"uuid", graph.uuid},
          {"base_namespace", graph.base_namespace},
          {"statement_ids", graph.statement_ids},
          {"statements", graph.statements},
          {"last_commit", graph.last_commit}};
}

}  // namespace

ApiResponse CreateDatabase(Services& services, const ApiRequest& request) {
  if (absl::Status status = NoParameters(request); !status.ok())
    return Failed(services, request, status, "query");
  const absl::StatusOr<std::string> name = NameToMake(request.body);
  if (!name.ok()) return Failed(services, request, name.status());
  const absl::Status made =
      services.graphs.Create(request.principal->tenant_id, *name);
  if (!made.ok()) return Failed(services, request, made);
  ApiResponse response{.status = 201};
  response.body = Json{{"graph_id", *name}, {"status", "created"}}.dump();
  return response;
}

ApiResponse ListDatabases(Services& services, const ApiRequest& request) {
  if (absl::Status status = NoParameters(request); !status.ok())
    return Failed(services, request, status, "query");
  const auto graphs = services.engine.ListGraphs(request.principal->tenant_id);
  if (!graphs.ok()) return Failed(services, request, graphs.status());
  auto list = Json::array();
  for (const GraphInfo& graph : *graphs) list.push_back(DatabaseJson(graph));
  ApiResponse response;
  response.body =
      Json{{"databases", std::move(list)}, {"total", graphs->size()}}.dump();
  return response;
}

ApiResponse GetDatabase(Services& services, const ApiRequest& request) {
  if (absl::Status status = NoParameters(request); !status.ok())
    return Failed(services, request, status, "query");
  const auto graphs = services.engine.ListGraphs(request.principal->tenant_id);
  if (!graphs.ok()) return Failed(services, request, graphs.status());
  for (const GraphInfo& graph : *graphs) {
    if (graph.name != request.id) continue;
    ApiResponse response;
    response.body = DatabaseJson(graph).dump();
    return response;
  }
  return ErrorReply(404, "No such database", request.request_id);
}

ApiResponse DropDatabase(Services& services, const ApiRequest& request) {
  if (absl::Status status = NoParameters(request); !status.ok())
    return Failed(services, request, status, "query");
  const absl::Status dropped =
      services.graphs.Drop(request.principal->tenant_id, request.id);
  if (!dropped.ok()) return Failed(services, request, dropped);
  ApiResponse response;
  response.body =
      Json{{"status", "deleted"},
           {"message", absl::StrCat("Database ", request.id, " is deleted")}}
          .dump();
  return response;
}

}  // namespace skg::server
