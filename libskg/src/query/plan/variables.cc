#include "query/plan/variables.h"

#include <algorithm>
#include <type_traits>
#include <variant>

namespace skg::query::plan {
namespace {

template <typename Node, typename... Nodes>
constexpr bool kIs = (std::is_same_v<Node, Nodes> || ...);

// Operators with one input, whose variables go through.
template <typename Node>
constexpr bool kPassesThrough =
    kIs<Node, Filter, OrderBy, Distinct, Reduced, Slice>;

void AddVariables(const Expression& expression, VariableSet* out) {
  if (expression.kind == Expression::Kind::kVariable)
    out->Add(expression.variable);
  for (const Expression& argument : expression.arguments)
    AddVariables(argument, out);
  if (expression.pattern != nullptr) out->Add(VariablesOf(*expression.pattern));
}

VariableSet TermsOf(const PathPattern& path) {
  VariableSet out;
  AddVariables(path.subject, &out);
  AddVariables(path.object, &out);
  return out;
}

VariableSet TermsOf(const Bgp& bgp) {
  VariableSet out;
  for (const TriplePattern& triple : bgp.triples) out.Add(VariablesOf(triple));
  for (const RecordPattern& record : bgp.records) out.Add(VariablesOf(record));
  for (const StatementPattern& statement : bgp.statements) {
    out.Add(VariablesOf(statement.triple));
    out.Add(ColumnsOf(statement));
  }
  return out;
}

// What each mentions of its own, besides its inputs.
void AddOwn(const Filter& node, VariableSet* out) {
  AddVariables(node.condition, out);
}
void AddOwn(const OrderBy& node, VariableSet* out) {
  for (const OrderBy::Key& key : node.keys) AddVariables(key.expression, out);
}
void AddOwn(const Distinct&, VariableSet*) {}
void AddOwn(const Reduced&, VariableSet*) {}
void AddOwn(const Slice&, VariableSet*) {}

struct Mentioned {
  VariableSet operator()(const Bgp& node) const { return TermsOf(node); }
  VariableSet operator()(const TableCall& node) const {
    return VariableSet(node.columns);
  }
  VariableSet operator()(const PathPattern& node) const {
    return TermsOf(node);
  }
  VariableSet operator()(const Join& node) const { return All(node.inputs); }
  VariableSet operator()(const Union& node) const { return All(node.inputs); }
  VariableSet operator()(const LeftJoin& node) const {
    VariableSet out = Both(node);
    if (node.condition) AddVariables(*node.condition, &out);
    return out;
  }
  VariableSet operator()(const Minus& node) const { return Both(node); }
  VariableSet operator()(const GraphPattern& node) const {
    VariableSet out = VariablesOf(*node.input);
    plan::AddVariables(node.graph, &out);
    return out;
  }
  VariableSet operator()(const Extend& node) const {
    VariableSet out = VariablesOf(*node.input);
    AddVariables(node.expression, &out);
    out.Add(node.variable);
    return out;
  }
  VariableSet operator()(const Values& node) const {
    return VariableSet(node.variables);
  }
  VariableSet operator()(const Group& node) const {
    VariableSet out = VariablesOf(*node.input);
    for (const auto& [variable, expression] : node.keys) {
      AddVariables(expression, &out);
      out.Add(variable);
    }
    for (const Aggregate& aggregate : node.aggregates) {
      if (aggregate.argument) AddVariables(*aggregate.argument, &out);
      out.Add(aggregate.variable);
    }
    return out;
  }
  VariableSet operator()(const Project& node) const {
    return VariableSet(node.variables);
  }
  VariableSet operator()(const Service& node) const {
    VariableSet out = VariablesOf(*node.input);
    plan::AddVariables(node.endpoint, &out);
    return out;
  }
  template <typename Node>
    requires kPassesThrough<Node>
  VariableSet operator()(const Node& node) const {
    VariableSet out = VariablesOf(*node.input);
    AddOwn(node, &out);
    return out;
  }

