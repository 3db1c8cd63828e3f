// JSON pattern queries: the document as data, and its evaluation in term ids.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/cancellation.h"
#include "rdf/name.h"
#include "rdf/term_id.h"
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
  enum class Direction : uint8_t { kOut, kIn, kBoth };
  enum class Strategy : uint8_t { kBreadthFirst, kDepthFirst };
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

// What bounds one evaluation.
struct PatternLimits {
  const Cancellation* cancellation = nullptr;  // may be null
  uint64_t memory_bytes = std::numeric_limits<uint64_t>::max();
  // Decides where a join looks a pattern up for each solution and where it
  // reads it once: see evaluation.h. Changes only speed.
  uint64_t rows_per_lookup = 64;
};

// The answer in term ids, ordered and cut.
struct PatternAnswer {
  struct Edge {
    rdf::TermId source, target, predicate;
    uint32_t depth = 0;
    float weight = 1.0f;
  };
  std::vector<storage::StatementRow> rows;
  // Names of the variables, and solutions of one id each; unbound where the
  // solution has none.
  std::vector<std::string> variables;
  std::vector<std::vector<rdf::TermId>> bindings;
  std::vector<Edge> edges;
};

// Errors: kInvalidArgument (a term that `names` does not take), kDataLoss,
// kResourceExhausted (memory), kDeadlineExceeded, kCancelled.
// Memory: offset + limit rows for one pattern, OR and NOT; a join also holds
// its intermediate solutions.
[[nodiscard]] absl::StatusOr<PatternAnswer> EvaluatePatternQuery(
    const storage::ReadView& view, const rdf::NameSpace& names,
    const PatternQuery& query, const PatternLimits& limits);

// Evaluates and decodes a parsed query in the view that its as_of asks for.
[[nodiscard]] absl::StatusOr<PatternResult> RunPatternQuery(
    const storage::ReadView& view, const rdf::NameSpace& names,
    const PatternQuery& query, const PatternQueryOptions& options);

}  // namespace skg::query
