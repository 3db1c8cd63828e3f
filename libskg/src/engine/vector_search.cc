#include "engine/vector_search.h"

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
