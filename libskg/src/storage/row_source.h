// RowSource: the versioned rows of one order, from one epoch of the delta or
// from one run, in key order.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "storage/graph_state.h"
#include "storage/kv.h"
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

// Not thread-safe; must end before its snapshot.
class RowSource {
 public:
  virtual ~RowSource() = default;

  // On a row. Once false, status() tells whether the end is a real one.
  [[nodiscard]] bool valid() const { return valid_; }
  [[nodiscard]] const absl::Status& status() const { return status_; }
  [[nodiscard]] const RowKey& key() const { return key_; }
  [[nodiscard]] virtual RowState state() const = 0;
  [[nodiscard]] virtual RowValue value() const = 0;
  virtual void Next() = 0;
  // To the first row with terms >= `terms`, from here forward.
  virtual void Seek(const std::array<uint64_t, 4>& terms) = 0;

  // How many rows from this one on may be copied as they are: each is the only
  // version of a statement that a view at `commit` sees, and each statement
  // stands before that of `limit` (null: no limit). 0: look at the row.
  [[nodiscard]] virtual size_t SliceBefore(const RowKey* /*limit*/,
                                           uint64_t /*commit*/) const {
    return 0;
  }
  // Appends `count` rows of the slice and goes behind them.
  virtual void TakeSlice(size_t /*count*/, StatementBatch& /*batch*/) {}

 protected:
  void End(absl::Status status) {
    valid_ = false;
    status_ = std::move(status);
  }
  bool valid_ = false;
  RowKey key_;
  absl::Status status_;
};

[[nodiscard]] std::unique_ptr<RowSource> MakeDeltaSource(
    const KvStore& kv, const KvSnapshot* snapshot, uint32_t graph,
    uint32_t epoch, IndexOrder order, const TermPrefix& prefix);
[[nodiscard]] std::unique_ptr<RowSource> MakeRunSource(
    const KvStore& kv, const KvSnapshot* snapshot,
    std::shared_ptr<const Run> run, IndexOrder order, const TermPrefix& prefix);

// Everything a view at the snapshot's commit may see: the delta's epochs first
// (they win over a run on equal commit numbers), then the runs.
[[nodiscard]] std::vector<std::unique_ptr<RowSource>> SourcesOf(
    const Snapshot& snapshot, IndexOrder order, const TermPrefix& prefix);

// The source with the smallest row; null: all have ended.
[[nodiscard]] RowSource* SmallestOf(
    const std::vector<std::unique_ptr<RowSource>>& sources,
    absl::Status* status);

}  // namespace skg::storage
