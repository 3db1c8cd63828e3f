#include "storage/read_view.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "rdf/name.h"
#include "storage/graph_state.h"
#include "storage/keys.h"
#include "storage/overlay.h"
#include "storage/point_lookup.h"
#include "storage/prefix_count.h"
#include "storage/scan.h"
#include "storage/statement_id.h"

namespace skg::storage {

namespace {

constexpr uint64_t kNoCommitYet = 0;

absl::StatusOr<Counts> StoredCounts(const Snapshot& snapshot,
                                    const std::string& key) {
  std::string value;
  SKG_ASSIGN_OR_RETURN(
      const bool found,
      snapshot.graph().kv.Get(Family::kStats, key, &value, snapshot.kv()));
  if (!found) return Counts{};
  return DecodeCounts(value);
}

// Counts that the store keeps with each commit; unset: this pattern has none.
absl::StatusOr<std::optional<Counts>> KeptCounts(const Snapshot& snapshot,
                                                 const ScanPattern& pattern) {
  if (snapshot.as_of() || pattern.subject.bound() || pattern.object.bound())
    return std::optional<Counts>();
  const Head& head = snapshot.head();
  const uint32_t graph = snapshot.graph().description.number;
  if (pattern.predicate.bound()) {
    if (pattern.scope != GraphScope::kUnion) return std::optional<Counts>();
    SKG_ASSIGN_OR_RETURN(
        const Counts counts,
        StoredCounts(snapshot, PredicateCountKey(graph, pattern.predicate)));
    return std::optional<Counts>(counts);
  }
  switch (pattern.scope) {
    case GraphScope::kUnion:
      return std::optional<Counts>({head.statements, head.triples});
    case GraphScope::kDefault:
      return std::optional<Counts>(
          {head.default_statements, head.default_triples});
    case GraphScope::kNamed:
      return std::optional<Counts>({head.statements - head.default_statements,
                                    head.triples - head.default_triples});
    case GraphScope::kOne: {
      SKG_ASSIGN_OR_RETURN(
          const Counts counts,
          StoredCounts(snapshot, NamedGraphCountKey(graph, pattern.graph)));
      return std::optional<Counts>(counts);
    }
  }
  return std::optional<Counts>();
}

}  // namespace

ReadView::ReadView(std::shared_ptr<const Snapshot> snapshot, Overlay* overlay)
    : snapshot_(std::move(snapshot)), overlay_(overlay) {}

uint64_t ReadView::commit() const {
  return overlay_ == nullptr
             ? snapshot_->commit()
             : std::min(snapshot_->commit(), overlay_->last_commit);
}

absl::Time ReadView::commit_time() const {
  return absl::FromUnixMicros(snapshot_->time_micros());
}

bool ReadView::as_of() const { return snapshot_->as_of(); }

const GraphDescription& ReadView::description() const {
  return snapshot_->graph().description;
}

absl::StatusOr<std::unique_ptr<ScanCursor>> ReadView::Scan(
    const ScanPattern& pattern, const ScanOptions& options) const {
  if (overlay_ != nullptr) {
    SKG_RETURN_IF_ERROR(overlay_->broken);
    overlay_->reads.Add(pattern);
  }
  return MakeScan(snapshot_, overlay_, pattern, options);
}

absl::StatusOr<Counts> ReadView::Count(const ScanPattern& pattern,
                                       const Cancellation* cancellation,
                                       ReadCounters* counters) const {
  if (overlay_ != nullptr) SKG_RETURN_IF_ERROR(overlay_->broken);
  if (overlay_ == nullptr || !overlay_->changed()) {
    if (overlay_ != nullptr) overlay_->reads.Add(pattern);
    SKG_ASSIGN_OR_RETURN(const auto kept, KeptCounts(*snapshot_, pattern));
    if (kept) return *kept;
    return CountPattern(*snapshot_, pattern, NaturalOrder(pattern), {},
                        cancellation, counters);
  }
  return CountByScan(
      pattern,
      {.order = {}, .cancellation = cancellation, .counters = counters},
      nullptr);
}

absl::StatusOr<Counts> ReadView::CountRange(const ScanPattern& pattern,
                                            TermOrder order,
                                            const TermRange& range,
                                            const Cancellation* cancellation,
                                            ReadCounters* counters) const {
  if (overlay_ != nullptr) SKG_RETURN_IF_ERROR(overlay_->broken);
  if (overlay_ == nullptr || !overlay_->changed()) {
    if (overlay_ != nullptr) overlay_->reads.Add(pattern);
    return CountPattern(*snapshot_, pattern, order, range, cancellation,
                        counters);
  }
  return CountByScan(
      pattern,
      {.order = order, .cancellation = cancellation, .counters = counters},
      &range);
}

absl::StatusOr<Counts> ReadView::CountByScan(const ScanPattern& pattern,
                                             const ScanOptions& options,
                                             const TermRange* range) const {
  SKG_ASSIGN_OR_RETURN(const auto rows, Scan(pattern, options));
  size_t free = 0;  // where in the order the range's terms stand
  if (range != nullptr) {
    std::array<TermId, 3> from = InSequence(*options.order, pattern.subject,
                                            pattern.predicate, pattern.object);
    while (free + 1 < from.size() && from[free].bound()) ++free;
    from[free] = range->first;
    SKG_RETURN_IF_ERROR(rows->Seek(from[0], from[1], from[2]));
  }
  Counts counts;
  StatementBatch batch;
  StatementKey last;
  for (;;) {
    SKG_ASSIGN_OR_RETURN(const bool more, rows->Next(batch));
    if (!more) return counts;
    for (size_t i = 0; i < batch.size(); ++i) {
      if (range != nullptr &&
          InSequence(*options.order, batch.subject[i], batch.predicate[i],
                     batch.object[i])[free] > range->last) {
        return counts;
      }
      ++counts.statements;
      // Edges of one triple are neighbours in every order.
      StatementKey triple = batch.Row(i).key;
      triple.edge = 0;
      if (counts.triples == 0 || triple != last) ++counts.triples;
      last = triple;
    }
  }
}

absl::StatusOr<std::optional<StatementRow>> ReadView::Find(
    const StatementKey& key) const {
  if (overlay_ != nullptr) {
    SKG_RETURN_IF_ERROR(overlay_->broken);
    overlay_->reads.Add(
        {key.graph.bound() ? GraphScope::kOne : GraphScope::kDefault, key.graph,
         key.subject, key.predicate, key.object});
    StatementRow own;
    switch (overlay_->Ask(key, &own)) {
      case Overlay::Verdict::kWritten:
        return std::optional<StatementRow>(own);
      case Overlay::Verdict::kRemoved:
        return std::optional<StatementRow>();
      case Overlay::Verdict::kUntouched:
        break;
    }
  }
  SKG_ASSIGN_OR_RETURN(auto found, FindLive(*snapshot_, key));
  if (!found || overlay_ == nullptr) return found;
  if (overlay_->Hides(*found)) return std::optional<StatementRow>();
  if (found->commit > overlay_->last_commit) found->commit = kNoCommitYet;
  return found;
}

absl::StatusOr<Record> ReadView::ReadRecord(const StatementRow& row) const {
  Record record;
  record.created_commit = row.commit;
  if (!row.has_record) return record;
  if (row.commit == kNoCommitYet && overlay_ != nullptr) {
    if (const Record* own = overlay_->RecordOf(row.key); own != nullptr)
      return *own;
    const auto& drafts = overlay_->draft_records;
    for (auto draft = drafts.rbegin(); draft != drafts.rend(); ++draft) {
      SKG_ASSIGN_OR_RETURN(auto drafted, (*draft)->Find(row.key));
      if (drafted) return *std::move(drafted);
    }
    return record;
  }
  const GraphState& graph = snapshot_->graph();
  std::string value;
  SKG_ASSIGN_OR_RETURN(
      const bool found,
      graph.kv.Get(Family::kRecords,
                   RecordKey(graph.description.number, row.key, row.commit),
                   &value, snapshot_->kv()));
  if (!found) {
    return absl::DataLossError(absl::StrCat(
        "graph ", graph.description.number,
        ": the record of a statement of commit ", row.commit, " is missing"));
  }
  return DecodeRecord(value);
}

// What a draft names was numbered after the snapshot.
const KvSnapshot* ReadView::TermsAt() const {
  return overlay_ != nullptr && overlay_->drafted ? nullptr : snapshot_->kv();
}

absl::StatusOr<TermId> ReadView::Lookup(const rdf::Term& term) const {
  if (overlay_ == nullptr) {
    return snapshot_->graph().dictionary.Lookup(
        snapshot_->graph().description.number, term, snapshot_->kv());
  }
  SKG_RETURN_IF_ERROR(overlay_->broken);
  if (const TermId own = overlay_->IdOf(term); own.bound()) return own;
  SKG_ASSIGN_OR_RETURN(
      const TermId id,
      snapshot_->graph().dictionary.Lookup(
          snapshot_->graph().description.number, term, TermsAt()));
  // An unknown term gets an id too, so that a scan with it is recorded and
  // conflicts with a commit that brings the term.
  return id.bound() ? id : overlay_->Intern(term);
}

absl::Status ReadView::Decode(std::span<const TermId> ids,
                              std::vector<rdf::Term>* out) const {
  const GraphState& graph = snapshot_->graph();
  if (overlay_ == nullptr)
    return graph.dictionary.Decode(graph.description.number, ids, out,
                                   snapshot_->kv());
  std::vector<TermId> stored;
  for (const TermId id : ids) {
    if (!id.in_arena()) stored.push_back(id);
  }
  std::vector<rdf::Term> terms;
  SKG_RETURN_IF_ERROR(graph.dictionary.Decode(graph.description.number, stored,
                                              &terms, TermsAt()));
  out->clear();
  size_t next = 0;
  for (const TermId id : ids) {
    if (id.in_arena() && !overlay_->Knows(id)) {
      return absl::InternalError("an arena id of another transaction");
    }
    out->push_back(id.in_arena() ? overlay_->TermOf(id)
                                 : std::move(terms[next++]));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ReadView::HoldsAt(const StatementRow& row,
                                       absl::Time time) const {
  if (!row.has_record) return true;
  SKG_ASSIGN_OR_RETURN(const Record record, ReadRecord(row));
  return (!record.valid_from || *record.valid_from <= time) &&
         (!record.valid_to || time < *record.valid_to);
}

absl::StatusOr<std::optional<StatementKey>> ReadView::KeyOfId(
    const Uuid& id) const {
  const GraphState& graph = snapshot_->graph();
  if (!graph.description.statement_ids) {
    return absl::FailedPreconditionError(absl::StrCat(
        "graph \"", graph.description.tenant, "/", graph.description.name,
        "\" keeps no index of statement ids; create it with statement_ids"));
  }
  const std::string prefix =
      StatementIdPrefix(graph.description.number, FirstHalf(id));
  const auto rows =
      graph.kv.NewIterator(Family::kStatementIds,
                           {.snapshot = snapshot_->kv(), .prefix_probe = true});
  for (rows->Seek(prefix); rows->Valid() && rows->key().starts_with(prefix);
       rows->Next()) {
    const std::optional<StatementKey> key = StatementOfIdKey(rows->key());
    if (!key) return absl::DataLossError("a row of statement_ids is damaged");
    // The index has half of the id; the statement has all of it.
    SKG_ASSIGN_OR_RETURN(const Uuid whole, StatementId(*key));
    if (whole == id) return key;
  }
  SKG_RETURN_IF_ERROR(rows->status());
  return std::optional<StatementKey>();
}

absl::StatusOr<std::optional<StatementRow>> ReadView::FindById(
    const Uuid& id) const {
  SKG_ASSIGN_OR_RETURN(const std::optional<StatementKey> key, KeyOfId(id));
  if (key) return Find(*key);
  if (overlay_ != nullptr) overlay_->reads.AddEverything();
  return std::optional<StatementRow>();
}

absl::StatusOr<Uuid> ReadView::StatementId(const StatementKey& key) const {
  const TermId ids[] = {key.subject, key.predicate, key.object, key.graph};
  std::vector<rdf::Term> terms;
  SKG_RETURN_IF_ERROR(
      Decode(std::span(ids, key.graph.bound() ? 4u : 3u), &terms));
  return StatementUuid(description().uuid, terms[0], terms[1], terms[2],
                       key.graph.bound() ? &terms[3] : nullptr, key.edge);
}

absl::StatusOr<absl::Time> ReadView::TimeOfCommit(uint64_t commit) const {
  if (commit == this->commit()) return commit_time();
  return snapshot_->graph().TimeOfCommit(commit, snapshot_->kv());
}

}  // namespace skg::storage
