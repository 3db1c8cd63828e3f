// Batch: some solutions on their way between operators, column by column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "rdf/term_id.h"

namespace skg::query {

// Column i holds the values of variable i of the schema of the operator that
// filled it; an unbound id is an unbound variable. All columns have `rows`
// values; a batch may have rows and no column.
struct Batch {
  static constexpr size_t kMostRows = 2048;
  // So many rows are enough for whoever asks; a hint, 1 to kMostRows. Whoever
  // asks again sets it again.
  size_t wanted = kMostRows;
  size_t rows = 0;
  std::vector<std::vector<rdf::TermId>> columns;
  // How many equal solutions each row stands for; empty: each for itself. Only
  // between operators whose plan says so (plan::Repeats::kCounted).
  std::vector<uint64_t> counts;

  [[nodiscard]] uint64_t CountOf(size_t row) const {
    return counts.empty() ? 1 : counts[row];
  }
};

}  // namespace skg::query
