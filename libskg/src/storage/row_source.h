// RowSource: the versioned rows of one order, from one epoch of the delta or
// from one run, in key order.
//
// A source goes through its rows in windows: a stretch of rows whose columns
// lie beside each other in memory. One row after the other can be looked at,
// or a slice of the window be copied to a batch column by column.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "storage/graph_state.h"
#include "storage/kv.h"
#include "storage/read_view.h"
#include "storage/row_key.h"
#include "storage/rows.h"
#include "storage/run.h"
#include "storage/statement_row.h"

namespace skg::storage {

// What decides whether a view sees a row, and what it then shows.
struct RowState {
  RowOperation operation = RowOperation::kInsertNew;  // or a replace
  uint64_t end = UINT64_MAX;
  float weight = 1.0f;
  bool has_record = false;
};

// The columns of a window, lent by its source until the window is used up.
struct RowWindow {
  std::array<const TermId*, 4> terms{};  // in the order's sequence
  const uint32_t* edges = nullptr;
  const uint64_t* commits = nullptr;
  const float* weights = nullptr;
  const uint8_t* has_records = nullptr;
  // Null: all rows are live and have no end.
  const uint64_t* ends = nullptr;
  const RowOperation* operations = nullptr;

  [[nodiscard]] RowKey Key(size_t i) const {
    return {{terms[0][i].bits, terms[1][i].bits, terms[2][i].bits,
             terms[3][i].bits},
            edges[i],
            commits[i]};
  }
};

// Not thread-safe; must end before its snapshot.
class RowSource {
 public:
  explicit RowSource(IndexOrder order) : order_(order) {}
  RowSource(const RowSource&) = delete;
  RowSource& operator=(const RowSource&) = delete;
  virtual ~RowSource() = default;

  // On a row. Once false, status() tells whether the end is a real one.
  [[nodiscard]] bool valid() const { return valid_; }
  [[nodiscard]] const absl::Status& status() const { return status_; }
  [[nodiscard]] const RowKey& key() const { return key_; }
  [[nodiscard]] RowState state();
  [[nodiscard]] RowValue value();
  void Next() { Skip(1); }
  // To the first row with terms >= `terms`, from here forward.
  virtual void Seek(const std::array<uint64_t, 4>& terms) = 0;

  // Each row of the window is the only version of its statement in it, and a
  // view at `commit` sees it.
  [[nodiscard]] bool plain(uint64_t commit) const {
    return plain_ && max_commit_ <= commit;
  }
  // How many rows of a plain window, from this one on, are of statements before
  // that of `limit` (null: no limit).
  [[nodiscard]] size_t SliceBefore(const RowKey* limit);
  // The rows from this one to the end of the window.
  [[nodiscard]] size_t left() const { return end_ - at_; }

  // Nothing of the window is unpacked yet, so that AppendWindow() is cheaper
  // than a slice of all of it.
  [[nodiscard]] bool packed() const { return !unpacked_; }
  // Appends the rest of the window and goes behind it.
  void AppendWindow(StatementBatch& batch);

  // Part of a window, to be copied before the source leaves the window.
  struct Slice {
    const RowSource* source;
    size_t begin, count;
  };
  // The next `count` rows, at most left(); unpacks them.
  [[nodiscard]] Slice NextSlice(size_t count) {
    EnsureUnpacked();
    return {this, at_, count};
  }
  [[nodiscard]] const RowWindow& window() const { return window_; }
  // All rows of the window are live: state() need not be asked.
  [[nodiscard]] bool all_live() const { return all_live_; }
  // Leaves the window where no row is left in it.
  void Skip(size_t count) {
    if (count >= left()) return NextWindow();
    EnsureUnpacked();
    GoToRow(at_ + count);
  }

 protected:
  void End(absl::Status status) {
    valid_ = false;
    status_ = std::move(status);
  }
  // Begins a window of `rows` rows, on its first one. `plain`: all of them are
  // live and of different statements.
  struct NewWindow {
    size_t rows = 0;
    RowKey first;
    uint64_t max_commit = UINT64_MAX;
    bool all_live = false, plain = false;
  };
  void Begin(const NewWindow& window);

  // Opens the next window, or ends.
  virtual void NextWindow() = 0;
  // Sets the columns of the whole window.
  virtual void Unpack(RowWindow& window) = 0;
  // Appends the whole window, which is not unpacked.
  virtual void AppendPacked(StatementBatch& batch) = 0;
  // All that row i of an unpacked window holds.
  virtual RowValue ValueAt(size_t i) = 0;
  // All of the window stands before the statement of `limit`; false also where
  // that is not known without unpacking.
  [[nodiscard]] virtual bool StandsBefore(const RowKey& limit) const = 0;

  void EnsureUnpacked() {
    if (unpacked_) return;
    Unpack(window_);
    unpacked_ = true;
  }
  [[nodiscard]] bool unpacked() const { return unpacked_; }
  [[nodiscard]] size_t at() const { return at_; }
  // The first row from this one on that is not before `key`, in an unpacked
  // window.
  [[nodiscard]] size_t FindInWindow(const RowKey& key) const;
  // In an unpacked window; behind its end: to the next one.
  void GoToRow(size_t i) {
    if (i >= end_) return NextWindow();
    at_ = i;
    key_ = window_.Key(i);
  }

  const IndexOrder order_;

 private:
  bool valid_ = false;
  bool unpacked_ = false;
  bool all_live_ = false, plain_ = false;
  size_t at_ = 0, end_ = 0;
  uint64_t max_commit_ = 0;
  RowKey key_;
  RowWindow window_;
  absl::Status status_;
};

// Appends slices to a batch, a column at a time.
void AppendSlices(const std::vector<RowSource::Slice>& slices, IndexOrder order,
                  StatementBatch& batch);

// A clear ends the rows before it. `clears`: of the manifest, lent; of a run
// those that its rows do not have (PendingClears).
// `counters` may be null, outlives the source.
[[nodiscard]] std::unique_ptr<RowSource> MakeDeltaSource(
    const KvStore& kv, const KvSnapshot* snapshot, uint32_t graph,
    uint32_t epoch, IndexOrder order, const TermPrefix& prefix,
    ClearMarks clears);
[[nodiscard]] std::unique_ptr<RowSource> MakeRunSource(
    const KvStore& kv, const KvSnapshot* snapshot,
    std::shared_ptr<const Run> run, IndexOrder order, const TermPrefix& prefix,
    std::vector<ClearMark> clears, ReadCounters* counters = nullptr);

// What filters of runs know of a prefix (see Run::FilterHash); unset: nothing.
[[nodiscard]] std::optional<uint64_t> FilterHashOf(IndexOrder order,
                                                   const TermPrefix& prefix);

// Everything a view at the snapshot's commit may see under the prefix: the
// delta's epochs first (they win over a run on equal commit numbers), then the
// runs whose filters do not exclude it.
[[nodiscard]] std::vector<std::unique_ptr<RowSource>> SourcesOf(
    const Snapshot& snapshot, IndexOrder order, const TermPrefix& prefix,
    ReadCounters* counters = nullptr);

// The source with the smallest row; null: all have ended.
[[nodiscard]] RowSource* SmallestOf(
    const std::vector<std::unique_ptr<RowSource>>& sources,
    absl::Status* status);

}  // namespace skg::storage
