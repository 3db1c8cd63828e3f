// Ranks of terms: numbers that compare as ORDER BY compares the terms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "query/algebra.h"
#include "query/exec/context.h"
#include "rdf/term_id.h"

namespace skg::query::exec {

// Replaces each id of a column by a rank: equal ids get equal ranks, and ranks
// compare as the collation does. Ids are not decoded, nor are integers alone.
// Errors: kResourceExhausted, kDataLoss, kDeadlineExceeded, kCancelled.
struct RanksWanted {
  // Only the ranks of the first so many distinct terms of the order (the last
  // ones where it is descending) are told apart; the others share one.
  size_t most = SIZE_MAX;
  bool descending = false;
  Collation collation = Collation::kTerm;
};
[[nodiscard]] absl::Status RankTerms(const std::vector<rdf::TermId>& column,
                                     const RanksWanted& wanted,
                                     MemoryCharge& charge,
                                     std::vector<uint64_t>* ranks);

}  // namespace skg::query::exec
