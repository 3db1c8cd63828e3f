// TermCache: terms by number and numbers by term, for all graphs of a store,
// within one budget of bytes.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "rdf/term.h"
#include "rdf/term_id.h"

namespace skg::storage {

// A dictionary term as bytes: its tag and its encoding. For a triple term the
// encoding is the three ids of its parts (24 bytes).
struct DictionaryTerm {
  rdf::TermTag tag = rdf::TermTag::kUnbound;
  std::string bytes;
};

// A map in two generations: when the young one has used half the budget, the
// old one is forgotten and the young becomes old; what is found in the old
// moves to the young. Close to least-recently-used at a fraction of its cost.
// Thread safety: all methods from any thread.
template <typename Key, typename Value, typename Hash, typename Equal>
class alignas(64) GenerationCache {
 public:
  // Before its first use.
  void SetBudget(size_t budget_bytes) { half_ = budget_bytes / 2; }

  // Calls `use` with the value, under the lock; false: the key is not there.
  template <typename Lookup, typename Use>
  bool With(const Lookup& key, Use&& use) {
    const std::lock_guard lock(mutex_);
    return WithLocked(key, use);
  }
  // The same for many keys under one lock: `key_of(i)` for i in [0, count).
  template <typename KeyOf, typename Use>
  void WithEach(size_t count, KeyOf&& key_of, Use&& use) {
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < count; ++i)
      WithLocked(key_of(i), [&](const Value& value) { use(i, value); });
  }
  // What would take more than an eighth of the budget is not kept.
  void Insert(Key key, Value value) {
    const std::lock_guard lock(mutex_);
    InsertLocked(std::move(key), std::move(value));
  }
  [[nodiscard]] size_t used_bytes() const {
    return used_.load(std::memory_order_relaxed) +
           old_used_.load(std::memory_order_relaxed);
  }

 private:
  // The heap of a text too long to lie in its string.
  static size_t Heap(const std::string& text) {
    return text.capacity() < sizeof(std::string) / 2 ? 0 : text.capacity() + 16;
  }
  static size_t Heap(const DictionaryTerm& term) { return Heap(term.bytes); }
  template <typename Text>
  static size_t Heap(const Text& key)
    requires requires { key.bytes; }
  {
    return Heap(key.bytes);
  }
  static size_t Heap(...) { return 0; }
  // A table is two thirds full on the average.
  static size_t Cost(const Key& key, const Value& value) {
    return (sizeof(Key) + sizeof(Value) + 1) * 3 / 2 + Heap(key) + Heap(value);
  }

  template <typename Lookup, typename Use>
  bool WithLocked(const Lookup& key, Use&& use) {
    if (const auto it = young_.find(key); it != young_.end()) {
      use(it->second);
      return true;
    }
    const auto it = old_.find(key);
    if (it == old_.end()) return false;
    use(it->second);
    auto entry = old_.extract(it);
    InsertLocked(std::move(entry.key()), std::move(entry.mapped()));
    return true;
  }

  void InsertLocked(Key key, Value value) {
    const size_t cost = Cost(key, value);
    if (cost > half_ / 4) return;
    if (!young_.insert_or_assign(std::move(key), std::move(value)).second)
      return;
    const size_t used = used_.load(std::memory_order_relaxed) + cost;
    used_.store(used, std::memory_order_relaxed);
    if (used < half_) return;
    old_ = std::exchange(young_, {});
    old_used_.store(used, std::memory_order_relaxed);
    used_.store(0, std::memory_order_relaxed);
  }

  std::mutex mutex_;
  absl::flat_hash_map<Key, Value, Hash, Equal> young_, old_;
  std::atomic<size_t> used_{0}, old_used_{0};
  size_t half_ = 0;
};

// Thread safety: all methods from any thread.
class TermCache {
 public:
  explicit TermCache(size_t budget_bytes);

