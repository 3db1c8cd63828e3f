// JSON pattern queries: the document as data, and its evaluation.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "query/exec/query_options.h"
#include "query/tables/traverse.h"
#include "rdf/name.h"
#include "skg/pattern_query.h"
#include "skg/time_travel.h"
#include "storage/read_view.h"

namespace skg::query {

// What stands in one position of a pattern.
struct TextTerm {
  enum class Kind : uint8_t { kAny, kVariable, kTerm };
  Kind kind = Kind::kAny;
  // The variable's name without `?`, or a term in name or N-Triples form.
  std::string text;
  friend bool operator==(const TextTerm&, const TextTerm&) = default;
};

struct TextPattern {
  std::array<TextTerm, 3> terms;  // subject, predicate, object
  // As StatementPattern::graph.
  std::optional<std::string> graph;
  // Inclusive.
  float weight_min = 0.0f;
  float weight_max = 1.0f;
};

enum class PatternOperator : uint8_t { kAnd, kOr, kNot };

// kDefault: created commit, then key. kStrongest, the order of the form
// `pattern`: weight descending, then created commit, then key. Ties of the
// others go by the names of (subject, predicate, object), ascending.
enum class PatternOrder : uint8_t {
  kDefault,
  kStrongest,
  kWeight,
  kSubject,
  kPredicate,
  kObject,
  kCreatedAt
};

struct TraversalQuery {
  using Direction = Traversal::Direction;
  using Strategy = Traversal::Strategy;
  std::string start;
  uint32_t max_depth = 3;
  std::vector<std::string> relationship_types;  // empty: all
  Direction direction = Direction::kBoth;
  Strategy strategy = Strategy::kBreadthFirst;
};

struct PatternQuery {
  PatternResult::Form form = PatternResult::Form::kPattern;
  // kPattern (one) and kPatterns.
  std::vector<TextPattern> patterns;
  PatternOperator op = PatternOperator::kAnd;
  PatternOrder order = PatternOrder::kDefault;
  bool descending = false;
  bool include_metadata = false;
  uint64_t offset = 0;
  uint64_t limit = 0;
  // Only what holds in the world then.
  std::optional<absl::Time> valid_at;
  // The state that is asked; unset: the present.
  std::optional<PointInTime> as_of;
  // kTraversal.
  TraversalQuery traversal;
};

// Errors: kInvalidArgument; FieldErrors() has all that is wrong, but for
// malformed JSON, whose message has line and column.
[[nodiscard]] absl::StatusOr<PatternQuery> ParsePatternQuery(
    std::string_view json, const PatternQueryOptions& options);

// Besides what a caller of the library may say.
struct PatternEnvironment {
  // Where the query's memory is taken from; may be null.
  MemoryBudget* memory = nullptr;
  // Instead of the options' deadline; may be null.
  const Cancellation* cancellation = nullptr;
  PlanLimits plan;
};

// Evaluates and decodes a parsed query in this view, which is that of its
// as_of. Errors: kInvalidArgument (a term that `names` does not take),
// kDataLoss, kResourceExhausted (memory), kDeadlineExceeded, kCancelled.
[[nodiscard]] absl::StatusOr<PatternResult> RunPatternQuery(
    const storage::ReadView& view, const rdf::NameSpace& names,
    const PatternQuery& query, const PatternQueryOptions& options,
    const PatternEnvironment& environment = {});

}  // namespace skg::query
