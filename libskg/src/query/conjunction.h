// AND with variables: the solutions of patterns that hold together.
//
// Solutions are tables of term ids. Patterns that share variables, directly or
// through others, form a component and are joined; components are independent
// of each other and are never multiplied out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/evaluation.h"
#include "query/pattern_scan.h"

namespace skg::query {

// Distinct solutions, one row each, a column for each variable.
// Its bytes are reserved from the account until Clear.
class SolutionTable {
 public:
  explicit SolutionTable(std::vector<int> variables)
      : variables_(std::move(variables)) {}

  [[nodiscard]] const std::vector<int>& variables() const { return variables_; }
  [[nodiscard]] size_t width() const { return variables_.size(); }
  [[nodiscard]] size_t rows() const { return rows_; }
  [[nodiscard]] const TermId* row(size_t i) const {
    return cells_.data() + i * width();
  }
  // The column of a variable, or width().
  [[nodiscard]] size_t ColumnOf(int variable) const;

  // `head` (any number of cells) followed by `tail`.
  [[nodiscard]] absl::Status Append(const TermId* head, size_t head_size,
                                    const TermId* tail, size_t tail_size,
                                    MemoryAccount& memory);
  void Clear(MemoryAccount& memory);

 private:
  std::vector<int> variables_;
  std::vector<TermId> cells_;
  size_t rows_ = 0;
  uint64_t reserved_ = 0;
};

struct Component {
  std::vector<size_t> patterns;  // in the order of the query
  SolutionTable solutions;
};

// The components of those patterns that have variables. Empty: there is no
// solution. Patterns of lower count are joined first, those that share a
// variable with what is there before others; a pattern is looked up for each
// solution where these are few, else read once.
// Errors: kResourceExhausted, kDeadlineExceeded and kCancelled say how far it
// came; kDataLoss.
[[nodiscard]] absl::StatusOr<std::vector<Component>> SolveConjunction(
    Evaluation& evaluation, const std::vector<ResolvedPattern>& patterns,
    const std::vector<uint64_t>& counts);

// `pattern` with the values of one solution in its positions.
[[nodiscard]] Triple BindPlaces(const ResolvedPattern& pattern,
                                const Triple& values);

}  // namespace skg::query