 private:
  static VariableSet All(const std::vector<AlgebraPtr>& inputs) {
    VariableSet out;
    for (const AlgebraPtr& input : inputs) out.Add(VariablesOf(*input));
    return out;
  }
  template <typename Node>
  static VariableSet Both(const Node& node) {
    return VariableSet::Union(VariablesOf(*node.left),
                              VariablesOf(*node.right));
  }
};

struct Visible {
  VariableSet operator()(const Bgp& node) const { return TermsOf(node); }
  VariableSet operator()(const TableCall& node) const {
    return VariableSet(node.columns);
  }
  VariableSet operator()(const PathPattern& node) const {
    return TermsOf(node);
  }
  VariableSet operator()(const Join& node) const { return All(node.inputs); }
  VariableSet operator()(const Union& node) const { return All(node.inputs); }
  VariableSet operator()(const LeftJoin& node) const {
    return VariableSet::Union(VisibleVariables(*node.left),
                              VisibleVariables(*node.right));
  }
  VariableSet operator()(const Minus& node) const {
    return VisibleVariables(*node.left);
  }
  VariableSet operator()(const GraphPattern& node) const {
    VariableSet out = VisibleVariables(*node.input);
    plan::AddVariables(node.graph, &out);
    return out;
  }
  VariableSet operator()(const Extend& node) const {
    VariableSet out = VisibleVariables(*node.input);
    out.Add(node.variable);
    return out;
  }
  VariableSet operator()(const Values& node) const {
    return VariableSet(node.variables);
  }
  VariableSet operator()(const Group& node) const {
    VariableSet out;
    for (const auto& [variable, expression] : node.keys) out.Add(variable);
    for (const Aggregate& a : node.aggregates) out.Add(a.variable);
    return out;
  }
  VariableSet operator()(const Project& node) const {
    return VariableSet(node.variables);
  }
  VariableSet operator()(const Service& node) const {
    VariableSet out = VisibleVariables(*node.input);
    plan::AddVariables(node.endpoint, &out);
    return out;
  }
  template <typename Node>
    requires kPassesThrough<Node>
  VariableSet operator()(const Node& node) const {
    return VisibleVariables(*node.input);
  }

