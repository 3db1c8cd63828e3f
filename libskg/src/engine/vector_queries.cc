// Of ReadView what reads vector indexes.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/cancellation.h"
#include "base/status.h"
#include "engine/embedding_followers.h"
#include "engine/engine_impl.h"
#include "engine/node_filter.h"
#include "engine/vector_indexes.h"
#include "engine/vector_owners.h"
#include "engine/vector_search.h"
#include "engine/view_impl.h"
#include "skg/field_error.h"
#include "skg/read_view.h"
#include "skg/vector_index.h"
#include "storage/graph_state.h"
#include "vector/vector_catalog.h"

namespace skg {

using rdf::TermId;

namespace engine {
namespace {

constexpr uint64_t kMostHits = 10'000;
constexpr uint32_t kMostCandidates = 10'000;

absl::Status CheckSearch(const VectorSearchOptions& options) {
  std::vector<FieldError> errors;
  if (options.top_k < 1 || options.top_k > kMostHits) {
    errors.push_back(
        {{"top_k"},
         absl::StrCat(options.top_k, " is outside [1, ", kMostHits, "]"),
         "out_of_range"});
  }
  if (options.ef > kMostCandidates) {
    errors.push_back(
        {{"ef"},
         absl::StrCat(options.ef, " is outside [0, ", kMostCandidates, "]"),
         "out_of_range"});
  }
  if (std::isnan(options.threshold))
    errors.push_back({{"threshold"}, "is not a number", "out_of_range"});
  return errors.empty() ? absl::OkStatus() : FieldErrorStatus(errors);
}

}  // namespace
}  // namespace engine

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
  const engine::VectorOwners owners(view, impl_->names());
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
  SKG_RETURN_IF_ERROR(engine::CheckSearch(options));
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
