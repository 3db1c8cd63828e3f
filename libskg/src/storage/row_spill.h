// RowSpill: rows that come in any sequence and leave sorted, with little
// memory. What does not fit goes into the store as sorted pieces, in blocks,
// under run numbers of their own that no manifest ever lists.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "storage/block.h"
#include "storage/kv.h"
#include "storage/row_key.h"

namespace skg::storage {

// Not thread-safe.
class RowSpill {
 public:
  using Output = std::function<absl::Status(const RunRow& row)>;

  // Numbers from `first_piece` on are its own: no other spill of the graph may
  // use them. Holds about `memory_bytes` of rows.
  RowSpill(KvStore& kv, uint32_t graph, IndexOrder order, uint32_t first_piece,
           size_t memory_bytes);

  [[nodiscard]] absl::Status Add(const RunRow& row);
  // Gives all rows to `output` in the order's sequence, newest first within a
  // statement; equal keys in no sequence. Removes the pieces. Once.
  [[nodiscard]] absl::Status Drain(const Output& output);

 private:
  struct Row {
    RowKey key;
    RowValue value;
  };
  class Piece;  // one that is read
  class Writer;

  [[nodiscard]] absl::Status Spill();
  // Merges all pieces; gives their rows to `output`, then removes them.
  [[nodiscard]] absl::Status MergePieces(
      const std::function<absl::Status(const Row&)>& output);
  [[nodiscard]] absl::Status Remove(const std::vector<uint32_t>& pieces);
  [[nodiscard]] RunRow ToRunRow(const Row& row) const;

  KvStore& kv_;
  const uint32_t graph_;
  const IndexOrder order_;
  const size_t max_rows_;
  uint32_t next_piece_;
  std::vector<uint32_t> pieces_;
  std::vector<Row> rows_;
};

}  // namespace skg::storage
