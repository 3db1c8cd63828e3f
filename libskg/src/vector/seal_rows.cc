#include "vector/seal_rows.h"

#include <algorithm>
#include <optional>

#include "base/status.h"
#include "storage/keys.h"
#include "vector/vector_values.h"

namespace skg::vector {

using storage::Family;

namespace {

constexpr size_t kReadRows = 1024;
// Rows of the tail that become a segment, at most: those whose vectors have so
// many bytes, or so many.
constexpr size_t kMostBytes = size_t{256} << 20;
constexpr size_t kLeastMostRows = 4096;
// A batch of deletions.
constexpr size_t kBatchBytes = size_t{4} << 20;

}  // namespace

absl::Status SealRows::ReadTail(const storage::KvSnapshot* at,
                                uint64_t first_commit, uint64_t last_commit,
                                size_t most) {
  most = std::min(
      most, std::max<size_t>(kLeastMostRows,
                             kMostBytes / (definition_.options.dimension * 4)));
  const auto rows = kv_.NewIterator(
      Family::kVectors,
      {.snapshot = at,
       .lower = TailKey(graph_, number(), first_commit, {}),
       .upper = TailKey(graph_, number(), last_commit + 1, {})});
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    SKG_ASSIGN_OR_RETURN(const TailRow row,
                         ReadTailRow(rows->key(), rows->value(), label_bytes_));
    if (commits_.size() >= most && row.commit != commits_.back()) break;
    if (row.removed) continue;
    commits_.push_back(row.commit);
    labels_.append(row.label);
  }
  return rows->status();
}

absl::Status SealRows::ReadVectors(const storage::KvSnapshot* at,
                                   MemoryBudget* memory,
                                   const Cancellation* cancellation) {
  const VectorIndexOptions& options = definition_.options;
  if (memory != nullptr) {
    SKG_ASSIGN_OR_RETURN(
        reservation_, memory->Reserve("vector segment",
                                      commits_.size() * (options.dimension * 4 +
                                                         label_bytes_ + 40)));
  }
  vectors_.resize(commits_.size() * options.dimension);
  std::vector<std::string> keys;
  for (size_t begin = 0; begin < commits_.size(); begin += kReadRows) {
    if (cancellation != nullptr) SKG_RETURN_IF_ERROR(cancellation->Check());
    const size_t end = std::min(begin + kReadRows, commits_.size());
    keys.clear();
    for (size_t i = begin; i < end; ++i)
      keys.push_back(VectorKey(graph_, number(), Label(i), commits_[i]));
    SKG_ASSIGN_OR_RETURN(const auto values,
                         kv_.MultiGet(Family::kVectors, keys, at));
    for (size_t i = begin; i < end; ++i) {
      if (!values[i - begin])
        return absl::DataLossError("a vector of an index is missing");
      SKG_ASSIGN_OR_RETURN(std::vector<float> vector,
                           DecodeVector(*values[i - begin], options.dimension));
      SKG_ASSIGN_OR_RETURN(
          vector, AcceptVector(vector, options.dimension, options.metric));
      std::copy(
          vector.begin(), vector.end(),
          vectors_.begin() + static_cast<ptrdiff_t>(i * options.dimension));
    }
  }
  for (size_t i = 0; i < commits_.size(); ++i) {
    rows_.push_back(
        {vectors_.data() + i * options.dimension,
         reinterpret_cast<const uint8_t*>(labels_.data()) + i * label_bytes_,
         commits_[i]});
  }
  return absl::OkStatus();
}

void SealRows::DeleteTail(storage::KvBatch& batch) const {
  for (size_t i = 0; i < commits_.size(); ++i) {
    batch.Delete(Family::kVectors,
                 TailKey(graph_, number(), commits_[i], Label(i)));
  }
}

void SealRows::Merge(const std::vector<std::shared_ptr<OpenSegment>>& segments,
                     uint64_t horizon) {
  // Their ends may come meanwhile; of those that matter here, none does: they
  // lie before the horizon.
  for (const auto& segment : segments) {
    kept_.push_back(segment);
    for (uint32_t row = 0; row < segment->segment().rows(); ++row) {
      const uint64_t from = segment->segment().from_commit(row);
      if (segment->end(row) <= horizon) {
        left_out_.emplace_back(segment->label(row), from);
        continue;
      }
      rows_.push_back({segment->segment().vector(row).data(),
                       segment->segment().label(row).data(), from});
    }
  }
}

absl::Status SealRows::WriteIf(storage::KvBatch& batch, size_t least_bytes) {
  if (batch.empty() || batch.size_bytes() < least_bytes)
    return absl::OkStatus();
  SKG_RETURN_IF_ERROR(kv_.Write(batch, storage::WriteMode::kBuffered));
  batch.Clear();
  return absl::OkStatus();
}

absl::Status SealRows::DeleteLeftOut() {
  const auto batch = kv_.NewBatch();
  for (const auto& [label, from] : left_out_) {
    batch->Delete(Family::kVectors, VectorKey(graph_, number(), label, from));
    SKG_RETURN_IF_ERROR(WriteIf(*batch, kBatchBytes));
  }
  return WriteIf(*batch, 0);
}

absl::Status SealRows::DeleteRemovals(uint64_t last_commit) {
  const auto batch = kv_.NewBatch();
  const auto rows = kv_.NewIterator(
      Family::kVectors,
      {.lower = IndexPrefix(graph_, kTailKind, number()),
       .upper = TailKey(graph_, number(), last_commit + 1, {})});
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    SKG_ASSIGN_OR_RETURN(const TailRow row,
                         ReadTailRow(rows->key(), rows->value(), label_bytes_));
    if (!row.removed) continue;
    batch->Delete(Family::kVectors, rows->key());
    batch->Delete(Family::kVectors,
                  VectorKey(graph_, number(), row.label, row.commit));
    SKG_RETURN_IF_ERROR(WriteIf(*batch, kBatchBytes));
  }
  SKG_RETURN_IF_ERROR(rows->status());
  return WriteIf(*batch, 0);
}

}  // namespace skg::vector
