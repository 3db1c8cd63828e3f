#include "engine/saved_indexes.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/bytes.h"
#include "base/status.h"
#include "base/strings.h"
#include "skg/field_error.h"
#include "storage/index_catalog.h"
#include "text/declared_index.h"
#include "text/language.h"
#include "text/text_writer.h"
#include "vector/embedding_progress.h"
#include "vector/vector_catalog.h"

namespace skg::engine {

using rdf::TermId;
using storage::ChunkKind;
using vector::EmbeddingProgress;

namespace {

constexpr char kText = 'T', kVector = 'V';

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(absl::StrCat(
      "the graph file's definition of an index is damaged: ", av(what)));
}

// Leaves those that there were in the state. One of texts that was made again
// since has a later commit, but was first made when it was.
template <typename Definition>
void KeepThose(const storage::Snapshot& snapshot,
               std::vector<Definition>& indexes) {
  const absl::Time time = absl::FromUnixMicros(snapshot.time_micros());
  std::erase_if(indexes, [&](Definition& index) {
    if (index.created_commit <= snapshot.commit()) return false;
    index.created_commit = snapshot.commit();
    return index.created > time;
  });
}

template <typename Definition>
bool IsNew(const Definition& index, const Definition* last) {
  return index.number > 0 && (last == nullptr || last->number < index.number);
}

absl::Status CheckName(std::string_view name) {
  std::vector<FieldError> errors;
  storage::CheckIndexName(name, errors);
  return errors.empty() ? absl::OkStatus() : Damaged("its name");
}

// How far the index had followed its graph as of the commit; if that is not
// known any more it begins anew.
absl::StatusOr<EmbeddingProgress> ProgressAt(
    const storage::Snapshot& snapshot, const vector::IndexDefinition& index) {
  SKG_ASSIGN_OR_RETURN(
      const auto progress,
      vector::ReadEmbeddingProgress(snapshot.graph().kv,
                                    snapshot.graph().description.number,
                                    index.number, snapshot.kv()));
  if (progress && progress->commit <= snapshot.commit() && !snapshot.as_of())
    return *progress;
  return EmbeddingProgress{.commit = snapshot.commit(),
                           .phase = EmbeddingProgress::Phase::kSubjects,
                           .anew = true};
}

}  // namespace

absl::StatusOr<bool> SavedIndexes::Begin(const storage::Snapshot& snapshot) {
  snapshot_ = &snapshot;
  const storage::KvStore& kv = snapshot.graph().kv;
  const uint32_t graph = snapshot.graph().description.number;
  SKG_ASSIGN_OR_RETURN(texts_, text::ReadDefinitions(kv, graph, snapshot.kv()));
  SKG_ASSIGN_OR_RETURN(vectors_,
                       vector::ReadDefinitions(kv, graph, snapshot.kv()));
  KeepThose(snapshot, texts_);
  KeepThose(snapshot, vectors_);
  // Those that are being made: who makes them is not told yet.
  std::erase_if(texts_,
                [](const auto& text) { return text.complete_since == 0; });
  return !texts_.empty() || !vectors_.empty();
}

vector::SavedVectors SavedIndexes::VectorsOf(
    const vector::IndexDefinition& index) const {
  return {.kv = snapshot_->graph().kv,
          .graph = snapshot_->graph().description.number,
          .index = index,
          .commit = snapshot_->commit(),
          .at = snapshot_->kv()};
}

absl::Status SavedIndexes::ForEachTerm(
    const std::function<void(TermId)>& need) {
  for (const vector::IndexDefinition& index : vectors_)
    SKG_RETURN_IF_ERROR(VectorsOf(index).ForEachTerm(need));
  return absl::OkStatus();
}

absl::Status SavedIndexes::WriteDefinitions(const WriteChunk& write) const {
  // A chunk each: together they might be too long for one.
  const auto one = [&](char kind, uint32_t number, const std::string& bytes,
                       std::string_view rest) {
    std::string chunk(1, kind);
    AppendBigEndian(number, chunk);
    AppendVarint(bytes.size(), chunk);
    chunk += bytes;
    chunk += rest;
    return write(ChunkKind::kIndexes, chunk);
  };
  for (const text::IndexDefinition& index : texts_) {
    SKG_RETURN_IF_ERROR(
        one(kText, index.number, text::EncodeDefinition(index), {}));
  }
  for (const vector::IndexDefinition& index : vectors_) {
    std::string rest;
    if (index.options.auto_embedding) {
      SKG_ASSIGN_OR_RETURN(const EmbeddingProgress progress,
                           ProgressAt(*snapshot_, index));
      rest = vector::EncodeEmbeddingProgress(progress);
    }
    SKG_RETURN_IF_ERROR(
        one(kVector, index.number, vector::EncodeDefinition(index), rest));
  }
  return absl::OkStatus();
}

