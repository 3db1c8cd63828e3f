// The search of one part of an index.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/cancellation.h"
#include "text/scorer.h"
#include "text/top_hits.h"

namespace skg::text {

// A query's terms in one part. Numbers are places in `scorers`, which stand in
// the sequence of the query: sums of scores are made in it, everywhere, so that
// a document's score is always the same to the last bit.
struct PartQuery {
  std::vector<std::unique_ptr<Scorer>> scorers;
  // Of each clause that must be there; one without scorers is never met.
  std::vector<std::vector<size_t>> required;
  std::vector<std::unique_ptr<Scorer>> excluded;
  // Rising; null: all.
  const std::vector<uint64_t>* allowed = nullptr;
  // Whether a document that would count may be among the hits. May be null.
  std::function<absl::StatusOr<bool>(uint64_t document)> accept;
  const Cancellation* cancellation = nullptr;
};

// Offers the part's documents to `hits`.
[[nodiscard]] absl::Status SearchPart(PartQuery& query, TopHits& hits);

}  // namespace skg::text
