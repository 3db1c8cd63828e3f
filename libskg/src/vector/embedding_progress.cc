#include "vector/embedding_progress.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status.h"
#include "storage/keys.h"

namespace skg::vector {

using storage::Family;

namespace {

constexpr char kKind = 'E';
constexpr size_t kKeyBytes = storage::kGraphBytes + 1 + 4;
constexpr size_t kValueBytes = 8 + 1 + 8;
constexpr uint8_t kAnew = 0x80;

std::string Key(uint32_t graph, uint32_t index) {
  std::string key = storage::GraphPrefix(graph);
  key.push_back(kKind);
  AppendBigEndian(index, key);
  return key;
}

}  // namespace

std::string EncodeEmbeddingProgress(const EmbeddingProgress& progress) {
  std::string value;
  AppendBigEndian(progress.commit, value);
  value.push_back(static_cast<char>(static_cast<uint8_t>(progress.phase) |
                                    (progress.anew ? kAnew : 0)));
  AppendBigEndian(progress.next, value);
  return value;
}

absl::StatusOr<EmbeddingProgress> DecodeEmbeddingProgress(
    std::string_view value) {
  const auto byte = value.size() == kValueBytes ? static_cast<uint8_t>(value[8])
                                                : uint8_t{0xFF};
  const auto phase = static_cast<uint8_t>(byte & ~kAnew);
  if (phase > static_cast<uint8_t>(EmbeddingProgress::Phase::kVectors)) {
    return absl::DataLossError(
        "damaged row: how far an index has followed its graph");
  }
  EmbeddingProgress progress;
  progress.commit = LoadBigEndian<uint64_t>(value.data());
  progress.phase = static_cast<EmbeddingProgress::Phase>(phase);
  progress.anew = (byte & kAnew) != 0;
  progress.next = LoadBigEndian<uint64_t>(value.data() + 9);
  return progress;
}

void PutEmbeddingProgress(uint32_t graph, uint32_t index,
                          const EmbeddingProgress& progress,
                          storage::KvBatch& batch) {
  batch.Put(Family::kFollowers, Key(graph, index),
            EncodeEmbeddingProgress(progress));
}

void DeleteEmbeddingProgress(uint32_t graph, uint32_t index,
                             storage::KvBatch& batch) {
  batch.Delete(Family::kFollowers, Key(graph, index));
}

absl::StatusOr<std::optional<EmbeddingProgress>> ReadEmbeddingProgress(
    const storage::KvStore& kv, uint32_t graph, uint32_t index,
    const storage::KvSnapshot* at) {
  std::string value;
  SKG_ASSIGN_OR_RETURN(const bool found, kv.Get(Family::kFollowers,
                                                Key(graph, index), &value, at));
  if (!found) return std::nullopt;
  return DecodeEmbeddingProgress(value);
}

absl::StatusOr<std::vector<FollowedIndex>> ReadFollowedIndexes(
    const storage::KvStore& kv) {
  const auto rows = kv.NewIterator(Family::kFollowers, {});
  std::vector<FollowedIndex> indexes;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    const std::string_view key = rows->key();
    if (key.size() != kKeyBytes || key[storage::kGraphBytes] != kKind) continue;
    FollowedIndex followed;
    followed.graph = LoadBigEndian<uint32_t>(key.data());
    followed.index =
        LoadBigEndian<uint32_t>(key.data() + storage::kGraphBytes + 1);
    SKG_ASSIGN_OR_RETURN(followed.progress,
                         DecodeEmbeddingProgress(rows->value()));
    indexes.push_back(followed);
  }
  SKG_RETURN_IF_ERROR(rows->status());
  return indexes;
}

void EmbeddingProgressPart::AddRows(uint64_t, std::span<const rdf::TermId>,
                                    storage::KvBatch& batch) {
  PutEmbeddingProgress(graph_, index_, progress_, batch);
}

}  // namespace skg::vector