absl::Status SavedIndexes::Write(const WriteChunk& write) {
  SKG_RETURN_IF_ERROR(WriteDefinitions(write));
  for (const vector::IndexDefinition& index : vectors_) {
    SKG_RETURN_IF_ERROR(VectorsOf(index).Write(
        storage::kUsualChunkBytes, [&](std::string_view chunk) {
          return write(ChunkKind::kVectors, chunk);
        }));
  }
  return absl::OkStatus();
}

void RestoredIndexes::Begin(uint32_t graph, uint64_t last_commit,
                            std::function<bool(TermId)> is_term) {
  graph_ = graph;
  last_commit_ = last_commit;
  is_term_ = std::move(is_term);
}

absl::Status RestoredIndexes::Read(ChunkKind kind, std::string_view payload,
                                   storage::KvBatch& batch) {
  if (kind == ChunkKind::kIndexes) return ReadDefinitions(payload, batch);
  const uint32_t number = vector::IndexOfChunk(payload);
  for (const auto& index : vectors_) {
    if (index->index().number == number) return index->Read(payload, batch);
  }
  return absl::DataLossError(absl::StrCat(
      "the graph file has vectors of index ", number, ", which it has not"));
}

absl::Status RestoredIndexes::ReadDefinitions(std::string_view payload,
                                              storage::KvBatch& batch) {
  ByteReader in(payload);
  const auto kind = static_cast<char>(in.BigEndian<uint8_t>());
  const auto number = in.BigEndian<uint32_t>();
  const std::string_view bytes = in.Bytes(in.Varint());
  if (!in.ok()) return Damaged("it was cut short");
  if (kind == kVector) return ReadVector(number, bytes, in.rest(), batch);
  if (kind != kText || !in.empty()) return Damaged("its kind");
  return ReadText(number, bytes);
}

absl::Status RestoredIndexes::ReadText(uint32_t number,
                                       std::string_view bytes) {
  SKG_ASSIGN_OR_RETURN(text::IndexDefinition index,
                       text::DecodeDefinition(number, bytes));
  SKG_RETURN_IF_ERROR(CheckName(index.name));
  const bool known_name =
      std::any_of(texts_.begin(), texts_.end(),
                  [&](const auto& other) { return other.name == index.name; });
  const std::string& language = index.options.language;
  const bool iris =
      std::all_of(index.predicates.begin(), index.predicates.end(),
                  [](const rdf::Term& predicate) {
                    return predicate.kind == rdf::TermKind::kIri;
                  });
  if (known_name || !iris ||
      !IsNew(index, texts_.empty() ? nullptr : &texts_.back()) ||
      (!language.empty() && !text::LanguageOfTag(language).known()) ||
      index.created_commit == 0 || index.created_commit > last_commit_) {
    return Damaged(index.name);
  }
  texts_.push_back(std::move(index));
  return absl::OkStatus();
}

absl::Status RestoredIndexes::ReadVector(uint32_t number,
                                         std::string_view bytes,
                                         std::string_view progress,
                                         storage::KvBatch& batch) {
  SKG_ASSIGN_OR_RETURN(vector::IndexDefinition index,
                       vector::DecodeDefinition(number, bytes));
  const bool known_name = std::any_of(
      vectors_.begin(), vectors_.end(),
      [&](const auto& other) { return other->index().name == index.name; });
  if (!vector::CheckOptions(index.name, index.options).ok() || known_name ||
      !IsNew(index, vectors_.empty() ? nullptr : &vectors_.back()->index()) ||
      index.created_commit == 0 || index.created_commit > last_commit_) {
    return Damaged(index.name);
  }
  if (index.options.auto_embedding) {
    const auto decoded = vector::DecodeEmbeddingProgress(progress);
    if (!decoded.ok() || decoded->commit > last_commit_)
      return Damaged("how far it has followed its graph");
    vector::PutEmbeddingProgress(graph_, number, *decoded, batch);
  } else if (!progress.empty()) {
    return Damaged(index.name);
  }
  vector::PutDefinition(graph_, index, batch);
  vectors_.push_back(std::make_unique<vector::RestoredVectors>(
      graph_, std::move(index), last_commit_, is_term_));
  return absl::OkStatus();
}

absl::Status RestoredIndexes::Complete(storage::GraphStore graph,
                                       const Cancellation* cancellation) {
  if (texts_.empty()) return absl::OkStatus();
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, graph.Latest());
  storage::KvStore& kv = graph.state().kv;
  for (text::IndexDefinition& index : texts_) {
    index.complete_since = view.commit();
    SKG_RETURN_IF_ERROR(text::BuildPostings(graph.state(), view,
                                            text::DeclaredIndex(index),
                                            &memory_, cancellation));
    const auto batch = kv.NewBatch();
    text::PutDefinition(graph_, index, *batch);
    SKG_RETURN_IF_ERROR(kv.Write(*batch, storage::WriteMode::kBuffered));
  }
  return absl::OkStatus();
}

}  // namespace skg::engine
