#include "storage/load_triple_terms.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status.h"
#include "storage/commit_queue.h"
#include "storage/term_reservation.h"

namespace skg::storage {

namespace {

constexpr size_t kBatchBytes = 4 << 20;

}  // namespace

absl::Status LoadTripleTerms::Add(size_t part, uint32_t local,
                                  std::string_view parts) {
  if (terms_.size() >= most_) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the load brings more than ", most_,
        " triple terms, as many as memory may hold; load the data in several "
        "parts, or raise the memory budget"));
  }
  Term& term = terms_.emplace_back();
  term.part = part;
  term.local = local;
  for (size_t i = 0; i < 3; ++i)
    term.local_parts[i].bits = LoadBigEndian<uint64_t>(parts.data() + 8 * i);
  return absl::OkStatus();
}

void LoadTripleTerms::FillIn(size_t part, std::vector<TermId>* ids) const {
  const auto begin = std::lower_bound(
      terms_.begin(), terms_.end(), part,
      [](const Term& term, size_t number) { return term.part < number; });
  for (auto at = begin; at != terms_.end() && at->part == part; ++at)
    (*ids)[at->local] = at->id;
}

// Looks up what has all of its parts by now; gives those that are new.
absl::StatusOr<std::vector<LoadTripleTerms::Parts>> LoadTripleTerms::FindLevel(
    const IdsOfPart& ids_of) {
  std::vector<Parts> unknown;
  absl::flat_hash_map<Parts, TermId> seen;
  std::vector<TermId> ids;
  std::optional<size_t> part;
  for (Term& term : terms_) {
    if (part != term.part) {
      part = term.part;
      SKG_RETURN_IF_ERROR(ids_of(*part, &ids));
      FillIn(*part, &ids);
    }
    if (term.id.bound()) continue;
    Parts parts;
    bool complete = true;
    for (size_t i = 0; i < 3; ++i) {
      const TermId local = term.local_parts[i];
      parts[i] = local.in_arena() ? ids[local.payload()] : local;
      complete &= parts[i].bound();
    }
    if (!complete) continue;  // of an outer level
    if (const auto known = known_.find(parts); known != known_.end()) {
      term.id = known->second;
      ids[term.local] = term.id;
      continue;
    }
    if (!seen.try_emplace(parts).second) continue;
    SKG_ASSIGN_OR_RETURN(
        const TermId id,
        graph_.dictionary.Find(
            graph_.description.number, rdf::TermTag::kTripleTerm,
            EncodeTripleParts(parts[0], parts[1], parts[2])));
    if (id.bound()) {
      known_[parts] = term.id = id;
      ids[term.local] = id;
    } else {
      unknown.push_back(parts);
    }
  }
  return unknown;
}

absl::Status LoadTripleTerms::NumberLevel(const std::vector<Parts>& unknown,
                                          uint64_t next_term) {
  // The writer may keep the reservation for longer than this call lives.
  const auto ranks =
      std::make_shared<absl::flat_hash_map<std::string, uint64_t>>();
  for (const Parts& parts : unknown)
    ranks->try_emplace(EncodeTripleParts(parts[0], parts[1], parts[2]),
                       ranks->size());
  const auto reservation = std::make_shared<TermReservation>(
      [ranks](
          const TermBytes& term) -> absl::StatusOr<std::optional<uint64_t>> {
        if (term.tag() != rdf::TermTag::kTripleTerm) return std::nullopt;
        const auto found = ranks->find(std::string(term.text));
        if (found == ranks->end()) return std::nullopt;
        return found->second;
      },
      unknown.size(), next_term);
  SKG_RETURN_IF_ERROR(graph_.queue().Edit(
      [&](CommitWriter& writer, CommitBatch& batch) {
        return writer.ReserveTerms(reservation, batch);
      },
      Durability::kSync));
  const auto batch = graph_.kv.NewBatch();
  for (const Parts& parts : unknown) {
    const DictionaryTerm term{rdf::TermTag::kTripleTerm,
                              EncodeTripleParts(parts[0], parts[1], parts[2])};
    const uint64_t rank = ranks->find(term.bytes)->second;
    const TermId id = reservation->id(term.tag, rank);
    known_[parts] = id;
    if (reservation->known(rank)) continue;
    graph_.dictionary.AppendRows(graph_.description.number, id, term, *batch);
    if (batch->size_bytes() < kBatchBytes) continue;
    SKG_RETURN_IF_ERROR(graph_.kv.Write(*batch, WriteMode::kBuffered));
    batch->Clear();
  }
  return graph_.kv.Write(*batch, WriteMode::kBuffered);
}

absl::Status LoadTripleTerms::Number(const IdsOfPart& ids_of) {
  for (;;) {
    // What is numbered from here on is looked at when numbers are reserved.
    SKG_ASSIGN_OR_RETURN(const auto before, graph_.TakeSnapshot());
    SKG_ASSIGN_OR_RETURN(const std::vector<Parts> unknown, FindLevel(ids_of));
    if (unknown.empty()) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(NumberLevel(unknown, before->head().next_term));
  }
}

}  // namespace skg::storage
