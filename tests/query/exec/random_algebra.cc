#include "query/exec/random_algebra.h"

#include <string>
#include <utility>

#include "query/plan/variables.h"
#include "query/record_property.h"

namespace skg::query::test {

using skg::test::NaiveDataset;
using skg::test::NaiveTerm;

namespace {

Expression VariableExpression(Variable v) {
  Expression e;
  e.kind = Expression::Kind::kVariable;
  e.variable = v;
  return e;
}

// So many in one pattern, at most.
constexpr Variable kMostReifiers = 60;

std::string Numbered(const char* name, size_t i) {
  return name + std::to_string(i);
}

}  // namespace

NaiveTerm RandomAlgebra::Node() {
  return OneIn(4) ? std::to_string(Below(4))
                  : "<" + Numbered("n", Below(6)) + ">";
}

NaiveDataset RandomAlgebra::Dataset() {
  NaiveDataset dataset;
  const auto fill = [&](skg::test::NaiveGraph* graph, size_t triples) {
    for (size_t i = 0; i < triples; ++i) {
      graph->insert({"<" + Numbered("n", Below(6)) + ">",
                     "<" + Numbered("p", Below(3)) + ">", Node()});
    }
  };
  fill(&dataset.default_graph, Below(16));
  for (size_t g = 0; g < Below(4); ++g)
    fill(&dataset.named["<" + Numbered("g", g) + ">"], 1 + Below(8));
  return dataset;
}

PatternTerm RandomAlgebra::Iri(const std::string& iri) {
  return {rdf::Term::Iri(iri)};
}
PatternTerm RandomAlgebra::AnyVariable() {
  return {static_cast<Variable>(Below(kVariables))};
}
PatternTerm RandomAlgebra::Subject() {
  // <n6> is in no graph.
  return OneIn(4) ? Iri(Numbered("n", Below(7))) : AnyVariable();
}
PatternTerm RandomAlgebra::Predicate() {
  return OneIn(5) ? AnyVariable() : Iri(Numbered("p", Below(3)));
}
PatternTerm RandomAlgebra::Object() {
  return OneIn(4) ? PatternTerm{skg::test::FromNaive(Node())} : AnyVariable();
}

PropertyPath RandomAlgebra::Path(int depth) {
  using Kind = PropertyPath::Kind;
  PropertyPath path;
  if (depth == 0 || OneIn(4)) {
    path.iri = Numbered("p", Below(3));
    return path;
  }
  constexpr Kind kKinds[] = {
      Kind::kInverse,   Kind::kSequence,  Kind::kAlternative, Kind::kZeroOrMore,
      Kind::kOneOrMore, Kind::kZeroOrOne, Kind::kNegated};
  path.kind = kKinds[Below(std::size(kKinds))];
  if (path.kind == Kind::kNegated) {
    for (size_t i = 0; i < 1 + Below(2); ++i) {
      PropertyPath link;
      link.iri = Numbered("p", Below(3));
      if (OneIn(2)) {
        PropertyPath inverse;
        inverse.kind = Kind::kInverse;
        inverse.parts.push_back(link);
        link = std::move(inverse);
      }
      path.parts.push_back(std::move(link));
    }
    return path;
  }
  const bool two =
      path.kind == Kind::kSequence || path.kind == Kind::kAlternative;
  for (int i = 0; i < (two ? 2 : 1); ++i) path.parts.push_back(Path(depth - 1));
  return path;
}

Expression RandomAlgebra::Operand() {
  if (OneIn(3)) {
    Expression e;
    e.constant = skg::test::FromNaive(Node());
    return e;
  }
  return VariableExpression(static_cast<Variable>(Below(kVariables)));
}

Expression RandomAlgebra::Condition(int depth) {
  using Kind = Expression::Kind;
  Expression e;
  const size_t choice = Below(depth > 0 ? 10 : 5);
  if (choice >= 8) {
    e.kind = OneIn(2) ? Kind::kExists : Kind::kNotExists;
    e.pattern = Pattern(depth - 1);
    return e;
  }
  if (choice >= 5) {
    e.kind = choice == 5 ? Kind::kAnd : choice == 6 ? Kind::kOr : Kind::kNot;
    e.arguments.push_back(Condition(depth - 1));
    if (e.kind != Kind::kNot) e.arguments.push_back(Condition(depth - 1));
    return e;
  }
  if (choice == 0) {
    e.kind = Kind::kFunction;
    e.function = Function::kBound;
    e.arguments.push_back(
        VariableExpression(static_cast<Variable>(Below(kVariables))));
    return e;
  }
  e.kind = choice == 1   ? Kind::kNotEqual
           : choice == 2 ? Kind::kLess
                         : Kind::kEqual;
  e.arguments.push_back(Operand());
  e.arguments.push_back(Operand());
  return e;
}

AlgebraPtr RandomAlgebra::MakeValues() {
  Values values;
  const Variable first = static_cast<Variable>(Below(kVariables));
  values.variables.push_back(first);
  if (OneIn(2)) values.variables.push_back((first + 1) % kVariables);
  for (size_t i = 0; i < Below(4); ++i) {
    auto& row = values.rows.emplace_back();
    for (size_t c = 0; c < values.variables.size(); ++c) {
      row.emplace_back();
      if (!OneIn(4)) row.back() = skg::test::FromNaive(Node());
    }
  }
  return MakeAlgebra(std::move(values));
}

AlgebraPtr RandomAlgebra::MakeRecords() {
  Bgp bgp;
  for (size_t i = 0; i < Below(3); ++i)
    bgp.triples.push_back({Subject(), Predicate(), Object()});
  for (size_t i = 0; i < 1 + Below(2); ++i) {
    RecordPattern record;
    record.triple = {Subject(), Predicate(), Object()};
    record.reifier = {*first_reifier_ + reifiers_++ % kMostReifiers};
    RecordPattern::Value& value = record.properties.emplace_back();
    value.property.field = RecordProperty::Field::kMetadataMember;
    value.property.key = skg::test::kRecordMember;
    value.term =
        OneIn(3) ? PatternTerm{skg::test::FromNaive(std::to_string(Below(3)))}
                 : AnyVariable();
    bgp.records.push_back(std::move(record));
  }
  // A reifier is the statement's, whatever it is called: nobody sees it.
  Project project;
  AlgebraPtr input = MakeAlgebra(std::move(bgp));
  for (const Variable v : plan::VisibleVariables(*input)) {
    if (v < *first_reifier_) project.variables.push_back(v);
  }
  project.input = std::move(input);
  return MakeAlgebra(std::move(project));
}

AlgebraPtr RandomAlgebra::Leaf() {
  if (first_reifier_ && OneIn(2)) return MakeRecords();
  if (OneIn(6)) return MakeValues();
  if (OneIn(4)) return MakeAlgebra(PathPattern{Subject(), Path(2), Object()});
  Bgp bgp;
  for (size_t i = 0; i < (OneIn(10) ? 0 : 1 + Below(3)); ++i)
    bgp.triples.push_back({Subject(), Predicate(), Object()});
  return MakeAlgebra(std::move(bgp));
}

AlgebraPtr RandomAlgebra::MakeExtend(AlgebraPtr input) {
  const plan::VariableSet mentioned = plan::VariablesOf(*input);
  const auto v = static_cast<Variable>(Below(kVariables));
  if (mentioned.Has(v)) return input;
  Expression sum = Operand();
  if (OneIn(2)) {
    Expression add;
    add.kind = Expression::Kind::kAdd;
    add.arguments.push_back(std::move(sum));
    add.arguments.push_back(Operand());
    sum = std::move(add);
  }
  // The new variable is not in scope where it is computed.
  if (plan::VariablesOf(sum).Has(v)) return input;
  return MakeAlgebra(Extend{std::move(input), v, std::move(sum)});
}

AlgebraPtr RandomAlgebra::MakeGroup(AlgebraPtr input) {
  const plan::VariableSet mentioned = plan::VariablesOf(*input);
  const plan::VariableSet visible = plan::VisibleVariables(*input);
  Group group;
  for (const Variable v : visible) {
    if (OneIn(3)) group.keys.emplace_back(v, VariableExpression(v));
  }
  for (Variable v = 0; v < kVariables; ++v) {
    if (mentioned.Has(v) || OneIn(2)) continue;
    Aggregate aggregate;
    aggregate.variable = v;
    aggregate.distinct = OneIn(2);
    if (OneIn(2)) {
      aggregate.argument = Operand();
      // A variable that the group makes is none of its input.
      if (!visible.Covers(plan::VariablesOf(*aggregate.argument)))
        aggregate.argument.reset();
    }
    group.aggregates.push_back(std::move(aggregate));
  }
  if (group.aggregates.empty()) return input;
  group.input = std::move(input);
  return MakeAlgebra(std::move(group));
}

AlgebraPtr RandomAlgebra::MakeProject(AlgebraPtr input) {
  Project project;
  for (const Variable v : plan::VisibleVariables(*input)) {
    if (OneIn(2)) project.variables.push_back(v);
  }
  project.input = std::move(input);
  return MakeAlgebra(std::move(project));
}

AlgebraPtr RandomAlgebra::Pattern(int depth) {
  if (depth <= 0) return Leaf();
  switch (Below(12)) {
    case 0:
    case 1: {
      Join join;
      for (size_t i = 0; i < 2 + Below(2); ++i)
        join.inputs.push_back(Pattern(depth - 1));
      return MakeAlgebra(std::move(join));
    }
    case 2:
    case 3: {
      LeftJoin join;
      join.left = Pattern(depth - 1);
      join.right = Pattern(depth - 1);
      if (OneIn(2)) join.condition = Condition(1);
      return MakeAlgebra(std::move(join));
    }
    case 4: {
      Union both;
      both.inputs.push_back(Pattern(depth - 1));
      both.inputs.push_back(Pattern(depth - 1));
      return MakeAlgebra(std::move(both));
    }
    case 5:
      return MakeAlgebra(Minus{Pattern(depth - 1), Pattern(depth - 1)});
    case 6:
    case 7: {
      AlgebraPtr input = Pattern(depth - 1);
      return MakeAlgebra(Filter{std::move(input), Condition(2)});
    }
    case 8:
      return MakeExtend(Pattern(depth - 1));
    case 9:
      return MakeAlgebra(
          GraphPattern{OneIn(2) ? AnyVariable() : Iri(Numbered("g", Below(4))),
                       Pattern(depth - 1)});
    case 10:
      return MakeGroup(Pattern(depth - 1));
    default: {
      AlgebraPtr project = MakeProject(Pattern(depth - 1));
      return OneIn(2) ? MakeAlgebra(Distinct{std::move(project)})
                      : std::move(project);
    }
  }
}

}  // namespace skg::query::test
