// LiveCursor: the live statements of one index order as of one commit, merged
// over the epochs of the delta and the runs.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "storage/graph_state.h"
#include "storage/row_merge.h"
#include "storage/row_source.h"
#include "storage/statement_row.h"

namespace skg::storage {

// Not thread-safe; must end before its snapshot. Positioned on a live
// statement while Valid(); then status() tells whether the end is a real one.
class LiveCursor {
 public:
  // `counters` may be null, outlives the cursor.
  LiveCursor(const Snapshot& snapshot, IndexOrder order,
             const TermPrefix& prefix, ReadCounters* counters = nullptr);

  [[nodiscard]] bool Valid() const { return at_ != nullptr; }
  [[nodiscard]] StatementRow row() const;
  [[nodiscard]] const absl::Status& status() const { return merge_.status(); }

  void Next();
  // To the first statement whose terms are >= `terms` in the order's sequence,
  // from here forward.
  void Seek(const std::array<uint64_t, 4>& terms);
  // Appends statements until the batch has about `rows`, never more, or there
  // are no more. Slices of what one source alone holds are copied column by
  // column; blocks that one run alone holds are unpacked into the batch.
  void Fill(size_t rows, StatementBatch& batch);

 private:
  // Moves to the newest visible row of the next live statement.
  void Advance();
  // The row that is decided is used up, and all others of its statement are
  // its past.
  void Leave(RowSource& source, size_t rows);
  // How many rows from the current one on can be taken at once; at least that
  // one.
  [[nodiscard]] size_t SliceLength();
  // Appends the slices that wait.
  void Gather();

  std::vector<std::unique_ptr<RowSource>> sources_;
  RowMerge merge_;
  const IndexOrder order_;
  const uint64_t commit_;
  RowKey current_;  // the statement that is decided already
  bool started_ = false;
  RowSource* at_ = nullptr;  // holds the current row
  // Rows that came one by one from the source of the last one; and whether
  // slices are long enough to be searched for.
  const RowSource* last_from_ = nullptr;
  size_t streak_ = 0;
  bool long_slices_ = true;
  // Slices on their way to `batch_`, while it is filled.
  std::vector<RowSource::Slice> slices_;
  size_t sliced_rows_ = 0;
  StatementBatch* batch_ = nullptr;
};

}  // namespace skg::storage
