#include "query/parameters.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <variant>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "query/plan/group_planner.h"
#include "query/plan/variables.h"

namespace skg::query {
namespace {

using plan::VariableSet;
using Result = absl::StatusOr<AlgebraPtr>;

Expression Constant(rdf::Term term) {
  Expression constant;
  constant.constant = std::move(term);
  return constant;
}

// The copy of a pattern that has the terms.
class Substitution {
 public:
  Substitution(const VariableValues& values, VariableTable& variables)
      : values_(values), variables_(variables) {
    for (const auto& [variable, term] : values) given_.Add(variable);
  }

  [[nodiscard]] Result Copy(const Algebra& algebra) {
    return std::visit(*this, algebra.node);
  }
  // Columns that are asked for and that the copy no longer has.
  [[nodiscard]] AlgebraPtr WithColumns(AlgebraPtr pattern,
                                       const VariableSet& columns) const {
    for (const auto& [variable, term] : values_) {
      if (!columns.Has(variable)) continue;
      pattern =
          MakeAlgebra(Extend{std::move(pattern), variable, Constant(term)});
    }
    return pattern;
  }

  Result operator()(const Bgp& node) {
    Bgp copy;
    for (const TriplePattern& triple : node.triples)
      copy.triples.push_back(Copy(triple));
    for (const RecordPattern& record : node.records)
      copy.records.push_back(Copy(record));
    for (const StatementPattern& statement : node.statements) {
      for (const auto& [field, column] : statement.columns) {
        if (given_.Has(column)) return Assigned(column);
      }
      copy.statements.push_back(statement);
      copy.statements.back().triple = Copy(statement.triple);
    }
    return MakeAlgebra(std::move(copy));
  }
  Result operator()(const PathPattern& node) {
    return MakeAlgebra(
        PathPattern{Copy(node.subject), node.path, Copy(node.object)});
  }
  Result operator()(const Join& node) {
    Join copy;
    SKG_ASSIGN_OR_RETURN(copy.inputs, CopyAll(node.inputs));
    return MakeAlgebra(std::move(copy));
  }
  Result operator()(const Union& node) {
    Union copy;
    SKG_ASSIGN_OR_RETURN(copy.inputs, CopyAll(node.inputs));
    return MakeAlgebra(std::move(copy));
  }
  Result operator()(const LeftJoin& node) {
    LeftJoin copy;
    SKG_ASSIGN_OR_RETURN(copy.left, Copy(*node.left));
    SKG_ASSIGN_OR_RETURN(copy.right, Copy(*node.right));
    if (node.condition) {
      SKG_ASSIGN_OR_RETURN(copy.condition, Copy(*node.condition));
    }
    return MakeAlgebra(std::move(copy));
  }
  Result operator()(const Minus& node) {
    Minus copy;
    SKG_ASSIGN_OR_RETURN(copy.left, Copy(*node.left));
    SKG_ASSIGN_OR_RETURN(copy.right, Copy(*node.right));
    return MakeAlgebra(std::move(copy));
  }
  Result operator()(const Filter& node) {
    Filter copy;
    SKG_ASSIGN_OR_RETURN(copy.input, Copy(*node.input));
    SKG_ASSIGN_OR_RETURN(copy.condition, Copy(node.condition));
    return MakeAlgebra(std::move(copy));
  }
  Result operator()(const GraphPattern& node) {
    PatternTerm graph = Copy(node.graph);
    if (graph.is_term() && !NamesGraph(graph.term()))
      return MakeAlgebra(Values{});
    SKG_ASSIGN_OR_RETURN(AlgebraPtr input, Copy(*node.input));
    return MakeAlgebra(GraphPattern{std::move(graph), std::move(input)});
  }
  Result operator()(const Extend& node) {
    if (given_.Has(node.variable)) return Assigned(node.variable);
    Extend copy;
    copy.variable = node.variable;
    SKG_ASSIGN_OR_RETURN(copy.input, Copy(*node.input));
    SKG_ASSIGN_OR_RETURN(copy.expression, Copy(node.expression));
    return MakeAlgebra(std::move(copy));
  }
  Result operator()(const Values& node) {
    Values copy;
    std::vector<size_t> kept;
    for (size_t i = 0; i < node.variables.size(); ++i) {
      if (given_.Has(node.variables[i])) continue;
      kept.push_back(i);
      copy.variables.push_back(node.variables[i]);
    }
    for (const auto& row : node.rows) {
      if (!Agrees(node.variables, row)) continue;
      auto& cells = copy.rows.emplace_back();
      for (const size_t i : kept) cells.push_back(row[i]);
    }
    return MakeAlgebra(std::move(copy));
  }
  Result operator()(const Group& node) {
    Group copy;
    SKG_ASSIGN_OR_RETURN(copy.input, Copy(*node.input));
    for (const auto& [variable, expression] : node.keys) {
      SKG_ASSIGN_OR_RETURN(Expression key, Copy(expression));
      // Still a key: without any there is a group even where nothing matches.
      copy.keys.emplace_back(given_.Has(variable) ? NewVariable() : variable,
                             std::move(key));
    }
    for (const Aggregate& aggregate : node.aggregates) {
      Aggregate& made = copy.aggregates.emplace_back(aggregate);
      if (aggregate.argument) {
        SKG_ASSIGN_OR_RETURN(made.argument, Copy(*aggregate.argument));
      }
    }
    return MakeAlgebra(std::move(copy));
  }
  Result operator()(const OrderBy& node) {
    OrderBy copy;
    SKG_ASSIGN_OR_RETURN(copy.input, Copy(*node.input));
    for (const OrderBy::Key& key : node.keys) {
      SKG_ASSIGN_OR_RETURN(Expression expression, Copy(key.expression));
      copy.keys.push_back(
          {std::move(expression), key.descending, key.collation});
    }
    return MakeAlgebra(std::move(copy));
  }
  Result operator()(const Project& node) {
    Project copy;
    const VariableSet outside = std::exchange(used_, {});
    SKG_ASSIGN_OR_RETURN(copy.input, Copy(*node.input));
    if (in_service_ && !VariableSet(node.variables).Covers(used_))
      return Unsendable();
    used_.Add(outside);
    for (const Variable v : node.variables) {
      if (!given_.Has(v)) copy.variables.push_back(v);
    }
    return MakeAlgebra(std::move(copy));
  }
  Result operator()(const Distinct& node) { return CopyAround(node); }
  Result operator()(const Reduced& node) { return CopyAround(node); }
  Result operator()(const Slice& node) {
    SKG_ASSIGN_OR_RETURN(AlgebraPtr input, Copy(*node.input));
    return MakeAlgebra(Slice{std::move(input), node.offset, node.limit});
  }
  Result operator()(const Service& node);
  Result operator()(const TableCall& node) {
    for (const Variable column : node.columns) {
      if (given_.Has(column)) return Assigned(column);
    }
    return MakeAlgebra(TableCall(node));
  }

