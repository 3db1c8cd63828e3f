// The numbers of components, from any labels of them.
#pragma once

#include <span>

#include "skg/structure.h"

namespace skg::analytics {

// Vertices of one label (below the number of vertices) are one component.
// Memory: NumberingBytes beyond the result.
[[nodiscard]] ComponentsResult NumberComponents(std::span<const Vertex> labels);

[[nodiscard]] inline size_t NumberingBytes(size_t vertices) {
  return 3 * sizeof(uint32_t) * vertices;
}

}  // namespace skg::analytics
