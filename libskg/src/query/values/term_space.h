// TermSpace: the ids of one query: those of its view, and those of terms that
// exist only in the query.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/memory_budget.h"
#include "rdf/term.h"
#include "rdf/term_id.h"
#include "storage/read_view.h"

namespace skg::query {

// Equal terms have equal ids: a term has its inline id if it has one, else its
// dictionary number if the view knows it, else a place in this query's arena.
// In the view of a transaction every term that is looked up is the
// transaction's, so that what is found through it is checked at its commit.
// Thread safety: all methods from any thread, as far as the view's are. Ends
// before the view.
class TermSpace {
 public:
  // Arena terms are charged to `memory`, in steps; it outlives this, and nobody
  // else resizes it meanwhile. Null: they are charged to nobody.
  explicit TermSpace(const storage::ReadView& view,
                     MemoryReservation* memory = nullptr);
  ~TermSpace();
  TermSpace(const TermSpace&) = delete;
  TermSpace& operator=(const TermSpace&) = delete;

  // Cost: a look-up in the dictionary for a term that is neither inline nor in
  // the arena. Errors: kResourceExhausted (the arena's memory, or a term longer
  // than rdf::kMaxTermBytes), kDataLoss.
  [[nodiscard]] absl::StatusOr<rdf::TermId> IdOf(const rdf::Term& term);
  // Only for terms of patterns: unbound where the view does not know the term,
  // so nothing can match it.
  [[nodiscard]] absl::StatusOr<rdf::TermId> Lookup(const rdf::Term& term) const;
  // Term i of `out` is that of ids[i]; unbound ids are kInternal.
  [[nodiscard]] absl::Status Decode(std::span<const rdf::TermId> ids,
                                    std::vector<rdf::Term>* out) const;

  // Bytes that evaluators hold for a while, from the same account; the caller
  // releases what it reserved. Errors: kResourceExhausted.
  [[nodiscard]] absl::Status Reserve(size_t bytes);
  void Release(size_t bytes);

  // A number that no call gave before, the same in each run of a query whose
  // evaluators are made in one order: tells streams of random values apart.
  [[nodiscard]] uint64_t NextStream();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skg::query
