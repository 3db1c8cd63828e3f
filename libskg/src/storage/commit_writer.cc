#include "storage/commit_writer.h"

#include <algorithm>
#include <span>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "base/strings.h"
#include "storage/read_set.h"
#include "storage/record_content.h"

namespace skg::storage {

namespace {

// What the writer may keep of rows that the store shows anyway.
constexpr size_t kMaxKeptTriples = 1 << 16;
constexpr size_t kMaxKeptCounts = 1 << 16;
constexpr size_t kMaxSpareTerms = 1 << 10;
constexpr size_t kMaxRecentKeys = 1 << 15;

std::string TermKeyOf(const DictionaryTerm& term) {
  std::string key(1, static_cast<char>(term.tag));
  return key.append(term.bytes);
}

StatementKey TripleOf(const StatementKey& key) {
  StatementKey triple = key;
  triple.edge = 0;
  return triple;
}

bool Inserts(const WriteOperation& operation) {
  return operation.kind == WriteOperation::Kind::kAdd ||
         operation.kind == WriteOperation::Kind::kAddIfAbsent;
}

// Gives a triple term the bytes of its parts; false: a part has no id (yet).
bool EncodeParts(const PreparedCommit& commit, PendingTerm& pending) {
  if (pending.term.tag != rdf::TermTag::kTripleTerm) return true;
  TermId parts[3];
  for (size_t i = 0; i < 3; ++i) {
    const TermId part = pending.parts[i];
    parts[i] = part.in_arena() ? commit.terms[part.payload()].id : part;
    if (!parts[i].bound()) return false;
  }
  pending.term.bytes = EncodeTripleParts(parts[0], parts[1], parts[2]);
  return true;
}

bool AnyNew(const StatementKey& key, uint64_t first_new_term) {
  for (const TermId id : {key.graph, key.subject, key.predicate, key.object}) {
    if (id.in_dictionary() && id.payload() >= first_new_term) return true;
  }
  return false;
}

}  // namespace

absl::Status CommitWriter::LoadHead() {
  SKG_ASSIGN_OR_RETURN(const auto snapshot, graph_.TakeSnapshot());
  head_ = snapshot->head();
  manifest_ = snapshot->manifest();
  runs_ = snapshot->runs();
  visible_commit_ = head_.last_commit;
  loaded_ = true;
  return absl::OkStatus();
}

absl::StatusOr<CommitBatch> CommitWriter::Begin() {
  if (!loaded_) SKG_RETURN_IF_ERROR(LoadHead());
  CommitBatch batch;
  batch.number = ++batch_number_;
  batch.rows = graph_.kv.NewBatch();
  batch.begin_commit = batch.last_commit = head_.last_commit;
  return batch;
}

void CommitWriter::Reset() {
  loaded_ = false;
  triples_.clear();
  predicate_counts_.clear();
  graph_counts_.clear();
  numbered_.clear();
  results_.clear();
  recent_.clear();
  recent_keys_ = 0;
  probes_.clear();
  runs_.clear();
  runs_on_their_way_.clear();
  predicates_cleared_in_ = graphs_cleared_in_ = 0;
  // What became durable stays promised.
  if (reserved_in_ > visible_batch_) reserved_.reset();
}

void CommitWriter::Visible(const CommitBatch& batch) {
  visible_commit_ = batch.last_commit;
  visible_batch_ = batch.number;
  if (batch.run != nullptr) {
    const uint32_t number = batch.run->info().number;
    runs_on_their_way_.erase(number);
    // It may have been merged away already.
    const bool live =
        std::any_of(manifest_.runs.begin(), manifest_.runs.end(),
                    [&](const RunInfo& run) { return run.number == number; });
    const bool known = std::any_of(
        runs_.begin(), runs_.end(),
        [&](const auto& run) { return run->info().number == number; });
    if (live && !known) runs_.push_back(batch.run);
  }
  RememberTerms(batch.number);
  absl::erase_if(results_, [&](const auto& entry) {
    return entry.second.result.commit <= visible_commit_;
  });
  while (!recent_.empty() && recent_keys_ > kMaxRecentKeys &&
         recent_.front().commit <= visible_commit_) {
    recent_keys_ -= recent_.front().keys.size();
    recent_.pop_front();
  }
  if (triples_.size() > kMaxKeptTriples) {
    absl::erase_if(triples_, [&](const auto& entry) {
      return entry.second.touched <= visible_commit_;
    });
    probes_.clear();  // they may be older than what was just forgotten
  }
}

void CommitWriter::Rest() {
  if (visible_commit_ != head_.last_commit) return;
  triples_.clear();
  probes_.clear();
  if (predicate_counts_.size() > kMaxKeptCounts) predicate_counts_.clear();
  if (graph_counts_.size() > kMaxKeptCounts) graph_counts_.clear();
}

absl::Status CommitWriter::Apply(PreparedCommit& commit, CommitBatch& batch) {
  if (commit.edit != nullptr) return (*commit.edit)(*this, batch);
  SKG_ASSIGN_OR_RETURN(const bool replayed, Replay(commit));
  if (replayed) return absl::OkStatus();

  SKG_RETURN_IF_ERROR(FindTerms(commit));
  const uint64_t first_new_term = head_.next_term;
  NumberTerms(commit);
  Cleared cleared;
  const absl::Status possible = Decidable(commit, first_new_term, cleared);
  if (!possible.ok()) {
    UndoTerms(commit, first_new_term);
    // Some say that it was cleared.
    if (!cleared.parts.empty()) triples_.clear();
    return possible;
  }

  AppendTerms(commit, first_new_term, batch);
  const uint64_t number = ++head_.last_commit;
  head_.last_time_micros =
      std::max(absl::ToUnixMicros(absl::Now()), head_.last_time_micros + 1);
  const absl::Time time = absl::FromUnixMicros(head_.last_time_micros);
  CommitResult& result = commit.outcome.result;
  result.commit = number;
  result.time = time;
  result.removed = cleared.statements;
  Clear(cleared, batch);

  const auto& operations = commit.request.operations;
  std::vector<std::pair<StatementKey, Triple*>> touched;
  touched.reserve(operations.size());
  for (size_t i = 0; i < operations.size(); ++i) {
    const StatementKey key = commit.Resolve(operations[i].key);
    Outcome outcome = Outcome::kAbsent;
    if (key.subject.bound() && key.predicate.bound() && key.object.bound() &&
        (key.graph.bound() || !operations[i].key.graph.bound())) {
      Triple& triple = triples_.find(TripleOf(key))->second;
      if (triple.touched != number) {
        triple.touched = number;
        triple.before = triple.edges;
        touched.emplace_back(TripleOf(key), &triple);
      }
      outcome = Decide(operations[i], commit, key, triple, number);
      if (outcome == Outcome::kInserted && !commit.statement_ids.empty()) {
        batch.rows->Put(Family::kStatementIds,
                        StatementIdKey(graph_.description.number,
                                       FirstHalf(commit.statement_ids[i]), key),
                        {});
      }
    }
    switch (outcome) {
      case Outcome::kInserted:
        ++result.inserted;
        break;
      case Outcome::kReplaced:
        ++result.replaced;
        break;
      case Outcome::kDuplicate:
        ++result.duplicates;
        break;
      case Outcome::kRemoved:
        ++result.removed;
        break;
      case Outcome::kAbsent:
        ++result.absent;
        break;
    }
    if (commit.request.want_outcomes)
      commit.outcome.outcomes.push_back(outcome);
  }

  AppendParts(commit, batch);
  // What is written takes its place.
  commit.ReleaseWork();
  if (batch.statements.empty()) batch.statements.reserve(touched.size());
  std::vector<LoggedChange> changes;
  changes.reserve(touched.size());
  for (const auto& [key, triple] : touched)
    EmitTriple(key, *triple, batch, changes);
  AppendLog(time, changes, cleared, batch);
  StoreIdempotency(commit, batch);
  batch.last_commit = number;
  return absl::OkStatus();
}

absl::Status CommitWriter::EditManifest(const ManifestEdit& edit,
                                        CommitBatch& batch) {
  Manifest manifest = manifest_;
  Head head = head_;
  SKG_RETURN_IF_ERROR(edit(manifest, head, *batch.rows));
  // All rows of this batch go to the epoch that is the last one at its end.
  if (manifest.epochs.back() != manifest_.epochs.back())
    manifest.epochs.back().since = batch.begin_commit;
  head_ = head;
  manifest_ = std::move(manifest);
  batch.manifest_changed = true;
  runs_ = graph_.RunsOf(manifest_);
  std::erase_if(runs_, [&](const auto& run) {
    return runs_on_their_way_.contains(run->info().number);
  });
  probes_.clear();
  return absl::OkStatus();
}

absl::StatusOr<bool> CommitWriter::Replay(PreparedCommit& commit) {
  const std::string& key = commit.request.idempotency_key;
  if (key.empty()) return false;
  StoredResult stored;
  if (const auto it = results_.find(key); it != results_.end()) {
    stored = it->second;
  } else {
    std::string value;
    SKG_ASSIGN_OR_RETURN(
        const bool found,
        graph_.kv.Get(Family::kLog,
                      IdempotencyKey(graph_.description.number, key), &value));
    if (!found) return false;
    SKG_ASSIGN_OR_RETURN(stored, DecodeStoredResult(value));
    if (stored.result.time + kIdempotencyLifetime < absl::Now()) return false;
  }
  if (stored.request_hash != commit.request.request_hash) {
    return absl::InvalidArgumentError(
        "the idempotency key was used for another request within the last 24 "
        "hours; "
        "use a new key for a new request");
  }
  commit.outcome.result = stored.result;
  commit.outcome.result.replayed = true;
  commit.outcome.outcomes = stored.outcomes;
  return true;
}

absl::StatusOr<TermId> CommitWriter::FindTerm(const PreparedCommit& commit,
                                              PendingTerm& pending) {
  if (!EncodeParts(commit, pending)) return TermId{};
  if (const auto it = numbered_.find(TermKeyOf(pending.term));
      it != numbered_.end()) {
    return it->second.id;
  }
  SKG_ASSIGN_OR_RETURN(
      const TermId id,
      graph_.dictionary.Find(graph_.description.number, pending.term.tag,
                             pending.term.bytes));
  if (id.bound() || reserved_ == nullptr) return id;
  SKG_ASSIGN_OR_RETURN(const TermId reserved, reserved_->Find(pending.term));
  pending.reserved = reserved.bound();
  return reserved;
}

absl::Status CommitWriter::FindTerms(PreparedCommit& commit) {
  for (PendingTerm& pending : commit.terms) {
    SKG_ASSIGN_OR_RETURN(pending.id, FindTerm(commit, pending));
  }
  // Only what an operation adds needs a number; terms that were merely read or
  // removed do not.
  for (const WriteOperation& operation : commit.request.operations) {
    if (!Inserts(operation)) continue;
    const StatementKey& key = operation.key;
    for (const TermId id :
         {key.graph, key.subject, key.predicate, key.object}) {
      if (!id.in_arena()) continue;
      const TermId place = commit.new_term_ids[id.payload()];
      if (place.in_arena()) commit.terms[place.payload()].needed = true;
    }
  }
  for (const auto& part : commit.parts) {
    for (const TermId id : part->terms()) {
      if (!id.in_arena()) continue;
      const TermId place = commit.new_term_ids[id.payload()];
      if (place.in_arena()) commit.terms[place.payload()].needed = true;
    }
  }
  for (size_t i = commit.terms.size(); i-- > 0;) {
    const PendingTerm& pending = commit.terms[i];
    if (!pending.needed || pending.term.tag != rdf::TermTag::kTripleTerm)
      continue;
    for (const TermId part : pending.parts) {
      if (part.in_arena()) commit.terms[part.payload()].needed = true;
    }
  }
  for (const PendingTerm& pending : commit.terms) {
    if (pending.needed && !pending.id.bound())
      SKG_RETURN_IF_ERROR(graph_.dictionary.CheckSize(pending.term));
  }
  return absl::OkStatus();
}

void CommitWriter::NumberTerms(PreparedCommit& commit) {
  for (PendingTerm& pending : commit.terms) {
    if (!pending.needed || pending.id.bound()) continue;
    EncodeParts(commit, pending);
    // The same new term may stand twice in one request.
    const auto [it, added] = numbered_.try_emplace(
        TermKeyOf(pending.term),
        Numbered{TermId::Make(pending.term.tag, head_.next_term),
                 batch_number_});
    if (added) ++head_.next_term;
    pending.id = it->second.id;
  }
  // A term that is only removed or read is known now if another operation of
  // the same request adds it.
  for (PendingTerm& pending : commit.terms) {
    if (pending.id.bound() || !EncodeParts(commit, pending)) continue;
    const auto it = numbered_.find(TermKeyOf(pending.term));
    if (it != numbered_.end()) pending.id = it->second.id;
  }
}

void CommitWriter::RememberTerms(uint64_t batch) {
  absl::erase_if(numbered_, [&](const auto& entry) {
    const auto& [key, numbered] = entry;
    if (numbered.batch > batch) return false;
    graph_.dictionary.Remember(
        graph_.description.number, numbered.id,
        {static_cast<rdf::TermTag>(key.front()), key.substr(1)});
    return true;
  });
  // What a large commit left would be walked through at each one after it.
  if (numbered_.capacity() > kMaxSpareTerms &&
      numbered_.size() < numbered_.capacity() / 8) {
    numbered_.rehash(0);
  }
}

void CommitWriter::UndoTerms(const PreparedCommit& commit,
                             uint64_t first_new_term) {
  for (const PendingTerm& pending : commit.terms) {
    if (pending.id.bound() && pending.id.payload() >= first_new_term) {
      numbered_.erase(TermKeyOf(pending.term));
    }
  }
  head_.next_term = first_new_term;
}

void CommitWriter::AppendTerms(const PreparedCommit& commit,
                               uint64_t first_new_term, CommitBatch& batch) {
  uint64_t next = first_new_term;
  std::vector<Dictionary::NumberedTerm> terms;
  for (const PendingTerm& pending : commit.terms) {
    if (!pending.id.bound()) continue;
    if (!pending.reserved || !pending.needed) {
      // Numbers rise in the order of the terms; a term that stands twice has
      // one.
      if (pending.id.payload() != next) continue;
      ++next;
    }
    terms.push_back({pending.id, &pending.term});
  }
  graph_.dictionary.AppendRows(graph_.description.number, std::move(terms),
                               *batch.rows);
}

absl::Status CommitWriter::CheckConflicts(PreparedCommit& commit) {
  if (commit.request.reads == nullptr || commit.request.reads->empty())
    return absl::OkStatus();
  const ReadSet reads = commit.request.reads->Resolve(
      [&](TermId id) { return commit.Resolve(id); });
  const auto conflict = [&commit](uint64_t number) {
    commit.conflict = true;
    return absl::AbortedError(
        absl::StrCat("commit ", number,
                     " changed what this transaction has read; run it again"));
  };
  uint64_t next = commit.request.snapshot_commit + 1;
  const uint64_t first_recent =
      recent_.empty() ? head_.last_commit + 1 : recent_.front().commit;
  for (; next < first_recent; ++next) {
    bool touched = false;
    const auto header = graph_.ReadLog(
        next, GraphState::LogExpansion::kNone,
        [&](std::span<const LoggedChange> changes) {
          touched |= std::any_of(changes.begin(), changes.end(),
                                 [&](const LoggedChange& change) {
                                   return reads.Touches(change.key);
                                 });
          return absl::OkStatus();
        });
    if (absl::IsOutOfRange(header.status())) {
      commit.conflict = true;
      return absl::AbortedError(
          "the log no longer reaches back to where this transaction began");
    }
    SKG_RETURN_IF_ERROR(header.status());
    for (const ClearScope& scope : header->clears)
      touched = touched || reads.Touches(scope);
    if (touched || header->by_reference) return conflict(next);
  }
  for (const Recent& recent : recent_) {
    if (recent.commit < next) continue;
    if (recent.everything) return conflict(recent.commit);
    for (const ClearScope& scope : recent.clears) {
      if (reads.Touches(scope)) return conflict(recent.commit);
    }
    for (const StatementKey& key : recent.keys) {
      if (reads.Touches(key)) return conflict(recent.commit);
    }
  }
  return absl::OkStatus();
}

absl::Status CommitWriter::Decidable(PreparedCommit& commit,
                                     uint64_t first_new_term,
                                     Cleared& cleared) {
  SKG_RETURN_IF_ERROR(CheckConflicts(commit));
  SKG_RETURN_IF_ERROR(CountCleared(commit, cleared));
  SKG_RETURN_IF_ERROR(LoadStates(commit, first_new_term, cleared));
  return CheckQuota(commit, cleared);
}

absl::Status CommitWriter::LoadStates(const PreparedCommit& commit,
                                      uint64_t first_new_term,
                                      const Cleared& cleared) {
  for (const WriteOperation& operation : commit.request.operations) {
    const StatementKey key = commit.Resolve(operation.key);
    if (!key.subject.bound() || !key.predicate.bound() || !key.object.bound() ||
        (operation.key.graph.bound() && !key.graph.bound())) {
      continue;  // a remove of what the graph has never seen
    }
    SKG_ASSIGN_OR_RETURN(
        Triple * triple,
        LoadTriple(TripleOf(key), first_new_term, cleared.Covers(key.graph)));
    if (operation.kind == WriteOperation::Kind::kAdd) {
      for (Edge& edge : triple->edges) {
        if (edge.edge == key.edge) SKG_RETURN_IF_ERROR(LoadRecord(key, edge));
      }
    }
    SKG_RETURN_IF_ERROR(
        LoadCounts(predicate_counts_, key.predicate, &PredicateCountKey));
    if (key.graph.bound()) {
      SKG_RETURN_IF_ERROR(
          LoadCounts(graph_counts_, key.graph, &NamedGraphCountKey));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<CommitWriter::Triple*> CommitWriter::LoadTriple(
    const StatementKey& triple, uint64_t first_new_term, bool cleared) {
  if (const auto it = triples_.find(triple); it != triples_.end())
    return &it->second;
  Edges edges;
  if (!cleared && !AnyNew(triple, first_new_term))
    SKG_RETURN_IF_ERROR(Probe(triple, edges));
  Triple& loaded = triples_[triple];
  loaded.edges = std::move(edges);
  return &loaded;
}

absl::Status CommitWriter::Probe(const StatementKey& triple, Edges& edges) {
  Edges newest;  // live or not: weight < 0 marks a removed one
  SKG_RETURN_IF_ERROR(ProbeDelta(triple, newest));
  SKG_RETURN_IF_ERROR(ProbeRuns(triple, newest));
  const uint64_t cleared = LastClear(manifest_.clears, triple.graph);
  for (Edge& edge : newest) {
    if (edge.weight >= 0 && edge.commit >= cleared)
      edges.push_back(std::move(edge));
  }
  std::sort(edges.begin(), edges.end(),
            [](const Edge& a, const Edge& b) { return a.edge < b.edge; });
  return absl::OkStatus();
}

void CommitWriter::KeepNewest(uint32_t edge, uint64_t commit,
                              const RowValue& value, Edges& newest) {
  const auto known =
      std::find_if(newest.begin(), newest.end(),
                   [&](const Edge& e) { return e.edge == edge; });
  if (known != newest.end() && known->commit >= commit) return;
  Edge found{edge, commit,
             value.operation == RowOperation::kRemove ? -1.0f : value.weight,
             value.has_record, nullptr};
  if (known != newest.end()) {
    *known = found;
  } else {
    newest.push_back(found);
  }
}

absl::Status CommitWriter::ProbeDelta(const StatementKey& triple,
                                      Edges& newest) {
  // What is on its way to the delta is in `triples_`.
  if (head_.delta_rows == 0) return absl::OkStatus();
  while (probes_.size() < manifest_.epochs.size()) {
    KvScanOptions options;
    options.prefix_probe = true;
    probes_.push_back(graph_.kv.NewIterator(Family::kDelta, options));
  }
  for (size_t epoch = 0; epoch < manifest_.epochs.size(); ++epoch) {
    const DeltaKey key(graph_.description.number,
                       manifest_.epochs[epoch].number, IndexOrder::kGspo,
                       triple, UINT64_MAX);
    KvIterator& rows = *probes_[epoch];
    for (rows.Seek(key.triple()); rows.Valid(); rows.Next()) {
      const std::string_view at = rows.key();
      if (at.substr(0, kDeltaTripleBytes) != key.triple()) break;
      RowValue value;
      if (at.size() != kDeltaKeyBytes || !DecodeRow(rows.value(), &value)) {
        return absl::DataLossError("damaged statement row in the delta");
      }
      KeepNewest(LoadBigEndian<uint32_t>(at.data() + kDeltaTripleBytes),
                 CommitOfDeltaKey(at), value, newest);
    }
    if (!rows.Valid()) SKG_RETURN_IF_ERROR(rows.status());
  }
  return absl::OkStatus();
}

// What a run shows is published: no snapshot is needed to see it.
absl::Status CommitWriter::ProbeRuns(const StatementKey& triple,
                                     Edges& newest) {
  std::vector<RunRow> rows;
  for (const auto& run : runs_) {
    if (run->info().history) continue;
    SKG_RETURN_IF_ERROR(run->FindTriple(triple, nullptr, &rows));
  }
  for (const RunRow& row : rows)
    KeepNewest(row.key.edge, row.commit, row.value, newest);
  return absl::OkStatus();
}

absl::Status CommitWriter::LoadRecord(const StatementKey& key, Edge& edge) {
  if (!edge.has_record || edge.record != nullptr) return absl::OkStatus();
  std::string value;
  SKG_ASSIGN_OR_RETURN(
      const bool found,
      graph_.kv.Get(Family::kRecords,
                    RecordKey(graph_.description.number, key, edge.commit),
                    &value));
  if (!found) {
    return absl::DataLossError(absl::StrCat(
        "graph ", graph_.description.number,
        ": the record of a statement of commit ", edge.commit, " is missing"));
  }
  SKG_ASSIGN_OR_RETURN(Record record, DecodeRecord(value));
  edge.record = std::make_shared<const Record>(std::move(record));
  return absl::OkStatus();
}

absl::Status CommitWriter::LoadCounts(
    absl::flat_hash_map<TermId, Counts>& cache, TermId id,
    std::string (*key)(uint32_t, TermId)) {
  if (cache.contains(id)) return absl::OkStatus();
  const uint64_t cleared_in = &cache == &predicate_counts_
                                  ? predicates_cleared_in_
                                  : graphs_cleared_in_;
  if (cleared_in > visible_batch_) {
    cache[id] = Counts();
    return absl::OkStatus();
  }
  std::string value;
  SKG_ASSIGN_OR_RETURN(
      const bool found,
      graph_.kv.Get(Family::kStats, key(graph_.description.number, id),
                    &value));
  Counts counts;
  if (found) {
    SKG_ASSIGN_OR_RETURN(counts, DecodeCounts(value));
  }
  cache[id] = counts;
  return absl::OkStatus();
}

Outcome CommitWriter::Decide(const WriteOperation& operation,
                             const PreparedCommit& commit,
                             const StatementKey& key, Triple& triple,
                             uint64_t number) {
  Edges& edges = triple.edges;
  if (operation.kind == WriteOperation::Kind::kRemoveTriple) {
    if (edges.empty()) return Outcome::kAbsent;
    edges.clear();
    return Outcome::kRemoved;
  }
  const auto at = std::lower_bound(
      edges.begin(), edges.end(), key.edge,
      [](const Edge& e, uint32_t edge) { return e.edge < edge; });
  const bool live = at != edges.end() && at->edge == key.edge;
  if (operation.kind == WriteOperation::Kind::kRemove) {
    if (!live) return Outcome::kAbsent;
    edges.erase(at);
    return Outcome::kRemoved;
  }
  if (live && operation.kind == WriteOperation::Kind::kAddIfAbsent)
    return Outcome::kDuplicate;
  const Record* wanted = operation.record == 0
                             ? nullptr
                             : &commit.request.records[operation.record - 1];
  if (live && at->weight == operation.weight &&
      SameContent(at->record.get(), wanted)) {
    return Outcome::kDuplicate;
  }
  Edge written{key.edge, number, operation.weight, false, nullptr};
  Record record = wanted != nullptr ? *wanted : Record{};
  record.created_commit = number;
  if (live)
    record.created_commit =
        at->record != nullptr ? at->record->created_commit : at->commit;
  if (!SaysNothing(record) || record.created_commit != number) {
    written.has_record = true;
    written.record = std::make_shared<const Record>(std::move(record));
  }
  if (live) {
    *at = std::move(written);
    return Outcome::kReplaced;
  }
  edges.insert(at, std::move(written));
  return Outcome::kInserted;
}

}  // namespace skg::storage
