// What waits in delta-stepping, by distance.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "skg/graph_view.h"

namespace skg::analytics {

// Where buckets begin and how wide they are. The same for all threads.
struct BucketRange {
  static constexpr size_t kBuckets = 1024;

  double base = 0, width = 1;

  // kBuckets: farther than all of them. What is before all of them is in the
  // first.
  [[nodiscard]] size_t BucketOf(double distance) const {
    const double place = std::max(0.0, (distance - base) / width);
    return place < kBuckets ? static_cast<size_t>(place) : kBuckets;
  }
};

// Of one thread. Distances may spread over any range: those beyond the last
// bucket wait in one list until the range is moved to the nearest of them.
class DistanceBuckets {
 public:
  DistanceBuckets() : buckets_(BucketRange::kBuckets) {}

  void Add(const BucketRange& range, double distance, Vertex v) {
    const size_t bucket = range.BucketOf(distance);
    if (bucket < BucketRange::kBuckets) {
      buckets_[bucket].push_back(v);
      first_ = std::min(first_, bucket);
    } else {
      far_.emplace_back(distance, v);
      nearest_far_ = std::min(nearest_far_, distance);
    }
  }

  // The first bucket, not below `from`, that holds anyone; kBuckets: none.
  [[nodiscard]] size_t First(size_t from) {
    first_ = std::max(first_, from);
    while (first_ < BucketRange::kBuckets && buckets_[first_].empty()) ++first_;
    return first_;
  }
  // Appends those of a bucket, which is empty then.
  void MoveTo(std::vector<Vertex>& list, size_t bucket) {
    std::vector<Vertex>& from = buckets_[bucket];
    list.insert(list.end(), from.begin(), from.end());
    from.clear();
  }

  // Infinite: nobody is far.
  [[nodiscard]] double nearest_far() const { return nearest_far_; }
  // After all buckets are empty: into which of them the far ones fall now.
  void Spread(const BucketRange& range) {
    std::vector<std::pair<double, Vertex>> far = std::exchange(far_, {});
    nearest_far_ = std::numeric_limits<double>::infinity();
    first_ = 0;
    for (const auto& [distance, v] : far) Add(range, distance, v);
  }

 private:
  std::vector<std::vector<Vertex>> buckets_;
  size_t first_ = 0;  // those before it are empty
  std::vector<std::pair<double, Vertex>> far_;
  double nearest_far_ = std::numeric_limits<double>::infinity();
};

}  // namespace skg::analytics
