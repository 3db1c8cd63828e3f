#include "storage/diff.h"

#include <utility>

#include "base/status.h"
#include "storage/overlay.h"
#include "storage/scan.h"

namespace skg::storage {

absl::StatusOr<DiffCursor> DiffCursor::Open(const ReadView& from,
                                            const ReadView& to,
                                            const ScanPattern& pattern,
                                            RowFilter filter,
                                            const Cancellation* cancellation) {
  ScanOptions options;
  options.order = NaturalOrder(pattern);
  options.cancellation = cancellation;
  DiffCursor diff(*options.order, std::move(filter));
  for (const auto& [side, view] :
       {std::pair(&diff.from_, &from), std::pair(&diff.to_, &to)}) {
    side->view = view;
    SKG_ASSIGN_OR_RETURN(side->cursor, view->Scan(pattern, options));
    SKG_RETURN_IF_ERROR(diff.Settle(*side));
  }
  return diff;
}

// Moves on, if need be, to a row that takes part.
absl::Status DiffCursor::Settle(Side& side) {
  while (!side.ended) {
    if (side.next == side.batch.size()) {
      side.next = 0;
      SKG_ASSIGN_OR_RETURN(const bool more, side.cursor->Next(side.batch));
      side.ended = !more;
      continue;
    }
    if (!filter_) return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(const bool taken, filter_(*side.view, side.row()));
    if (taken) return absl::OkStatus();
    ++side.next;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> DiffCursor::Same(const StatementRow& a,
                                      const StatementRow& b) const {
  if (a.commit == b.commit) return true;
  if (a.weight != b.weight) return false;
  if (!a.has_record && !b.has_record) return true;
  SKG_ASSIGN_OR_RETURN(const Record before, from_.view->ReadRecord(a));
  SKG_ASSIGN_OR_RETURN(const Record after, to_.view->ReadRecord(b));
  return before.metadata == after.metadata && before.source == after.source &&
         before.valid_from == after.valid_from &&
         before.valid_to == after.valid_to;
}

// Takes the smaller of the two rows, or both of one statement.
absl::Status DiffCursor::Step(std::vector<RowDifference>& differences) {
  bool before = !from_.ended;
  bool after = !to_.ended;
  if (before && after) {
    const StatementKey a = from_.row().key;
    const StatementKey b = to_.row().key;
    before = a == b || InOrder(a, order_) < InOrder(b, order_);
    after = a == b || !before;
  }
  RowDifference difference;
  bool same = false;
  if (before && after) {
    SKG_ASSIGN_OR_RETURN(same, Same(from_.row(), to_.row()));
  }
  if (before) difference.before = from_.row();
  if (after) difference.after = to_.row();
  if (!same) differences.push_back(difference);
  if (before) {
    ++from_.next;
    SKG_RETURN_IF_ERROR(Settle(from_));
  }
  if (after) {
    ++to_.next;
    SKG_RETURN_IF_ERROR(Settle(to_));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> DiffCursor::Next(std::vector<RowDifference>& differences) {
  differences.clear();
  while (differences.size() < StatementBatch::kBatchRows &&
         (!from_.ended || !to_.ended)) {
    SKG_RETURN_IF_ERROR(Step(differences));
  }
  return !differences.empty();
}

}  // namespace skg::storage
