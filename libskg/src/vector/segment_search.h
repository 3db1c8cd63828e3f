// SearchGraph: the candidates of a search in a segment with a graph.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "base/cancellation.h"
#include "vector/exact_search.h"
#include "vector/hnsw_graph.h"

namespace skg::vector {

// Costs in units of one row that a scan of allowed rows looks at. A row that
// the graph leads to lies anywhere, and takes part in the pool's order: 4.7 to
// 5.4 times as much over 200,000 rows of 384 codes.
inline constexpr double kGraphRowCost = 5;
// Words of the bitmap that a scan looks through for the price of a row.
inline constexpr double kWordsOfARow = 16;

// Where fewer rows than this share are allowed, the graph is searched over
// those alone (SearchAllowed): a candidate then costs so many times what it
// costs without a filter.
inline constexpr double kMostShareOfHops = 0.3;
inline constexpr double kHopCost = 2.5;
// So many of the rows around the query should be allowed, if as large a share
// of them is as of all; and how far below that says that it is not so.
inline constexpr double kExpectedAround = 4;
inline constexpr double kTooFewAround = 0.25;
// Places of a row on level 0, at most.
inline constexpr size_t kMostPlaces = 256;

struct CandidateSearch {
  size_t k = 0;
  size_t ef = 0;  // at least k
  const AllowedRows* allowed = nullptr;
  const Cancellation* cancellation = nullptr;
};

// How many rows may be found, as far as the caller is to be believed.
inline double AllowedCount(const HnswGraph& graph,
                           const CandidateSearch& search) {
  if (search.allowed == nullptr) return graph.rows;
  return static_cast<double>(
      std::min<uint64_t>(search.allowed->count, graph.rows));
}
inline double ScanCost(const HnswGraph& graph, const CandidateSearch& search) {
  return AllowedCount(graph, search) + graph.rows / 64.0 / kWordsOfARow;
}
// Each candidate's links lead to about half as many rows that are new.
inline double GraphCost(const HnswGraph& graph, double candidates) {
  return candidates * graph.links * kGraphRowCost;
}

// Leaves in scratch.pool the nearest allowed rows by `space`: all are looked
// at.
template <typename Space>
absl::Status ScanRows(const HnswGraph& graph, const Space& space,
                      const typename Space::Query& query,
                      const CandidateSearch& search, size_t keep,
                      SearchScratch& scratch) {
  constexpr size_t kPace = 64;  // blocks between two looks at the cancellation
  CandidatePool& pool = scratch.pool;
  pool.Reset(keep);
  float distances[kAllowedBlock];
  size_t blocks = 0;
  absl::Status status;
  const auto go_on = [&] {
    if (++blocks % kPace == 0 && search.cancellation != nullptr) {
      status = search.cancellation->Check();
    }
    return status.ok();
  };
  if (search.allowed != nullptr) {
    ForEachAllowedBlock(*search.allowed, graph.rows,
                        [&](const uint32_t* rows, size_t count) {
                          for (size_t i = 0; i < count; ++i) {
                            space.PrefetchRow(rows[i]);
                          }
                          space.Distances(query, rows, count, distances);
                          pool.Add(rows, distances, count);
                          return go_on();
                        });
    return status;
  }
  uint32_t rows[kAllowedBlock];
  for (uint32_t first = 0; first < graph.rows;) {
    const uint32_t count =
        std::min<uint32_t>(kAllowedBlock, graph.rows - first);
    for (uint32_t i = 0; i < count; ++i) rows[i] = first + i;
    space.DistancesFrom(query, first, count, distances);
    pool.Add(rows, distances, count);
    if (!go_on()) break;
    first += count;
  }
  return status;
}

// Takes rows that are allowed and unvisited: neighbours of `row`, and where a
// neighbour is not allowed its own neighbours, until as many as a row has
// places are found.
template <typename Space>
void GatherAllowed(const HnswGraph& graph, const Space& space, uint32_t row,
                   const AllowedRows& allowed, VisitedSet& visited,
                   NeighbourBatch& batch) {
  const size_t enough = size_t{2} * graph.links;
  batch.Reset(2 * enough);  // the last row between may bring as many again
  uint32_t between[kMostPlaces];
  size_t between_count = 0;
  for (const uint32_t to : graph.Level0(row)) {
    if (to >= graph.rows) {
      if (to == kNoLink) break;
      continue;
    }
    if (!allowed.Has(to)) {
      between[between_count++] = to;
      __builtin_prefetch(graph.Level0(to).data());
      __builtin_prefetch(graph.Level0(to).data() + 16);
    } else if (visited.Insert(to)) {
      batch.rows[batch.count++] = to;
    }
  }
  for (size_t i = 0; i < between_count && batch.count < enough; ++i) {
    if (!visited.Insert(between[i])) continue;
    for (const uint32_t to : graph.Level0(between[i])) {
      if (to == kNoLink) break;
      if (to >= graph.rows || !allowed.Has(to)) continue;
      batch.rows[batch.count] = to;
      batch.count += visited.Insert(to) ? 1 : 0;
    }
  }
  for (size_t i = 0; i < batch.count; ++i) space.PrefetchRow(batch.rows[i]);
}

// Leaves in scratch.pool up to `ef` near allowed rows: a best-first search over
// allowed rows alone, two of which are neighbours if a link, or two with a row
// between them that is not allowed, join them. It begins at the rows of an
// unfiltered search.
// Source: after Patel et al., "ACORN: Performant and Predicate-Agnostic Search
// Over Vector Embeddings and Structured Data" (2024).
template <typename Space>
void SearchAllowed(const HnswGraph& graph, const Space& space,
                   const typename Space::Query& query, size_t ef,
                   const AllowedRows& allowed, std::span<const Candidate> seeds,
                   SearchScratch& scratch) {
  CandidatePool& pool = scratch.pool;
  pool.Reset(ef);
  scratch.visited.Clear();
  NeighbourBatch& batch = scratch.batches[0];
  const auto measure = [&] {
    space.Distances(query, batch.rows.data(), batch.count,
                    batch.distances.data());
    pool.Add(batch.rows.data(), batch.distances.data(), batch.count);
  };
  for (const Candidate seed : seeds) {
    const uint32_t row = seed.row();
    const float distance = seed.distance();
    if (!allowed.Has(row)) continue;
    if (scratch.visited.Insert(row)) pool.Add(&row, &distance, 1);
  }
  for (const Candidate seed : seeds) {
    if (allowed.Has(seed.row())) continue;
    GatherAllowed(graph, space, seed.row(), allowed, scratch.visited, batch);
    measure();
  }
  while (const Candidate* next = pool.Next()) {
    GatherAllowed(graph, space, next->row(), allowed, scratch.visited, batch);
    measure();
  }
}

inline void CopyAllowed(std::span<const Candidate> candidates,
                        const AllowedRows* allowed,
                        std::vector<Candidate>& found) {
  found.clear();
  for (const Candidate candidate : candidates) {
    if (allowed == nullptr || allowed->Has(candidate.row())) {
      found.push_back(candidate);
    }
  }
}

// Puts into `found`, sorted, the nearest allowed rows by `space`: at least
// min(k, allowed) of them.
//
// The graph is searched with as many candidates as give `ef` allowed ones;
// where the query's neighbourhood holds fewer, with more, until looking at
// every allowed row is cheaper: then that is done. Where few rows are allowed,
// but too many to look at each, the search goes on over those alone; unless
// around the query there are fewer of them than everywhere: then its way to
// them is not among them, and each is looked at.
template <typename Space>
absl::Status SearchGraph(const HnswGraph& graph, const Space& space,
                         const typename Space::Query& query,
                         const CandidateSearch& search, SearchScratch& scratch,
                         std::vector<Candidate>& found) {
  const AllowedRows* allowed = search.allowed;
  const double scan_cost = ScanCost(graph, search);
  const double share = std::max(1.0, AllowedCount(graph, search)) / graph.rows;
  const auto ef = static_cast<double>(search.ef);
  const bool hops = share < kMostShareOfHops;
  double candidates = hops ? std::max(ef, kExpectedAround / share) : ef / share;
  double cost = GraphCost(graph, candidates + (hops ? kHopCost * ef : 0));
  while (cost < scan_cost) {
    if (search.cancellation != nullptr) {
      if (auto status = search.cancellation->Check(); !status.ok()) {
        return status;
      }
    }
    const uint32_t start = DescendUpperLevels(graph, space, query, scratch);
    SearchLevel0(graph, space, query, start, static_cast<size_t>(candidates),
                 scratch);
    CopyAllowed(scratch.pool.candidates(), allowed, found);
    const size_t enough = std::max(search.k, search.ef / 2);
    if (hops && found.size() < enough) {
      if (static_cast<double>(found.size()) <
          kTooFewAround * share * candidates) {
        break;
      }
      scratch.seeds.assign(scratch.pool.candidates().begin(),
                           scratch.pool.candidates().end());
      SearchAllowed(graph, space, query, search.ef, *allowed, scratch.seeds,
                    scratch);
      CopyAllowed(scratch.pool.candidates(), allowed, found);
    }
    if (found.size() >= enough) return absl::OkStatus();
    // Without a filter: parts that no link leads to.
    if (hops || allowed == nullptr) break;
    candidates *=
        std::clamp(ef / static_cast<double>(found.size() + 1), 2.0, 16.0);
    cost += GraphCost(graph, candidates);
  }
  const size_t keep = std::max(search.ef, 2 * search.k + 32);
  if (auto status = ScanRows(graph, space, query, search, keep, scratch);
      !status.ok()) {
    return status;
  }
  CopyAllowed(scratch.pool.candidates(), nullptr, found);
  return absl::OkStatus();
}

}  // namespace skg::vector
