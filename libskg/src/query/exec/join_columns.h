// Where the columns of a join's output come from.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "query/exec/batch.h"
#include "query/plan/plan_node.h"

namespace skg::query::exec {

class JoinColumns {
 public:
  JoinColumns() = default;
  JoinColumns(const std::vector<Variable>& schema, const plan::PlanNode& left,
              const plan::PlanNode& right) {
    for (const Variable v : schema)
      columns_.emplace_back(left.Column(v), right.Column(v));
  }

  // Appends the solution that a row of the left and one of the right side make.
  // `right_at(column)` gives the right value.
  template <typename RightAt>
  void Append(const Batch& left, size_t row, RightAt right_at,
              Batch& out) const {
    for (size_t c = 0; c < columns_.size(); ++c) {
      const auto& [from_left, from_right] = columns_[c];
      rdf::TermId id;
      if (from_left) id = left.columns[*from_left][row];
      if (!id.bound() && from_right) id = right_at(*from_right);
      out.columns[c].push_back(id);
    }
    ++out.rows;
  }
  void AppendLeft(const Batch& left, size_t row, Batch& out) const {
    Append(
        left, row, [](size_t) { return rdf::TermId{}; }, out);
  }

 private:
  std::vector<std::pair<std::optional<size_t>, std::optional<size_t>>> columns_;
};

}  // namespace skg::query::exec