 private:
  template <typename Node>
  Result CopyAround(const Node& node) {
    SKG_ASSIGN_OR_RETURN(AlgebraPtr input, Copy(*node.input));
    return MakeAlgebra(Node{std::move(input)});
  }
  absl::StatusOr<std::vector<AlgebraPtr>> CopyAll(
      const std::vector<AlgebraPtr>& inputs) {
    std::vector<AlgebraPtr> copies;
    for (const AlgebraPtr& input : inputs) {
      SKG_ASSIGN_OR_RETURN(AlgebraPtr copy, Copy(*input));
      copies.push_back(std::move(copy));
    }
    return copies;
  }

  // Null: it is no parameter.
  [[nodiscard]] const rdf::Term* ValueOf(Variable v) {
    for (const auto& [variable, term] : values_) {
      if (variable != v) continue;
      used_.Add(v);
      return &term;
    }
    return nullptr;
  }
  [[nodiscard]] Variable NewVariable() {
    variables_.names.emplace_back(".parameter");
    return static_cast<Variable>(variables_.names.size() - 1);
  }
  [[nodiscard]] absl::Status Assigned(Variable v) const {
    return absl::InvalidArgumentError(absl::StrCat(
        "the request itself gives ?", variables_.names[v],
        " a value by AS, so no parameter can; rename one of the two"));
  }
  [[nodiscard]] absl::Status Unsendable() const;
  [[nodiscard]] bool Agrees(const std::vector<Variable>& variables,
                            const std::vector<std::optional<rdf::Term>>& row) {
    for (size_t i = 0; i < row.size(); ++i) {
      const rdf::Term* value = ValueOf(variables[i]);
      if (value != nullptr && row[i] && *row[i] != *value) return false;
    }
    return true;
  }

