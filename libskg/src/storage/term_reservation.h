// TermReservation: numbers that the writer of a graph has set aside for the new
// terms of a load, until their dictionary rows are in the store.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/dictionary.h"
#include "storage/term_table.h"

namespace skg::storage {

class GraphState;

// The load finds out against a snapshot which of its terms are new; commits go
// on numbering terms meanwhile, perhaps the same ones. So the writer looks at
// the terms numbered since before it sets the range aside, and from then on
// asks here before it numbers one. Thread safety: CatchUp from the load's
// thread, then the rest from the writer's, then Number and id from any.
class TermReservation {
 public:
  // The rank of a term among the `count` new ones; unset: it is none of them.
  using FindRank =
      std::function<absl::StatusOr<std::optional<uint64_t>>(const TermBytes&)>;

  // Terms from number `next_term` on may be among the new ones.
  TermReservation(FindRank find, uint64_t count, uint64_t next_term)
      : find_(std::move(find)), count_(count), next_term_(next_term) {}

  [[nodiscard]] uint64_t count() const { return count_; }
  [[nodiscard]] uint64_t next_term() const { return next_term_; }

  // Looks at the terms that the store shows with a number below `end`.
  [[nodiscard]] absl::Status CatchUp(GraphState& graph, uint64_t end);
  // A term that got another number since.
  [[nodiscard]] absl::Status NoteKnown(const DictionaryTerm& term, TermId id);
  void SetBase(uint64_t base) { base_ = base; }

  // The id of a term that is among the new ones, else unbound.
  [[nodiscard]] absl::StatusOr<TermId> Find(const DictionaryTerm& term) const;
  // The id of the new term of this rank.
  [[nodiscard]] TermId id(rdf::TermTag tag, uint64_t rank) const {
    const auto known = known_.find(rank);
    return known != known_.end() ? known->second
                                 : TermId::Make(tag, base_ + rank);
  }
  // Set: the term has its dictionary rows from elsewhere.
  [[nodiscard]] bool known(uint64_t rank) const {
    return known_.contains(rank);
  }

 private:
  [[nodiscard]] absl::StatusOr<std::optional<uint64_t>> RankOf(
      const DictionaryTerm& term) const;

  const FindRank find_;
  const uint64_t count_;
  uint64_t next_term_;
  uint64_t base_ = 0;
  absl::flat_hash_map<uint64_t, TermId> known_;  // by rank
};

}  // namespace skg::storage
