#include "storage/versions.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/status.h"
#include "storage/graph_state.h"
#include "storage/keys.h"
#include "storage/pending_clears.h"

namespace skg::storage {

namespace {

// One row of the statement.
struct VersionRow {
  uint64_t commit = 0;
  RowValue value;
};

// Appends the versions that stand in one epoch of the delta.
absl::Status ReadEpoch(const Snapshot& snapshot, uint32_t epoch,
                       const StatementKey& key,
                       std::vector<VersionRow>& versions) {
  const GraphState& graph = snapshot.graph();
  const DeltaKey newest(graph.description.number, epoch, IndexOrder::kGspo, key,
                        snapshot.commit());
  const std::string_view statement =
      newest.view().substr(0, kDeltaPrefixBytes + kStatementBytes);
  const auto rows =
      graph.kv.NewIterator(Family::kDelta, {.snapshot = snapshot.kv(),
                                            .lower = std::string(newest.view()),
                                            .upper = PrefixEnd(statement)});
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    VersionRow& version = versions.emplace_back();
    if (rows->key().size() != kDeltaKeyBytes ||
        !DecodeRow(rows->value(), &version.value)) {
      return absl::DataLossError("damaged statement row in the delta");
    }
    version.commit = CommitOfDeltaKey(rows->key());
    version.value.end = std::min(
        version.value.end,
        FirstClearAfter(snapshot.manifest().clears, key.graph, version.commit));
  }
  return rows->status();
}

// Appends those that stand in runs, live or history.
absl::Status ReadRuns(const Snapshot& snapshot, const StatementKey& key,
                      std::vector<VersionRow>& versions) {
  StatementKey triple = key;
  triple.edge = 0;
  std::vector<RunRow> rows;
  const Manifest& manifest = snapshot.manifest();
  for (size_t i = 0; i < manifest.runs.size(); ++i) {
    const RunInfo& info = manifest.runs[i];
    rows.clear();
    SKG_RETURN_IF_ERROR(
        snapshot.runs()[i]->FindTriple(triple, snapshot.kv(), &rows));
    if (rows.empty()) continue;
    const uint64_t end =
        std::min(info.max_end,
                 FirstClearAfter(PendingClears(manifest, info), key.graph, 0));
    for (const RunRow& row : rows) {
      if (row.key.edge != key.edge || row.commit > snapshot.commit()) continue;
      VersionRow& version = versions.emplace_back();
      version.commit = row.commit;
      version.value = row.value;
      version.value.end = std::min(row.value.end, end);
    }
  }
  return absl::OkStatus();
}

// Oldest first. Where a row ends before the next one comes, a clear took the
// statement.
std::vector<StatementVersion> ToVersions(const StatementKey& key,
                                         std::vector<VersionRow> rows,
                                         uint64_t last_commit) {
  std::sort(rows.begin(), rows.end(),
            [](const VersionRow& a, const VersionRow& b) {
              return a.commit < b.commit;
            });
  std::vector<StatementVersion> versions;
  for (size_t i = 0; i < rows.size(); ++i) {
    const RowValue& value = rows[i].value;
    StatementVersion& version = versions.emplace_back();
    version.operation = value.operation;
    version.row.key = key;
    version.row.commit = rows[i].commit;
    if (value.operation == RowOperation::kRemove) continue;
    version.row.weight = value.weight;
    version.row.has_record = value.has_record;
    const uint64_t next =
        i + 1 < rows.size() ? rows[i + 1].commit : last_commit + 1;
    if (value.end >= next) continue;
    StatementVersion& cleared = versions.emplace_back();
    cleared.operation = RowOperation::kRemove;
    cleared.row.key = key;
    cleared.row.commit = value.end;
  }
  return versions;
}

// Leaves out what ended at or before the horizon: whether its rows are still
// there is a matter of merges.
void ForgetBefore(uint64_t horizon, std::vector<StatementVersion>& versions) {
  auto kept = std::find_if(
      versions.begin(), versions.end(),
      [&](const StatementVersion& v) { return v.row.commit > horizon; });
  if (kept != versions.begin() &&
      std::prev(kept)->operation != RowOperation::kRemove) {
    --kept;
  }
  versions.erase(versions.begin(), kept);
}

}  // namespace

absl::StatusOr<std::vector<StatementVersion>> ReadVersions(
    const ReadView& view, const StatementKey& key) {
  const Snapshot& snapshot = *view.snapshot();
  const GraphState& graph = snapshot.graph();
  std::vector<VersionRow> rows;
  for (const Epoch& epoch : snapshot.manifest().epochs)
    SKG_RETURN_IF_ERROR(ReadEpoch(snapshot, epoch.number, key, rows));
  SKG_RETURN_IF_ERROR(ReadRuns(snapshot, key, rows));
  std::vector<StatementVersion> versions =
      ToVersions(key, std::move(rows), snapshot.commit());
  // The newest one: it only moves forward.
  SKG_ASSIGN_OR_RETURN(
      const History history,
      ReadHistory(graph.kv, graph.description.number, nullptr));
  ForgetBefore(history.horizon, versions);
  return versions;
}

}  // namespace skg::storage
