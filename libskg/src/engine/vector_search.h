// What searches of vectors have in common.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/view_impl.h"
#include "vector/vector_index.h"
#include "vector/vector_rows.h"

namespace skg::engine {

// The index of this name, which can be asked for this vector in this view.
// Errors: as ReadView::SearchVectors.
[[nodiscard]] absl::StatusOr<vector::IndexDefinition> OpenVectorIndex(
    const ViewImpl& view, std::string_view name, std::span<const float> vector);

// The vector that the index's embedder makes of a text. Errors:
// kFailedPrecondition (it has none, or none of that name is there), those of
// Embedder::Embed.
[[nodiscard]] absl::StatusOr<std::vector<float>> EmbedQuery(
    const ViewImpl& view, const vector::IndexDefinition& index,
    std::string_view text, absl::Time deadline);

[[nodiscard]] absl::StatusOr<std::vector<vector::VectorMatch>> FindNearest(
    const ViewImpl& view, const vector::IndexDefinition& index,
    const vector::VectorIndex::Query& query);

}  // namespace skg::engine
