#include "vector/saved_vectors.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status.h"
#include "storage/keys.h"
#include "vector/vector_values.h"

namespace skg::vector {

using storage::Family;
using storage::StatementKey;

absl::Status SavedVectors::ForEachRow(
    const std::function<absl::Status(std::string_view, uint64_t,
                                     std::string_view)>& visit) const {
  const std::string prefix = IndexPrefix(graph, kVectorKind, index.number);
  const size_t label_bytes = LabelBytes(index.options);
  const auto rows =
      kv.NewIterator(Family::kVectors, {.snapshot = at,
                                        .lower = prefix,
                                        .upper = storage::PrefixEnd(prefix),
                                        .fill_cache = false});
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    const std::string_view key = rows->key();
    if (key.size() != prefix.size() + label_bytes + 8)
      return absl::DataLossError("damaged row of a vector index: its key");
    const uint64_t written =
        ~LoadBigEndian<uint64_t>(key.data() + key.size() - 8);
    if (written > commit) continue;
    SKG_RETURN_IF_ERROR(
        visit(key.substr(prefix.size(), label_bytes), written, rows->value()));
  }
  return rows->status();
}

absl::Status SavedVectors::ForEachTerm(
    const std::function<void(TermId)>& tell) const {
  return ForEachRow([&](std::string_view label, uint64_t, std::string_view) {
    if (index.options.over == IndexOver::kNodes) {
      tell(NodeOf(label));
    } else {
      const StatementKey key = StatementOf(label);
      for (const TermId id :
           {key.graph, key.subject, key.predicate, key.object}) {
        tell(id);
      }
    }
    return absl::OkStatus();
  });
}

absl::Status SavedVectors::Write(
    size_t chunk_bytes,
    const std::function<absl::Status(std::string_view chunk)>& write) const {
  std::string chunk;
  const auto flush = [&]() -> absl::Status {
    if (chunk.empty()) return absl::OkStatus();
    SKG_RETURN_IF_ERROR(write(chunk));
    chunk.clear();
    return absl::OkStatus();
  };
  const auto add = [&](std::string_view label, uint64_t written,
                       std::string_view value) -> absl::Status {
    // What no restore could read must not pass for a backup.
    if (!value.empty()) {
      SKG_RETURN_IF_ERROR(
          DecodeVector(value, index.options.dimension).status());
    }
    if (chunk.empty()) AppendBigEndian(index.number, chunk);
    chunk.append(label);
    AppendBigEndian(written, chunk);
    chunk.push_back(value.empty() ? '\0' : '\1');
    chunk.append(value);
    return chunk.size() < chunk_bytes ? absl::OkStatus() : flush();
  };
  SKG_RETURN_IF_ERROR(ForEachRow(add));
  return flush();
}

uint32_t IndexOfChunk(std::string_view chunk) {
  return chunk.size() < sizeof(uint32_t)
             ? 0
             : LoadBigEndian<uint32_t>(chunk.data());
}

absl::Status RestoredVectors::Damaged() const {
  return absl::DataLossError(
      absl::StrCat("the graph file's vectors of index \"", index_.name,
                   "\" are not what a save writes, after ", rows_, " of them"));
}

bool RestoredVectors::MayHaveVector(std::string_view label) const {
  if (index_.options.over == IndexOver::kNodes) {
    const TermId node = NodeOf(label);
    return node.is_resource() && is_term_(node);
  }
  const StatementKey key = StatementOf(label);
  return (!key.graph.bound() || is_term_(key.graph)) && is_term_(key.subject) &&
         is_term_(key.predicate) && is_term_(key.object);
}

absl::Status RestoredVectors::Read(std::string_view chunk,
                                   storage::KvBatch& batch) {
  const VectorIndexOptions& options = index_.options;
  const size_t label_bytes = LabelBytes(options);
  ByteReader in(chunk);
  if (in.BigEndian<uint32_t>() != index_.number || in.empty()) return Damaged();
  while (!in.empty()) {
    const std::string_view label = in.Bytes(label_bytes);
    const auto commit = in.BigEndian<uint64_t>();
    const auto form = in.BigEndian<uint8_t>();
    const std::string_view value =
        form == 0 ? std::string_view()
                  : in.Bytes(1 + options.dimension * sizeof(float));
    if (!in.ok() || form > 1 || !MayHaveVector(label) ||
        commit <= index_.created_commit || commit > last_commit_) {
      return Damaged();
    }
    if (form == 1) {
      const auto vector = DecodeVector(value, options.dimension);
      if (!vector.ok() ||
          !AcceptVector(*vector, options.dimension, options.metric).ok()) {
        return Damaged();
      }
    }
    std::string key = VectorKey(graph_, index_.number, label, commit);
    if (key <= last_key_) return Damaged();
    batch.Put(Family::kVectors, key, value);
    batch.Put(Family::kVectors, TailKey(graph_, index_.number, commit, label),
              form == 0 ? kRemovedFromTail : std::string_view());
    last_key_ = std::move(key);
    ++rows_;
  }
  return absl::OkStatus();
}

}  // namespace skg::vector
