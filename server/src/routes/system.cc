// How the daemon and its store are.
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "http/error_reply.h"
#include "routes/request_parts.h"
#include "routes/routes.h"
#include "routes/statement_text.h"
#include "skg/engine.h"

namespace skg::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kMegabyte = 1024.0 * 1024.0;

// Whether the store reads, and has not said that it cannot write.
bool StoreWorks(Services& services) {
  const auto read = services.engine.GetSetting("health");
  return !services.store_failed.load() &&
         (read.ok() || absl::IsNotFound(read.status()));
}

std::vector<Gauge> StoreGauges(Services& services) {
  std::vector<Gauge> gauges = {
      {"skg_active_connections",
       "Open client connections.",
       "gauge",
       {{"", static_cast<double>(services.connections())}}}};
  if (const auto bytes = services.engine.DiskBytes(); bytes.ok()) {
    gauges.push_back({"skg_db_size_bytes",
                      "Bytes of the store on disk.",
                      "gauge",
                      {{"", static_cast<double>(*bytes)}}});
  }
  const Engine::WriteCounters writes = services.engine.write_counters();
  gauges.push_back({"skg_commits_total",
                    "Commits since start.",
                    "counter",
                    {{"", static_cast<double>(writes.commits)}}});
  gauges.push_back({"skg_wal_syncs_total",
                    "Log syncs since start.",
                    "counter",
                    {{"", static_cast<double>(writes.wal_syncs)}}});
  const auto graphs = services.engine.ListGraphs();
  if (!graphs.ok()) return gauges;
  std::map<std::string, double> by_tenant;
  for (const GraphInfo& graph : *graphs) {
    const bool shown = by_tenant.size() < Metrics::kMaxTenants ||
                       by_tenant.contains(graph.tenant);
    by_tenant[shown ? graph.tenant : "other"] +=
        static_cast<double>(graph.statements);
  }
  Gauge triples{"skg_triples_total", "Statements stored.", "gauge", {}};
  for (const auto& [tenant, count] : by_tenant) {
    triples.samples.emplace_back("tenant=\"" + tenant + "\"", count);
  }
  gauges.push_back(std::move(triples));
  return gauges;
}

}  // namespace

ApiResponse Stats(Services& services, const ApiRequest& request) {
  if (absl::Status status = OnlyGraphParameter(request); !status.ok()) {
    return Failed(services, request, status, "query");
  }
  auto graph = RequestGraph(services, request);
  if (!graph.ok()) return Failed(services, request, graph.status(), "query");
  auto view = graph->Latest();
  if (!view.ok()) return Failed(services, request, view.status());
  auto stats = view->Stats();
  if (!stats.ok()) return Failed(services, request, stats.status());
  auto bytes = services.engine.DiskBytes();
  if (!bytes.ok()) return Failed(services, request, bytes.status());
  ApiResponse response;
  response.body = Json{{"total_triples", stats->triples},
                       {"unique_subjects", stats->subjects},
                       {"unique_predicates", stats->predicates},
                       {"unique_objects", stats->objects},
                       {"graph_edges", stats->statements},
                       {"db_size_mb", static_cast<double>(*bytes) / kMegabyte},
                       {"storage_bytes", *bytes},
                       {"api_calls", request.principal->metrics->requests()},
                       {"tenant_id", request.principal->tenant_id}}
                      .dump();
  return response;
}

ApiResponse Health(Services& services, const ApiRequest&) {
  const bool works = StoreWorks(services);
  ApiResponse response{.status = works ? 200 : 503};
  response.body = Json{
      {"status", works ? "healthy" : "unhealthy"},
      {"version", services.settings.api_version},
      {"timestamp", TimeText(absl::Now())},
      {"database", works ? "connected" : "unavailable"},
      {"cache",
       "in-process"}}.dump();
  return response;
}

ApiResponse Ready(Services& services, const ApiRequest&) {
  const bool works = StoreWorks(services);
  ApiResponse response{.status = works ? 200 : 503};
  response.body = Json{{"ready", works}, {"db_connected", works}}.dump();
  return response;
}

ApiResponse MetricsPage(Services& services, const ApiRequest& request) {
  if (!services.settings.enable_metrics) {
    return ErrorReply(404, "Metrics are off", request.request_id);
  }
  ApiResponse response;
  if (absl::StrContains(request.accept, "application/json")) {
    response.body = services.metrics.JsonText(StoreGauges(services));
    return response;
  }
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = services.metrics.PrometheusText(StoreGauges(services));
  return response;
}

}  // namespace skg::server
