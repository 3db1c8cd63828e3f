// Which variables patterns and expressions mention, bind, and surely bind.
#pragma once

#include "query/algebra.h"
#include "query/plan/variable_set.h"

namespace skg::query::plan {

// All that are mentioned where values from outside could stand for them: also
// in EXISTS, but of a subquery only those that it projects.
[[nodiscard]] VariableSet VariablesOf(const Expression& expression);
[[nodiscard]] VariableSet VariablesOf(const Algebra& algebra);
[[nodiscard]] VariableSet VariablesOf(const TriplePattern& pattern);
[[nodiscard]] VariableSet VariablesOf(const RecordPattern& pattern);
[[nodiscard]] VariableSet ColumnsOf(const StatementPattern& pattern);
void AddVariables(const PatternTerm& term, VariableSet* out);

// Those that its solutions may bind (in scope: SPARQL 1.1 Query, 18.2.1).
[[nodiscard]] VariableSet VisibleVariables(const Algebra& algebra);
// Those that each of its solutions binds.
[[nodiscard]] VariableSet CertainVariables(const Algebra& algebra);
// Those that it gives a value by other means than matching: BIND, VALUES,
// aggregates, columns of statements and tables, SERVICE; and of GRAPH, where a
// subquery in it has one of that name for itself. No value may stand for them.
[[nodiscard]] VariableSet AssignedVariables(const Algebra& algebra);

// Whether a subquery in it, also in EXISTS, has such a variable that it does
// not project: another one than that outside.
[[nodiscard]] bool Hides(const Algebra& algebra, Variable variable);

// Whether it has the same value wherever its variables have: no EXISTS, no
// RAND, UUID or BNODE.
[[nodiscard]] bool IsPure(const Expression& expression);
[[nodiscard]] bool HasExists(const Expression& expression);

}  // namespace skg::query::plan
