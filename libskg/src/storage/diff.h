// DiffCursor: what differs between two views of one graph.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/read_view.h"
#include "storage/statement_row.h"

namespace skg::storage {

// One statement that is not the same in both: at least one row is set. Both
// are: weight, metadata, valid time or source differ.
struct RowDifference {
  std::optional<StatementRow> before, after;
};

// Which rows of a view take part; unset: all that the pattern matches.
using RowFilter =
    std::function<absl::StatusOr<bool>(const ReadView&, const StatementRow&)>;

// Merges two scans in one order: memory is that of two cursors. A statement
// that was rewritten and is again what it was does not differ. Not
// thread-safe; must end before its views.
class DiffCursor {
 public:
  // Both views are of the same graph. Errors: as ReadView::Scan.
  [[nodiscard]] static absl::StatusOr<DiffCursor> Open(
      const ReadView& from, const ReadView& to, const ScanPattern& pattern,
      RowFilter filter, const Cancellation* cancellation);

  // Replaces `differences` by up to kBatchRows more, in the order of the
  // scans. False: the end. Errors: those of the scans.
  [[nodiscard]] absl::StatusOr<bool> Next(
      std::vector<RowDifference>& differences);

 private:
  // One of the two sides, at its current row.
  struct Side {
    const ReadView* view = nullptr;
    std::unique_ptr<ScanCursor> cursor;
    StatementBatch batch;
    size_t next = 0;
    bool ended = false;
    [[nodiscard]] StatementRow row() const { return batch.Row(next); }
  };

  DiffCursor(TermOrder order, RowFilter filter)
      : order_(order), filter_(std::move(filter)) {}
  absl::Status Settle(Side& side);
  absl::Status Step(std::vector<RowDifference>& differences);
  absl::StatusOr<bool> Same(const StatementRow& a, const StatementRow& b) const;

  TermOrder order_;
  RowFilter filter_;
  Side from_, to_;
};

}  // namespace skg::storage
