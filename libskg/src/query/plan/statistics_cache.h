// StatisticsCache: what one graph's patterns were found to have, for the
// queries to come.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

#include "absl/container/flat_hash_map.h"

namespace skg::query::plan {

// Thread safety: all methods from any thread. Holds at most kMostEntries
// patterns (about 100 bytes each); beyond, it begins anew.
class StatisticsCache {
 public:
  static constexpr size_t kMostEntries = 4096;
  // Kind of graph, its name, the ids of subject, predicate and object.
  using Key = std::array<uint64_t, 5>;

  // The rows of a pattern in the state after a commit; unset: not known.
  [[nodiscard]] std::optional<double> Rows(const Key& key,
                                           uint64_t commit) const;
  void SetRows(const Key& key, uint64_t commit, double rows);

  // How many different subjects, predicates and objects a pattern has that now
  // has so many rows: what was found in another state holds while the number of
  // rows is about the same. Unset: not known.
  [[nodiscard]] std::optional<std::array<double, 3>> Distinct(
      const Key& key, double rows) const;
  void SetDistinct(const Key& key, double rows,
                   const std::array<double, 3>& distinct);

 private:
  struct Entry {
    std::optional<uint64_t> commit;  // at which it has `rows`
    double rows = 0;
    std::optional<double> sampled_rows;  // with which it has `distinct`
    std::array<double, 3> distinct = {};
  };
  // Under the lock.
  Entry& At(const Key& key);

  mutable std::mutex mutex_;
  absl::flat_hash_map<Key, Entry> entries_;
};

}  // namespace skg::query::plan