 private:
  static VariableSet All(const std::vector<AlgebraPtr>& inputs) {
    VariableSet out;
    for (const AlgebraPtr& input : inputs) out.Add(VisibleVariables(*input));
    return out;
  }
};

struct Certain {
  VariableSet operator()(const Bgp& node) const {
    VariableSet out = TermsOf(node);
    for (const StatementPattern& statement : node.statements) {
      for (const auto& [field, variable] : statement.columns) {
        if (field == StatementField::kGraph) out.Remove(variable);
      }
    }
    return out;
  }
  VariableSet operator()(const TableCall& node) const {
    return VariableSet(node.columns);
  }
  VariableSet operator()(const PathPattern& node) const {
    return TermsOf(node);
  }
  VariableSet operator()(const Join& node) const {
    VariableSet out;
    for (const AlgebraPtr& input : node.inputs)
      out.Add(CertainVariables(*input));
    return out;
  }
  VariableSet operator()(const Union& node) const {
    VariableSet out = CertainVariables(*node.inputs[0]);
    for (const AlgebraPtr& input : node.inputs)
      out = VariableSet::Common(out, CertainVariables(*input));
    return out;
  }
  VariableSet operator()(const LeftJoin& node) const {
    return CertainVariables(*node.left);
  }
  VariableSet operator()(const Minus& node) const {
    return CertainVariables(*node.left);
  }
  VariableSet operator()(const GraphPattern& node) const {
    VariableSet out = CertainVariables(*node.input);
    plan::AddVariables(node.graph, &out);
    return out;
  }
  VariableSet operator()(const Extend& node) const {
    VariableSet out = CertainVariables(*node.input);
    const bool copies = node.expression.kind == Expression::Kind::kConstant ||
                        (node.expression.kind == Expression::Kind::kVariable &&
                         out.Has(node.expression.variable));
    if (copies) out.Add(node.variable);
    return out;
  }
  VariableSet operator()(const Values& node) const {
    VariableSet out;
    for (size_t i = 0; i < node.variables.size(); ++i) {
      if (std::all_of(node.rows.begin(), node.rows.end(),
                      [i](const auto& row) { return row[i].has_value(); })) {
        out.Add(node.variables[i]);
      }
    }
    return out;
  }
  VariableSet operator()(const Group& node) const {
    const VariableSet input = CertainVariables(*node.input);
    VariableSet out;
    for (const auto& [variable, expression] : node.keys) {
      if (expression.kind == Expression::Kind::kVariable &&
          input.Has(expression.variable)) {
        out.Add(variable);
      }
    }
    for (const Aggregate& a : node.aggregates) {
      if (a.aggregation == Aggregation::kCount) out.Add(a.variable);
    }
    return out;
  }
  VariableSet operator()(const Project& node) const {
    return VariableSet::Common(VariableSet(node.variables),
                               CertainVariables(*node.input));
  }
  VariableSet operator()(const Service&) const { return {}; }
  template <typename Node>
    requires kPassesThrough<Node>
  VariableSet operator()(const Node& node) const {
    return CertainVariables(*node.input);
  }
};

struct Assigned {
  VariableSet operator()(const Bgp& node) const {
    VariableSet out;
    for (const StatementPattern& statement : node.statements)
      out.Add(ColumnsOf(statement));
    return out;
  }
  VariableSet operator()(const TableCall& node) const {
    return VariableSet(node.columns);
  }
  VariableSet operator()(const PathPattern&) const { return {}; }
  VariableSet operator()(const Join& node) const { return All(node.inputs); }
  VariableSet operator()(const Union& node) const { return All(node.inputs); }
  VariableSet operator()(const LeftJoin& node) const { return Both(node); }
  VariableSet operator()(const Minus& node) const { return Both(node); }
  VariableSet operator()(const GraphPattern& node) const {
    VariableSet out = AssignedVariables(*node.input);
    if (node.graph.is_variable() && Hides(*node.input, node.graph.variable()))
      out.Add(node.graph.variable());
    return out;
  }
  VariableSet operator()(const Extend& node) const {
    VariableSet out = AssignedVariables(*node.input);
    out.Add(node.variable);
    return out;
  }
  VariableSet operator()(const Values& node) const {
    return VariableSet(node.variables);
  }
  VariableSet operator()(const Group& node) const {
    VariableSet out = AssignedVariables(*node.input);
    for (const auto& [variable, expression] : node.keys) {
      if (expression.kind != Expression::Kind::kVariable ||
          expression.variable != variable) {
        out.Add(variable);
      }
    }
    for (const Aggregate& a : node.aggregates) out.Add(a.variable);
    return out;
  }
  VariableSet operator()(const Project& node) const {
    return VariableSet::Common(VariableSet(node.variables),
                               AssignedVariables(*node.input));
  }
  VariableSet operator()(const Service& node) const {
    return VisibleVariables(*node.input);
  }
  template <typename Node>
    requires kPassesThrough<Node>
  VariableSet operator()(const Node& node) const {
    return AssignedVariables(*node.input);
  }

 private:
  static VariableSet All(const std::vector<AlgebraPtr>& inputs) {
    VariableSet out;
    for (const AlgebraPtr& input : inputs) out.Add(AssignedVariables(*input));
    return out;
  }
  template <typename Node>
  static VariableSet Both(const Node& node) {
    return VariableSet::Union(AssignedVariables(*node.left),
                              AssignedVariables(*node.right));
  }
};

struct Hidden {
  const Variable variable;

