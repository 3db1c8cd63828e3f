#include "storage/log_expansion.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/status.h"
#include "storage/row_source.h"
#include "storage/scan.h"

namespace skg::storage {

namespace {

constexpr size_t kChangesAtATime = 4096;

}  // namespace

absl::StatusOr<uint64_t> VisitRowsOfCommit(const Snapshot& snapshot,
                                           uint64_t commit,
                                           const ChangeVisitor& visit) {
  uint64_t found = 0;
  std::vector<LoggedChange> changes;
  const auto tell = [&]() -> absl::Status {
    if (changes.empty()) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(visit(changes));
    found += changes.size();
    changes.clear();
    return absl::OkStatus();
  };
  for (const auto& run : snapshot.runs()) {
    if (commit < run->info().min_commit || commit > run->info().max_commit)
      continue;
    const auto rows = MakeRunSource(snapshot.graph().kv, snapshot.kv(), run,
                                    IndexOrder::kGspo, TermPrefix(), {});
    for (; rows->valid(); rows->Next()) {
      if (rows->key().commit != commit) continue;
      const RowValue value = rows->value();
      changes.push_back({value.operation,
                         ToStatement(rows->key(), IndexOrder::kGspo),
                         value.weight, value.has_record});
      if (changes.size() == kChangesAtATime) SKG_RETURN_IF_ERROR(tell());
    }
    SKG_RETURN_IF_ERROR(rows->status());
  }
  SKG_RETURN_IF_ERROR(tell());
  return found;
}

absl::StatusOr<uint64_t> VisitCleared(std::shared_ptr<const Snapshot> before,
                                      const std::vector<ClearScope>& clears,
                                      const ChangeVisitor& visit) {
  uint64_t found = 0;
  std::vector<LoggedChange> changes;
  StatementBatch batch;
  for (size_t i = 0; i < clears.size(); ++i) {
    const auto taken_before = [&](TermId named_graph) {
      return std::any_of(
          clears.begin(), clears.begin() + i,
          [&](const ClearScope& scope) { return scope.Covers(named_graph); });
    };
    const auto rows =
        MakeScan(before, nullptr,
                 {.scope = clears[i].scope, .graph = clears[i].graph}, {});
    for (;;) {
      SKG_ASSIGN_OR_RETURN(const bool more, rows->Next(batch));
      if (!more) break;
      changes.clear();
      for (size_t row = 0; row < batch.size(); ++row) {
        const StatementKey key = batch.Row(row).key;
        if (!taken_before(key.graph))
          changes.push_back({RowOperation::kRemove, key});
      }
      found += changes.size();
      if (!changes.empty()) SKG_RETURN_IF_ERROR(visit(changes));
    }
  }
  return found;
}

}  // namespace skg::storage
