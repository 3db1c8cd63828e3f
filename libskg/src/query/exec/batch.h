// Batch: some solutions on their way between operators, column by column.
#pragma once

#include <cstddef>
#include <vector>

#include "rdf/term_id.h"

namespace skg::query {

// Column i holds the values of variable i of the schema of the operator that
// filled it; an unbound id is an unbound variable. All columns have `rows`
// values; a batch may have rows and no column.
struct Batch {
  static constexpr size_t kMostRows = 2048;
  size_t rows = 0;
  std::vector<std::vector<rdf::TermId>> columns;
};

}  // namespace skg::query
