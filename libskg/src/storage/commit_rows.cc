// The second half of CommitWriter: what was decided becomes rows of a batch.
#include <algorithm>
#include <cstring>
#include <utility>

#include "base/status.h"
#include "storage/commit_part.h"
#include "storage/commit_writer.h"
#include "storage/fold.h"
#include "storage/pending_clears.h"

namespace skg::storage {

namespace {

constexpr size_t kMaxStoredOutcomes = 1 << 16;
constexpr int kExpiredPerCommit = 4;

}  // namespace

// One row for each edge whose state differs from that before the commit. The
// triple sign goes to the first edge that appears in a triple without edges,
// or to the first that goes where none stays.
void CommitWriter::EmitTriple(const StatementKey& key, const Triple& triple,
                              CommitBatch& batch,
                              std::vector<LoggedChange>& changes) {
  int64_t appears = triple.before.empty() && !triple.edges.empty() ? 1 : 0;
  int64_t vanishes = !triple.before.empty() && triple.edges.empty() ? -1 : 0;
  Counts& predicate = predicate_counts_[key.predicate];
  Counts* named = key.graph.bound() ? &graph_counts_[key.graph] : nullptr;
  const auto emit = [&](uint32_t edge, const RowValue& value,
                        const Record* record) {
    StatementKey statement = key;
    statement.edge = edge;
    EmitRow(statement, value, record, batch);
    changes.push_back(
        {value.operation, statement, value.weight, value.has_record});
    const auto sign = static_cast<uint64_t>(value.sign);
    const auto triple_sign = static_cast<uint64_t>(value.triple_sign);
    head_.statements += sign;
    head_.triples += triple_sign;
    predicate.statements += sign;
    predicate.triples += triple_sign;
    batch.predicates.insert(key.predicate);
    if (named != nullptr) {
      named->statements += sign;
      named->triples += triple_sign;
      batch.named_graphs.insert(key.graph);
    } else {
      head_.default_statements += sign;
      head_.default_triples += triple_sign;
    }
  };
  for (const Edge& old : triple.before) {
    const bool stays =
        std::any_of(triple.edges.begin(), triple.edges.end(),
                    [&](const Edge& e) { return e.edge == old.edge; });
    if (stays) continue;
    RowValue value;
    value.operation = RowOperation::kRemove;
    value.sign = -1;
    value.triple_sign = vanishes;
    vanishes = 0;
    emit(old.edge, value, nullptr);
  }
  for (const Edge& edge : triple.edges) {
    if (edge.commit != triple.touched) continue;
    const auto old =
        std::find_if(triple.before.begin(), triple.before.end(),
                     [&](const Edge& e) { return e.edge == edge.edge; });
    RowValue value;
    value.weight = edge.weight;
    value.has_record = edge.has_record;
    if (old != triple.before.end()) {
      value.operation = RowOperation::kReplace;
    } else {
      value.operation = RowOperation::kInsertNew;
      value.sign = 1;
      value.triple_sign = appears;
      appears = 0;
    }
    emit(edge.edge, value, edge.record.get());
  }
}

void CommitWriter::EmitRow(const StatementKey& key, const RowValue& value,
                           const Record* record, CommitBatch& batch) {
  const uint32_t graph = graph_.description.number;
  const uint64_t commit = head_.last_commit;
  batch.statements.push_back({key, commit, value});
  if (record != nullptr) {
    batch.rows->Put(Family::kRecords, RecordKey(graph, key, commit),
                    EncodeRecord(*record));
  }
}

void CommitWriter::AppendLog(absl::Time time,
                             const std::vector<LoggedChange>& changes,
                             const Cleared& cleared, CommitBatch& batch) {
  const uint64_t commit = head_.last_commit;
  Recent& recent = recent_.emplace_back();
  recent.commit = commit;
  recent.clears = cleared.scopes();
  LogEncoder encoder(time, changes.size(), recent.clears, cleared.statements);
  recent.keys.reserve(changes.size());
  for (const LoggedChange& change : changes) {
    encoder.Add(change);
    recent.keys.push_back(change.key);
  }
  recent_keys_ += changes.size() + 1;
  uint32_t chunk = 0;
  for (const std::string& bytes : encoder.Finish()) {
    batch.rows->Put(Family::kLog,
                    LogKey(graph_.description.number, commit, chunk++), bytes);
  }
}

void CommitWriter::AppendParts(const PreparedCommit& commit,
                               CommitBatch& batch) const {
  std::vector<TermId> ids;
  for (const auto& part : commit.parts) {
    ids.clear();
    for (const TermId id : part->terms()) ids.push_back(commit.Resolve(id));
    part->AddRows(head_.last_commit, ids, *batch.rows);
  }
}

void CommitWriter::StoreIdempotency(PreparedCommit& commit,
                                    CommitBatch& batch) {
  const std::string& key = commit.request.idempotency_key;
  if (key.empty()) return;
  const uint32_t graph = graph_.description.number;
  StoredResult stored{commit.request.request_hash, commit.outcome.result, {}};
  if (commit.outcome.outcomes.size() <= kMaxStoredOutcomes) {
    stored.outcomes = commit.outcome.outcomes;
  }
  batch.rows->Put(Family::kLog, IdempotencyKey(graph, key),
                  EncodeStoredResult(stored));
  batch.rows->Put(Family::kLog,
                  IdempotencyTimeKey(graph, head_.last_time_micros, key),
                  "\x01");
  results_[key] = std::move(stored);

  // Each commit with a key clears away a few that are past their time.
  const std::string prefix = LogKindPrefix(graph, kIdempotencyTimeKind);
  const std::string upper = IdempotencyTimeKey(
      graph,
      head_.last_time_micros - absl::ToInt64Microseconds(kIdempotencyLifetime),
      {});
  const auto old = graph_.kv.NewIterator(
      Family::kLog, {.snapshot = nullptr, .lower = prefix, .upper = upper});
  old->SeekToFirst();
  for (int i = 0; i < kExpiredPerCommit && old->Valid(); ++i, old->Next()) {
    const std::string_view expired = old->key().substr(prefix.size() + 8);
    if (!results_.contains(std::string(expired))) {
      batch.rows->Delete(Family::kLog, IdempotencyKey(graph, expired));
    }
    batch.rows->Delete(Family::kLog, old->key());
  }
}

// Sorted: a memtable takes neighbours much faster.
void CommitWriter::PutIntoDelta(CommitBatch& batch) {
  struct DeltaRow {
    DeltaKey key;
    const RowValue* value;
  };
  const uint32_t graph = graph_.description.number;
  const uint32_t epoch = manifest_.epochs.back().number;
  std::vector<DeltaRow> rows;
  rows.reserve(batch.statements.size() * kDefaultGraphOrders);
  for (const RunRow& row : batch.statements) {
    const size_t orders =
        row.key.graph.bound() ? kOrderCount : kDefaultGraphOrders;
    for (size_t order = 0; order < orders; ++order) {
      rows.push_back({DeltaKey(graph, epoch, static_cast<IndexOrder>(order),
                               row.key, row.commit),
                      &row.value});
    }
  }
  std::sort(rows.begin(), rows.end(), [](const DeltaRow& a, const DeltaRow& b) {
    return a.key.view() < b.key.view();
  });
  for (const DeltaRow& row : rows) {
    char bytes[kMaxRowValueBytes];
    batch.rows->Put(Family::kDelta, row.key.view(),
                    std::string_view(bytes, EncodeRow(*row.value, bytes)));
  }
  head_.delta_rows += batch.statements.size();
}

absl::Status CommitWriter::PackRun(CommitBatch& batch) {
  RunBuilder builder(*batch.rows, graph_.description.number,
                     manifest_.next_run++);
  struct Place {
    RowKey key;
    const RunRow* row;
  };
  std::vector<Place> places;
  places.reserve(batch.statements.size());
  for (size_t i = 0; i < kOrderCount; ++i) {
    const auto order = static_cast<IndexOrder>(i);
    places.clear();
    for (const RunRow& row : batch.statements) {
      if (i >= kDefaultGraphOrders && !row.key.graph.bound()) continue;
      places.push_back({ToRowKey(row.key, order, row.commit), &row});
    }
    std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
      return a.key.Before(b.key);
    });
    builder.BeginOrder(order);
    for (const Place& place : places)
      SKG_RETURN_IF_ERROR(builder.Add(*place.row));
    SKG_RETURN_IF_ERROR(builder.FinishOrder());
  }
  SKG_ASSIGN_OR_RETURN(const RunInfo info, builder.Finish());
  manifest_.runs.push_back(info);
  batch.manifest_changed = true;
  batch.run = builder.Take(graph_.kv, &graph_.blocks);
  runs_on_their_way_.insert(info.number);
  graph_.Adopt(batch.run);
  return absl::OkStatus();
}

