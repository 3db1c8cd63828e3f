#include "routes/routes.h"

#include <utility>

#include "http/error_reply.h"

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

// Answers 501 where the daemon is told to have none of it.
template <Handler kHandler>
ApiResponse OfVectors(Services& services, const ApiRequest& request) {
  if (services.settings.enable_vector_search)
    return kHandler(services, request);
  return ErrorReply(501, "Vector search not enabled", request.request_id);
}

void AddSearch(Router& router) {
  const auto add = [&](const char* method, const char* path, Access access,
                       Handler handler) {
    router.Add(Route{method, path, access, false, handler});
  };
  add("POST", "/query/vector", Access::kRead, OfVectors<SearchByVector>);
  add("POST", "/query/text", Access::kRead, SearchByWords);
  add("POST", "/query/hybrid", Access::kRead, OfVectors<SearchHybrid>);
  add("GET", "/query/similar", Access::kRead, OfVectors<SearchSimilar>);
  add("GET", "/search/semantic", Access::kRead, OfVectors<SearchSemantic>);

  add("GET", "/text/indexes", Access::kRead, ListTextIndexes);
  add("POST", "/text/indexes", Access::kWrite, CreateTextIndex);
  add("GET", "/text/indexes/{id}", Access::kRead, GetTextIndex);
  add("DELETE", "/text/indexes/{id}", Access::kWrite, DropTextIndex);
  add("POST", "/text/indexes/{id}/rebuild", Access::kWrite, RebuildTextIndex);

  add("GET", "/vectors/indexes", Access::kRead, OfVectors<ListVectorIndexes>);
  add("POST", "/vectors/indexes", Access::kWrite, OfVectors<CreateVectorIndex>);
  add("GET", "/vectors/indexes/{id}", Access::kRead, OfVectors<GetVectorIndex>);
  add("DELETE", "/vectors/indexes/{id}", Access::kWrite,
      OfVectors<DropVectorIndex>);
  add("POST", "/vectors/indexes/{id}/rebuild", Access::kWrite,
      OfVectors<RebuildVectorIndex>);
  add("POST", "/vectors/indexes/{id}/entries", Access::kWrite,
      OfVectors<PutVectorEntries>);
  // An entity's name may have slashes in it.
  constexpr char kEntry[] = "/vectors/indexes/{id}/entries/{path...}";
  add("GET", kEntry, Access::kRead, OfVectors<GetVectorEntry>);
  add("PUT", kEntry, Access::kWrite, OfVectors<PutVectorEntry>);
  add("DELETE", kEntry, Access::kWrite, OfVectors<DeleteVectorEntry>);
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
  AddSearch(router);
}

}  // namespace skg::server
