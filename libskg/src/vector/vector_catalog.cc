#include "vector/vector_catalog.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/bytes.h"
#include "base/status.h"
#include "skg/field_error.h"
#include "storage/graph_state.h"
#include "storage/index_catalog.h"
#include "storage/keys.h"
#include "vector/embedding_progress.h"

namespace skg::vector {

using storage::Family;

namespace {

// The rows of an index that begins with its commit.
class NewIndex final : public storage::CommitPart {
 public:
  NewIndex(uint32_t graph, IndexDefinition definition)
      : graph_(graph), definition_(std::move(definition)) {}
  [[nodiscard]] std::span<const TermId> terms() const override { return {}; }
  void AddRows(uint64_t commit, std::span<const TermId>,
               storage::KvBatch& batch) override {
    definition_.created_commit = commit;
    PutDefinition(graph_, definition_, batch);
    if (definition_.options.auto_embedding) {
      PutEmbeddingProgress(
          graph_, definition_.number,
          {.commit = commit, .phase = EmbeddingProgress::Phase::kSubjects},
          batch);
    }
  }

 private:
  const uint32_t graph_;
  IndexDefinition definition_;
};

class EndOfIndex final : public storage::CommitPart {
 public:
  EndOfIndex(uint32_t graph, uint32_t index) : graph_(graph), index_(index) {}
  [[nodiscard]] std::span<const TermId> terms() const override { return {}; }
  void AddRows(uint64_t, std::span<const TermId>,
               storage::KvBatch& batch) override {
    batch.Delete(Family::kVectors, DefinitionKey(graph_, index_));
    batch.Delete(Family::kVectors, SegmentsKey(graph_, index_));
    DeleteEmbeddingProgress(graph_, index_, batch);
    for (const char kind : {kVectorKind, kTailKind}) {
      const std::string prefix = IndexPrefix(graph_, kind, index_);
      batch.DeleteRange(Family::kVectors, prefix, storage::PrefixEnd(prefix));
    }
  }

 private:
  const uint32_t graph_, index_;
};

void CheckRange(const char* field, uint32_t value, uint32_t least,
                uint32_t most, std::vector<FieldError>& errors) {
  if (value >= least && value <= most) return;
  errors.push_back(
      {{field},
       absl::StrCat(value, " is outside [", least, ", ", most, "]"),
       "out_of_range"});
}

constexpr size_t kMostNames = 64;
constexpr uint32_t kMostStatements = 1000;

void CheckEmbedding(const VectorIndexOptions& options,
                    std::vector<FieldError>& errors) {
  if (!options.auto_embedding) return;
  const AutoEmbedding& embedding = *options.auto_embedding;
  const NodeTextTemplate& text = embedding.text;
  const auto add = [&](std::vector<std::string> path, std::string message,
                       const char* type) {
    path.insert(path.begin(), "auto_embedding");
    errors.push_back({std::move(path), std::move(message), type});
  };
  if (options.embedder.empty())
    errors.push_back({{"embedder"}, "auto-embedding needs one", "missing"});
  if (options.over == IndexOver::kStatements)
    add({}, "the index is over statements; this is for nodes", "not_allowed");
  if (embedding.node_types.size() > kMostNames)
    add({"node_types"}, absl::StrCat("at most ", kMostNames), "too_long");
  if (text.labels.size() + text.properties.size() > kMostNames) {
    add({"text", "labels"},
        absl::StrCat("at most ", kMostNames, " with the properties"),
        "too_long");
  }
  if (text.statements > kMostStatements) {
    add({"text", "statements"},
        absl::StrCat(text.statements, " is outside [0, ", kMostStatements, "]"),
        "out_of_range");
  }
  if (!text.name && text.labels.empty() && text.properties.empty() &&
      text.statements == 0) {
    add({"text"}, "no node would have a text", "missing");
  }
}

}  // namespace

absl::Status CheckOptions(std::string_view name,
                          const VectorIndexOptions& options) {
  std::vector<FieldError> errors;
  storage::CheckIndexName(name, errors);
  CheckRange("dimension", options.dimension, 1, 4096, errors);
  CheckRange("links", options.links, 4, 128, errors);
  CheckRange("ef_construction", options.ef_construction, options.links, 4096,
             errors);
  CheckRange("ef_search", options.ef_search, 1, 4096, errors);
  CheckEmbedding(options, errors);
  return errors.empty() ? absl::OkStatus() : FieldErrorStatus(errors);
}

absl::StatusOr<std::vector<IndexDefinition>> ListIndexes(
    const storage::ReadView& view) {
  return ReadDefinitions(view.snapshot()->graph().kv, view.description().number,
                         view.snapshot()->kv());
}

absl::StatusOr<IndexDefinition> FindIndex(const storage::ReadView& view,
                                          std::string_view name) {
  SKG_ASSIGN_OR_RETURN(std::vector<IndexDefinition> indexes, ListIndexes(view));
  std::string names;
  for (IndexDefinition& index : indexes) {
    if (index.name == name) return std::move(index);
    absl::StrAppend(&names, names.empty() ? "" : ", ", index.name);
  }
  return absl::NotFoundError(absl::StrCat(
      "no vector index \"", std::string(name), "\" in this graph; ",
      names.empty() ? "there is none" : absl::StrCat("there are: ", names)));
}

absl::StatusOr<CommitResult> CreateIndex(storage::GraphStore& graph,
                                         std::string_view name,
                                         const VectorIndexOptions& options,
                                         Durability durability) {
  SKG_RETURN_IF_ERROR(CheckOptions(name, options));
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, graph.Latest());
  SKG_ASSIGN_OR_RETURN(const auto indexes, ListIndexes(view));
  for (const IndexDefinition& index : indexes) {
    if (index.name != name) continue;
    return absl::AlreadyExistsError(
        absl::StrCat("the graph has a vector index \"", index.name,
                     "\" already; drop it first, or choose another name"));
  }
  IndexDefinition definition;
  SKG_ASSIGN_OR_RETURN(
      definition.number,
      storage::NextIndexNumber(view, Family::kVectors,
                               NextIndexKey(graph.description().number)));
  definition.name = std::string(name);
  definition.options = options;
  definition.created = absl::Now();
  return storage::CommitParts(
      graph,
      {std::make_shared<NewIndex>(graph.description().number,
                                  std::move(definition))},
      durability);
}

void PutDefinition(uint32_t graph, const IndexDefinition& definition,
                   storage::KvBatch& batch) {
  std::string next;
  AppendBigEndian(definition.number + 1, next);
  batch.Put(Family::kVectors, NextIndexKey(graph), next);
  batch.Put(Family::kVectors, DefinitionKey(graph, definition.number),
            EncodeDefinition(definition));
}

absl::StatusOr<CommitResult> DropIndex(storage::GraphStore& graph,
                                       std::string_view name,
                                       Durability durability) {
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, graph.Latest());
  SKG_ASSIGN_OR_RETURN(const IndexDefinition index, FindIndex(view, name));
  return storage::CommitParts(
      graph,
      {std::make_shared<EndOfIndex>(graph.description().number, index.number)},
      durability);
}

}  // namespace skg::vector
