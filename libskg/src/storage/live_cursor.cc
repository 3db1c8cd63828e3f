#include "storage/live_cursor.h"

#include <algorithm>

namespace skg::storage {

LiveCursor::LiveCursor(const Snapshot& snapshot, IndexOrder order,
                       const TermPrefix& prefix, ReadCounters* counters)
    : sources_(SourcesOf(snapshot, order, prefix, counters)),
      merge_(sources_),
      order_(order),
      commit_(snapshot.commit()) {
  Advance();
}

void LiveCursor::Gather() {
  if (slices_.empty()) return;
  AppendSlices(slices_, order_, *batch_);
  slices_.clear();
  sliced_rows_ = 0;
}

void LiveCursor::Leave(RowSource& source, size_t rows) {
  // The columns that waiting slices point at go with the window.
  if (rows >= source.left()) Gather();
  source.Skip(rows);
  merge_.TopMoved();
}

void LiveCursor::Advance() {
  at_ = nullptr;
  while (RowSource* source = merge_.top()) {
    const RowKey& key = source->key();
    // Rows are newest first: the first visible one of a statement decides, the
    // others are its past.
    const bool past = started_ && key.SameStatement(current_);
    if (!past && key.commit <= commit_) {
      const RowState state = source->all_live() ? RowState() : source->state();
      if (state.end > commit_) {
        current_ = key;
        started_ = true;
        if (state.operation != RowOperation::kRemove) {
          at_ = source;
          return;
        }
      }
    }
    Leave(*source, 1);
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
  merge_.AllMoved();
  Advance();
}

size_t LiveCursor::SliceLength() {
  // Where sources take turns row by row, the search for the end of a slice
  // costs more than its rows do.
  constexpr size_t kWorthASearch = 4;
  if (!at_->plain(commit_)) return 1;
  streak_ = at_ == last_from_ ? streak_ + 1 : 0;
  last_from_ = at_;
  if (!long_slices_ && !at_->packed() && streak_ < kWorthASearch) return 1;
  const size_t slice = at_->SliceBefore(merge_.RunnerUp());
  long_slices_ = slice >= kWorthASearch;
  if (!long_slices_) streak_ = 0;
  return std::max<size_t>(slice, 1);
}

void LiveCursor::Fill(size_t rows, StatementBatch& batch) {
  batch_ = &batch;
  while (at_ != nullptr) {
    const size_t room = rows - batch.size() - sliced_rows_;
    if (room == 0) break;
    const size_t slice = SliceLength();
    if (slice > 1 && slice == at_->left() && at_->packed()) {
      // A block that does not fit begins the next batch rather than be copied
      // twice.
      if (slice > room && room < rows / 2) break;
      if (slice <= room) {
        Gather();
        at_->AppendWindow(batch);
        current_ = ToRowKey(batch.Row(batch.size() - 1).key, order_, 0);
        merge_.TopMoved();
        Advance();
        continue;
      }
    }
    const size_t count = std::min(slice, room);
    const RowSource::Slice next = at_->NextSlice(count);
    if (!slices_.empty() && slices_.back().source == at_ &&
        slices_.back().begin + slices_.back().count == next.begin) {
      slices_.back().count += count;
    } else {
      slices_.push_back(next);
    }
    sliced_rows_ += count;
    // A run may hold the past of the last one behind the slice.
    if (count > 1) current_ = at_->window().Key(next.begin + count - 1);
    Leave(*at_, count);
    Advance();
  }
  Gather();
  batch_ = nullptr;
}

}  // namespace skg::storage
