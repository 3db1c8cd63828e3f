#include "vector/exact_search.h"

#include <utility>

#include "base/status.h"
#include "vector/candidate_pool.h"
#include "vector/spaces.h"
#include "vector/vector_values.h"

namespace skg::vector {
namespace {

// Rows between two looks at the cancellation: well below a millisecond.
constexpr size_t kPace = 2048;
// More best rows than that are not kept sorted.
constexpr size_t kMostSorted = 1024;

// The best of many: sorted as they come where few are wanted, else all of them
// until twice as many are there as are wanted.
class BestHits {
 public:
  explicit BestHits(size_t k) : k_(k) {
    if (k_ <= kMostSorted) pool_.Reset(k_);
  }

  // Scores are as distances here: turned.
  void Add(const uint32_t* rows, const float* turned, size_t count) {
    if (k_ <= kMostSorted) {
      pool_.Add(rows, turned, count);
      return;
    }
    for (size_t i = 0; i < count; ++i) all_.emplace_back(turned[i], rows[i]);
    if (all_.size() >= 2 * k_) Trim();
  }

  std::vector<Hit> Take() {
    std::span<const Candidate> best = pool_.candidates();
    if (k_ > kMostSorted) {
      Trim();
      std::sort(all_.begin(), all_.end());
      best = all_;
    }
    std::vector<Hit> hits;
    hits.reserve(best.size());
    for (const Candidate candidate : best) {
      hits.push_back({candidate.row(), -candidate.distance()});
    }
    return hits;
  }

 private:
  void Trim() {
    if (all_.size() <= k_) return;
    std::nth_element(all_.begin(), all_.begin() + static_cast<ptrdiff_t>(k_),
                     all_.end());
    all_.resize(k_);
  }

  const size_t k_;
  CandidatePool pool_;
  std::vector<Candidate> all_;
};

class Pace {
 public:
  explicit Pace(const Cancellation* cancellation)
      : cancellation_(cancellation) {}
  // Whether to go on.
  bool After(size_t rows) {
    since_ += rows;
    if (since_ < kPace || cancellation_ == nullptr) return true;
    since_ = 0;
    status_ = cancellation_->Check();
    return status_.ok();
  }
  [[nodiscard]] const absl::Status& status() const { return status_; }

 private:
  const Cancellation* cancellation_;
  size_t since_ = 0;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<std::vector<Hit>> ExactSearch(const FloatRows& rows,
                                             VectorMetric metric,
                                             const float* query, size_t k,
                                             const AllowedRows* allowed,
                                             const Cancellation* cancellation) {
  k = std::min<size_t>(k, rows.count);
  if (k == 0) return std::vector<Hit>();
  const FloatSpace space(rows.base, rows.stride, rows.dimension,
                         IsSquared(metric));
  FloatSpace::Query prepared;
  space.FromVector(query, prepared);
  BestHits best(k);
  Pace pace(cancellation);
  float distances[kAllowedBlock];
  const auto keep = [&](const uint32_t* ids, size_t count) {
    // Scores, not distances: those of two distances may be one.
    for (size_t i = 0; i < count; ++i) {
      distances[i] = -ScoreOf(metric, distances[i]);
    }
    best.Add(ids, distances, count);
    return pace.After(count);
  };
  if (allowed != nullptr) {
    ForEachAllowedBlock(*allowed, rows.count,
                        [&](const uint32_t* ids, size_t count) {
                          for (size_t i = 0; i < count; ++i) {
                            space.PrefetchRow(ids[i]);
                          }
                          space.Distances(prepared, ids, count, distances);
                          return keep(ids, count);
                        });
  } else {
    uint32_t ids[kAllowedBlock];
    for (uint32_t first = 0; first < rows.count;) {
      const uint32_t count =
          std::min<uint32_t>(kAllowedBlock, rows.count - first);
      for (uint32_t i = 0; i < count; ++i) ids[i] = first + i;
      space.DistancesFrom(prepared, first, count, distances);
      if (!keep(ids, count)) break;
      first += count;
    }
  }
  SKG_RETURN_IF_ERROR(pace.status());
  return best.Take();
}

}  // namespace skg::vector
