#include "routes/routes.h"

#include <utility>

namespace skg::server {
namespace {

// The Graph Store Protocol: a store, and below it its graphs.
void AddGraphStore(Router& router) {
  for (const char* const path :
       {"/databases/{id}/rdf-graph", "/databases/{id}/rdf-graph/{path...}"}) {
    const auto add = [&](const char* method, Access access, Handler handler,
                         bool streams) {
      Route route{method, path, access, false, handler};
      route.streams_body = streams;
      router.Add(std::move(route));
    };
    add("GET", Access::kRead, ReadGraphStore, false);
    add("PUT", Access::kWrite, PutGraphStore, true);
    add("POST", Access::kWrite, PostGraphStore, true);
    add("DELETE", Access::kWrite, DeleteGraphStore, false);
  }
}

}  // namespace

void AddRoutes(Router& router) {
  constexpr bool kV1 = true;
  const Route routes[] = {
      {"POST", "/triples/add", Access::kWrite, kV1, AddTriple},
      {"POST", "/triples/batch", Access::kWrite, kV1, AddBatch},
      {"POST", "/triples", Access::kWrite, kV1, AddTriple},
      {"GET", "/triples", Access::kRead, kV1, ListTriples},
      {"GET", "/triples/{id}", Access::kRead, kV1, GetTriple},
      {"GET", "/triples/{id}/history", Access::kRead, kV1, TripleHistory},
      {"POST", "/add_batch", Access::kWrite, !kV1, AddBatchLegacy},
      {"POST", "/query", Access::kRead, kV1, Query},
      {"GET", "/query", Access::kRead, kV1, QueryByParameters},
      {"POST", "/query/sparql", Access::kRead, !kV1, QueryPatterns},
      {"POST", "/query/traverse", Access::kRead, !kV1, Traverse},
      {"GET", "/sparql", Access::kRead, !kV1, Sparql},
      {"POST", "/sparql", Access::kRead, !kV1, Sparql},
      {"GET", "/databases/{id}/sparql", Access::kRead, !kV1, DatabaseSparql},
      {"POST", "/databases/{id}/sparql", Access::kRead, !kV1, DatabaseSparql},
      {"POST", "/databases", Access::kAdmin, !kV1, CreateDatabase},
      {"GET", "/databases", Access::kRead, !kV1, ListDatabases},
      {"GET", "/databases/{id}", Access::kRead, !kV1, GetDatabase},
      {"DELETE", "/databases/{id}", Access::kAdmin, !kV1, DropDatabase},
      {"GET", "/analytics/centrality", Access::kRead, !kV1, Centrality},
      {"GET", "/analytics/communities", Access::kRead, !kV1, Communities},
      {"GET", "/analytics/paths", Access::kRead, !kV1, Paths},
      {"GET", "/analytics/algorithms", Access::kRead, !kV1, ListAlgorithms},
      {"POST", "/analytics/tasks", Access::kRead, !kV1, StartAnalysis},
      {"GET", "/tasks", Access::kRead, !kV1, ListTasks},
      {"GET", "/tasks/{id}", Access::kRead, !kV1, TaskStatus},
      {"GET", "/tasks/{id}/status", Access::kRead, !kV1, TaskStatus},
      {"GET", "/tasks/{id}/monitor", Access::kRead, !kV1, MonitorTask},
      {"DELETE", "/tasks/{id}", Access::kWrite, !kV1, CancelTask},
      {"GET", "/stats", Access::kRead, !kV1, Stats},
      {"GET", "/health", Access::kOpen, !kV1, Health},
      {"GET", "/ready", Access::kOpen, !kV1, Ready},
      {"GET", "/metrics", Access::kOpen, !kV1, MetricsPage},
  };
  for (const Route& route : routes) router.Add(route);
  AddGraphStore(router);
}

}  // namespace skg::server
