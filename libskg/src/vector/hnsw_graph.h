// HnswGraph: the links of a hierarchical navigable small world graph, and the
// search that follows them.
//
// Source: Malkov and Yashunin, "Efficient and robust approximate nearest
// neighbor search using hierarchical navigable small world graphs" (2016).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "vector/candidate_pool.h"
#include "vector/distance.h"
#include "vector/visited_set.h"

namespace skg::vector {

// In place of a link: there is none here, nor behind it.
inline constexpr uint32_t kNoLink = ~uint32_t{0};

// Lent arrays, of a builder or of a mapped file. Nothing in them is believed: a
// search that meets a number out of range goes on without it.
struct HnswGraph {
  uint32_t rows = 0;
  uint32_t links = 0;  // places of a row on each upper level; twice on level 0
  uint32_t entry = 0;  // where searches begin, if there is a row
  uint32_t top_level = 0;
  std::span<const uint32_t> level0;  // rows * 2 * links
  // Where the places of a row's level 1 begin, counted in blocks of `links`;
  // those of level 2 follow. kNoLink: the row is on level 0 only.
  std::span<const uint32_t> upper_at;
  std::span<const uint32_t> upper;

  [[nodiscard]] std::span<const uint32_t> Level0(uint32_t row) const {
    return level0.subspan(size_t{row} * 2 * links, size_t{2} * links);
  }
  // Empty: none, or damaged.
  [[nodiscard]] std::span<const uint32_t> Upper(uint32_t row,
                                                uint32_t level) const {
    const size_t block = upper_at[row];
    const size_t begin = (block + level - 1) * links;
    if (block == kNoLink || begin + links > upper.size()) return {};
    return upper.subspan(begin, links);
  }
};

// Neighbours whose distances are computed together.
struct NeighbourBatch {
  std::vector<uint32_t> rows;
  std::vector<float> distances;
  size_t count = 0;

  void Reset(size_t room) {
    if (rows.size() < room) {
      rows.resize(room);
      distances.resize(room);
    }
    count = 0;
  }
};

// What a search needs beside the graph: to be kept from one to the next.
struct SearchScratch {
  explicit SearchScratch(size_t rows) : visited(rows) {}

  VisitedSet visited;
  CandidatePool pool;
  NeighbourBatch batches[2];
  std::vector<Candidate> seeds;
};

// The row nearest to `query` that a walk along the levels above 0 finds.
template <typename Space>
uint32_t DescendUpperLevels(const HnswGraph& graph, const Space& space,
                            const typename Space::Query& query,
                            SearchScratch& scratch) {
  uint32_t nearest = graph.entry;
  float least;
  space.Distances(query, &nearest, 1, &least);
  NeighbourBatch& batch = scratch.batches[0];
  for (uint32_t level = graph.top_level; level > 0; --level) {
    for (bool moved = true; moved;) {
      moved = false;
      batch.Reset(graph.links);
      for (const uint32_t row : graph.Upper(nearest, level)) {
        if (row == kNoLink) break;
        if (row >= graph.rows) continue;
        space.PrefetchRow(row);
        batch.rows[batch.count++] = row;
      }
      space.Distances(query, batch.rows.data(), batch.count,
                      batch.distances.data());
      for (size_t i = 0; i < batch.count; ++i) {
        if (batch.distances[i] >= least) continue;
        least = batch.distances[i];
        nearest = batch.rows[i];
        moved = true;
      }
    }
  }
  return nearest;
}

// Takes the unvisited neighbours of `row` on level 0 and asks for their bytes.
template <typename Space>
void Gather(const HnswGraph& graph, const Space& space, uint32_t row,
            VisitedSet& visited, NeighbourBatch& batch) {
  const std::span<const uint32_t> links = graph.Level0(row);
  batch.Reset(links.size());
  for (const uint32_t to : links) {
    if (to == kNoLink) break;
    if (to >= graph.rows) continue;
    batch.rows[batch.count] = to;
    batch.count += visited.Insert(to) ? 1 : 0;
  }
  for (size_t i = 0; i < batch.count; ++i) space.PrefetchRow(batch.rows[i]);
}

// Leaves in scratch.pool the `ef` nearest rows to `query` that a best-first
// search from `start` over level 0 meets. While the neighbours of one row are
// fetched from memory, the distances of those of the row before it are
// computed: so the order departs a little from the paper's.
template <typename Space>
void SearchLevel0(const HnswGraph& graph, const Space& space,
                  const typename Space::Query& query, uint32_t start, size_t ef,
                  SearchScratch& scratch) {
  CandidatePool& pool = scratch.pool;
  pool.Reset(ef);
  scratch.visited.Clear();
  float distance;
  space.Distances(query, &start, 1, &distance);
  scratch.visited.Insert(start);
  pool.Add(&start, &distance, 1);
  NeighbourBatch* coming = &scratch.batches[0];
  NeighbourBatch* here = &scratch.batches[1];
  here->count = 0;
  while (true) {
    const Candidate* next = pool.Next();
    coming->count = 0;
    if (next != nullptr) {
      Gather(graph, space, next->row(), scratch.visited, *coming);
    } else if (here->count == 0) {
      return;
    }
    space.Distances(query, here->rows.data(), here->count,
                    here->distances.data());
    pool.Add(here->rows.data(), here->distances.data(), here->count);
    if (const Candidate* after = pool.Peek(); after != nullptr) {
      Prefetch(graph.Level0(after->row()).data(),
               graph.links * 2 * sizeof(uint32_t));
    }
    std::swap(coming, here);
  }
}

}  // namespace skg::vector
