#include "storage/run_records.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status.h"
#include "storage/block.h"
#include "storage/keys.h"
#include "storage/run.h"
#include "storage/sorted_files.h"

namespace skg::storage {

namespace {

constexpr char kMarkerFormat = 1;
constexpr size_t kBatchBytes = 4 << 20;

// The commit that a run's marker names; 0: there is no marker.
absl::StatusOr<uint64_t> ReadMarker(const GraphState& graph, uint32_t run,
                                    const KvSnapshot* at) {
  std::string value;
  SKG_ASSIGN_OR_RETURN(
      const bool found,
      graph.kv.Get(Family::kManifest,
                   RecordsMarkerKey(graph.description.number, run), &value,
                   at));
  if (!found) return 0;
  if (value.size() != 9 || value.front() != kMarkerFormat) {
    return absl::DataLossError(absl::StrCat(
        "graph ", graph.description.number, ", run ", run,
        ": the row about its records is damaged; restore a backup"));
  }
  return LoadBigEndian<uint64_t>(value.data() + 1);
}

// All runs that have anything in the store, listed or not.
absl::Status ForEachStoredRun(
    const GraphState& graph, const KvSnapshot* at,
    const std::function<absl::Status(uint32_t run)>& visit) {
  const std::string prefix = GraphPrefix(graph.description.number);
  const auto rows = graph.kv.NewIterator(
      Family::kManifest,
      {.snapshot = at, .lower = prefix, .upper = PrefixEnd(prefix)});
  for (rows->SeekToFirst(); rows->Valid();) {
    if (rows->key().size() < kGraphBytes + 4) {  // the manifest row
      rows->Next();
      continue;
    }
    const auto run = LoadBigEndian<uint32_t>(rows->key().data() + kGraphBytes);
    SKG_RETURN_IF_ERROR(visit(run));
    rows->Seek(PrefixEnd(RunPrefix(graph.description.number, run)));
  }
  return rows->status();
}

// Adds the deletion of the records of one block of the run.
absl::Status DeleteOfBlock(const Snapshot& snapshot, std::string_view block,
                           uint64_t commit, KvBatch& batch) {
  SKG_ASSIGN_OR_RETURN(const BlockView view, BlockView::Open(block));
  std::vector<RunRow> rows;
  view.Rows(IndexOrder::kGspo, &rows);
  for (const RunRow& row : rows) {
    if (!row.value.has_record) continue;
    // Another commit may have got the number since.
    if (commit <= snapshot.head().last_commit) {
      SKG_ASSIGN_OR_RETURN(const bool taken,
                           HasRowWithRecord(snapshot, row.key, commit));
      if (taken) continue;
    }
    batch.Delete(
        Family::kRecords,
        RecordKey(snapshot.graph().description.number, row.key, commit));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ForEachRecordRow(
    uint32_t graph, const StatementRecords& records, uint64_t commit,
    const std::function<absl::Status(std::string_view, std::string_view)>&
        visit) {
  return records.ForEach(
      [&](const StatementKey& statement, const Record& given) {
        Record record = given;
        if (record.created_commit == 0) record.created_commit = commit;
        return visit(RecordKey(graph, statement, commit), EncodeRecord(record));
      });
}

std::string RecordsMarkerKey(uint32_t graph, uint32_t run) {
  return RunPrefix(graph, run) + kRecordsKind;
}

absl::Status IngestRecords(KvStore& kv, uint32_t graph, uint32_t run,
                           const StatementRecords& records, uint64_t commit) {
  std::string marker(1, kMarkerFormat);
  AppendBigEndian(commit, marker);
  const auto batch = kv.NewBatch();
  batch->Put(Family::kManifest, RecordsMarkerKey(graph, run), marker);
  // Ingested files do not wait for the write-ahead log.
  SKG_RETURN_IF_ERROR(kv.Write(*batch, WriteMode::kSync));
  SortedFiles files(kv, Family::kRecords);
  SKG_RETURN_IF_ERROR(
      ForEachRecordRow(graph, records, commit,
                       [&](std::string_view key, std::string_view value) {
                         return files.Put(key, value);
                       }));
  std::vector<std::unique_ptr<KvSortedFile>> all;
  files.MoveTo(all);
  return kv.Ingest(std::move(all));
}

absl::Status RemoveRecords(const Snapshot& snapshot, uint32_t run) {
  const GraphState& graph = snapshot.graph();
  const uint32_t number = graph.description.number;
  SKG_ASSIGN_OR_RETURN(const uint64_t commit, ReadMarker(graph, run, nullptr));
  if (commit == 0) return absl::OkStatus();
  const std::string prefix = RunPrefix(number, run);
  const auto blocks =
      graph.kv.NewIterator(Family::kGspo, {.snapshot = nullptr,
                                           .lower = prefix,
                                           .upper = PrefixEnd(prefix),
                                           .fill_cache = false});
  const auto batch = graph.kv.NewBatch();
  for (blocks->SeekToFirst(); blocks->Valid(); blocks->Next()) {
    SKG_RETURN_IF_ERROR(
        DeleteOfBlock(snapshot, blocks->value(), commit, *batch));
    if (batch->size_bytes() < kBatchBytes) continue;
    SKG_RETURN_IF_ERROR(graph.kv.Write(*batch, WriteMode::kBuffered));
    batch->Clear();
  }
  SKG_RETURN_IF_ERROR(blocks->status());
  batch->Delete(Family::kManifest, RecordsMarkerKey(number, run));
  return graph.kv.Write(*batch, WriteMode::kBuffered);
}

absl::Status RemoveOrphanRecords(const Snapshot& snapshot) {
  const auto& runs = snapshot.manifest().runs;
  return ForEachStoredRun(
      snapshot.graph(), nullptr, [&](uint32_t run) -> absl::Status {
        const bool listed = std::any_of(
            runs.begin(), runs.end(),
            [&](const RunInfo& info) { return info.number == run; });
        return listed ? absl::OkStatus() : RemoveRecords(snapshot, run);
      });
}

absl::StatusOr<std::vector<uint64_t>> CommitsOfMarkers(
    const Snapshot& snapshot) {
  std::vector<uint64_t> commits;
  SKG_RETURN_IF_ERROR(ForEachStoredRun(
      snapshot.graph(), snapshot.kv(), [&](uint32_t run) -> absl::Status {
        SKG_ASSIGN_OR_RETURN(const uint64_t commit,
                             ReadMarker(snapshot.graph(), run, snapshot.kv()));
        if (commit != 0) commits.push_back(commit);
        return absl::OkStatus();
      }));
  std::sort(commits.begin(), commits.end());
  return commits;
}

absl::StatusOr<bool> HasRowWithRecord(const Snapshot& snapshot,
                                      const StatementKey& statement,
                                      uint64_t commit) {
  const GraphState& graph = snapshot.graph();
  for (const Epoch& epoch : snapshot.manifest().epochs) {
    std::string value;
    const DeltaKey key(graph.description.number, epoch.number,
                       IndexOrder::kGspo, statement, commit);
    SKG_ASSIGN_OR_RETURN(
        const bool found,
        graph.kv.Get(Family::kDelta, key.view(), &value, snapshot.kv()));
    RowValue row;
    if (found && DecodeRow(value, &row) && row.has_record) return true;
  }
  StatementKey triple = statement;
  triple.edge = 0;
  std::vector<RunRow> rows;
  for (const auto& run : snapshot.runs())
    SKG_RETURN_IF_ERROR(run->FindTriple(triple, snapshot.kv(), &rows));
  return std::any_of(rows.begin(), rows.end(), [&](const RunRow& row) {
    return row.key == statement && row.commit == commit && row.value.has_record;
  });
}

}  // namespace skg::storage
