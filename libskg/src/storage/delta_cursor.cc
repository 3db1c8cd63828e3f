#include "storage/delta_cursor.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "storage/rows.h"

namespace skg::storage {

DeltaCursor::DeltaCursor(const Snapshot& snapshot, IndexOrder order,
                         std::string prefix)
    : order_(order), commit_(snapshot.commit()), prefix_(std::move(prefix)) {
  const GraphState& graph = snapshot.graph();
  for (const uint32_t epoch : snapshot.manifest().epochs) {
    Source source;
    source.prefix = DeltaPrefix(graph.description.number, epoch, order);
    const std::string lower = source.prefix + prefix_;
    source.rows = graph.kv.NewIterator(
        Family::kDelta,
        {.snapshot = snapshot.kv(), .lower = lower, .upper = PrefixEnd(lower)});
    source.rows->SeekToFirst();
    sources_.push_back(std::move(source));
  }
  Advance();
}

DeltaCursor::Source* DeltaCursor::Smallest() {
  Source* smallest = nullptr;
  for (Source& source : sources_) {
    if (!source.rows->Valid()) {
      if (status_.ok()) status_ = source.rows->status();
      continue;
    }
    if (smallest == nullptr || source.statement() < smallest->statement())
      smallest = &source;
  }
  return smallest;
}

bool DeltaCursor::Take(const Source& source) {
  const std::string_view key = source.statement();
  RowValue value;
  if (key.size() != kStatementBytes + 8 ||
      !DecodeRow(source.rows->value(), &value)) {
    status_ = absl::DataLossError("damaged statement row in the delta");
    return false;
  }
  row_.commit = CommitOfDeltaKey(source.rows->key());
  if (row_.commit > commit_) return false;  // written after this view
  std::memcpy(current_.data(), key.data(), kStatementBytes);
  started_ = true;
  if (value.operation == RowOperation::kRemove) return false;
  row_.key = LoadStatement(order_, key.data());
  row_.weight = value.weight;
  row_.has_record = value.has_record;
  return true;
}

void DeltaCursor::Advance() {
  valid_ = false;
  while (Source* source = Smallest()) {
    if (!status_.ok()) return;
    // Rows are newest first: the first visible one of a statement decides, the
    // others are its past.
    const bool past =
        started_ && source->statement().substr(0, kStatementBytes) ==
                        std::string_view(current_.data(), kStatementBytes);
    if (!past && Take(*source)) {
      valid_ = true;
      return;
    }
    if (!status_.ok()) return;
    source->rows->Next();
  }
}

void DeltaCursor::Next() { Advance(); }

void DeltaCursor::Seek(std::string_view terms) {
  if (valid_) {
    char here[kStatementBytes];
    StoreStatement(row_.key, order_, here);
    if (std::string_view(here, kTermsBytes).substr(0, terms.size()) >= terms)
      return;
  }
  for (Source& source : sources_) {
    if (source.rows->Valid() &&
        source.statement().substr(0, terms.size()) < terms) {
      source.rows->Seek(source.prefix + std::string(terms));
    }
  }
  Advance();
}

}  // namespace skg::storage
