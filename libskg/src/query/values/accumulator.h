// Accumulator: the value of an aggregate over the rows of one group.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/algebra.h"
#include "query/values/term_space.h"
#include "rdf/term_id.h"

namespace skg::query {

// SPARQL 1.1 Query, section 18.5.1. DISTINCT is the caller's: it adds each
// value once. Not thread-safe.
class Accumulator {
 public:
  virtual ~Accumulator() = default;
  // An unbound id is an error of the argument. `times` equal values at once.
  // Errors: kResourceExhausted (a GROUP_CONCAT longer than rdf::kMaxTermBytes),
  // kDataLoss.
  [[nodiscard]] virtual absl::Status Add(rdf::TermId value, uint64_t times) = 0;
  // Unbound where the aggregate is an error: of SUM, AVG, MIN, MAX and
  // GROUP_CONCAT where any argument was one (or, of the first two, no number;
  // of the last, a blank node or triple term), of MIN, MAX and SAMPLE where
  // nothing was added. COUNT and SAMPLE pass over errors.
  [[nodiscard]] virtual absl::StatusOr<rdf::TermId> Finish() = 0;
  [[nodiscard]] virtual size_t memory_bytes() const = 0;
};

// COUNT(*) takes Add with any bound id.
[[nodiscard]] std::unique_ptr<Accumulator> MakeAccumulator(
    const Aggregate& aggregate, TermSpace& terms);

}  // namespace skg::query
