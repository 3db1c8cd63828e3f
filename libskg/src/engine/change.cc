#include "engine/change.h"

#include <utility>

#include "base/status.h"
#include "engine/statement_decoder.h"

namespace skg::engine {
namespace {

Change::Kind KindOf(storage::RowOperation operation) {
  switch (operation) {
    case storage::RowOperation::kInsertNew:
      return Change::Kind::kInserted;
    case storage::RowOperation::kReplace:
      return Change::Kind::kReplaced;
    case storage::RowOperation::kRemove:
      break;
  }
  return Change::Kind::kRemoved;
}

}  // namespace

absl::StatusOr<std::vector<Change>> DecodeChanges(
    const storage::ReadView& view, const rdf::NameSpace& names,
    std::span<const storage::StatementVersion> versions) {
  std::vector<storage::StatementRow> rows;
  rows.reserve(versions.size());
  for (const storage::StatementVersion& version : versions) {
    storage::StatementRow& row = rows.emplace_back(version.row);
    if (version.operation != storage::RowOperation::kRemove) continue;
    row.weight = 1.0f;
    row.has_record = false;
  }
  StatementDecoder decoder(view, names, {.metadata = true, .identity = true});
  std::vector<Statement> statements;
  SKG_RETURN_IF_ERROR(decoder.Decode(rows, statements));
  std::vector<Change> changes(versions.size());
  for (size_t i = 0; i < changes.size(); ++i) {
    Change& change = changes[i];
    change.kind = KindOf(versions[i].operation);
    change.commit = versions[i].row.commit;
    change.time = statements[i].updated_at;
    change.statement = std::move(statements[i]);
    if (change.kind != Change::Kind::kRemoved) continue;
    change.statement.metadata.clear();
    change.statement.created_commit = 0;
    change.statement.created_at = absl::Time();
  }
  return changes;
}

}  // namespace skg::engine
