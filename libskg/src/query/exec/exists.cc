#include "query/exec/exists.h"

#include <utility>

#include "base/status.h"
#include "query/exec/operator.h"
#include "query/plan/planner.h"
#include "query/plan/variables.h"

namespace skg::query::exec {
namespace {

// Whether a row of the answer agrees with what was not substituted.
bool Compatible(const Batch& batch, size_t row,
                const std::vector<Variable>& schema,
                const Parameters& checked) {
  for (size_t c = 0; c < schema.size(); ++c) {
    const rdf::TermId own = batch.columns[c][row];
    const rdf::TermId other = checked.Get(schema[c]);
    if (own.bound() && other.bound() && own != other) return false;
  }
  return true;
}

}  // namespace

PatternExistence::Pattern& PatternExistence::Know(
    const Algebra& pattern, std::span<const Variable> schema) {
  const auto [at, is_new] = patterns_.try_emplace(&pattern);
  Pattern& known = at->second;
  if (!is_new) return known;
  plan::VariableSet wanted = plan::VariablesOf(pattern);
  known.assigned = plan::AssignedVariables(pattern);
  // The graph is none of the pattern's variables, but as needed.
  if (!scope_.graph.is_default &&
      scope_.graph.name.kind == plan::Place::Kind::kVariable) {
    wanted.Add(scope_.graph.name.variable);
  }
  for (size_t c = 0; c < schema.size(); ++c) {
    if (wanted.Has(schema[c])) known.columns.emplace_back(schema[c], c);
  }
  return known;
}

absl::StatusOr<bool> PatternExistence::Exists(const Algebra& pattern,
                                              std::span<const Variable> schema,
                                              const Batch& batch, size_t row) {
  SKG_RETURN_IF_ERROR(context_.Tick());
  Pattern& known = Know(pattern, schema);
  std::vector<rdf::TermId> values;
  for (const auto& [variable, column] : known.columns)
    values.push_back(batch.columns[column][row]);
  if (known.asked && values == known.last_values) return known.last_answer;

  Parameters parameters, checked;
  plan::VariableSet bound;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values[i].bound()) continue;
    const Variable v = known.columns[i].first;
    if (known.assigned.Has(v)) {
      checked.Set(v, values[i]);
    } else {
      parameters.Set(v, values[i]);
      bound.Add(v);
    }
  }
  // Parameters of the operator stand in the pattern too.
  for (const auto& [variable, value] : given_.values()) {
    if (!scope_.given.Has(variable) || bound.Has(variable) ||
        checked.Get(variable).bound()) {
      continue;
    }
    if (known.assigned.Has(variable)) {
      checked.Set(variable, value);
    } else {
      parameters.Set(variable, value);
      bound.Add(variable);
    }
  }
  SKG_ASSIGN_OR_RETURN(const plan::PlanPtr plan, PlanFor(pattern, bound));
  SKG_ASSIGN_OR_RETURN(known.last_answer, Run(*plan, parameters, checked));
  known.last_values = std::move(values);
  known.asked = true;
  return known.last_answer;
}

absl::StatusOr<plan::PlanPtr> PatternExistence::PlanFor(
    const Algebra& pattern, const plan::VariableSet& bound) {
  const plan::Place& name = scope_.graph.name;
  std::vector<uint64_t> key = {scope_.graph.is_default ? uint64_t{1} : 0,
                               static_cast<uint64_t>(name.kind), name.id.bits,
                               name.variable};
  key.insert(key.end(), bound.begin(), bound.end());
  if (const plan::PlanPtr known = context_.ExistsPlan(&pattern, key))
    return known;
  plan::Planner planner(context_);
  SKG_ASSIGN_OR_RETURN(plan::PlanPtr plan,
                       planner.PlanExists(pattern, scope_.graph, bound));
  context_.ExistsPlan(&pattern, key) = plan;
  return plan;
}

absl::StatusOr<bool> PatternExistence::Run(const plan::PlanNode& plan,
                                           const Parameters& parameters,
                                           const Parameters& checked) {
  SKG_ASSIGN_OR_RETURN(const OperatorPtr root,
                       MakeOperator(plan, parameters, context_));
  Batch batch;
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, root->Next(batch));
    if (!more) return false;
    for (size_t row = 0; row < batch.rows; ++row) {
      if (Compatible(batch, row, root->schema(), checked)) return true;
    }
  }
}

}  // namespace skg::query::exec
