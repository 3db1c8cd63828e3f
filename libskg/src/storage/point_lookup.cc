#include "storage/point_lookup.h"

#include "base/status.h"
#include "storage/keys.h"
#include "storage/run.h"

namespace skg::storage {

namespace {

// The newest row that is seen so far; of equal commits the first one counts.
struct Newest {
  std::optional<RunRow> row;
  void Offer(const RunRow& other) {
    if (!row || other.commit > row->commit) row = other;
  }
};

absl::Status AskEpoch(const Snapshot& snapshot, uint32_t epoch,
                      const StatementKey& key, Newest& newest) {
  KvScanOptions options;
  options.snapshot = snapshot.kv();
  options.prefix_probe = true;
  const auto rows = snapshot.graph().kv.NewIterator(Family::kDelta, options);
  // Newer versions stand before this key.
  const DeltaKey from(snapshot.graph().description.number, epoch,
                      IndexOrder::kGspo, key, snapshot.commit());
  constexpr size_t kStatementEnd = kDeltaKeyBytes - 8;
  const std::string_view statement = from.view().substr(0, kStatementEnd);
  for (rows->Seek(from.view()); rows->Valid(); rows->Next()) {
    const std::string_view at = rows->key();
    if (at.substr(0, kStatementEnd) != statement) return absl::OkStatus();
    RunRow row{key, 0, {}};
    if (at.size() != kDeltaKeyBytes || !DecodeRow(rows->value(), &row.value))
      return absl::DataLossError("damaged statement row in the delta");
    if (row.value.end <= snapshot.commit()) continue;
    row.commit = CommitOfDeltaKey(at);
    newest.Offer(row);
    return absl::OkStatus();
  }
  return rows->status();
}

}  // namespace

absl::StatusOr<std::optional<StatementRow>> FindLive(const Snapshot& snapshot,
                                                     const StatementKey& key) {
  Newest newest;
  // The delta first: it wins over a run on equal commit numbers.
  for (const Epoch& epoch : snapshot.manifest().epochs) {
    if (snapshot.head().delta_rows == 0) break;
    SKG_RETURN_IF_ERROR(AskEpoch(snapshot, epoch.number, key, newest));
  }
  const uint64_t commit = snapshot.commit();
  for (const auto& run : snapshot.runs()) {
    const RunInfo& info = run->info();
    if (info.min_commit > commit || info.max_end <= commit) continue;
    SKG_ASSIGN_OR_RETURN(const auto row,
                         run->FindVisible(key, commit, snapshot.kv()));
    if (row) newest.Offer(*row);
  }
  if (!newest.row || newest.row->value.operation == RowOperation::kRemove)
    return std::optional<StatementRow>();
  const RunRow& row = *newest.row;
  return std::optional<StatementRow>(
      {key, row.commit, row.value.weight, row.value.has_record});
}

}  // namespace skg::storage
