// QueryOptions: what bounds and shapes one query's evaluation.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "query/request.h"
#include "rdf/name.h"
#include "rdf/term.h"

namespace skg::query::plan {
class StatisticsCache;
}

namespace skg::query {

class TableSource;  // query/tables/table_source.h

// Takes an answer: its variables, then its rows, unset where unbound. A status
// from either ends the reading.
struct ServiceHandler {
  std::function<absl::Status(const std::vector<std::string>& variables)>
      on_variables;
  std::function<absl::Status(std::span<const std::optional<rdf::Term>> row)>
      on_row;
};

// Asks other endpoints. Thread safety: all methods from any thread.
class ServiceClient {
 public:
  virtual ~ServiceClient() = default;
  // `query`: a whole SELECT. Bounded by `cancellation` (may be null) and by
  // `most_bytes` of answer; more: kResourceExhausted. Errors also: what the
  // handler returns.
  [[nodiscard]] virtual absl::Status Select(const std::string& endpoint,
                                            const std::string& query,
                                            const Cancellation* cancellation,
                                            size_t most_bytes,
                                            const ServiceHandler& handler) = 0;
};

// For tests and measurements: what the planner may not use. Nothing of it
// changes an answer.
struct PlanLimits {
  bool merge_join = true;
  bool hash_join = true;  // still used where nothing else is possible
  bool index_join = true;
  bool semi_join = true;  // EXISTS as a join
  bool reorder = true;    // joins in another order than written
  bool shortcuts = true;  // counts without reading
  bool push_filters = true;
  bool merge_repeats = true;  // Repeats other than kKept
  bool value_ranges = true;   // scans of what filters let through
  // A scan of fewer rows is read as a whole.
  uint32_t range_rows = 1024;
  // A scan that counts equal rows asks for the number of the rest after so
  // many.
  uint32_t count_after = 512;
  // Threads are started for steps of about so many rows.
  uint32_t parallel_rows = 16384;
};

struct QueryOptions {
  // Deadline and cancellation; may be null, outlives the query.
  const Cancellation* cancellation = nullptr;
  // For what operators hold: tables, sorts, groups, computed terms.
  size_t memory_bytes = size_t{1} << 30;
  // Where that is taken from; may be null, outlives the query.
  MemoryBudget* memory = nullptr;
  // More solutions than that are kResourceExhausted.
  uint64_t max_rows = std::numeric_limits<uint64_t>::max();
  // The default graph is all graphs, each triple once.
  bool union_default_graph = false;
  // Replaces FROM and FROM NAMED of the query (SPARQL 1.1 Protocol, 2.1.4).
  DatasetClause dataset;
  // Only statements that hold in the world at this time (see
  // ReadView::HoldsAt), and that weigh at least so much, are there at all.
  std::optional<absl::Time> valid_at;
  float min_weight = 0;
  // Null: SERVICE is kFailedPrecondition (nothing, if SILENT). Outlives it.
  ServiceClient* services = nullptr;
  // A SERVICE pattern that is answered more rows is kResourceExhausted.
  uint64_t max_service_rows = std::numeric_limits<uint64_t>::max();
  // Null: SERVICE skg:NAME is kFailedPrecondition. Outlives the query.
  TableSource* tables = nullptr;
  // For orders by name; may be null where there are none. Outlives the query.
  const rdf::NameSpace* names = nullptr;
  std::string base_iri;                   // for IRI()
  absl::Time now = absl::InfinitePast();  // that: when Run is called
  uint64_t seed = 0;                      // of RAND, UUID; 0: a random one
  PlanLimits plan;
  // What is known of the view's graph; may be null, outlives the query. Null
  // for the view of a transaction: its commit is none that others see.
  plan::StatisticsCache* statistics = nullptr;
  // That one query may use, the asking one among them; 0: as many as the
  // machine runs at once. All queries together start no more than twice that
  // many.
  size_t threads = 0;
  // Keep count of rows and time of each operator.
  bool profile = false;
};

}  // namespace skg::query
