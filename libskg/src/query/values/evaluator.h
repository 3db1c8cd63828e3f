// Evaluator: an expression, made ready for the solutions of one operator.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/cancellation.h"
#include "query/exec/batch.h"
#include "query/expression.h"
#include "query/values/term_space.h"

namespace skg::query {

// Says whether a pattern has a solution that is compatible with a row: what
// EXISTS asks. Implemented by the executor.
class PatternProbe {
 public:
  virtual ~PatternProbe() = default;
  // Column i of `batch` is variable schema[i].
  [[nodiscard]] virtual absl::StatusOr<bool> Exists(
      const Algebra& pattern, std::span<const Variable> schema,
      const Batch& batch, size_t row) = 0;
};

// What expressions of one query share.
struct EvaluationContext {
  TermSpace* terms = nullptr;
  PatternProbe* patterns = nullptr;  // null: EXISTS is kUnimplemented
  const Cancellation* cancellation = nullptr;
  std::string base_iri;  // for IRI()
  absl::Time now;        // the same for all of a query
  uint64_t seed = 0;     // RAND, UUID, BNODE
  // BNODE(label) gives the same blank node wherever it is asked for in one
  // solution. Evaluators of one scope must be given the same rows in the same
  // order (Extend upon Extend of one SELECT, in one thread) and then agree;
  // scopes that differ, and unset ones, have no blank node in common.
  std::optional<uint64_t> solution_scope = std::nullopt;
};

// Errors of expressions (SPARQL 1.1 Query, section 17.2) are no errors of
// calls: they give an unbound value, and do not pass a filter.
// Not thread-safe; one for each thread.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  // One value for each row. Errors: kResourceExhausted, kDataLoss, kCancelled,
  // kDeadlineExceeded.
  [[nodiscard]] virtual absl::Status Evaluate(
      const Batch& batch, std::vector<rdf::TermId>* values) = 0;
  // The rows (ascending) whose effective boolean value is true.
  [[nodiscard]] virtual absl::Status Select(const Batch& batch,
                                            std::vector<uint32_t>* rows) = 0;
};

// Variables that are not in the schema are unbound. `context` outlives it.
// Errors: kInvalidArgument (a wrong number of arguments, too deep nesting),
// kInternal (a kAggregate), and those of Evaluate: what is constant is computed
// here. A pattern of REGEX that is none and an unknown function are errors of
// the expression: they give unbound values.
[[nodiscard]] absl::StatusOr<std::unique_ptr<Evaluator>> MakeEvaluator(
    const Expression& expression, std::span<const Variable> schema,
    EvaluationContext& context);

}  // namespace skg::query
