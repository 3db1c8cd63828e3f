#include "query/plan/statistics_cache.h"

#include <cmath>

namespace skg::query::plan {

StatisticsCache::Entry& StatisticsCache::At(const Key& key) {
  if (entries_.size() >= kMostEntries && !entries_.contains(key))
    entries_.clear();
  return entries_[key];
}

std::optional<double> StatisticsCache::Rows(const Key& key,
                                            uint64_t commit) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.commit != commit)
    return std::nullopt;
  return found->second.rows;
}

void StatisticsCache::SetRows(const Key& key, uint64_t commit, double rows) {
  const std::lock_guard lock(mutex_);
  Entry& entry = At(key);
  entry.commit = commit;
  entry.rows = rows;
}

std::optional<std::array<double, 3>> StatisticsCache::Distinct(
    const Key& key, double rows) const {
  constexpr double kAboutTheSame = 0.1;
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end() || !found->second.sampled_rows ||
      std::abs(*found->second.sampled_rows - rows) > kAboutTheSame * rows) {
    return std::nullopt;
  }
  return found->second.distinct;
}

void StatisticsCache::SetDistinct(const Key& key, double rows,
                                  const std::array<double, 3>& distinct) {
  const std::lock_guard lock(mutex_);
  Entry& entry = At(key);
  entry.sampled_rows = rows;
  entry.distinct = distinct;
}

}  // namespace skg::query::plan
