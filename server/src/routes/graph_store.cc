// The SPARQL 1.1 Graph Store HTTP Protocol at /databases/{graph}/rdf-graph.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "http/body_reader.h"
#include "http/error_reply.h"
#include "http/multipart.h"
#include "http/negotiation.h"
#include "http/request_id.h"
#include "routes/graph_content.h"
#include "routes/request_parts.h"
#include "routes/routes.h"
#include "skg/iri.h"

namespace skg::server {
namespace {

using Parts = ClearTarget::Part;

constexpr char kWantsPart[] =
    "Say which graph: ?default, ?graph=IRI or ?all, or a path below rdf-graph/";

absl::Status ForField(const char* name, const absl::Status& status) {
  if (status.ok()) return status;
  return FieldErrorStatus(
      {{{name}, std::string(status.message()), "malformed"}});
}

// The graph that a path below the store means.
absl::Status TakePath(const ApiRequest& request,
                      const std::optional<std::string>& base, GraphPart& out) {
  out.part = Parts::kNamedGraph;
  // As sent: percent-encoded letters in the names of routes are too clever.
  const size_t store = request.url.find("/databases/");
  const size_t begin = request.url.find("/rdf-graph/", store + 11);
  if (store == std::string::npos || begin == std::string::npos)
    return absl::InvalidArgumentError("write /databases/{graph}/rdf-graph/ so");
  const std::string below = request.url.substr(begin + 10);
  // A segment with a colon would be taken for a scheme.
  const absl::StatusOr<std::string> iri =
      base ? ResolveIri("." + below, *base)
           : ResolveIri(request.url, request.url);
  if (iri.ok()) out.iri = *iri;
  return ForField("base", iri.status());
}

absl::Status TakeParameters(const ApiRequest& request,
                            const std::optional<std::string>& base,
                            GraphPart& out) {
  for (const auto& [name, value] : request.query) {
    if (name == "default") {
      out.part = Parts::kDefaultGraph;
    } else if (name == "all") {
      out.part = Parts::kEverything;
    } else if (name == "graph") {
      out.part = Parts::kNamedGraph;
      const absl::StatusOr<std::string> iri =
          ResolveIri(value, base.value_or(""));
      if (!iri.ok()) return ForField("graph", iri.status());
      out.iri = *iri;
    } else if (name != "base") {
      return FieldErrorStatus({{{name}, "no such parameter", "unknown_field"}});
    }
  }
  return absl::OkStatus();
}

// What a request is about; unset: the store itself.
absl::StatusOr<std::optional<GraphPart>> PartOf(const ApiRequest& request) {
  const std::optional<std::string> base = request.Parameter("base");
  const auto named = std::count_if(
      request.query.begin(), request.query.end(),
      [](const auto& parameter) { return parameter.first != "base"; });
  const bool direct = !request.path.empty();
  if (named > (direct ? 0 : 1)) {
    return absl::InvalidArgumentError(
        direct ? "the path names the graph; the only parameter is base"
               : "give one of default, graph and all, once");
  }
  if (base) {
    const absl::Status status = ResolveIri(*base, "").status();
    if (!status.ok()) return ForField("base", status);
  }
  GraphPart part;
  const absl::Status status = direct ? TakePath(request, base, part)
                                     : TakeParameters(request, base, part);
  if (!status.ok()) return status;
  if (!direct && named == 0) return std::nullopt;
  // The graph is what its content is relative to.
  part.base = part.iri.empty() ? base.value_or(request.url) : part.iri;
  return part;
}

absl::StatusOr<Graph> Store(Services& services, const ApiRequest& request) {
  return services.graphs.Open(request.principal->tenant_id, request.id);
}

absl::Time DeadlineOf(Services& services, const ApiRequest& request) {
  return request.received + services.settings.request_timeout;
}

ApiResponse NoSuchGraph(const ApiRequest& request, const GraphPart& part) {
  return ErrorReply(404, absl::StrCat("There is no graph <", part.iri, ">"),
                    request.request_id);
}

ApiResponse Changed(const ContentChange& change, bool created) {
  ApiResponse response{.status = created ? 201 : 200};
  response.body = nlohmann::ordered_json{{"commit", change.commit},
                                         {"inserted", change.inserted},
                                         {"removed", change.removed}}
                      .dump();
  return response;
}

// An answer where a document could not be had, if that is for the server to
// say and not for the graph.
std::optional<ApiResponse> BodyFailure(const ApiRequest& request) {
  if (!request.stream->too_large()) return std::nullopt;
  return ErrorReply(413, "The body is too large", request.request_id);
}

ApiResponse Unsupported(const ApiRequest& request, bool everything) {
  return ErrorReply(
      415,
      everything ? "Send Turtle, N-Triples, RDF/XML, TriG or N-Quads in UTF-8"
                 : "Send Turtle, N-Triples or RDF/XML in UTF-8; TriG and "
                   "N-Quads are for ?all",
      request.request_id);
}

// Bytes that are in memory; they must outlive it.
LoadSource SourceOf(std::string name, std::string_view bytes) {
  return {std::move(name),
          [bytes](char* buffer, size_t size) mutable -> absl::StatusOr<size_t> {
            const size_t count = bytes.copy(buffer, size);
            bytes.remove_prefix(count);
            return count;
          }};
}

// What is to be written, and how.
struct Upload {
  std::vector<Document> documents;
  std::string body;  // that the documents are parts of
};

// Unset: `out` is ready.
std::optional<ApiResponse> ReadUpload(Services& services,
                                      const ApiRequest& request,
                                      const GraphPart& part, Upload& out) {
  const std::string& encoding = request.content_encoding;
  // Bytes that begin as gzip are unpacked on loading.
  if (!encoding.empty() && !absl::EqualsIgnoreCase(encoding, "gzip") &&
      !absl::EqualsIgnoreCase(encoding, "identity")) {
    return ErrorReply(415, "Send it as it is, or compressed with gzip",
                      request.request_id);
  }
  if (!IsMediaType(request.content_type, "multipart/form-data")) {
    const auto format =
        FormatOfContent(request.content_type, part.everything());
    if (!format) return Unsupported(request, part.everything());
    out.documents.push_back(
        {{"body",
          [stream = request.stream](char* buffer, size_t size) {
            return stream->Read(buffer, size);
          }},
         *format});
    return std::nullopt;
  }
  absl::StatusOr<std::string> body =
      request.stream->ReadAll(services.settings.max_body_bytes);
  if (!body.ok()) {
    auto failure = BodyFailure(request);
    return failure ? std::move(failure)
                   : Failed(services, request, body.status());
  }
  out.body = *std::move(body);
  const auto parts = ReadParts(request.content_type, out.body);
  if (!parts.ok()) return Failed(services, request, parts.status());
  for (const BodyPart& one : *parts) {
    const auto format = FormatOfContent(one.content_type, part.everything());
    if (!format) return Unsupported(request, part.everything());
    out.documents.push_back({SourceOf(one.name, one.bytes), *format});
  }
  return std::nullopt;
}

using Change = absl::StatusOr<ContentChange> (*)(
    Graph graph, const GraphPart& part, const std::vector<Document>& documents,
    absl::Time deadline);

ApiResponse Write(Services& services, const ApiRequest& request,
                  const Graph& graph, const GraphPart& part, Change change) {
  Upload upload;
  if (auto failure = ReadUpload(services, request, part, upload))
    return *std::move(failure);
  const absl::Time deadline = DeadlineOf(services, request);
  const absl::StatusOr<bool> existed = HasContent(graph, part, deadline);
  if (!existed.ok()) return Failed(services, request, existed.status());
  const absl::StatusOr<ContentChange> changed =
      change(graph, part, upload.documents, deadline);
  if (auto failure = BodyFailure(request); failure && !changed.ok())
    return *std::move(failure);
  if (!changed.ok()) return Failed(services, request, changed.status());
  return Changed(*changed, part.part == Parts::kNamedGraph && !*existed &&
                               changed->inserted > 0);
}

// The graph and the part of it that a request is about; else the answer.
std::optional<ApiResponse> Understand(Services& services,
                                      const ApiRequest& request,
                                      std::optional<Graph>& graph,
                                      std::optional<GraphPart>& part) {
  absl::StatusOr<Graph> opened = Store(services, request);
  if (!opened.ok()) return Failed(services, request, opened.status(), "query");
  graph = *std::move(opened);
  absl::StatusOr<std::optional<GraphPart>> read = PartOf(request);
  if (!read.ok()) {
    // The protocol asks for 400 also where a field is told.
    ApiResponse answer = Failed(services, request, read.status(), "query");
    answer.status = 400;
    return answer;
  }
  part = *std::move(read);
  return std::nullopt;
}

}  // namespace

ApiResponse ReadGraphStore(Services& services, const ApiRequest& request) {
  std::optional<Graph> graph;
  std::optional<GraphPart> part;
  if (auto answer = Understand(services, request, graph, part))
    return *std::move(answer);
  if (!part) return ErrorReply(400, kWantsPart, request.request_id);
  const std::vector<MediaFormat>& offers = ContentFormats(part->everything());
  std::vector<std::string_view> types;
  for (const MediaFormat& offer : offers) types.push_back(offer.type);
  const auto chosen = ChooseMediaType(request.accept, types);
  if (!chosen) {
    return ErrorReply(406,
                      part->everything()
                          ? "Accept application/trig or application/n-quads"
                          : "Accept text/turtle, application/n-triples, "
                            "application/rdf+xml, application/trig or "
                            "application/n-quads",
                      request.request_id);
  }
  const absl::Time deadline = DeadlineOf(services, request);
  if (part->part == Parts::kNamedGraph) {
    const absl::StatusOr<bool> exists = HasContent(*graph, *part, deadline);
    if (!exists.ok()) return Failed(services, request, exists.status());
    if (!*exists) return NoSuchGraph(request, *part);
  }
  ApiResponse response;
  response.content_type = offers[*chosen].answer_type;
  ExportOptions options;
  options.format = offers[*chosen].format;
  if (!part->everything()) options.graph = part->name();
  options.progress = [deadline](uint64_t) { return absl::Now() < deadline; };
  response.write_rest = [graph = *graph,
                         options](const ApiResponse::Write& write) {
    return graph.Export(ExportSink{write}, options).status();
  };
  return response;
}

ApiResponse PutGraphStore(Services& services, const ApiRequest& request) {
  std::optional<Graph> graph;
  std::optional<GraphPart> part;
  if (auto answer = Understand(services, request, graph, part))
    return *std::move(answer);
  if (!part) return ErrorReply(400, kWantsPart, request.request_id);
  return Write(services, request, *graph, *part, ReplaceContent);
}

ApiResponse PostGraphStore(Services& services, const ApiRequest& request) {
  std::optional<Graph> graph;
  std::optional<GraphPart> part;
  if (auto answer = Understand(services, request, graph, part))
    return *std::move(answer);
  if (part) return Write(services, request, *graph, *part, AddContent);
  // Posted to the store itself: a new graph.
  GraphPart fresh;
  fresh.part = Parts::kNamedGraph;
  fresh.iri = fresh.base = absl::StrCat(
      request.url, request.url.ends_with('/') ? "" : "/", RandomUuid());
  ApiResponse answer = Write(services, request, *graph, fresh, AddContent);
  if (answer.status < 300) {
    answer.status = 201;
    answer.headers.emplace_back("Location", fresh.iri);
  }
  return answer;
}

ApiResponse DeleteGraphStore(Services& services, const ApiRequest& request) {
  std::optional<Graph> graph;
  std::optional<GraphPart> part;
  if (auto answer = Understand(services, request, graph, part))
    return *std::move(answer);
  if (!part) return ErrorReply(400, kWantsPart, request.request_id);
  if (part->part == Parts::kNamedGraph) {
    const absl::StatusOr<bool> exists =
        HasContent(*graph, *part, DeadlineOf(services, request));
    if (!exists.ok()) return Failed(services, request, exists.status());
    if (!*exists) return NoSuchGraph(request, *part);
  }
  ClearTarget target{.part = part->part, .graph = part->name()};
  const absl::StatusOr<CommitResult> cleared = graph->Clear(target);
  if (!cleared.ok()) return Failed(services, request, cleared.status());
  return Changed({cleared->commit, 0, cleared->removed}, false);
}

}  // namespace skg::server
