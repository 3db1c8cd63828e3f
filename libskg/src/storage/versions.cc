#include "storage/versions.h"

#include <algorithm>
#include <string>

#include "base/status.h"
#include "storage/graph_state.h"
#include "storage/keys.h"

namespace skg::storage {

namespace {

// Appends the versions that stand in one epoch of the delta.
absl::Status ReadEpoch(const Snapshot& snapshot, uint32_t epoch,
                       const StatementKey& key,
                       std::vector<StatementVersion>& versions) {
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
    RowValue value;
    if (rows->key().size() != kDeltaKeyBytes ||
        !DecodeRow(rows->value(), &value)) {
      return absl::DataLossError("damaged statement row in the delta");
    }
    StatementVersion& version = versions.emplace_back();
    version.operation = value.operation;
    version.row.key = key;
    version.row.commit = CommitOfDeltaKey(rows->key());
    if (value.operation == RowOperation::kRemove) continue;
    version.row.weight = value.weight;
    version.row.has_record = value.has_record;
  }
  return rows->status();
}

// Appends those that stand in runs, live or history.
absl::Status ReadRuns(const Snapshot& snapshot, const StatementKey& key,
                      std::vector<StatementVersion>& versions) {
  StatementKey triple = key;
  triple.edge = 0;
  std::vector<RunRow> rows;
  for (const auto& run : snapshot.runs())
    SKG_RETURN_IF_ERROR(run->FindTriple(triple, snapshot.kv(), &rows));
  for (const RunRow& row : rows) {
    if (row.key.edge != key.edge || row.commit > snapshot.commit()) continue;
    StatementVersion& version = versions.emplace_back();
    version.operation = row.value.operation;
    version.row.key = key;
    version.row.commit = row.commit;
    if (row.value.operation == RowOperation::kRemove) continue;
    version.row.weight = row.value.weight;
    version.row.has_record = row.value.has_record;
  }
  return absl::OkStatus();
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
  std::vector<StatementVersion> versions;
  for (const Epoch& epoch : snapshot.manifest().epochs)
    SKG_RETURN_IF_ERROR(ReadEpoch(snapshot, epoch.number, key, versions));
  SKG_RETURN_IF_ERROR(ReadRuns(snapshot, key, versions));
  std::sort(versions.begin(), versions.end(),
            [](const StatementVersion& a, const StatementVersion& b) {
              return a.row.commit < b.row.commit;
            });
  // The newest one: it only moves forward.
  SKG_ASSIGN_OR_RETURN(
      const History history,
      ReadHistory(graph.kv, graph.description.number, nullptr));
  ForgetBefore(history.horizon, versions);
  return versions;
}

}  // namespace skg::storage