  [[nodiscard]] PatternTerm Copy(const PatternTerm& term);
  [[nodiscard]] TriplePattern Copy(const TriplePattern& triple) {
    return {Copy(triple.subject), Copy(triple.predicate), Copy(triple.object)};
  }
  [[nodiscard]] RecordPattern Copy(const RecordPattern& record);
  [[nodiscard]] absl::StatusOr<Expression> Copy(const Expression& expression);

  const VariableValues& values_;
  VariableTable& variables_;
  VariableSet given_;
  VariableSet used_;  // those of them that it has met
  // A subquery may not have names to itself.
  bool in_service_ = false;
};

PatternTerm Substitution::Copy(const PatternTerm& term) {
  if (term.is_term()) return term;
  if (term.is_variable()) {
    const rdf::Term* value = ValueOf(term.variable());
    return value == nullptr ? term : PatternTerm{*value};
  }
  TripleTermPattern triple{Copy(term.triple().subject),
                           Copy(term.triple().predicate),
                           Copy(term.triple().object)};
  const bool whole = triple.subject.is_term() && triple.predicate.is_term() &&
                     triple.object.is_term();
  // What is no triple term stays a pattern, which no triple term fits.
  if (whole && triple.predicate.term().kind == rdf::TermKind::kIri &&
      (triple.subject.term().kind == rdf::TermKind::kIri ||
       triple.subject.term().kind == rdf::TermKind::kBlankNode)) {
    return {rdf::Term::Triple(triple.subject.term(), triple.predicate.term(),
                              triple.object.term())};
  }
  return {std::make_shared<const TripleTermPattern>(std::move(triple))};
}

RecordPattern Substitution::Copy(const RecordPattern& record) {
  RecordPattern copy{Copy(record.triple), Copy(record.reifier), {}, {}};
  if (record.reified) copy.reified = Copy(*record.reified);
  for (const RecordPattern::Value& value : record.properties)
    copy.properties.push_back({value.property, Copy(value.term)});
  return copy;
}

absl::StatusOr<Expression> Substitution::Copy(const Expression& expression) {
  if (expression.kind == Expression::Kind::kVariable) {
    const rdf::Term* value = ValueOf(expression.variable);
    return value == nullptr ? expression : Constant(*value);
  }
  const bool is_bound = expression.kind == Expression::Kind::kFunction &&
                        expression.function == Function::kBound;
  if (is_bound && ValueOf(expression.arguments[0].variable) != nullptr) {
    return Constant(
        rdf::Term::Literal("true", std::string(rdf::iri::kXsdBoolean)));
  }
  Expression copy = expression;
  for (Expression& argument : copy.arguments) {
    SKG_ASSIGN_OR_RETURN(argument, Copy(argument));
  }
  if (expression.pattern != nullptr) {
    SKG_ASSIGN_OR_RETURN(AlgebraPtr pattern, Copy(*expression.pattern));
    copy.pattern = std::move(pattern);
  }
  return copy;
}

absl::Status Substitution::Unsendable() const {
  return absl::InvalidArgumentError(
      "a parameter is used inside of SERVICE where a VALUES before its group "
      "would not reach: in a subquery that does not select it, or where it may "
      "be unbound; use it in a pattern of that group itself");
}

// The text that is sent stays, and the values are sent along as VALUES: that
// must mean the same.
Result Substitution::operator()(const Service& node) {
  Substitution probe(values_, variables_);
  probe.in_service_ = true;
  SKG_RETURN_IF_ERROR(probe.Copy(*node.input).status());
  const VariableValues none;
  SKG_ASSIGN_OR_RETURN(AlgebraPtr input,
                       Substitution(none, variables_).Copy(*node.input));
  const VariableSet told = probe.used_;
  if (!plan::MaySubstitute(*input, told)) return Unsendable();
  const VariableSet seen =
      VariableSet::Without(plan::VisibleVariables(*input), told);
  PatternTerm endpoint = Copy(node.endpoint);
  if (endpoint.is_term() && endpoint.term().kind != rdf::TermKind::kIri)
    return absl::InvalidArgumentError("SERVICE needs an IRI");
  AlgebraPtr service = MakeAlgebra(
      Service{std::move(endpoint), node.silent, std::move(input), node.text});
  if (told.empty()) return service;
  Values values;
  auto& row = values.rows.emplace_back();
  for (const auto& [variable, term] : values_) {
    if (!told.Has(variable)) continue;
    values.variables.push_back(variable);
    row.emplace_back(term);
  }
  Join join;
  join.inputs.push_back(MakeAlgebra(std::move(values)));
  join.inputs.push_back(std::move(service));
  return MakeAlgebra(Project{MakeAlgebra(std::move(join)), seen.values()});
}

VariableSet AskedFor(const Query& query) {
  VariableSet asked(query.result);
  for (const TriplePattern& triple : query.construct)
    asked.Add(plan::VariablesOf(triple));
  for (const PatternTerm& term : query.describe)
    plan::AddVariables(term, &asked);
  return asked;
}

VariableSet AskedFor(const Modify& modify) {
  VariableSet asked;
  for (const auto* quads : {&modify.remove, &modify.insert}) {
    for (const QuadPattern& quad : *quads) {
      if (quad.graph) plan::AddVariables(*quad.graph, &asked);
      asked.Add(plan::VariablesOf(quad.triple));
    }
  }
  return asked;
}

struct OperationCopy {
  Substitution& substitution;

