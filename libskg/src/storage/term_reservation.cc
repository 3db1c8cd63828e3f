#include "storage/term_reservation.h"

#include <string>

#include "base/status.h"
#include "storage/graph_state.h"
#include "storage/keys.h"

namespace skg::storage {

absl::StatusOr<std::optional<uint64_t>> TermReservation::RankOf(
    const DictionaryTerm& term) const {
  const std::string key = TermIdKey(0, term.tag, term.bytes);
  return find_({std::string_view(key).substr(kGraphBytes), term.bytes});
}

absl::Status TermReservation::CatchUp(GraphState& graph, uint64_t end) {
  const uint32_t number = graph.description.number;
  const auto rows = graph.kv.NewIterator(Family::kTerms,
                                         {.snapshot = nullptr,
                                          .lower = TermKey(number, next_term_),
                                          .upper = TermKey(number, end)});
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    const std::string_view key = rows->key();
    if (key.size() != kGraphBytes + 8) continue;  // a chunk
    if (rows->value().size() < 2)
      return absl::DataLossError("damaged row of the dictionary");
    const auto id =
        TermId::Make(static_cast<rdf::TermTag>(rows->value()[1]),
                     LoadBigEndian<uint64_t>(key.data() + kGraphBytes));
    SKG_ASSIGN_OR_RETURN(const DictionaryTerm term,
                         graph.dictionary.Get(number, id));
    SKG_RETURN_IF_ERROR(NoteKnown(term, id));
  }
  SKG_RETURN_IF_ERROR(rows->status());
  next_term_ = end;
  return absl::OkStatus();
}

absl::Status TermReservation::NoteKnown(const DictionaryTerm& term, TermId id) {
  SKG_ASSIGN_OR_RETURN(const auto rank, RankOf(term));
  if (rank) known_[*rank] = id;
  return absl::OkStatus();
}

absl::StatusOr<TermId> TermReservation::Find(const DictionaryTerm& term) const {
  SKG_ASSIGN_OR_RETURN(const auto rank, RankOf(term));
  return rank ? id(term.tag, *rank) : TermId{};
}

}  // namespace skg::storage
