// Vector indexes: of Graph what writes, of ReadView what reads.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/cancellation.h"
#include "base/status.h"
#include "base/strings.h"
#include "base/uuid.h"
#include "engine/commit_builder.h"
#include "engine/embedding_follower.h"
#include "engine/engine_impl.h"
#include "engine/node_filter.h"
#include "engine/vector_indexes.h"
#include "engine/vector_search.h"
#include "engine/view_impl.h"
#include "skg/field_error.h"
#include "skg/graph.h"
#include "skg/vector_index.h"
#include "storage/graph_state.h"
#include "vector/vector_catalog.h"
#include "vector/vector_values.h"

namespace skg {

using engine::GraphImpl;
using engine::ViewImpl;
using rdf::TermId;

namespace {

constexpr uint64_t kMostHits = 10'000;
// Of one commit: what the store writes at once, and what memory holds.
constexpr size_t kMostVectorBytes = size_t{256} << 20;

absl::Status EntryError(size_t entry, const char* field,
                        const absl::Status& status) {
  return FieldErrorStatus({{{absl::StrCat(entry), field},
                            std::string(sv(status.message())),
                            "malformed"}},
                          status.code());
}

// The owners of an index's entries, as a commit names them.
class OwnerReader {
 public:
  OwnerReader(const storage::ReadView& view, const rdf::NameSpace& names)
      : view_(view), names_(names) {}

  absl::StatusOr<storage::StatementKey> Statement(std::string_view id) const {
    const std::optional<Uuid> uuid = ParseUuid(id);
    if (!uuid) {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"", std::string(id), "\" is no statement's id (a UUID)"));
    }
    SKG_ASSIGN_OR_RETURN(const auto row, view_.FindById(*uuid));
    if (row) return row->key;
    return absl::NotFoundError(
        absl::StrCat("there is no statement ", std::string(id)));
  }
  // Unbound: the graph has never seen it; then `term` is what it is.
  absl::StatusOr<TermId> Node(std::string_view name, rdf::Term* term) const {
    SKG_ASSIGN_OR_RETURN(*term, names_.ToTerm(name));
    return view_.Lookup(*term);
  }

 private:
  const storage::ReadView& view_;
  const rdf::NameSpace& names_;
};

absl::Status CheckSize(std::span<const VectorEntry> entries) {
  size_t bytes = 0;
  for (const VectorEntry& entry : entries)
    bytes += entry.vector.size() * sizeof(float) + entry.owner.size();
  if (bytes <= kMostVectorBytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the vectors have ", bytes,
                   " bytes; one commit takes at "
                   "most ",
                   kMostVectorBytes, ": split the batch"));
}

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

absl::StatusOr<CommitResult> Graph::PutVectors(
    std::string_view index_name, std::span<const VectorEntry> entries,
    const CommitOptions& options) {
  SKG_RETURN_IF_ERROR(engine::CheckCommitOptions(options));
  SKG_RETURN_IF_ERROR(CheckSize(entries));
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, impl_->store().Latest());
  SKG_ASSIGN_OR_RETURN(const vector::IndexDefinition index,
                       vector::FindIndex(view, index_name));
  const OwnerReader owners(view, impl_->names());
  storage::CommitRequest request;
  request.durability = impl_->DurabilityOf(options);
  auto part = std::make_shared<vector::VectorPart>(
      impl_->store().description().number, index.number);
  for (size_t i = 0; i < entries.size(); ++i) {
    const VectorEntry& entry = entries[i];
    if (const absl::Status status =
            vector::AcceptVector(entry.vector, index.options.dimension,
                                 index.options.metric)
                .status();
        !status.ok()) {
      return EntryError(i, "vector", status);
    }
    if (index.options.over == IndexOver::kStatements) {
      const auto key = owners.Statement(entry.owner);
      if (!key.ok()) return EntryError(i, "owner", key.status());
      part->Add(*key, entry.vector);
      continue;
    }
    rdf::Term term;
    auto id = owners.Node(entry.owner, &term);
    if (!id.ok()) return EntryError(i, "owner", id.status());
    if (!id->bound()) {
      if (const absl::Status size = impl_->store().CheckTermSize(term);
          !size.ok()) {
        return EntryError(i, "owner", size);
      }
      *id = TermId::Make(rdf::TermTag::kArena, request.new_terms.size());
      request.new_terms.push_back(std::move(term));
    }
    part->Add(*id, entry.vector);
  }
  request.parts.push_back(std::move(part));
  SKG_ASSIGN_OR_RETURN(storage::CommitOutcome outcome,
                       impl_->store().Commit(std::move(request)));
  impl_->engine().vector_indexes().Added(impl_->store(), index, entries.size());
  return outcome.result;
}

absl::Status Graph::RebuildVectorIndex(std::string_view name,
                                       absl::Time deadline) {
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, impl_->store().Latest());
  SKG_ASSIGN_OR_RETURN(const vector::IndexDefinition index,
                       vector::FindIndex(view, name));
  engine::VectorIndexes& indexes = impl_->engine().vector_indexes();
  const Cancellation cancellation(deadline);
  return indexes.Get(impl_->store(), index)
      ->Rebuild(
          {.cancellation = &cancellation, .changing = &indexes.changing()});
}

