// All versions of one statement that a view may tell.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/read_view.h"
#include "storage/rows.h"
#include "storage/statement_row.h"

namespace skg::storage {

struct StatementVersion {
  RowOperation operation = RowOperation::kInsertNew;
  // For kRemove: the key and the commit; the rest are defaults.
  StatementRow row;
  friend bool operator==(const StatementVersion& a, const StatementVersion& b) {
    return a.operation == b.operation && a.row.key == b.row.key &&
           a.row.commit == b.row.commit && a.row.weight == b.row.weight &&
           a.row.has_record == b.row.has_record;
  }
};

// What commits up to the view's did to exactly this statement, oldest first.
// Of the time before the horizon, only the version that still held there is
// told. Cost: one seek for each epoch, then the versions.
[[nodiscard]] absl::StatusOr<std::vector<StatementVersion>> ReadVersions(
    const ReadView& view, const StatementKey& key);

}  // namespace skg::storage
