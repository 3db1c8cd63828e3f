// Clears: all statements of a part of the dataset go with one commit, whatever
// their number. Their rows stay as they are; the manifest remembers the clear
// until folds and merges have written its commit into the rows as their end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "storage/statement_row.h"

namespace skg::storage {

// What a clear takes: all that a pattern with this scope, and no term, matches.
struct ClearScope {
  GraphScope scope = GraphScope::kUnion;
  TermId graph;  // for kOne
  // `named_graph`: of a statement; unbound: the default graph.
  [[nodiscard]] bool Covers(TermId named_graph) const;
  friend bool operator==(const ClearScope&, const ClearScope&) = default;
};

// Whether `outer` takes all that `inner` does.
[[nodiscard]] bool Within(const ClearScope& inner, const ClearScope& outer);

// What one commit clears at most: each is a mark for reads to look at.
inline constexpr size_t kMostClears = 256;
// Adds a clear to some that come together: none covers what another one does.
void AddClear(const ClearScope& added, std::vector<ClearScope>& clears);
[[nodiscard]] bool Covers(std::span<const ClearScope> clears,
                          TermId named_graph);

// One clear that is not in all rows yet: those with smaller commits that it
// covers, and that have not ended before, end with its commit.
struct ClearMark {
  uint64_t commit = 0;
  ClearScope scope;
  uint64_t statements = 0;  // how many went
  friend bool operator==(const ClearMark&, const ClearMark&) = default;
};

// By commits, ascending; those of one commit cover different graphs.
using ClearMarks = std::span<const ClearMark>;

// The first clear of a graph after a commit, which ends the rows of that
// commit; UINT64_MAX: none. O(marks).
[[nodiscard]] uint64_t FirstClearAfter(ClearMarks marks, TermId named_graph,
                                       uint64_t commit);
// The last clear of a graph; 0: none. A live row is not older. O(marks).
[[nodiscard]] uint64_t LastClear(ClearMarks marks, TermId named_graph);

}  // namespace skg::storage