absl::StatusOr<CommitResult> Graph::RemoveVectors(
    std::string_view index_name, std::span<const std::string> owners,
    const CommitOptions& options) {
  SKG_RETURN_IF_ERROR(engine::CheckCommitOptions(options));
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, impl_->store().Latest());
  SKG_ASSIGN_OR_RETURN(const vector::IndexDefinition index,
                       vector::FindIndex(view, index_name));
  const OwnerReader reader(view, impl_->names());
  storage::CommitRequest request;
  request.durability = impl_->DurabilityOf(options);
  auto part = std::make_shared<vector::VectorPart>(
      impl_->store().description().number, index.number);
  for (size_t i = 0; i < owners.size(); ++i) {
    if (index.options.over == IndexOver::kStatements) {
      const auto key = reader.Statement(owners[i]);
      if (absl::IsNotFound(key.status())) continue;
      if (!key.ok()) return EntryError(i, "owner", key.status());
      part->Add(*key, {});
      continue;
    }
    rdf::Term term;
    const auto id = reader.Node(owners[i], &term);
    if (!id.ok()) return EntryError(i, "owner", id.status());
    if (id->bound()) part->Add(*id, {});
  }
  request.parts.push_back(std::move(part));
  SKG_ASSIGN_OR_RETURN(storage::CommitOutcome outcome,
                       impl_->store().Commit(std::move(request)));
  return outcome.result;
}

absl::StatusOr<std::vector<VectorIndexInfo>> ReadView::VectorIndexes() const {
  SKG_ASSIGN_OR_RETURN(const auto indexes, vector::ListIndexes(impl_->view()));
  std::vector<VectorIndexInfo> infos;
  for (const vector::IndexDefinition& index : indexes) {
    SKG_ASSIGN_OR_RETURN(const vector::VectorIndex::Figures figures,
                         impl_->graph()
                             .engine()
                             .vector_indexes()
                             .Get(impl_->graph().store(), index)
                             ->figures());
    infos.push_back({index.name, index.options, index.created_commit,
                     index.created, figures.vectors, figures.memory_bytes,
                     figures.segments, figures.sealed_rows,
                     figures.file_bytes});
    SKG_RETURN_IF_ERROR(engine::TellEmbedding(*impl_, index, &infos.back()));
  }
  return infos;
}

absl::StatusOr<std::vector<float>> ReadView::GetVector(
    std::string_view index_name, std::string_view owner) const {
  const storage::ReadView& view = impl_->view();
  SKG_ASSIGN_OR_RETURN(const vector::IndexDefinition index,
                       vector::FindIndex(view, index_name));
  const OwnerReader owners(view, impl_->names());
  std::string label;
  if (index.options.over == IndexOver::kStatements) {
    SKG_ASSIGN_OR_RETURN(const storage::StatementKey key,
                         owners.Statement(owner));
    label = vector::StatementLabel(key);
  } else {
    rdf::Term term;
    SKG_ASSIGN_OR_RETURN(const TermId id, owners.Node(owner, &term));
    label = vector::NodeLabel(id);
  }
  SKG_ASSIGN_OR_RETURN(
      auto found,
      vector::ReadVector(view.snapshot()->graph().kv, view.description().number,
                         index, label, view.commit(), view.snapshot()->kv()));
  if (found) return *std::move(found);
  return absl::NotFoundError(absl::StrCat(
      "index \"", index.name, "\" has no vector of ", std::string(owner)));
}

absl::StatusOr<std::vector<VectorHit>> ReadView::SearchVectors(
    std::string_view index_name, std::span<const float> vector,
    const VectorSearchOptions& options) const {
  const storage::ReadView& view = impl_->view();
  SKG_ASSIGN_OR_RETURN(const vector::IndexDefinition index,
                       engine::OpenVectorIndex(*impl_, index_name, vector));
  if (options.top_k < 1 || options.top_k > kMostHits) {
    return FieldErrorStatus(
        {{{"top_k"},
          absl::StrCat(options.top_k, " is outside [1, ", kMostHits, "]"),
          "out_of_range"}});
  }
  const bool statements = index.options.over == IndexOver::kStatements;
  if (statements && !(options.node_types.empty() && options.filter.empty() &&
                      options.filter_patterns.empty())) {
    return FieldErrorStatus(
        {{{options.filter.empty() ? "node_types" : "filter"},
          "the index is over statements; this chooses nodes",
          "not_allowed"}});
  }
  const Cancellation cancellation(options.deadline);
  vector::VectorIndex::Query query;
  query.vector = vector;
  query.k = options.top_k;
  query.ef = options.ef;
  query.threshold = options.threshold;
  query.cancellation = &cancellation;
  SKG_ASSIGN_OR_RETURN(
      const std::optional<std::vector<TermId>> allowed,
      engine::NodesAllowed(*this, *impl_,
                           {options.node_types, options.filter,
                            options.filter_patterns, options.deadline}));
  if (allowed) query.allowed = &*allowed;
  if (statements) {
    query.check = [&](std::string_view label) -> absl::StatusOr<bool> {
      SKG_ASSIGN_OR_RETURN(const auto row,
                           view.Find(vector::StatementOf(label)));
      return row.has_value();
    };
  }
  SKG_ASSIGN_OR_RETURN(const std::vector<vector::VectorMatch> matches,
                       engine::FindNearest(*impl_, index, query));
  std::vector<VectorHit> hits;
  hits.reserve(matches.size());
  if (statements) {
    for (const vector::VectorMatch& match : matches) {
      SKG_ASSIGN_OR_RETURN(const Uuid id,
                           view.StatementId(vector::StatementOf(match.label)));
      hits.push_back({id.ToString(), match.score});
    }
    return hits;
  }
  std::vector<TermId> ids;
  for (const vector::VectorMatch& match : matches)
    ids.push_back(vector::NodeOf(match.label));
  std::vector<rdf::Term> terms;
  SKG_RETURN_IF_ERROR(view.Decode(ids, &terms));
  for (size_t i = 0; i < matches.size(); ++i)
    hits.push_back({impl_->names().ToName(terms[i]), matches[i].score});
  return hits;
}

}  // namespace skg
