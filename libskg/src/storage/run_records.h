// The records of a run that becomes a commit, where they are too many for the
// commit's batch: they join the store before it, under its number. Until it is
// there a row beside the run's own says that number, so that they can be found
// and removed should it never come.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/graph_state.h"
#include "storage/kv.h"
#include "storage/record_spill.h"

namespace skg::storage {

// Rows of family `records` for a commit, whose number is also the created
// commit of records that say none; in the order of their keys.
[[nodiscard]] absl::Status ForEachRecordRow(
    uint32_t graph, const StatementRecords& records, uint64_t commit,
    const std::function<absl::Status(std::string_view key,
                                     std::string_view value)>& visit);

// In family `manifest`.
[[nodiscard]] std::string RecordsMarkerKey(uint32_t graph, uint32_t run);
// `commit`: the next one. The commit's batch deletes the marker; if it fails,
// RemoveRecords does.
[[nodiscard]] absl::Status IngestRecords(KvStore& kv, uint32_t graph,
                                         uint32_t run,
                                         const StatementRecords& records,
                                         uint64_t commit);

// The commits whose records IngestRecords has added, and which the snapshot may
// not have yet; sorted.
[[nodiscard]] absl::StatusOr<std::vector<uint64_t>> CommitsOfMarkers(
    const Snapshot& snapshot);

// Removes what IngestRecords has left of a run that the snapshot, the present
// one, does not list. Nothing may be on its way. Cost: where there is no
// marker, one look; else all of the run and a lookup a record.
[[nodiscard]] absl::Status RemoveRecords(const Snapshot& snapshot,
                                         uint32_t run);
// The same for all runs, when a graph is opened.
[[nodiscard]] absl::Status RemoveOrphanRecords(const Snapshot& snapshot);

// Whether the snapshot has a row of this statement, of exactly this commit,
// that has a record.
[[nodiscard]] absl::StatusOr<bool> HasRowWithRecord(
    const Snapshot& snapshot, const StatementKey& statement, uint64_t commit);

}  // namespace skg::storage