  // The operator itself; then its inputs and expressions.
  bool operator()(const Project& node) const {
    if (!VariableSet(node.variables).Has(variable) &&
        VariablesOf(*node.input).Has(variable)) {
      return true;
    }
    return Hides(*node.input, variable);
  }
  bool operator()(const LeftJoin& node) const {
    return Hides(*node.left, variable) || Hides(*node.right, variable) ||
           (node.condition && In(*node.condition));
  }
  bool operator()(const Minus& node) const {
    return Hides(*node.left, variable) || Hides(*node.right, variable);
  }
  bool operator()(const Filter& node) const {
    return Hides(*node.input, variable) || In(node.condition);
  }
  bool operator()(const Extend& node) const {
    return Hides(*node.input, variable) || In(node.expression);
  }
  bool operator()(const OrderBy& node) const {
    return Hides(*node.input, variable) ||
           std::any_of(
               node.keys.begin(), node.keys.end(),
               [this](const OrderBy::Key& key) { return In(key.expression); });
  }
  bool operator()(const Group& node) const {
    return Hides(*node.input, variable) ||
           std::any_of(node.keys.begin(), node.keys.end(),
                       [this](const auto& key) { return In(key.second); }) ||
           std::any_of(node.aggregates.begin(), node.aggregates.end(),
                       [this](const Aggregate& aggregate) {
                         return aggregate.argument && In(*aggregate.argument);
                       });
  }
  template <typename Node>
  bool operator()(const Node& node) const {
    if constexpr (requires { node.inputs; }) {
      return std::any_of(
          node.inputs.begin(), node.inputs.end(),
          [this](const AlgebraPtr& input) { return Hides(*input, variable); });
    } else if constexpr (requires { node.input; }) {
      return Hides(*node.input, variable);
    } else {
      return false;
    }
  }

 private:
  [[nodiscard]] bool In(const Expression& expression) const {
    return (expression.pattern != nullptr &&
            Hides(*expression.pattern, variable)) ||
           std::any_of(
               expression.arguments.begin(), expression.arguments.end(),
               [this](const Expression& argument) { return In(argument); });
  }
};

}  // namespace

void AddVariables(const PatternTerm& term, VariableSet* out) {
  if (term.is_variable()) {
    out->Add(term.variable());
  } else if (!term.is_term()) {
    AddVariables(term.triple().subject, out);
    AddVariables(term.triple().predicate, out);
    AddVariables(term.triple().object, out);
  }
}

VariableSet VariablesOf(const TriplePattern& pattern) {
  VariableSet out;
  AddVariables(pattern.subject, &out);
  AddVariables(pattern.predicate, &out);
  AddVariables(pattern.object, &out);
  return out;
}

VariableSet VariablesOf(const RecordPattern& record) {
  VariableSet out = VariablesOf(record.triple);
  AddVariables(record.reifier, &out);
  if (record.reified) AddVariables(*record.reified, &out);
  for (const RecordPattern::Value& value : record.properties)
    AddVariables(value.term, &out);
  return out;
}

VariableSet ColumnsOf(const StatementPattern& statement) {
  VariableSet out;
  for (const auto& [field, variable] : statement.columns) out.Add(variable);
  return out;
}

VariableSet VariablesOf(const Expression& expression) {
  VariableSet out;
  AddVariables(expression, &out);
  return out;
}
VariableSet VariablesOf(const Algebra& algebra) {
  return std::visit(Mentioned{}, algebra.node);
}
VariableSet VisibleVariables(const Algebra& algebra) {
  return std::visit(Visible{}, algebra.node);
}
VariableSet CertainVariables(const Algebra& algebra) {
  return std::visit(Certain{}, algebra.node);
}
VariableSet AssignedVariables(const Algebra& algebra) {
  return std::visit(Assigned{}, algebra.node);
}

bool Hides(const Algebra& algebra, Variable variable) {
  return std::visit(Hidden{variable}, algebra.node);
}

bool HasExists(const Expression& expression) {
  return expression.pattern != nullptr ||
         std::any_of(expression.arguments.begin(), expression.arguments.end(),
                     HasExists);
}

bool IsPure(const Expression& expression) {
  if (expression.pattern != nullptr) return false;
  if (expression.kind == Expression::Kind::kFunction) {
    switch (expression.function) {
      case Function::kRand:
      case Function::kUuid:
      case Function::kStrUuid:
      case Function::kBnode:
        return false;
      default:
        break;
    }
  }
  return std::all_of(expression.arguments.begin(), expression.arguments.end(),
                     IsPure);
}

}  // namespace skg::query::plan
