// What asks vector indexes by text.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/embedding_follower.h"
#include "engine/embedding_followers.h"
#include "engine/engine_impl.h"
#include "engine/node_text.h"
#include "engine/vector_search.h"
#include "engine/view_impl.h"
#include "skg/graph.h"
#include "skg/read_view.h"
#include "vector/vector_catalog.h"

namespace skg {

absl::StatusOr<std::vector<VectorHit>> ReadView::SearchSimilar(
    std::string_view index_name, std::string_view text,
    const VectorSearchOptions& options) const {
  SKG_ASSIGN_OR_RETURN(const vector::IndexDefinition index,
                       vector::FindIndex(impl_->view(), index_name));
  SKG_ASSIGN_OR_RETURN(
      const std::vector<float> vector,
      engine::EmbedQuery(*impl_, index, text, options.deadline));
  return SearchVectors(index_name, vector, options);
}

absl::StatusOr<std::string> ReadView::NodeText(std::string_view index_name,
                                               std::string_view node) const {
  const storage::ReadView& view = impl_->view();
  SKG_ASSIGN_OR_RETURN(const vector::IndexDefinition index,
                       vector::FindIndex(view, index_name));
  if (index.options.over == IndexOver::kStatements) {
    return absl::InvalidArgumentError(
        absl::StrCat("index \"", index.name,
                     "\" is over statements; nodes have no text there"));
  }
  SKG_ASSIGN_OR_RETURN(const rdf::Term term, impl_->names().ToTerm(node));
  SKG_ASSIGN_OR_RETURN(const rdf::TermId id, view.Lookup(term));
  if (!id.bound()) return std::string();
  SKG_ASSIGN_OR_RETURN(
      const engine::NodeTexts texts,
      engine::NodeTexts::Make(
          view, impl_->names(),
          index.options.auto_embedding.value_or(AutoEmbedding())));
  return texts.TextOf(id);
}

absl::Status Graph::WaitForEmbeddings(std::string_view index_name,
                                      uint64_t commit,
                                      absl::Time deadline) const {
  SKG_ASSIGN_OR_RETURN(const storage::ReadView view, impl_->store().Latest());
  SKG_ASSIGN_OR_RETURN(const vector::IndexDefinition index,
                       vector::FindIndex(view, index_name));
  if (commit > view.commit()) {
    return absl::InvalidArgumentError(
        absl::StrCat("commit ", commit, " is not there yet; the last one is ",
                     view.commit()));
  }
  const auto follower = impl_->engine().embedding_followers().Find(
      view.description().number, index.number);
  if (follower != nullptr)
    return follower->Wait(commit == 0 ? view.commit() : commit, deadline);
  VectorIndexInfo info;
  SKG_ASSIGN_OR_RETURN(const auto latest, Latest());
  SKG_RETURN_IF_ERROR(
      engine::TellEmbedding(*engine::ViewImpl::Of(latest), index, &info));
  return absl::FailedPreconditionError(
      absl::StrCat("index \"", index.name, "\" does not follow the graph: ",
                   index.options.auto_embedding ? info.embedding_error
                                                : "it has no auto-embedding"));
}

}  // namespace skg