  absl::StatusOr<UpdateOperation> operator()(const Modify& modify) const {
    SKG_ASSIGN_OR_RETURN(AlgebraPtr where, substitution.Copy(*modify.where));
    where = substitution.WithColumns(std::move(where), AskedFor(modify));
    return Modify{modify.with,   modify.remove,    modify.insert,
                  modify.usings, std::move(where), modify.base_iri};
  }
  // No other has variables.
  template <typename Operation>
  absl::StatusOr<UpdateOperation> operator()(const Operation& operation) const {
    return UpdateOperation(operation);
  }
};

}  // namespace

absl::StatusOr<Query> WithParameters(const Query& query,
                                     const VariableValues& values) {
  Query made;
  made.form = query.form;
  made.variables = query.variables;
  made.dataset = query.dataset;
  made.result = query.result;
  made.construct = query.construct;
  made.describe = query.describe;
  made.base_iri = query.base_iri;
  made.prefixes = query.prefixes;
  Substitution substitution(values, made.variables);
  SKG_ASSIGN_OR_RETURN(made.pattern, substitution.Copy(*query.pattern));
  made.pattern =
      substitution.WithColumns(std::move(made.pattern), AskedFor(query));
  return made;
}

absl::StatusOr<Update> WithParameters(const Update& update,
                                      const VariableValues& values) {
  Update made;
  made.variables = update.variables;
  Substitution substitution(values, made.variables);
  for (const UpdateOperation& operation : update.operations) {
    SKG_ASSIGN_OR_RETURN(UpdateOperation copy,
                         std::visit(OperationCopy{substitution}, operation));
    made.operations.push_back(std::move(copy));
  }
  return made;
}

}  // namespace skg::query
