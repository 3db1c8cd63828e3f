// The routes of the API. Each handler reads its request, calls the library
// once, and prints the answer.
#pragma once

#include "http/message.h"
#include "http/router.h"
#include "http/services.h"

namespace skg::server {

// triples.cc
ApiResponse AddTriple(Services& services, const ApiRequest& request);
ApiResponse AddBatch(Services& services, const ApiRequest& request);
ApiResponse AddBatchLegacy(Services& services, const ApiRequest& request);
ApiResponse ListTriples(Services& services, const ApiRequest& request);
ApiResponse GetTriple(Services& services, const ApiRequest& request);
ApiResponse TripleHistory(Services& services, const ApiRequest& request);

// query.cc
ApiResponse Query(Services& services, const ApiRequest& request);
ApiResponse QueryByParameters(Services& services, const ApiRequest& request);
ApiResponse QueryPatterns(Services& services, const ApiRequest& request);
ApiResponse Traverse(Services& services, const ApiRequest& request);

// sparql.cc
ApiResponse Sparql(Services& services, const ApiRequest& request);
ApiResponse DatabaseSparql(Services& services, const ApiRequest& request);
// graph_store.cc
ApiResponse ReadGraphStore(Services& services, const ApiRequest& request);
ApiResponse PutGraphStore(Services& services, const ApiRequest& request);
ApiResponse PostGraphStore(Services& services, const ApiRequest& request);
ApiResponse DeleteGraphStore(Services& services, const ApiRequest& request);
// databases.cc
ApiResponse CreateDatabase(Services& services, const ApiRequest& request);
ApiResponse ListDatabases(Services& services, const ApiRequest& request);
ApiResponse GetDatabase(Services& services, const ApiRequest& request);
ApiResponse DropDatabase(Services& services, const ApiRequest& request);

// analytics.cc
ApiResponse Centrality(Services& services, const ApiRequest& request);
ApiResponse Communities(Services& services, const ApiRequest& request);
ApiResponse Paths(Services& services, const ApiRequest& request);
ApiResponse ListAlgorithms(Services& services, const ApiRequest& request);
ApiResponse StartAnalysis(Services& services, const ApiRequest& request);

// search.cc
ApiResponse SearchByVector(Services& services, const ApiRequest& request);
ApiResponse SearchByWords(Services& services, const ApiRequest& request);
ApiResponse SearchSemantic(Services& services, const ApiRequest& request);
ApiResponse SearchSimilar(Services& services, const ApiRequest& request);
// hybrid.cc
ApiResponse SearchHybrid(Services& services, const ApiRequest& request);
// text_indexes.cc
ApiResponse ListTextIndexes(Services& services, const ApiRequest& request);
ApiResponse CreateTextIndex(Services& services, const ApiRequest& request);
ApiResponse GetTextIndex(Services& services, const ApiRequest& request);
ApiResponse DropTextIndex(Services& services, const ApiRequest& request);
ApiResponse RebuildTextIndex(Services& services, const ApiRequest& request);
// vector_indexes.cc
ApiResponse ListVectorIndexes(Services& services, const ApiRequest& request);
ApiResponse CreateVectorIndex(Services& services, const ApiRequest& request);
ApiResponse GetVectorIndex(Services& services, const ApiRequest& request);
ApiResponse DropVectorIndex(Services& services, const ApiRequest& request);
ApiResponse RebuildVectorIndex(Services& services, const ApiRequest& request);
ApiResponse GetVectorEntry(Services& services, const ApiRequest& request);
ApiResponse PutVectorEntry(Services& services, const ApiRequest& request);
ApiResponse DeleteVectorEntry(Services& services, const ApiRequest& request);
ApiResponse PutVectorEntries(Services& services, const ApiRequest& request);

// tasks.cc
ApiResponse ListTasks(Services& services, const ApiRequest& request);
ApiResponse TaskStatus(Services& services, const ApiRequest& request);
ApiResponse MonitorTask(Services& services, const ApiRequest& request);
ApiResponse CancelTask(Services& services, const ApiRequest& request);

// system.cc
ApiResponse Stats(Services& services, const ApiRequest& request);
ApiResponse Health(Services& services, const ApiRequest& request);
ApiResponse Ready(Services& services, const ApiRequest& request);
ApiResponse MetricsPage(Services& services, const ApiRequest& request);

// Registers them all.
void AddRoutes(Router& router);

}  // namespace skg::server
