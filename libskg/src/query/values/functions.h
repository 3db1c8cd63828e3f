// The functions of SPARQL that take values and give a value, row by row.
// (BOUND, IF, COALESCE, sameTerm and what only asks for a kind are nodes of
// their own.)
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "query/expression.h"
#include "query/values/evaluation_state.h"
#include "query/values/value.h"

namespace skg::query {

// One call: its arguments, none of them an error.
class Call {
 public:
  // columns[i] holds the values of argument i, one for each row or, where
  // `constant`, one for all.
  struct Column {
    const std::vector<Value>* values = nullptr;
    bool constant = false;
  };
  Call(EvaluationState& evaluation, std::span<const Column> columns)
      : state(evaluation), columns_(columns) {}

  void SetRow(size_t place, uint64_t row_ordinal) {
    place_ = place;
    ordinal = row_ordinal;
  }
  [[nodiscard]] size_t size() const { return columns_.size(); }
  [[nodiscard]] const Value& operator[](size_t i) const {
    return (*columns_[i].values)[columns_[i].constant ? 0 : place_];
  }

  EvaluationState& state;
  // Of the solution, see EvaluationState::Ordinal.
  uint64_t ordinal = 0;
  // What ends the query, not only this call.
  absl::Status status;

 private:
  std::span<const Column> columns_;
  size_t place_ = 0;
};

struct FunctionEntry {
  using Body = Value (*)(Call& call);
  Body body = nullptr;  // null: there is no such function
  size_t least_arguments = 0;
  size_t most_arguments = 0;
  // The same arguments give the same value, in whatever solution.
  bool pure = true;
};
inline constexpr size_t kAnyNumber = static_cast<size_t>(-1);

[[nodiscard]] FunctionEntry FindFunction(Function function);
// By IRI: the casts of section 17.5 and to the other datatypes that have
// values. They take one argument.
[[nodiscard]] FunctionEntry FindCast(std::string_view iri);

// The parts of the table, by the folder's files.
[[nodiscard]] FunctionEntry FindTermFunction(Function function);
[[nodiscard]] FunctionEntry FindStringFunction(Function function);
[[nodiscard]] FunctionEntry FindPatternFunction(Function function);
[[nodiscard]] FunctionEntry FindNumberFunction(Function function);
[[nodiscard]] FunctionEntry FindTimeFunction(Function function);
[[nodiscard]] FunctionEntry FindHashFunction(Function function);

// `+ - * /`: kAdd, kSubtract, kMultiply, kDivide. Errors: an argument that is
// no number, overflow of integers and decimals, an exact division by zero.
[[nodiscard]] Value Arithmetic(Expression::Kind operation, const Value& a,
                               const Value& b);
[[nodiscard]] Value Negated(const Value& value);

// A string with the language of `like`.
[[nodiscard]] Value StringLike(const Value& like, std::string text);
// Whether the text of b may stand beside a's (17.4.3.1.2).
[[nodiscard]] bool Compatible(const Value& a, const Value& b);

}  // namespace skg::query
