// Random small datasets and random algebra over them.
#pragma once

#include <optional>
#include <random>

#include "query/algebra.h"
#include "support/naive_evaluator.h"

namespace skg::query::test {

class RandomAlgebra {
 public:
  static constexpr size_t kVariables = 7;

  explicit RandomAlgebra(std::mt19937_64& random) : random_(random) {}

  // Patterns from now on have records of statements in them; their reifiers are
  // the variables from `first_reifier` on, of which the next pattern begins
  // with the first again.
  void UseRecords(Variable first_reifier) { first_reifier_ = first_reifier; }

  // IRIs <n0> to <n5> as nodes, <p0> to <p2> as predicates, <g0> to <g2> as
  // graphs, and small numbers as objects.
  [[nodiscard]] skg::test::NaiveDataset Dataset();
  // Operators up to `depth` above each other, all of which the naive evaluator
  // knows.
  [[nodiscard]] AlgebraPtr Pattern(int depth);

 private:
  size_t Below(size_t n) { return random_() % n; }
  bool OneIn(size_t n) { return Below(n) == 0; }
  skg::test::NaiveTerm Node();
  PatternTerm Iri(const std::string& iri);
  PatternTerm AnyVariable();
  PatternTerm Subject();
  PatternTerm Predicate();
  PatternTerm Object();
  PropertyPath Path(int depth);
  Expression Condition(int depth);
  Expression Operand();
  AlgebraPtr Leaf();
  AlgebraPtr MakeRecords();
  AlgebraPtr MakeValues();
  AlgebraPtr MakeExtend(AlgebraPtr input);
  AlgebraPtr MakeGroup(AlgebraPtr input);
  AlgebraPtr MakeProject(AlgebraPtr input);

  std::mt19937_64& random_;
  std::optional<Variable> first_reifier_;
  Variable reifiers_ = 0;
};

}  // namespace skg::query::test
