// Of Graph what makes, fills and drops vector indexes.
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/cancellation.h"
#include "base/memory_budget.h"
#include "base/status.h"
#include "base/strings.h"
#include "base/thread_quota.h"
#include "engine/blank_nodes.h"
#include "engine/commit_builder.h"
#include "engine/embedding_followers.h"
#include "engine/engine_impl.h"
#include "engine/graph_impl.h"
#include "engine/request_hash.h"
#include "engine/vector_indexes.h"
#include "engine/vector_owners.h"
#include "skg/field_error.h"
#include "skg/graph.h"
#include "skg/vector_index.h"
#include "storage/graph_state.h"
#include "vector/vector_catalog.h"
#include "vector/vector_values.h"

namespace skg {

using engine::GraphImpl;
using rdf::TermId;

namespace {

// Of one commit: what the store writes at once, and what memory holds.
constexpr size_t kMostVectorBytes = size_t{256} << 20;
// So small a batch is not asked of the budget.
constexpr size_t kFreeBytes = size_t{64} << 10;

absl::Status EntryError(size_t entry, const char* field,
                        const absl::Status& status) {
  return FieldErrorStatus({{{absl::StrCat(entry), field},
                            std::string(sv(status.message())),
                            "malformed"}},
                          status.code());
}

// What a batch needs until it is written: the vectors as the commit keeps them,
// and once more as rows. kResourceExhausted: more than a commit takes, or than
// the engine has.
absl::StatusOr<MemoryReservation> ReserveBatch(
    MemoryBudget& budget, std::span<const VectorEntry> entries) {
  size_t bytes = 0;
  for (const VectorEntry& entry : entries)
    bytes += entry.vector.size() * sizeof(float) + entry.owner.size();
  if (bytes > kMostVectorBytes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the vectors have ", bytes, " bytes; one commit takes at most ",
        kMostVectorBytes, ": split the batch"));
  }
  if (bytes <= kFreeBytes) return MemoryReservation();
  return budget.Reserve("writes", 2 * bytes);
}

bool HasLocalBlankNode(const rdf::Term& term) {
  return engine::BlankNodeScope().Resolve(term) != term;
}

// One commit of vectors of one index.
class VectorCommit {
 public:
  explicit VectorCommit(GraphImpl& graph) : graph_(graph) {}

  absl::Status Begin(std::string_view index_name) {
    SKG_ASSIGN_OR_RETURN(storage::ReadView view, graph_.store().Latest());
    SKG_ASSIGN_OR_RETURN(index_, vector::FindIndex(view, index_name));
    return Begin(std::move(view));
  }
  // Of an index that there might be: is never finished.
  absl::Status Begin(const VectorIndexOptions& options) {
    SKG_ASSIGN_OR_RETURN(storage::ReadView view, graph_.store().Latest());
    index_.options = options;
    return Begin(std::move(view));
  }
  [[nodiscard]] const vector::IndexDefinition& index() const { return index_; }

  // `i`: the place of the entry, for errors.
  absl::Status Put(size_t i, const VectorEntry& entry) {
    const absl::Status vector =
        vector::AcceptVector(entry.vector, index_.options.dimension,
                             index_.options.metric)
            .status();
    if (!vector.ok()) return EntryError(i, "vector", vector);
    const engine::VectorOwners owners(*view_, graph_.names());
    if (index_.options.over == IndexOver::kStatements) {
      const auto key = owners.Statement(entry.owner);
      if (!key.ok()) return EntryError(i, "owner", key.status());
      part_->Add(*key, entry.vector);
      return absl::OkStatus();
    }
    rdf::Term term;
    auto id = owners.Node(entry.owner, &term);
    if (id.ok() && !id->bound()) id = NewTerm(std::move(term));
    if (!id.ok()) return EntryError(i, "owner", id.status());
    part_->Add(*id, entry.vector);
    return absl::OkStatus();
  }

