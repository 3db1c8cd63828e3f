// TermSpace: the ids of one query: those of its view, and those of terms that
// exist only in the query.
#pragma once

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
// Thread safety: all methods from any thread. Ends before the view.
class TermSpace {
 public:
  // Arena terms are charged to `memory`, which outlives this; null: to nobody.
  explicit TermSpace(const storage::ReadView& view,
                     MemoryReservation* memory = nullptr);
  ~TermSpace();
  TermSpace(const TermSpace&) = delete;
  TermSpace& operator=(const TermSpace&) = delete;

  // Errors: kResourceExhausted (the arena's memory), kDataLoss.
  [[nodiscard]] absl::StatusOr<rdf::TermId> IdOf(const rdf::Term& term);
  // Only for terms of patterns: unbound where the view does not know the term,
  // so nothing can match it.
  [[nodiscard]] absl::StatusOr<rdf::TermId> Lookup(const rdf::Term& term) const;
  // Term i of `out` is that of ids[i]; unbound ids are kInternal.
  [[nodiscard]] absl::Status Decode(std::span<const rdf::TermId> ids,
                                    std::vector<rdf::Term>* out) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skg::query
