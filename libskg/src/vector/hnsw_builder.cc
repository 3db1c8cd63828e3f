#include "vector/hnsw_builder.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/thread_quota.h"

namespace skg::vector {
namespace {

constexpr uint32_t kMostLevel = 31;

// A number in (0, 1] that depends on the seed and the row alone (SplitMix64).
double Uniform(uint64_t seed, uint64_t row) {
  uint64_t x = seed + (row + 1) * 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  x ^= x >> 31;
  return (static_cast<double>(x >> 11) + 1) * 0x1p-53;
}

uint32_t LevelOf(uint64_t seed, uint64_t row, uint32_t links) {
  const double level =
      -std::log(Uniform(seed, row)) / std::log(static_cast<double>(links));
  return static_cast<uint32_t>(std::min<double>(level, kMostLevel));
}

// One byte a row; held for the few instructions that read or write its links.
class RowLock {
 public:
  RowLock(std::atomic<uint8_t>* byte) : byte_(byte) {
    if (byte_ == nullptr) return;
    while (byte_->exchange(1, std::memory_order_acquire) != 0) {
      while (byte_->load(std::memory_order_relaxed) != 0) {
        std::this_thread::yield();
      }
    }
  }
  ~RowLock() {
    if (byte_ != nullptr) byte_->store(0, std::memory_order_release);
  }
  RowLock(const RowLock&) = delete;
  RowLock& operator=(const RowLock&) = delete;

 private:
  std::atomic<uint8_t>* byte_;
};

size_t CountLinks(std::span<const uint32_t> places) {
  size_t count = 0;
  while (count < places.size() && places[count] != kNoLink) ++count;
  return count;
}

template <typename Space>
class Builder {
 public:
  Builder(const Space& space, uint32_t rows, const HnswOptions& options,
          const BuildHooks& hooks)
      : space_(space), options_(options), hooks_(hooks) {
    graph_.rows = rows;
    graph_.links = options.links;
    graph_.level0 = AlignedArray<uint32_t>(size_t{rows} * 2 * options.links);
    graph_.upper_at = AlignedArray<uint32_t>(rows);
    uint32_t blocks = 0;
    for (uint32_t row = 0; row < rows; ++row) {
      const uint32_t level = LevelOf(options.seed, row, options.links);
      graph_.upper_at[row] = level == 0 ? kNoLink : blocks;
      blocks += level;
    }
    graph_.upper = AlignedArray<uint32_t>(size_t{blocks} * options.links);
    std::fill_n(graph_.level0.data(), graph_.level0.size(), kNoLink);
    std::fill_n(graph_.upper.data(), graph_.upper.size(), kNoLink);
  }

  absl::StatusOr<OwnedHnswGraph> Run() {
    if (graph_.rows == 0) return std::move(graph_);
    graph_.entry = 0;
    graph_.top_level = LevelOf(options_.seed, 0, options_.links);
    next_ = 1;
    std::vector<std::thread> others;
    if (options_.threads > 1) {
      locks_ = std::make_unique<std::atomic<uint8_t>[]>(graph_.rows);
      while (others.size() + 1 < options_.threads && TakeThread()) {
        others.emplace_back([this] { Work(); });
      }
    }
    Work();
    for (std::thread& thread : others) thread.join();
    GiveBackThreads(others.size());
    if (!status_.ok()) return status_;
    return std::move(graph_);
  }

 private:
  using Query = typename Space::Query;

  struct Worker {
    explicit Worker(const Builder& builder)
        : scratch(builder.graph_.rows),
          chosen_queries(size_t{2} * builder.options_.links),
          links(size_t{2} * builder.options_.links + 1),
          distances(size_t{2} * builder.options_.links + 1) {}

    SearchScratch scratch;
    Query query;
    std::vector<Query> chosen_queries;
    std::vector<uint32_t> links;
    std::vector<float> distances;
    std::vector<Candidate> sorted;
    std::vector<Candidate> chosen;
    std::vector<Candidate> pruned;
  };

  void Work() {
    Worker worker(*this);
    constexpr uint32_t kPace = 64;
    while (!stop_.load(std::memory_order_relaxed)) {
      const uint32_t begin = next_.fetch_add(kPace, std::memory_order_relaxed);
      if (begin >= graph_.rows) return;
      const uint32_t end = begin + std::min(kPace, graph_.rows - begin);
      for (uint32_t row = begin; row < end; ++row) Insert(row, worker);
      Tell(end - begin);
    }
  }