  // Also of a statement that has been removed since.
  absl::Status Remove(size_t i, std::string_view owner) {
    const engine::VectorOwners owners(*view_, graph_.names());
    if (index_.options.over == IndexOver::kStatements) {
      const auto key = owners.PastStatement(owner);
      if (absl::IsNotFound(key.status())) return absl::OkStatus();
      if (!key.ok()) return EntryError(i, "owner", key.status());
      part_->Add(*key, {});
      return absl::OkStatus();
    }
    rdf::Term term;
    const auto id = owners.Node(owner, &term);
    if (!id.ok()) return EntryError(i, "owner", id.status());
    if (id->bound()) part_->Add(*id, {});
    return absl::OkStatus();
  }

  absl::StatusOr<CommitResult> Finish(const CommitOptions& options,
                                      std::string request_hash) {
    request_.durability = graph_.DurabilityOf(options);
    request_.idempotency_key = options.idempotency_key;
    request_.request_hash = std::move(request_hash);
    request_.parts.push_back(std::move(part_));
    SKG_ASSIGN_OR_RETURN(storage::CommitOutcome outcome,
                         graph_.store().Commit(std::move(request_)));
    return outcome.result;
  }

 private:
  absl::Status Begin(storage::ReadView view) {
    view_.emplace(std::move(view));
    part_ = std::make_shared<vector::VectorPart>(
        graph_.store().description().number, index_.number);
    return absl::OkStatus();
  }

  absl::StatusOr<TermId> NewTerm(rdf::Term term) {
    if (HasLocalBlankNode(term)) {
      return absl::InvalidArgumentError(
          "a blank node is named by the label that the graph gave it; this one "
          "is nobody's");
    }
    SKG_RETURN_IF_ERROR(graph_.store().CheckTermSize(term));
    const TermId id =
        TermId::Make(rdf::TermTag::kArena, request_.new_terms.size());
    request_.new_terms.push_back(std::move(term));
    return id;
  }

  GraphImpl& graph_;
  std::optional<storage::ReadView> view_;
  vector::IndexDefinition index_;
  storage::CommitRequest request_;
  std::shared_ptr<vector::VectorPart> part_;
};

// What the catalog cannot know: embedders, and names of this graph.
absl::Status CheckEmbedding(const GraphImpl& graph,
                            const VectorIndexOptions& options) {
  if (!options.embedder.empty()) {
    const absl::Status status = graph.engine()
                                    .embedders()
                                    .Find(options.embedder, options.dimension)
                                    .status();
    if (!status.ok()) {
      return FieldErrorStatus(
          {{{"embedder"}, std::string(sv(status.message())), "malformed"}});
    }
  }
  if (!options.auto_embedding) return absl::OkStatus();
  const auto check = [&](const std::vector<std::string>& names,
                         std::vector<std::string> path) -> absl::Status {
    for (size_t i = 0; i < names.size(); ++i) {
      const absl::Status status = graph.names().ToTerm(names[i]).status();
      if (status.ok()) continue;
      path.push_back(absl::StrCat(i));
      return FieldErrorStatus(
          {{path, std::string(sv(status.message())), "malformed"}});
    }
    return absl::OkStatus();
  };
  const AutoEmbedding& embedding = *options.auto_embedding;
  SKG_RETURN_IF_ERROR(
      check(embedding.node_types, {"auto_embedding", "node_types"}));
  SKG_RETURN_IF_ERROR(
      check(embedding.text.labels, {"auto_embedding", "text", "labels"}));
  return check(embedding.text.properties,
               {"auto_embedding", "text", "properties"});
}

}  // namespace

absl::StatusOr<CommitResult> Graph::CreateVectorIndex(
    std::string_view name, const VectorIndexOptions& options,
    const CommitOptions& commit) {
  SKG_RETURN_IF_ERROR(engine::CheckIndexCommit(commit));
  SKG_RETURN_IF_ERROR(CheckEmbedding(*impl_, options));
  const std::lock_guard lock(impl_->engine().vector_indexes().changing());
  SKG_ASSIGN_OR_RETURN(const CommitResult result,
                       vector::CreateIndex(impl_->store(), name, options,
                                           impl_->DurabilityOf(commit)));
  if (options.auto_embedding) {
    SKG_ASSIGN_OR_RETURN(const storage::ReadView view, impl_->store().Latest());
    SKG_ASSIGN_OR_RETURN(const vector::IndexDefinition index,
                         vector::FindIndex(view, name));
    impl_->engine().embedding_followers().Start(impl_->store(), index);
  }
  return result;
}

