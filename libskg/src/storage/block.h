// A packed block: up to kBlockRows rows of a run in one order, column by
// column. The bytes are settled in libskg/docs/formats.md (section "Blocks").
//
// A column is a constant, a frame of reference (smallest value + packed
// differences), a delta column (nondecreasing, packed steps), or a dictionary
// of a few values; terms may have a frame of reference for each tag that
// occurs. All packed values of a column have one width, so that unpacking is a
// loop without branches.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/keys.h"
#include "storage/rows.h"
#include "storage/statement_row.h"

namespace skg::storage {

inline constexpr size_t kBlockRows = 1024;
// Four terms, edge, commit, end, sign, triple sign, weight, operation,
// has-record.
inline constexpr size_t kBlockColumns = 12;

// A versioned row as runs hold it. Commit 0: the run's manifest entry has it.
struct RunRow {
  StatementKey key;
  uint64_t commit = 0;
  RowValue value;
  friend bool operator==(const RunRow&, const RunRow&) = default;
};

// What a reader learns without unpacking a column.
struct BlockHeader {
  uint32_t rows = 0;  // 1 to kBlockRows
  // Sums of the signs: what this block adds to the numbers of its prefix.
  int64_t statements = 0;
  int64_t triples = 0;
  // Of the four terms in the order's sequence.
  std::array<TermId, 4> min_term, max_term;
  uint64_t min_commit = 0, max_commit = 0;
  uint64_t max_end = 0;
  // Of the weights that are numbers; none is: infinity and -infinity.
  float min_weight = 0, max_weight = 0;
  // No row is a remove and no row has an end: over this block alone every row
  // whose commit the view sees is a live statement.
  bool all_live = false;
  // No two rows are of one statement.
  bool one_version = false;
  friend bool operator==(const BlockHeader&, const BlockHeader&) = default;
};

// Collects rows in key order (statement in the order's sequence, newest commit
// first) and packs them. Reused from block to block.
class BlockEncoder {
 public:
  explicit BlockEncoder(IndexOrder order);

  void Append(const RunRow& row);  // at most kBlockRows times between Finishes
  [[nodiscard]] size_t size() const;
  // The packed rows (at least one); empties the encoder. O(rows).
  [[nodiscard]] std::string Finish(BlockHeader* header = nullptr);

 private:
  [[nodiscard]] bool HasTwoVersions() const;
  [[nodiscard]] BlockHeader MakeHeader() const;
  // The values of a column as they are stored.
  [[nodiscard]] const uint64_t* Column(size_t column);

  const IndexOrder order_;
  size_t size_ = 0;
  std::array<std::vector<uint64_t>, 4> terms_;  // in the order's sequence
  std::vector<uint64_t> edges_;
  std::vector<uint64_t> commits_;
  std::vector<RowValue> values_;
  // Bits in which a column's values differ from its first one.
  std::array<uint64_t, kBlockColumns> varying_ = {};
  std::vector<uint64_t> column_, codes_, dictionary_codes_;
  std::string packed_;
};

// A packed block, opened: its checksum agrees, its header is read, every
// column's place and width is known to lie within the bytes. Columns are
// unpacked on demand, each by itself, whole or in part. Thread safety: const
// methods from any thread.
class BlockView {
 public:
  // `bytes` must outlive the view. Never reads outside of `bytes`, whatever
  // they are. Errors: kDataLoss (what was wrong with the bytes).
  [[nodiscard]] static absl::StatusOr<BlockView> Open(std::string_view bytes);
  BlockView() = default;  // of no rows

  [[nodiscard]] const BlockHeader& header() const { return header_; }
  [[nodiscard]] uint32_t rows() const { return header_.rows; }

  // Rows [begin, end) of the block.
  struct Range {
    size_t begin = 0, end = 0;
    [[nodiscard]] size_t size() const { return end - begin; }
    [[nodiscard]] bool empty() const { return begin >= end; }
  };
  [[nodiscard]] Range All() const { return {0, rows()}; }
  // How many values more than a range has its buffer must have room for.
  static constexpr size_t kSpareRoom = 3;