  void Tell(uint32_t rows) {
    const std::lock_guard lock(told_);
    done_ += rows;
    if (hooks_.cancellation != nullptr && status_.ok()) {
      status_ = hooks_.cancellation->Check();
      if (!status_.ok()) stop_.store(true, std::memory_order_relaxed);
    }
    if (hooks_.progress) hooks_.progress(done_ + 1, graph_.rows);
  }

  std::atomic<uint8_t>* LockOf(uint32_t row) {
    return locks_ == nullptr ? nullptr : &locks_[row];
  }
  std::span<uint32_t> Places(uint32_t row, uint32_t level) {
    const size_t links = options_.links;
    if (level == 0) {
      return {graph_.level0.data() + size_t{row} * 2 * links, 2 * links};
    }
    return {graph_.upper.data() +
                (size_t{graph_.upper_at[row]} + level - 1) * links,
            links};
  }

  // The neighbours of `row` that the search has not met.
  void Gather(uint32_t row, uint32_t level, VisitedSet& visited,
              NeighbourBatch& batch) {
    const std::span<const uint32_t> places = Places(row, level);
    batch.Reset(places.size());
    const RowLock lock(LockOf(row));
    for (const uint32_t to : places) {
      if (to == kNoLink) break;
      batch.rows[batch.count] = to;
      batch.count += visited.Insert(to) ? 1 : 0;
    }
    for (size_t i = 0; i < batch.count; ++i) space_.PrefetchRow(batch.rows[i]);
  }

  // As SearchLevel0, on any level, while links change.
  void Search(uint32_t start, uint32_t level, size_t ef, Worker& worker) {
    SearchScratch& scratch = worker.scratch;
    CandidatePool& pool = scratch.pool;
    pool.Reset(ef);
    scratch.visited.Clear();
    float distance;
    space_.Distances(worker.query, &start, 1, &distance);
    scratch.visited.Insert(start);
    pool.Add(&start, &distance, 1);
    NeighbourBatch* coming = &scratch.batches[0];
    NeighbourBatch* here = &scratch.batches[1];
    here->count = 0;
    while (true) {
      const Candidate* next = pool.Next();
      coming->count = 0;
      if (next != nullptr) {
        Gather(next->row(), level, scratch.visited, *coming);
      } else if (here->count == 0) {
        return;
      }
      space_.Distances(worker.query, here->rows.data(), here->count,
                       here->distances.data());
      pool.Add(here->rows.data(), here->distances.data(), here->count);
      if (const Candidate* after = pool.Peek(); after != nullptr) {
        __builtin_prefetch(Places(after->row(), level).data());
      }
      std::swap(coming, here);
    }
  }

  // The paper's heuristic (algorithm 4, nothing kept of what it discards): of
  // the sorted candidates those that lie nearer to the row than to any chosen
  // before them.
  void Choose(std::span<const Candidate> candidates, size_t most,
              Worker& worker, std::vector<Candidate>& chosen) {
    chosen.clear();
    for (const Candidate candidate : candidates) {
      if (chosen.size() == most) return;
      const uint32_t row = candidate.row();
      const float limit = candidate.distance();
      bool good = true;
      for (size_t i = 0; i < chosen.size() && good; ++i) {
        float between;
        space_.Distances(worker.chosen_queries[i], &row, 1, &between);
        good = between >= limit;
      }
      if (!good) continue;
      space_.FromRow(row, worker.chosen_queries[chosen.size()]);
      chosen.push_back(candidate);
    }
  }

  void Insert(uint32_t row, Worker& worker) {
    const uint32_t level = LevelOf(options_.seed, row, options_.links);
    space_.FromRow(row, worker.query);
    std::unique_lock<std::mutex> top(top_);
    const uint32_t top_level = graph_.top_level;
    uint32_t start = graph_.entry;
    // Who becomes the new entry keeps others from starting at the old one.
    if (level <= top_level) top.unlock();
    for (uint32_t l = top_level; l > level; --l) {
      Search(start, l, 1, worker);
      start = worker.scratch.pool.candidates()[0].row();
    }
    for (uint32_t l = std::min(level, top_level) + 1; l-- > 0;) {
      Search(start, l, options_.ef_construction, worker);
      const std::span<const Candidate> found = Others(row, worker);
      if (found.empty()) continue;
      start = found[0].row();
      Choose(found, options_.links, worker, worker.chosen);
      Link(row, l, worker);
    }
    if (level > top_level) {
      graph_.entry = row;
      graph_.top_level = level;
    }
  }

