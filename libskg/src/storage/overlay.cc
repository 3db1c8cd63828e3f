#include "storage/overlay.h"

#include <algorithm>

#include "rdf/name.h"

namespace skg::storage {

OrderedTerms InOrder(const StatementKey& key, TermOrder order) {
  switch (order) {
    case TermOrder::kSpo:
      return {key.subject, key.predicate, key.object, key.graph, key.edge};
    case TermOrder::kPos:
      return {key.predicate, key.object, key.subject, key.graph, key.edge};
    case TermOrder::kOsp:
      return {key.object, key.subject, key.predicate, key.graph, key.edge};
  }
  return {};
}

TermId Overlay::IdOf(const rdf::Term& term) const {
  if (terms_.empty()) return {};
  const auto it = ids_.find(std::string_view(rdf::ToNTriples(term)));
  return it == ids_.end() ? TermId{} : it->second;
}

TermId Overlay::Intern(const rdf::Term& term) {
  const auto [it, added] = ids_.try_emplace(
      rdf::ToNTriples(term),
      TermId::Make(rdf::TermTag::kArena, generation_ << 32 | terms_.size()));
  if (added) {
    terms_.push_back(term);
    // The text, the term's own one, and their places.
    term_bytes_ += it->first.size() + rdf::TextBytes(term) +
                   2 * (sizeof *it + sizeof term);
  }
  return it->second;
}

uint32_t Overlay::AddRecord(const Record& record) {
  record_bytes_ += record.metadata.size() + record.source.size();
  records.push_back(record);
  return static_cast<uint32_t>(records.size());
}

size_t Overlay::memory_bytes() const {
  return term_bytes_ + operations.size() * sizeof(WriteOperation) +
         touched_.size() * (sizeof(StatementKey) + 64) +
         records.size() * sizeof(Record) + record_bytes_;
}

void Overlay::Forget() {
  std::vector<rdf::Term> kept;
  ReadSet marked = ReadsFor(&kept).Resolve([](TermId id) {
    return id.in_arena()
               ? TermId::Make(rdf::TermTag::kArena, kKept | id.payload())
               : id;
  });
  reads = std::move(marked);
  kept_terms_ = std::move(kept);
  operations.clear();
  records.clear();
  record_bytes_ = 0;
  terms_.clear();
  term_bytes_ = 0;
  ids_.clear();
  touched_.clear();
  std::erase_if(clears,
                [](const ClearScope& clear) { return clear.graph.in_arena(); });
  ++generation_;
}

ReadSet Overlay::ReadsFor(std::vector<rdf::Term>* terms) const {
  absl::flat_hash_map<TermId, TermId> places;
  return reads.Resolve([&](TermId id) {
    const auto [place, added] = places.try_emplace(
        id, TermId::Make(rdf::TermTag::kArena, terms->size()));
    if (added) {
      const bool kept = (id.payload() & kKept) != 0;
      terms->push_back((kept ? kept_terms_ : terms_)[PlaceOf(id)]);
    }
    return place->second;
  });
}

StatementKey Overlay::TripleOf(const StatementKey& key) {
  StatementKey triple = key;
  triple.edge = 0;
  return triple;
}

void Overlay::Put(const StatementKey& key, float weight, uint32_t record) {
  std::vector<Written_>& edges = touched_[TripleOf(key)].written;
  const auto it =
      std::find_if(edges.begin(), edges.end(),
                   [&](const Written_& w) { return w.edge == key.edge; });
  if (it != edges.end()) {
    *it = {key.edge, weight, record};
  } else {
    edges.push_back({key.edge, weight, record});
  }
}

void Overlay::RemoveTriple(const StatementKey& key) {
  Touched& touched = touched_[TripleOf(key)];
  touched.removed = true;
  touched.written.clear();
}

void Overlay::TakeBack(const ClearScope& scope) {
  absl::erase_if(touched_, [&](const auto& entry) {
    return scope.Covers(entry.first.graph);
  });
  std::erase_if(operations, [&](const WriteOperation& operation) {
    return scope.Covers(operation.key.graph);
  });
}

bool Overlay::ClearedNamed() const {
  return std::any_of(clears.begin(), clears.end(), [](const ClearScope& clear) {
    return clear.scope == GraphScope::kUnion ||
           clear.scope == GraphScope::kNamed;
  });
}

const Overlay::Written_* Overlay::Find(const StatementKey& key) const {
  const auto it = touched_.find(TripleOf(key));
  if (it == touched_.end()) return nullptr;
  for (const Written_& written : it->second.written) {
    if (written.edge == key.edge) return &written;
  }
  return nullptr;
}

Overlay::Verdict Overlay::Ask(const StatementKey& key,
                              StatementRow* row) const {
  if (const Written_* written = Find(key); written != nullptr) {
    *row = {key, 0, written->weight, written->record != 0};
    return Verdict::kWritten;
  }
  if (!drafted && Cleared(key.graph)) return Verdict::kRemoved;
  const auto it = touched_.find(TripleOf(key));
  return it != touched_.end() && it->second.removed ? Verdict::kRemoved
                                                    : Verdict::kUntouched;
}

bool Overlay::Hides(const StatementRow& row) const {
  StatementRow own;
  return Ask(row.key, &own) != Verdict::kUntouched ||
         (row.commit <= last_commit && Cleared(row.key.graph));
}

const Record* Overlay::RecordOf(const StatementKey& key) const {
  const Written_* written = Find(key);
  return written == nullptr || written->record == 0
             ? nullptr
             : &records[written->record - 1];
}

std::vector<StatementRow> Overlay::Written(const ScanPattern& pattern,
                                           TermOrder order) const {
  std::vector<StatementRow> rows;
  for (const auto& [triple, touched] : touched_) {
    if (!pattern.Matches(triple)) continue;
    for (const Written_& written : touched.written) {
      StatementRow row{triple, 0, written.weight, written.record != 0};
      row.key.edge = written.edge;
      rows.push_back(row);
    }
  }
  std::sort(rows.begin(), rows.end(),
            [order](const StatementRow& a, const StatementRow& b) {
              return InOrder(a.key, order) < InOrder(b.key, order);
            });
  return rows;
}

}  // namespace skg::storage