  // Each writes the values of a range to `out`, which has room for kSpareRoom
  // more. `place`: 0 to 3 in the order's sequence.
  void Terms(size_t place, Range range, TermId* out) const;
  void Edges(Range range, uint32_t* out) const;
  void Commits(Range range, uint64_t* out) const;
  void Ends(Range range, uint64_t* out) const;
  void Signs(Range range, int64_t* out) const;
  void TripleSigns(Range range, int64_t* out) const;
  void Weights(Range range, float* out) const;
  void Operations(Range range, RowOperation* out) const;
  void HasRecords(Range range, uint8_t* out) const;
  // Set: every row has this term at `place` (nothing needs unpacking).
  [[nodiscard]] bool Constant(size_t place, TermId* value) const;

  // One row, and one term of it, without unpacking the columns. O(1) a column;
  // a delta column costs the sums up to the row, of at most kSumStride values
  // after IndexSums().
  [[nodiscard]] RunRow Row(IndexOrder order, size_t row) const;
  [[nodiscard]] TermId Term(size_t place, size_t row) const;
  // What a view asks of a row that was found by its terms and edge.
  struct RowInfo {
    uint64_t commit = 0, end = UINT64_MAX;
    RowOperation operation = RowOperation::kInsertNew;  // or a replace
    float weight = 1.0f;
    bool has_record = false;
  };
  [[nodiscard]] RowInfo Info(size_t row) const;
  // The part of a range, in which the terms at `place` ascend, that has this
  // one: where it is empty, it begins where the term would stand.
  [[nodiscard]] Range Narrow(size_t place, TermId term, Range range) const;
  // The same for the edges of one triple.
  [[nodiscard]] Range NarrowToEdge(uint32_t edge, Range range) const;

  // Begins to load what a row is unpacked from.
  void PrefetchRow(size_t row) const;

  // Remembers some sums of each delta column, for views that are asked for
  // single rows again and again. Not while others use the view.
  void IndexSums();
  static constexpr size_t kSumStride = 64;
  // What the view takes beside the bytes.
  [[nodiscard]] size_t memory_bytes() const {
    return sizeof(*this) + sums_.capacity() * sizeof(uint64_t);
  }

  // Appends all of it, a row at a time (merges, checks); `order` as it was
  // encoded.
  void Rows(IndexOrder order, std::vector<RunRow>* out) const;

 private:
  // What a column's descriptor says, and where its bytes are.
  struct Column {
    uint8_t kind = 0;
    uint8_t width = 0;
    uint8_t stretches = 1;
    uint8_t entry_bytes = 0;
    uint16_t entries = 0;
    uint16_t sums_at = 0;  // in sums_, where they are remembered
    uint64_t min = 0, span = 0;
    const char* table = nullptr;  // stretches or dictionary
    const char* packed = nullptr;
  };
  struct Parser;

  void Decode(size_t column, Range range, uint64_t* out) const;
  // `first`: a multiple of kPackLanes. `sum`: of a delta column, that of its
  // steps before `first`.
  void DecodeAligned(const Column& column, size_t first, size_t count,
                     uint64_t sum, uint64_t* out) const;
  // A column of narrow values.
  template <typename Value, typename Convert>
  void DecodeAs(size_t column, Range range, Value* out, Convert convert) const;
  [[nodiscard]] uint64_t SumBefore(const Column& column, size_t row) const;
  [[nodiscard]] uint64_t At(size_t column, size_t row) const;
  // The first row of the range whose value is not below `value`.
  [[nodiscard]] size_t LowerBound(size_t column, uint64_t value,
                                  Range range) const;

  BlockHeader header_;
  std::array<Column, kBlockColumns> columns_;
  std::vector<uint64_t> sums_;  // of delta columns, before each kSumStride rows
};

}  // namespace skg::storage
