// Aggregates: those of one SELECT, each with the variable that stands for it in
// expressions (SPARQL 1.1 Query, section 18.2.4.1).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "query/algebra.h"
#include "sparql/parse_state.h"

namespace skg::sparql {

class Aggregates {
 public:
  explicit Aggregates(ParseState& state) : state_(state) {}

  // Sets `aggregate.variable`; equal aggregates have one variable.
  // `depth` is that of its argument.
  Variable Add(query::Aggregate aggregate, uint32_t depth);
  // SAMPLE(variable): what a variable that is not grouped by stands for.
  Variable Sample(Variable variable);

  [[nodiscard]] bool empty() const { return list_.empty(); }
  // The greatest of the arguments'.
  [[nodiscard]] uint32_t depth() const { return depth_; }
  [[nodiscard]] std::vector<query::Aggregate> Take() {
    return std::move(list_);
  }

 private:
  ParseState& state_;
  std::vector<query::Aggregate> list_;
  StringMap<Variable> by_text_;
  uint32_t depth_ = 1;
};

}  // namespace skg::sparql