  // What was found, without the row itself: another thread may have linked to
  // it on a higher level already.
  std::span<const Candidate> Others(uint32_t row, Worker& worker) {
    const std::span<const Candidate> found = worker.scratch.pool.candidates();
    worker.sorted.clear();
    for (const Candidate candidate : found) {
      if (candidate.row() != row) worker.sorted.push_back(candidate);
    }
    return worker.sorted;
  }

  void Link(uint32_t row, uint32_t level, Worker& worker) {
    {
      const RowLock lock(LockOf(row));
      const std::span<uint32_t> places = Places(row, level);
      size_t count = CountLinks(places);
      for (const Candidate to : worker.chosen) {
        const auto end = places.begin() + static_cast<ptrdiff_t>(count);
        if (count == places.size()) break;
        if (std::find(places.begin(), end, to.row()) == end) {
          places[count++] = to.row();
        }
      }
    }
    for (const Candidate to : worker.chosen) {
      __builtin_prefetch(Places(to.row(), level).data());
    }
    for (const Candidate to : worker.chosen) LinkBack(to, row, level, worker);
  }

  // A link from `from` to the new row; where there is no place left, the best
  // of all stay.
  void LinkBack(Candidate from, uint32_t row, uint32_t level, Worker& worker) {
    const RowLock lock(LockOf(from.row()));
    const std::span<uint32_t> places = Places(from.row(), level);
    const size_t count = CountLinks(places);
    const auto end = places.begin() + static_cast<ptrdiff_t>(count);
    if (std::find(places.begin(), end, row) != end) return;
    if (count < places.size()) {
      places[count] = row;
      return;
    }
    for (const uint32_t to : places) space_.PrefetchRow(to);
    std::copy(places.begin(), places.end(), worker.links.begin());
    Query& query = worker.chosen_queries[0];
    space_.FromRow(from.row(), query);
    space_.Distances(query, worker.links.data(), count,
                     worker.distances.data());
    worker.pruned.clear();
    for (size_t i = 0; i < count; ++i) {
      worker.pruned.emplace_back(worker.distances[i], worker.links[i]);
    }
    worker.pruned.emplace_back(from.distance(), row);
    std::sort(worker.pruned.begin(), worker.pruned.end());
    const std::vector<Candidate> all = worker.pruned;
    Choose(all, places.size(), worker, worker.pruned);
    for (size_t i = 0; i < places.size(); ++i) {
      places[i] = i < worker.pruned.size() ? worker.pruned[i].row() : kNoLink;
    }
  }

  const Space& space_;
  const HnswOptions options_;
  const BuildHooks& hooks_;
  OwnedHnswGraph graph_;
  std::unique_ptr<std::atomic<uint8_t>[]> locks_;
  std::mutex top_;
  std::atomic<uint32_t> next_{0};
  std::atomic<bool> stop_{false};
  std::mutex told_;
  uint64_t done_ = 0;
  absl::Status status_;
};

}  // namespace

size_t HnswBuildBytes(uint64_t rows, const HnswOptions& options) {
  // Blocks above level 0: rows / (links - 1) on average.
  const uint64_t links = options.links;
  return rows * (2 * links + 1) * sizeof(uint32_t) +
         (rows / (links - 1) * 3 / 2 + 64) * links * sizeof(uint32_t) + rows +
         options.threads * (rows / 4 + (size_t{1} << 20));
}

absl::StatusOr<OwnedHnswGraph> BuildHnsw(const FloatSpace& space, uint32_t rows,
                                         const HnswOptions& options,
                                         const BuildHooks& hooks) {
  return Builder<FloatSpace>(space, rows, options, hooks).Run();
}

absl::StatusOr<OwnedHnswGraph> BuildHnsw(const CodeSpace& space, uint32_t rows,
                                         const HnswOptions& options,
                                         const BuildHooks& hooks) {
  return Builder<CodeSpace>(space, rows, options, hooks).Run();
}

}  // namespace skg::vector