  [[nodiscard]] bool FindTerm(uint32_t graph, rdf::TermId id,
                              DictionaryTerm* term);
  // Calls `use(i, term)` for each ids[i] that is known, in any sequence and
  // under a lock: it must not take long, nor use the cache.
  template <typename Use>
  void FindTerms(uint32_t graph, std::span<const rdf::TermId> ids, Use&& use);
  void InsertTerm(uint32_t graph, rdf::TermId id, DictionaryTerm term);

  [[nodiscard]] bool FindId(uint32_t graph, rdf::TermTag tag,
                            std::string_view encoded, rdf::TermId* id);
  void InsertId(uint32_t graph, rdf::TermTag tag, std::string_view encoded,
                rdf::TermId id);

  // About what it takes; no more than the budget.
  [[nodiscard]] size_t used_bytes() const;

 private:
  static constexpr size_t kShards = 64;

  struct IdKey {
    uint32_t graph;
    rdf::TermId id;
    friend bool operator==(const IdKey&, const IdKey&) = default;
  };
  struct IdHash {
    size_t operator()(const IdKey& key) const {
      return static_cast<size_t>((key.id.bits ^ (uint64_t{key.graph} << 40)) *
                                 0x9E3779B97F4A7C15u);
    }
  };
  struct TextView {
    uint32_t graph;
    rdf::TermTag tag;
    std::string_view bytes;
  };
  struct TextKey {
    uint32_t graph;
    rdf::TermTag tag;
    std::string bytes;
    operator TextView() const { return {graph, tag, bytes}; }
  };
  struct TextHash {
    using is_transparent = void;
    size_t operator()(const TextView& key) const;
  };
  struct TextEqual {
    using is_transparent = void;
    bool operator()(const TextView& a, const TextView& b) const {
      return a.graph == b.graph && a.tag == b.tag && a.bytes == b.bytes;
    }
  };
  using ById = GenerationCache<IdKey, DictionaryTerm, IdHash, std::equal_to<>>;
  using ByText = GenerationCache<TextKey, rdf::TermId, TextHash, TextEqual>;

  // The upper bits: the tables use the lower ones.
  static size_t ShardOf(size_t hash) { return hash >> 58; }
  static_assert(kShards == size_t{1} << (64 - 58));

  std::array<ById, kShards> by_id_;
  std::array<ByText, kShards> by_text_;
};

template <typename Use>
void TermCache::FindTerms(uint32_t graph, std::span<const rdf::TermId> ids,
                          Use&& use) {
  // Those of one shard together, a bounded number at a time.
  constexpr size_t kAtOnce = 1024;
  std::array<uint16_t, kAtOnce> places;
  for (size_t first = 0; first < ids.size(); first += kAtOnce) {
    const auto some = ids.subspan(first, std::min(ids.size() - first, kAtOnce));
    const size_t count = some.size();
    std::array<uint16_t, kShards + 1> begins{};
    std::array<uint8_t, kAtOnce> shards;
    for (size_t i = 0; i < count; ++i) {
      shards[i] = static_cast<uint8_t>(ShardOf(IdHash{}({graph, some[i]})));
      ++begins[shards[i] + 1];
    }
    for (size_t s = 0; s < kShards; ++s)
      begins[s + 1] = static_cast<uint16_t>(begins[s + 1] + begins[s]);
    std::array<uint16_t, kShards> next;
    std::copy_n(begins.begin(), kShards, next.begin());
    for (size_t i = 0; i < count; ++i)
      places[next[shards[i]]++] = static_cast<uint16_t>(i);
    for (size_t s = 0; s < kShards; ++s) {
      const std::span<const uint16_t> own(places.data() + begins[s],
                                          begins[s + 1] - begins[s]);
      if (own.empty()) continue;
      by_id_[s].WithEach(
          own.size(),
          [&](size_t i) {
            return IdKey{graph, some[own[i]]};
          },
          [&](size_t i, const DictionaryTerm& term) {
            use(first + own[i], term);
          });
    }
  }
}

}  // namespace skg::storage
