#include "analytics/component_numbers.h"

#include <algorithm>
#include <limits>

#include "analytics/csr.h"

namespace skg::analytics {
namespace {

constexpr uint32_t kUnnamed = std::numeric_limits<uint32_t>::max();

// Labels by falling size, those of equal size as they were. Those of one vertex
// are often the most by far, and need no sorting.
void SortBySize(std::vector<Vertex>& labels, const Array<uint32_t>& sizes) {
  const auto single = std::stable_partition(
      labels.begin(), labels.end(), [&](Vertex l) { return sizes[l] > 1; });
  std::stable_sort(labels.begin(), single,
                   [&](Vertex a, Vertex b) { return sizes[a] > sizes[b]; });
}

}  // namespace

ComponentsResult NumberComponents(std::span<const Vertex> labels) {
  Array<uint32_t> sizes(labels.size()), number(labels.size());
  std::fill_n(sizes.data(), sizes.size(), 0);
  for (const Vertex label : labels) ++sizes[label];
  std::vector<Vertex> order;  // labels by the least vertex that has each
  std::fill_n(number.data(), number.size(), kUnnamed);
  for (const Vertex label : labels) {
    if (number[label] != kUnnamed) continue;
    number[label] = 0;
    order.push_back(label);
  }
  SortBySize(order, sizes);
  ComponentsResult result;
  result.sizes.reserve(order.size());
  for (const Vertex label : order) {
    number[label] = static_cast<uint32_t>(result.sizes.size());
    result.sizes.push_back(sizes[label]);
  }
  result.component.resize(labels.size());
  for (size_t v = 0; v < labels.size(); ++v) {
    result.component[v] = number[labels[v]];
  }
  return result;
}

}  // namespace skg::analytics
