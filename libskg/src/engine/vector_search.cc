#include "engine/vector_search.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/vector_indexes.h"
#include "vector/vector_catalog.h"
#include "vector/vector_values.h"

namespace skg::engine {

absl::StatusOr<vector::IndexDefinition> OpenVectorIndex(
    const ViewImpl& view, std::string_view name,
    std::span<const float> vector) {
  SKG_ASSIGN_OR_RETURN(vector::IndexDefinition index,
                       vector::FindIndex(view.view(), name));
  if (view.view().commit() < index.created_commit) {
    return absl::OutOfRangeError(absl::StrCat(
        "index \"", index.name, "\" begins with commit ", index.created_commit,
        "; this is the state after commit ", view.view().commit()));
  }
  SKG_RETURN_IF_ERROR(vector::AcceptVector(vector, index.options.dimension,
                                           index.options.metric)
                          .status());
  return index;
}

absl::StatusOr<std::vector<float>> EmbedQuery(
    const ViewImpl& view, const vector::IndexDefinition& index,
    std::string_view text, absl::Time deadline) {
  const std::string& name = index.options.embedder;
  if (name.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "index \"", index.name,
        "\" has no embedder, which would make a vector of the text; search by "
        "a vector, or make an index with one"));
  }
  const auto embedder =
      view.graph().engine().embedders().Find(name, index.options.dimension);
  if (!embedder.ok())
    return absl::FailedPreconditionError(embedder.status().message());
  SKG_ASSIGN_OR_RETURN(
      std::vector<std::vector<float>> vectors,
      (*embedder)->Embed(std::vector<std::string>{std::string(text)},
                         deadline));
  if (vectors.size() == 1) return std::move(vectors[0]);
  return absl::InternalError(absl::StrCat(
      "embedder \"", name, "\" made ", vectors.size(), " vectors of one text"));
}

absl::StatusOr<std::vector<vector::VectorMatch>> FindNearest(
    const ViewImpl& view, const vector::IndexDefinition& index,
    const vector::VectorIndex::Query& query) {
  return view.graph()
      .engine()
      .vector_indexes()
      .Get(view.graph().store(), index)
      ->Search(view.view(), query);
}

}  // namespace skg::engine
