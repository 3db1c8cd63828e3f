#include "storage/point_lookup.h"

#include "base/status.h"
#include "storage/keys.h"
#include "storage/pending_clears.h"
#include "storage/run.h"

namespace skg::storage {

namespace {

// The newest version that is seen so far; of equal commits the first one
// counts.
struct Newest {
  std::optional<Run::Version> version;
  void Offer(const Run::Version& other) {
    if (!version || other.commit > version->commit) version = other;
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
    RowValue value;
    if (at.size() != kDeltaKeyBytes || !DecodeRow(rows->value(), &value))
      return absl::DataLossError("damaged statement row in the delta");
    const uint64_t commit = CommitOfDeltaKey(at);
    if (FirstClearAfter(snapshot.manifest().clears, key.graph, commit) <=
        snapshot.commit()) {
      return absl::OkStatus();  // older ones went with it
    }
    if (value.end <= snapshot.commit()) continue;
    newest.Offer({commit, value.operation, value.weight, value.has_record});
    return absl::OkStatus();
  }
  return rows->status();
}

}  // namespace

absl::StatusOr<std::optional<StatementRow>> FindLive(const Snapshot& snapshot,
                                                     const StatementKey& key) {
  const uint64_t commit = snapshot.commit();
  const auto concerns = [commit](const RunInfo& info) {
    return info.min_commit <= commit && info.max_end > commit;
  };
  StatementKey triple = key;
  triple.edge = 0;
  const uint64_t hash = TripleHash(triple);
  for (const auto& run : snapshot.runs()) {
    if (concerns(run->info())) run->PrefetchFilter(hash);
  }
  Newest newest;
  // The delta first: it wins over a run on equal commit numbers.
  for (const Epoch& epoch : snapshot.manifest().epochs) {
    if (snapshot.head().delta_rows == 0) break;
    SKG_RETURN_IF_ERROR(AskEpoch(snapshot, epoch.number, key, newest));
  }
  for (size_t i = 0; i < snapshot.runs().size(); ++i) {
    const auto& run = snapshot.runs()[i];
    if (!concerns(run->info())) continue;
    if (LastClear(PendingClears(snapshot.manifest(),
                                snapshot.manifest().runs[i], commit),
                  key.graph) != 0) {
      continue;
    }
    SKG_ASSIGN_OR_RETURN(const auto version,
                         run->FindVisible(key, hash, commit, snapshot.kv()));
    if (version) newest.Offer(*version);
  }
  if (!newest.version || newest.version->operation == RowOperation::kRemove) {
    return std::optional<StatementRow>();
  }
  const Run::Version& found = *newest.version;
  return std::optional<StatementRow>(
      {key, found.commit, found.weight, found.has_record});
}

}  // namespace skg::storage
