// Statistics: how many rows patterns have, and how many values.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "query/exec/context.h"
#include "query/plan/plan_node.h"
#include "query/plan/statistics_cache.h"

namespace skg::query::plan {

// Not thread-safe; remembers what it was asked.
class Statistics {
 public:
  explicit Statistics(exec::Context& context);

  struct ScanEstimate {
    double rows = 0;
    // Different subjects, predicates, objects among them.
    std::array<double, 3> distinct = {1, 1, 1};
  };
  // Of a scan, parameters being like constants that nobody knows yet: then the
  // rows for one of their values, on average. Exact but for that and for what a
  // transaction itself has changed. `distinct` is
  // a guess from some first rows, and read only where `want_distinct`.
  // Errors: kDataLoss, kDeadlineExceeded, kCancelled.
  [[nodiscard]] absl::StatusOr<ScanEstimate> Estimate(const ScanStep& scan,
                                                      bool want_distinct);
  // How many rows a scan has in ranges of its order's first free place; its
  // fixed places are constants. Ranges in which there is nothing are left out,
  // but for a transaction's, whose own rows are not counted. Errors: as
  // Estimate.
  [[nodiscard]] absl::StatusOr<double> CountRanges(const ScanStep& scan,
                                                   IdRanges* ranges) const;

 private:
  using Key = StatisticsCache::Key;
  static Key KeyOf(const ActiveGraph& graph, const std::array<TermId, 3>& ids);
  // Null: what is found holds for this query alone.
  [[nodiscard]] StatisticsCache* CacheFor(const ActiveGraph& graph) const;

  absl::StatusOr<double> Count(const ActiveGraph& graph,
                               const std::array<TermId, 3>& ids);
  // What to count in the store for a pattern: a sum over graphs.
  [[nodiscard]] std::vector<storage::ScanPattern> PatternsOf(
      const ActiveGraph& graph, const std::array<TermId, 3>& ids) const;
  absl::StatusOr<double> ReadCount(const ActiveGraph& graph,
                                   const std::array<TermId, 3>& ids) const;
  absl::StatusOr<std::array<double, 3>> Distinct(
      const ActiveGraph& graph, const std::array<TermId, 3>& ids, double rows);
  absl::StatusOr<std::array<double, 3>> ReadDistinct(
      const ActiveGraph& graph, const std::array<TermId, 3>& ids,
      double rows) const;

  exec::Context& context_;
  // What is counted for a plan alone was not read: no transaction conflicts
  // over it.
  const storage::ReadView stored_;
  absl::flat_hash_map<Key, double> counts_;
  absl::flat_hash_map<Key, std::array<double, 3>> distincts_;
};

}  // namespace skg::query::plan
