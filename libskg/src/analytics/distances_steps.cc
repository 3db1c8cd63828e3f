// Breadth-first searches of many sources at once: a vertex holds a bit for each
// source (Then et al.: The more the merrier, 2014).
#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

#include "analytics/csr.h"
#include "analytics/distance_search.h"
#include "analytics/row_sums.h"

namespace skg::analytics {
namespace {

// About how many edges can be pulled while one is pushed.
constexpr uint64_t kPullsPerPush = 2;
constexpr uint64_t kWorkBetweenLooks = uint64_t{1} << 14;

// A set of sources.
template <size_t kWords>
struct BitSet {
  uint64_t words[kWords] = {};

  void Set(size_t bit) { words[bit / 64] |= uint64_t{1} << (bit % 64); }
  [[nodiscard]] bool empty() const {
    uint64_t any = 0;
    for (const uint64_t word : words) any |= word;
    return any == 0;
  }
  [[nodiscard]] size_t size() const {
    int bits = 0;
    for (const uint64_t word : words) bits += std::popcount(word);
    return static_cast<size_t>(bits);
  }
  void Add(const BitSet& other) {
    for (size_t i = 0; i < kWords; ++i) words[i] |= other.words[i];
  }
  void Keep(const BitSet& other) {
    for (size_t i = 0; i < kWords; ++i) words[i] &= other.words[i];
  }
  [[nodiscard]] BitSet Without(const BitSet& other) const {
    BitSet bits;
    for (size_t i = 0; i < kWords; ++i)
      bits.words[i] = words[i] & ~other.words[i];
    return bits;
  }
};

// Of at most 64 kWords sources.
template <size_t kWords>
class StepDistanceSearch final : public DistanceSearch {
  using Bits = BitSet<kWords>;

 public:
  StepDistanceSearch(const Adjacency& out, const Adjacency& in)
      : out_(out),
        in_(in),
        pieces_(in),
        seen_(out.vertices()),
        last_(out.vertices()),
        next_(out.vertices()),
        last_vertices_(out.vertices()),
        next_vertices_(out.vertices()) {}

  bool Run(std::span<const Vertex> sources, StopSign stop,
           AddDistances add) override {
    std::fill_n(seen_.data(), seen_.size(), Bits());
    all_ = {};
    size_ = 0;
    for (size_t i = 0; i < sources.size(); ++i) {
      all_.Set(i);
      seen_[sources[i]].Set(i);
      last_[sources[i]].Set(i);
      last_vertices_[size_++] = sources[i];
    }
    for (double distance = 1; size_ > 0; ++distance) {
      uint64_t edges = 0;
      for (size_t i = 0; i < size_; ++i)
        edges += out_.Degree(last_vertices_[i]);
      const bool pull = edges * kPullsPerPush > in_.edges() + in_.vertices();
      if (!(pull ? Pull(stop) : Push(stop))) return false;
      for (size_t i = 0; i < size_; ++i) last_[last_vertices_[i]] = {};
      size_ = next_size_;
      for (size_t i = 0; i < size_; ++i) {
        const Vertex v = next_vertices_[i];
        seen_[v].Add(next_[v]);
        add(v, distance, next_[v].size());
      }
      std::swap(last_, next_);
      std::swap(last_vertices_, next_vertices_);
    }
    return true;
  }

 private:
  [[nodiscard]] bool Left(uint64_t edges, StopSign stop) {
    work_ += edges + 1;
    if (work_ < kWorkBetweenLooks) return false;
    work_ = 0;
    return stop();
  }

  // Both find next_ of next_vertices_. False: stopped.
  bool Push(StopSign stop) {
    next_size_ = 0;
    for (size_t i = 0; i < size_; ++i) {
      const Vertex v = last_vertices_[i];
      if (Left(out_.Degree(v), stop)) return false;
      const Bits last = last_[v];
      for (const Vertex w : out_.Targets(v)) {
        const Bits fresh = last.Without(seen_[w]);
        if (fresh.empty()) continue;
        if (next_[w].empty()) next_vertices_[next_size_++] = w;
        next_[w].Add(fresh);
      }
    }
    return true;
  }

  bool Pull(StopSign stop) {
    next_size_ = 0;
    for (size_t piece = 0; piece < pieces_.size(); ++piece) {
      if (stop()) return false;
      for (Vertex v = pieces_.begin(piece); v < pieces_.end(piece); ++v) {
        const Bits missing = all_.Without(seen_[v]);
        if (missing.empty()) continue;
        Bits found;
        for (const Vertex u : in_.Targets(v)) found.Add(last_[u]);
        found.Keep(missing);
        if (found.empty()) continue;
        next_[v] = found;
        next_vertices_[next_size_++] = v;
      }
    }
    return true;
  }

  const Adjacency out_, in_;
  const EdgePieces pieces_;
  Bits all_;
  Array<Bits> seen_;         // who has reached a vertex before the next level
  Array<Bits> last_, next_;  // who reached it in the last level, in the next
  Array<Vertex> last_vertices_, next_vertices_;  // where these are not empty
  size_t size_ = 0, next_size_ = 0;
  uint64_t work_ = 0;
};

}  // namespace

std::unique_ptr<DistanceSearch> StepDistances(const Adjacency& out,
                                              const Adjacency& in,
                                              size_t most_sources) {
  if (most_sources <= 64) {
    return std::make_unique<StepDistanceSearch<1>>(out, in);
  }
  return std::make_unique<
      StepDistanceSearch<DistanceSearch::kMostSources / 64>>(out, in);
}

size_t StepDistancesBytes(const Adjacency& out, size_t most_sources) {
  const size_t bits = most_sources <= 64 ? 64 : DistanceSearch::kMostSources;
  return size_t{out.vertices()} * (3 * bits / 8 + 2 * sizeof(Vertex)) +
         EdgePieces::Bytes(out);
}

}  // namespace skg::analytics
