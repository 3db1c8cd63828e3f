// Scores of nodes as the rows of a table.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "analytics/named/analyses.h"
#include "skg/centrality.h"

namespace skg::analytics {

// The rows of some vertices of one column of each vertex.
template <typename Value, typename Source>
std::vector<Value> Take(const std::vector<Source>& all,
                        const std::vector<Vertex>& vertices) {
  std::vector<Value> values;
  values.reserve(vertices.size());
  for (const Vertex v : vertices) values.push_back(static_cast<Value>(all[v]));
  return values;
}

inline size_t RowsOf(uint64_t limit, size_t all) {
  return limit == 0 ? all : static_cast<size_t>(std::min<uint64_t>(limit, all));
}

// The greatest scores first, as columns `entity` and `score`; `limit` 0: all.
inline AnalysisTable Ranked(const std::vector<double>& scores, uint64_t limit,
                            Summary summary) {
  std::vector<Vertex> nodes = TopK(scores, RowsOf(limit, scores.size()));
  AnalysisTable table;
  table.rows = nodes.size();
  table.columns.push_back({"score", Take<double>(scores, nodes)});
  table.columns.insert(table.columns.begin(), {"entity", std::move(nodes)});
  table.summary = std::move(summary);
  return table;
}

}  // namespace skg::analytics
