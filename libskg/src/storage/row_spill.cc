#include "storage/row_spill.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/status.h"
#include "storage/run.h"

namespace skg::storage {
namespace {

// More pieces than this are first merged into one: each that is open holds a
// block, and each row is compared with log2 of them.
constexpr size_t kMaxPieces = 64;
constexpr size_t kBatchBytes = 4 << 20;

}  // namespace

// The rows of one piece, in order.
class RowSpill::Piece {
 public:
  Piece(const KvStore& kv, uint32_t graph, IndexOrder order, uint32_t number)
      : order_(order) {
    const std::string prefix = RunPrefix(graph, number);
    blocks_ = kv.NewIterator(RunFamily(order), {.snapshot = nullptr,
                                                .lower = prefix,
                                                .upper = PrefixEnd(prefix),
                                                .fill_cache = false});
    blocks_->SeekToFirst();
  }
  // Before the first row() and after each. False: the end.
  [[nodiscard]] absl::StatusOr<bool> Next() {
    if (++at_ < block_.size()) return SetRow();
    if (!blocks_->Valid()) {
      SKG_RETURN_IF_ERROR(blocks_->status());
      return false;
    }
    SKG_ASSIGN_OR_RETURN(const BlockView view,
                         BlockView::Open(blocks_->value()));
    block_.clear();
    view.Rows(order_, &block_);
    blocks_->Next();
    at_ = 0;
    return SetRow();
  }
  [[nodiscard]] const Row& row() const { return row_; }

 private:
  bool SetRow() {
    const RunRow& row = block_[at_];
    row_ = {ToRowKey(row.key, order_, row.commit), row.value};
    return true;
  }

  const IndexOrder order_;
  std::unique_ptr<KvIterator> blocks_;
  std::vector<RunRow> block_;
  size_t at_ = 0;
  Row row_;
};

// Packs one piece.
class RowSpill::Writer {
 public:
  Writer(RowSpill& spill, uint32_t number)
      : spill_(spill),
        number_(number),
        batch_(spill.kv_.NewBatch()),
        block_(spill.order_) {}

  absl::Status Add(const Row& row) {
    if (block_.size() == 0) first_ = row.key;
    block_.Append(spill_.ToRunRow(row));
    if (block_.size() < kBlockRows) return absl::OkStatus();
    FlushBlock();
    return batch_->size_bytes() < kBatchBytes ? absl::OkStatus() : Write();
  }
  absl::Status Finish() {
    if (block_.size() > 0) FlushBlock();
    return Write();
  }

 private:
  void FlushBlock() {
    batch_->Put(RunFamily(spill_.order_),
                BlockKey(spill_.graph_, number_, first_), block_.Finish());
  }
  absl::Status Write() {
    SKG_RETURN_IF_ERROR(spill_.kv_.Write(*batch_, WriteMode::kBuffered));
    batch_->Clear();
    return absl::OkStatus();
  }

  RowSpill& spill_;
  const uint32_t number_;
  const std::unique_ptr<KvBatch> batch_;
  BlockEncoder block_;
  RowKey first_;
};

RowSpill::RowSpill(KvStore& kv, uint32_t graph, IndexOrder order,
                   uint32_t first_piece, size_t memory_bytes)
    : kv_(kv),
      graph_(graph),
      order_(order),
      max_rows_(std::max<size_t>(memory_bytes / sizeof(Row), 1)),
      next_piece_(first_piece) {}

RunRow RowSpill::ToRunRow(const Row& row) const {
  return {ToStatement(row.key, order_), row.key.commit, row.value};
}

absl::Status RowSpill::Add(const RunRow& row) {
  rows_.push_back({ToRowKey(row.key, order_, row.commit), row.value});
  return rows_.size() < max_rows_ ? absl::OkStatus() : Spill();
}

absl::Status RowSpill::Spill() {
  if (pieces_.size() == kMaxPieces) {
    Writer merged(*this, next_piece_);
    SKG_RETURN_IF_ERROR(
        MergePieces([&](const Row& row) { return merged.Add(row); }));
    SKG_RETURN_IF_ERROR(merged.Finish());
    pieces_ = {next_piece_++};
  }
  std::sort(rows_.begin(), rows_.end(),
            [](const Row& a, const Row& b) { return a.key.Before(b.key); });
  Writer piece(*this, next_piece_);
  for (const Row& row : rows_) SKG_RETURN_IF_ERROR(piece.Add(row));
  SKG_RETURN_IF_ERROR(piece.Finish());
  pieces_.push_back(next_piece_++);
  rows_.clear();
  return absl::OkStatus();
}

absl::Status RowSpill::MergePieces(
    const std::function<absl::Status(const Row&)>& output) {
  std::vector<std::unique_ptr<Piece>> heap;
  const auto later = [](const auto& a, const auto& b) {
    return b->row().key.Before(a->row().key);
  };
  for (const uint32_t number : pieces_) {
    auto piece = std::make_unique<Piece>(kv_, graph_, order_, number);
    SKG_ASSIGN_OR_RETURN(const bool more, piece->Next());
    if (more) heap.push_back(std::move(piece));
  }
  std::make_heap(heap.begin(), heap.end(), later);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), later);
    SKG_RETURN_IF_ERROR(output(heap.back()->row()));
    SKG_ASSIGN_OR_RETURN(const bool more, heap.back()->Next());
    if (more) {
      std::push_heap(heap.begin(), heap.end(), later);
    } else {
      heap.pop_back();
    }
  }
  return Remove(std::exchange(pieces_, {}));
}

absl::Status RowSpill::Remove(const std::vector<uint32_t>& pieces) {
  const auto batch = kv_.NewBatch();
  for (const uint32_t piece : pieces) {
    const std::string begin = RunPrefix(graph_, piece);
    batch->DeleteRange(RunFamily(order_), begin, PrefixEnd(begin));
  }
  return kv_.Write(*batch, WriteMode::kBuffered);
}

absl::Status RowSpill::Drain(const Output& output) {
  const auto give = [&](const Row& row) { return output(ToRunRow(row)); };
  if (!pieces_.empty()) {
    SKG_RETURN_IF_ERROR(Spill());
    return MergePieces(give);
  }
  std::sort(rows_.begin(), rows_.end(),
            [](const Row& a, const Row& b) { return a.key.Before(b.key); });
  for (const Row& row : rows_) SKG_RETURN_IF_ERROR(give(row));
  rows_ = {};
  return absl::OkStatus();
}

}  // namespace skg::storage