absl::StatusOr<CommitResult> Graph::DropVectorIndex(
    std::string_view name, const CommitOptions& commit) {
  SKG_RETURN_IF_ERROR(engine::CheckIndexCommit(commit));
  engine::VectorIndexes& indexes = impl_->engine().vector_indexes();
  const std::lock_guard lock(indexes.changing());
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, impl_->store().Latest());
  SKG_ASSIGN_OR_RETURN(const vector::IndexDefinition index,
                       vector::FindIndex(view, name));
  engine::EmbeddingFollowers& followers = impl_->engine().embedding_followers();
  // Before, lest it puts vectors into what is no more.
  followers.Stop(impl_->store().description().number, index.number);
  const absl::StatusOr<CommitResult> result =
      vector::DropIndex(impl_->store(), name, impl_->DurabilityOf(commit));
  if (!result.ok()) {
    followers.Start(impl_->store(), index);
    return result;
  }
  indexes.Forget(impl_->store(), index.number);
  return result;
}

absl::Status Graph::CheckVectors(const VectorIndexOptions& options,
                                 std::span<const VectorEntry> entries) const {
  SKG_RETURN_IF_ERROR(vector::CheckOptions(options));
  SKG_ASSIGN_OR_RETURN(const MemoryReservation memory,
                       ReserveBatch(impl_->engine().memory(), entries));
  VectorCommit commit(*impl_);
  SKG_RETURN_IF_ERROR(commit.Begin(options));
  for (size_t i = 0; i < entries.size(); ++i)
    SKG_RETURN_IF_ERROR(commit.Put(i, entries[i]));
  return absl::OkStatus();
}

absl::StatusOr<CommitResult> Graph::PutVectors(
    std::string_view index_name, std::span<const VectorEntry> entries,
    const CommitOptions& options) {
  SKG_RETURN_IF_ERROR(engine::CheckVectorCommit(options));
  SKG_ASSIGN_OR_RETURN(const MemoryReservation memory,
                       ReserveBatch(impl_->engine().memory(), entries));
  VectorCommit commit(*impl_);
  SKG_RETURN_IF_ERROR(commit.Begin(index_name));
  for (size_t i = 0; i < entries.size(); ++i)
    SKG_RETURN_IF_ERROR(commit.Put(i, entries[i]));
  std::string hash;
  if (!options.idempotency_key.empty()) {
    engine::RequestHash request;
    request.PutVectors(index_name, entries);
    hash = request.Finish();
  }
  SKG_ASSIGN_OR_RETURN(const CommitResult result,
                       commit.Finish(options, std::move(hash)));
  impl_->engine().vector_indexes().Added(impl_->store(), commit.index(),
                                         entries.size());
  return result;
}

absl::Status Graph::RebuildVectorIndex(std::string_view name,
                                       absl::Time deadline) {
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, impl_->store().Latest());
  SKG_ASSIGN_OR_RETURN(const vector::IndexDefinition index,
                       vector::FindIndex(view, name));
  engine::VectorIndexes& indexes = impl_->engine().vector_indexes();
  const Cancellation cancellation(deadline);
  return indexes.Get(impl_->store(), index)
      ->Rebuild({.threads = HardwareThreads(),
                 .cancellation = &cancellation,
                 .changing = &indexes.changing()});
}

absl::StatusOr<CommitResult> Graph::RemoveVectors(
    std::string_view index_name, std::span<const std::string> owners,
    const CommitOptions& options) {
  SKG_RETURN_IF_ERROR(engine::CheckVectorCommit(options));
  VectorCommit commit(*impl_);
  SKG_RETURN_IF_ERROR(commit.Begin(index_name));
  for (size_t i = 0; i < owners.size(); ++i)
    SKG_RETURN_IF_ERROR(commit.Remove(i, owners[i]));
  std::string hash;
  if (!options.idempotency_key.empty()) {
    engine::RequestHash request;
    request.RemoveVectors(index_name, owners);
    hash = request.Finish();
  }
  return commit.Finish(options, std::move(hash));
}

}  // namespace skg
