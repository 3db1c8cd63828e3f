// Whether substituting values gives the rows that a join would keep.
#include <algorithm>
#include <type_traits>
#include <variant>

#include "query/plan/group_planner.h"
#include "query/plan/variables.h"

namespace skg::query::plan {
namespace {

struct Substitution {
  const VariableSet& given;

  [[nodiscard]] bool Meets(const VariableSet& variables) const {
    return given.Meets(variables);
  }
  // Of those given, an expression sees only what its pattern binds anyhow.
  [[nodiscard]] bool SeesOnly(const Expression& expression,
                              const VariableSet& bound) const {
    return bound.Covers(VariableSet::Common(given, VariablesOf(expression)));
  }

  bool operator()(const Bgp& node) const {
    // What statements say is read, never looked up.
    return std::none_of(node.statements.begin(), node.statements.end(),
                        [&](const StatementPattern& statement) {
                          return Meets(ColumnsOf(statement));
                        });
  }
  bool operator()(const TableCall& node) const {
    return !Meets(VariableSet(node.columns));
  }
  bool operator()(const PathPattern&) const { return true; }
  bool operator()(const Join& node) const { return All(node.inputs); }
  bool operator()(const Union& node) const { return All(node.inputs); }
  bool operator()(const LeftJoin& node) const {
    const VariableSet left = CertainVariables(*node.left);
    return MaySubstitute(*node.left, given) &&
           MaySubstitute(*node.right, given) &&
           left.Covers(VariableSet::Common(given, VariablesOf(*node.right))) &&
           (!node.condition || SeesOnly(*node.condition, left));
  }
  bool operator()(const Minus& node) const {
    return MaySubstitute(*node.left, given) && !Meets(VariablesOf(*node.right));
  }
  bool operator()(const Filter& node) const {
    return MaySubstitute(*node.input, given) &&
           SeesOnly(node.condition, CertainVariables(*node.input));
  }
  bool operator()(const GraphPattern& node) const {
    return MaySubstitute(*node.input, given);
  }
  bool operator()(const Extend& node) const {
    return !given.Has(node.variable) && MaySubstitute(*node.input, given) &&
           SeesOnly(node.expression, CertainVariables(*node.input));
  }
  bool operator()(const Values& node) const {
    return !Meets(VariableSet(node.variables));
  }
  bool operator()(const Project& node) const {
    return MaySubstitute(
        *node.input, VariableSet::Common(given, VariableSet(node.variables)));
  }
  bool operator()(const Group&) const { return false; }
  bool operator()(const Slice&) const { return false; }
  bool operator()(const Service&) const { return false; }
  template <typename Node>
    requires std::is_same_v<Node, OrderBy> || std::is_same_v<Node, Distinct> ||
             std::is_same_v<Node, Reduced>
  bool operator()(const Node& node) const {
    return MaySubstitute(*node.input, given);
  }

  [[nodiscard]] bool All(const std::vector<AlgebraPtr>& inputs) const {
    for (const AlgebraPtr& input : inputs) {
      if (!MaySubstitute(*input, given)) return false;
    }
    return true;
  }
};

}  // namespace

bool MaySubstitute(const Algebra& algebra, const VariableSet& given) {
  return std::visit(Substitution{given}, algebra.node);
}

}  // namespace skg::query::plan
