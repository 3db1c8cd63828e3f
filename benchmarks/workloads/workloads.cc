#include "workloads/workloads.h"

#include <array>

namespace skg::bench {
namespace {

constexpr std::array kWorkloads = {
    Workload{"batch_insert", "commits of 1000 statements into a fresh graph",
             &PrepareBatchInsert},
    Workload{"single_insert",
             "commits of one statement, by 1 and by 16 threads",
             &PrepareSingleInsert},
    Workload{"point_lookup", "questions with one answer or none",
             &PreparePointLookup},
    Workload{"prefix_scan", "all statements of a predicate",
             &PreparePrefixScan},
    Workload{"query_api", "calls and rows of the query API", &PrepareQueryApi},
    Workload{"scan", "5 million statements in term ids, every column decoded",
             &PrepareScan},
    Workload{"lookup", "single statements and short ranges, in term ids",
             &PrepareLookup},
    Workload{"block_codec", "packing and unpacking of blocks, in memory",
             &PrepareBlockCodec},
    Workload{"large_transaction", "one transaction of many changes",
             &PrepareLargeTransaction},
    Workload{"sparql", "queries and updates over the DBLP-like graph",
             &PrepareSparql},
    Workload{"graph_view", "views of stored graphs, built and refreshed",
             &PrepareGraphView},
    Workload{"http_point", "GET /query of one statement under wrk",
             &PrepareHttpPoint},
};

}  // namespace

std::span<const Workload> Workloads() { return kWorkloads; }

}  // namespace skg::bench
