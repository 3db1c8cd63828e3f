#include "storage/live_cursor.h"

#include <algorithm>

namespace skg::storage {

LiveCursor::LiveCursor(const Snapshot& snapshot, IndexOrder order,
                       const TermPrefix& prefix)
    : sources_(SourcesOf(snapshot, order, prefix)),
      order_(order),
      commit_(snapshot.commit()) {
  Advance();
}

void LiveCursor::Advance() {
  at_ = nullptr;
  while (RowSource* source = SmallestOf(sources_, &status_)) {
    if (!status_.ok()) return;
    const RowKey& key = source->key();
    // Rows are newest first: the first visible one of a statement decides, the
    // others are its past.
    const bool past = started_ && key.SameStatement(current_);
    if (!past && key.commit <= commit_) {
      const RowState state = source->state();
      if (state.end > commit_) {
        current_ = key;
        started_ = true;
        if (state.operation != RowOperation::kRemove) {
          at_ = source;
          return;
        }
      }
    }
    source->Next();
  }
}

StatementRow LiveCursor::row() const {
  const RowState state = at_->state();
  return {ToStatement(at_->key(), order_), at_->key().commit, state.weight,
          state.has_record};
}

void LiveCursor::Next() { Advance(); }

void LiveCursor::Seek(const std::array<uint64_t, 4>& terms) {
  if (at_ != nullptr && at_->key().terms >= terms) return;
  for (const auto& source : sources_) source->Seek(terms);
  Advance();
}

bool LiveCursor::CopySlice(size_t rows, StatementBatch& batch) {
  const RowKey* limit = nullptr;
  for (const auto& source : sources_) {
    if (source.get() == at_ || !source->valid()) continue;
    if (limit == nullptr || source->key().Before(*limit))
      limit = &source->key();
  }
  const size_t count =
      std::min(at_->SliceBefore(limit, commit_), rows - batch.size());
  if (count == 0) return false;
  at_->TakeSlice(count, batch);
  return true;
}

void LiveCursor::Fill(size_t rows, StatementBatch& batch) {
  while (batch.size() < rows && at_ != nullptr) {
    if (CopySlice(rows, batch)) {
      // No other version of what was copied stands in any source, so the row
      // that comes next belongs to another statement than `current_`.
      Advance();
      continue;
    }
    batch.Append(row());
    Advance();
  }
}

}  // namespace skg::storage
