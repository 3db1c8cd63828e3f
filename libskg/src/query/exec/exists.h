// PatternExistence: what EXISTS asks, by substitution.
#pragma once

#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "query/exec/context.h"
#include "query/plan/plan_node.h"
#include "query/values/evaluator.h"

namespace skg::query::exec {

// SPARQL 1.1 Query, section 18.6: the values of the row stand for its
// variables in the pattern, but for those that the pattern itself gives a value
// (BIND, VALUES, aggregates): these must come out equal.
// Plans are kept, in the context, by which variables of a row are bound.
// Not thread-safe.
class PatternExistence final : public PatternProbe {
 public:
  PatternExistence(const plan::ExpressionScope& scope, const Parameters& given,
                   Context& context)
      : scope_(scope), given_(given), context_(context) {}

  [[nodiscard]] absl::StatusOr<bool> Exists(const Algebra& pattern,
                                            std::span<const Variable> schema,
                                            const Batch& batch,
                                            size_t row) override;

 private:
  // What is known of a pattern of the expression, once it was asked.
  struct Pattern {
    std::vector<std::pair<Variable, size_t>> columns;  // of its variables
    plan::VariableSet assigned;  // those that no value may stand for
    // The last answer, and the values that it was for.
    std::vector<rdf::TermId> last_values;
    bool asked = false, last_answer = false;
  };

  absl::StatusOr<plan::PlanPtr> PlanFor(const Algebra& pattern,
                                        const plan::VariableSet& bound);
  Pattern& Know(const Algebra& pattern, std::span<const Variable> schema);
  absl::StatusOr<bool> Run(const plan::PlanNode& plan,
                           const Parameters& parameters,
                           const Parameters& checked);

  const plan::ExpressionScope scope_;
  const Parameters given_;
  Context& context_;
  absl::flat_hash_map<const Algebra*, Pattern> patterns_;
};

}  // namespace skg::query::exec