absl::Status CommitWriter::Seal(CommitBatch& batch) {
  const uint32_t graph = graph_.description.number;
  if (batch.statements.size() >= run_rows_) {
    SKG_RETURN_IF_ERROR(PackRun(batch));
  } else {
    PutIntoDelta(batch);
  }
  batch.statements = {};
  if (batch.manifest_changed) {
    head_.manifest = ++manifest_.number;
    batch.rows->Put(Family::kManifest, ManifestKey(graph),
                    EncodeManifest(manifest_));
    batch.wants_merge = !ChooseMerge(manifest_).empty() ||
                        WantsClearsWritten(manifest_, head_.delta_rows);
  }
  batch.runs = manifest_.runs.size();
  batch.clears = manifest_.clears.size();
  for (const TermId id : batch.predicates) {
    batch.rows->Put(Family::kStats, PredicateCountKey(graph, id),
                    EncodeCounts(predicate_counts_[id]));
  }
  for (const TermId id : batch.named_graphs) {
    batch.rows->Put(Family::kStats, NamedGraphCountKey(graph, id),
                    EncodeCounts(graph_counts_[id]));
  }
  batch.delta_rows = head_.delta_rows;
  batch.rows->Put(Family::kStats, HeadKey(graph), EncodeHead(head_));
  return absl::OkStatus();
}

}  // namespace skg::storage
