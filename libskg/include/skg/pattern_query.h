// JSON pattern queries: one document, told apart by its key.
//
//   {"pattern": ["Curie", null, null], "k": 10, "min_weight": 0.5}
//   {"patterns": [{"subject": "?who", "predicate": "discovered"}], "operator":
//    "AND", "order_by": "weight_desc", "limit": 100, "offset": 0}
//   {"start_entity": "Curie", "max_depth": 3, "direction": "out"}
//
// All take "as_of" (a commit number, or an ISO 8601 time), the past state that
// is asked, and "valid_at" (an ISO 8601 time), when a statement must hold.
//
// The semantics are those of the project's query contract; see
// libskg/docs/pattern-queries.md.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "skg/export.h"
#include "skg/statement.h"
#include "skg/time_travel.h"

namespace skg {

// Limits that the door imposes; beyond them the document is refused.
struct PatternQueryOptions {
  uint64_t max_results = 10000;       // for `limit` and `k`
  uint32_t max_depth = 10;            // for `max_depth`
  uint32_t max_string_length = 5000;  // for each term, in code points
  uint32_t max_patterns = 64;
  // Only these forms are taken (all by default).
  bool allow_pattern = true;
  bool allow_patterns = true;
  bool allow_traversal = true;
  // The state that is asked, for a document that says no `as_of` of its own
  // (kInvalidArgument if both do). Unset: the present.
  std::optional<PointInTime> as_of = std::nullopt;
  // Id, created_at and updated_at of the answer's statements cost decoding and
  // hashing a row; PatternResultJson does not show them.
  bool include_identity = true;
  // Only plan: the answer is empty but for its plan.
  bool explain = false;
  // Answer, and measure what each step of the plan does.
  bool profile = false;
  absl::Time deadline = absl::InfiniteFuture();
  // Ends the call with kCancelled.
  std::stop_token stop = {};
  // Bytes for intermediate results and for the texts of the answer, taken from
  // the engine's budget; beyond: kResourceExhausted.
  uint64_t memory_bytes = 256u << 20;
};

struct TraversalEdge {
  std::string source;
  std::string target;
  std::string predicate;
  uint32_t depth = 0;  // of `target`; the start has depth 0
  float weight = 1.0f;
};

struct PatternResult {
  enum class Form { kPattern, kPatterns, kTraversal };
  Form form = Form::kPattern;
  bool include_metadata = false;
  // kPattern, kPatterns: the distinct triples of the answer, ordered and cut.
  std::vector<Statement> statements;
  // kPatterns with variables: one row a solution, in the order of the first
  // appearance of the variables (without `?`). Ordered and cut as the
  // statements are. An empty string: the solution has no value for that
  // variable (OR only).
  std::vector<std::string> variables;
  std::vector<std::vector<std::string>> bindings;
  // kTraversal: tree edges in visiting order, and the start.
  std::vector<TraversalEdge> edges;
  std::string start;
  // With `explain` or `profile`: the plan of each query that the document is
  // (results, and bindings where these are asked apart; or paths) as text, and
  // as one JSON object of them.
  std::string plan;
  std::string plan_json;
};

// The answer as the HTTP routes show it, without query_time_ms and tenant_id:
// {"results": [...], "total": n, "bindings"?: [...]} or {"paths": [...],
// "start": ...}. Literals travel as {"value", "type" | "lang"} objects only
// where `typed_literals`; else in N-Triples form.
[[nodiscard]] SKG_EXPORT std::string PatternResultJson(
    const PatternResult& result, bool typed_literals = false);

}  // namespace skg
