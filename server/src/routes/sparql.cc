// The SPARQL 1.1 Protocol: queries by GET, queries and updates by form and as
// they are.
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "http/error_reply.h"
#include "http/negotiation.h"
#include "http/url.h"
#include "http/worker_pool.h"
#include "routes/query_state.h"
#include "routes/request_parts.h"
#include "routes/routes.h"
#include "routes/service_description.h"
#include "skg/query.h"
#include "skg/update.h"

namespace skg::server {
namespace {

// An answer up to so many bytes is sent whole, with its length.
constexpr size_t kWholeBytes = size_t{256} << 10;

struct Offer {
  std::string_view type;
  ResultFormat format;
};

// The first of each is what a client gets that accepts anything.
constexpr std::array<Offer, 6> kRowOffers = {{
    {"application/sparql-results+json", ResultFormat::kJson},
    {"application/sparql-results+xml", ResultFormat::kXml},
    {"text/csv", ResultFormat::kCsv},
    {"text/tab-separated-values", ResultFormat::kTsv},
    {"application/json", ResultFormat::kJson},
    {"application/xml", ResultFormat::kXml},
}};
constexpr std::array<Offer, 4> kGraphOffers = {{
    {"text/turtle", ResultFormat::kTurtle},
    {"application/n-triples", ResultFormat::kNTriples},
    {"application/rdf+xml", ResultFormat::kRdfXml},
    {"text/plain", ResultFormat::kNTriples},
}};

std::optional<ResultFormat> Choose(std::string_view accept,
                                   std::span<const Offer> offers) {
  std::vector<std::string_view> types;
  for (const Offer& offer : offers) types.push_back(offer.type);
  const auto chosen = ChooseMediaType(accept, types);
  if (!chosen) return std::nullopt;
  return offers[*chosen].format;
}

// What a request says, wherever it says it.
struct ProtocolRequest {
  std::vector<std::string> queries, updates;
  std::vector<std::string> default_graphs, named_graphs;  // as <...>
  std::vector<std::string> using_graphs, using_named_graphs;
  QueryParameters state;   // see IsStateParameter
  ParameterValues values;  // of the text's variables
};

// Clients such as SPARQLWrapper say the form of the answer in these, too,
// besides Accept, which is what counts.
bool IsFormatHint(std::string_view name) {
  return name == "format" || name == "output" || name == "results";
}

absl::Status TakeParameters(const QueryParameters& parameters,
                            ProtocolRequest& out) {
  for (const auto& [name, value] : parameters) {
    if (name == "query") {
      out.queries.push_back(value);
    } else if (name == "update") {
      out.updates.push_back(value);
    } else if (name == "default-graph-uri") {
      out.default_graphs.push_back("<" + value + ">");
    } else if (name == "named-graph-uri") {
      out.named_graphs.push_back("<" + value + ">");
    } else if (name == "using-graph-uri") {
      out.using_graphs.push_back("<" + value + ">");
    } else if (name == "using-named-graph-uri") {
      out.using_named_graphs.push_back("<" + value + ">");
    } else if (IsStateParameter(name)) {
      out.state.emplace_back(name, value);
    } else if (name.starts_with('$')) {
      if (!out.values.emplace(name.substr(1), value).second) {
        return FieldErrorStatus({{{name},
                                  "a variable has one value; it is here twice",
                                  "malformed"}});
      }
    } else if (name != "graph" && !IsFormatHint(name)) {
      return FieldErrorStatus({{{name}, "no such parameter", "unknown_field"}});
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ProtocolRequest> Read(const ApiRequest& request) {
  ProtocolRequest out;
  absl::Status status = TakeParameters(request.query, out);
  if (!status.ok()) return status;
  if (request.body.empty()) return out;
  const std::string_view type = request.content_type;
  if (!IsUtf8(type)) return absl::UnimplementedError("send UTF-8");
  if (IsMediaType(type, "application/sparql-query")) {
    out.queries.push_back(request.body);
  } else if (IsMediaType(type, "application/sparql-update")) {
    out.updates.push_back(request.body);
  } else if (IsMediaType(type, "application/x-www-form-urlencoded")) {
    status = TakeParameters(ParseForm(request.body), out);
    if (!status.ok()) return status;
  } else {
    return absl::UnimplementedError(
        "send application/sparql-query, application/sparql-update or a form");
  }
  return out;
}

// A request for the endpoint itself: its description.
bool IsEmpty(const ProtocolRequest& asked) {
  return asked.queries.empty() && asked.updates.empty() &&
         asked.default_graphs.empty() && asked.named_graphs.empty() &&
         asked.using_graphs.empty() && asked.using_named_graphs.empty();
}

// The rest of a long answer, counted when it has gone.
void Continue(Services& services, const ApiRequest& request,
              std::shared_ptr<QueryResult> result, ResultFormat format,
              ApiResponse& response) {
  TenantMetrics* const tenant = request.principal->metrics;
  response.more = [&services, tenant, result = std::move(result),
                   format](std::string& piece) -> absl::StatusOr<bool> {
    auto more = result->NextBytes(format, piece);
    if (!more.ok() || !*more) {
      services.metrics.RecordQuery(QueryType::kSparql, result->rows());
      tenant->RecordQuery(QueryType::kSparql, result->rows());
    }
    return more;
  };
}

ApiResponse Answer(Services& services, const ApiRequest& request,
                   QueryResult answer) {
  const bool graph = answer.form() == QueryResult::Form::kGraph;
  const auto format = graph ? Choose(request.accept, kGraphOffers)
                            : Choose(request.accept, kRowOffers);
  if (!format) {
    return ErrorReply(406,
                      graph ? "Accept text/turtle, application/n-triples or "
                              "application/rdf+xml"
                            : "Accept a SPARQL results type: JSON, XML, CSV or "
                              "TSV",
                      request.request_id);
  }
  const auto result = std::make_shared<QueryResult>(std::move(answer));
  ApiResponse response;
  response.content_type = MediaType(*format);
  std::string piece;
  while (response.body.size() < kWholeBytes) {
    const absl::StatusOr<bool> more = result->NextBytes(*format, piece);
    if (!more.ok()) return Failed(services, request, more.status());
    if (!*more) {
      services.metrics.RecordQuery(QueryType::kSparql, result->rows());
      request.principal->metrics->RecordQuery(QueryType::kSparql,
                                              result->rows());
      return response;
    }
    response.body += piece;
  }
  Continue(services, request, result, *format, response);
  return response;
}

ApiResponse RunQuery(Services& services, const ApiRequest& request,
                     const Graph& graph, const ProtocolRequest& asked) {
  if (!asked.using_graphs.empty() || !asked.using_named_graphs.empty()) {
    return ErrorReply(400, "using-graph-uri is for updates",
                      request.request_id);
  }
  skg::QueryOptions options;
  options.base_iri = request.url;
  options.parameters = asked.values;
  options.default_graphs = asked.default_graphs;
  options.named_graphs = asked.named_graphs;
  options.deadline = request.received + services.settings.query_timeout;
  options.services = services.federation;
  if (const absl::Status state = TakeState(asked.state, options); !state.ok())
    return Failed(services, request, state, "query");
  absl::StatusOr<QueryResult> result = graph.Query(asked.queries[0], options);
  if (!result.ok()) return Failed(services, request, result.status());
  return Answer(services, request, *std::move(result));
}

ApiResponse RunUpdate(Services& services, const ApiRequest& request,
                      Graph graph, const ProtocolRequest& asked) {
  if (request.method == "GET") {
    return ErrorReply(400, "Send an update by POST", request.request_id);
  }
  if (!request.principal->HasRole("write:triples")) {
    return ErrorReply(403,
                      ErrorDetail{.detail = "Insufficient permissions",
                                  .hint = "the key lacks the role "
                                          "write:triples"},
                      request.request_id);
  }
  if (!asked.default_graphs.empty() || !asked.named_graphs.empty()) {
    return ErrorReply(400, "default-graph-uri is for queries",
                      request.request_id);
  }
  if (!asked.state.empty()) {
    return ErrorReply(400, asked.state.begin()->first + " is for queries",
                      request.request_id);
  }
  UpdateOptions options;
  options.base_iri = request.url;
  options.parameters = asked.values;
  options.default_graphs = asked.using_graphs;
  options.named_graphs = asked.using_named_graphs;
  options.deadline = request.received + services.settings.query_timeout;
  options.services = services.federation;
  WorkerPool::WillWait();
  const absl::StatusOr<UpdateResult> result =
      graph.Update(asked.updates[0], options);
  if (!result.ok()) return Failed(services, request, result.status());
  ApiResponse response;
  response.body = nlohmann::ordered_json{{"commit", result->commit},
                                         {"inserted", result->inserted},
                                         {"removed", result->removed}}
                      .dump();
  return response;
}

ApiResponse RunProtocol(Services& services, const ApiRequest& request,
                        const absl::StatusOr<Graph>& graph) {
  if (!graph.ok()) return Failed(services, request, graph.status(), "query");
  absl::StatusOr<ProtocolRequest> asked = Read(request);
  if (absl::IsUnimplemented(asked.status())) {
    return ErrorReply(415, std::string(asked.status().message()),
                      request.request_id);
  }
  if (!asked.ok()) return Failed(services, request, asked.status(), "query");
  if (request.method != "POST" && IsEmpty(*asked))
    asked->queries.push_back(DescriptionQuery(services.federation != nullptr));
  const size_t texts = asked->queries.size() + asked->updates.size();
  if (texts != 1) {
    return ErrorReply(400, "Send one query or one update", request.request_id);
  }
  return asked->updates.empty() ? RunQuery(services, request, *graph, *asked)
                                : RunUpdate(services, request, *graph, *asked);
}

}  // namespace

ApiResponse Sparql(Services& services, const ApiRequest& request) {
  return RunProtocol(services, request, RequestGraph(services, request));
}

ApiResponse DatabaseSparql(Services& services, const ApiRequest& request) {
  return RunProtocol(
      services, request,
      services.graphs.Open(request.principal->tenant_id, request.id));
}

}  // namespace skg::server
