// Dictionary: terms without an inline id <-> numbers, for all graphs of a
// store. Numbers are given by a graph's writer only; everybody may look up.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rdf/term.h"
#include "rdf/term_id.h"
#include "storage/kv.h"

namespace skg::storage {

using rdf::TermId;

// A dictionary term as bytes: its tag and its encoding. For a triple term the
// encoding is the three ids of its parts (24 bytes).
struct DictionaryTerm {
  rdf::TermTag tag = rdf::TermTag::kUnbound;
  std::string bytes;
};
[[nodiscard]] std::string EncodeTripleParts(TermId subject, TermId predicate,
                                            TermId object);

// Rows of a term, as (key, value): that of family `term_ids`, and those of
// family `terms` in the order of their keys.
using TermRowVisitor =
    std::function<absl::Status(std::string_view, std::string_view)>;
[[nodiscard]] std::string TermIdRow(uint64_t number);
[[nodiscard]] absl::Status VisitTermRows(uint32_t graph, TermId id,
                                         std::string_view bytes,
                                         const TermRowVisitor& visit);
// The number in a row of family `term_ids`. Errors: kDataLoss.
[[nodiscard]] absl::StatusOr<uint64_t> DecodeTermNumber(uint32_t graph,
                                                        std::string_view row);

// A map in two generations: when the young one has used half the budget, the
// old one is forgotten and the young becomes old; what is found in the old is
// copied to the young. Close to least-recently-used at a fraction of its cost.
template <typename Key, typename Value, typename Hash, typename Equal>
class GenerationCache {
 public:
  explicit GenerationCache(size_t budget_bytes) : half_(budget_bytes / 2) {}

  template <typename Lookup>
  [[nodiscard]] bool Find(const Lookup& key, Value* value) {
    const std::lock_guard lock(mutex_);
    if (const auto it = young_.find(key); it != young_.end()) {
      *value = it->second;
      return true;
    }
    const auto it = old_.find(key);
    if (it == old_.end()) return false;
    *value = it->second;
    InsertLocked(Key(it->first), Value(it->second));
    return true;
  }
  void Insert(Key key, Value value) {
    const std::lock_guard lock(mutex_);
    InsertLocked(std::move(key), std::move(value));
  }

 private:
  static size_t Cost(const std::string& text) { return text.capacity() + 48; }
  static size_t Cost(const DictionaryTerm& term) {
    return term.bytes.capacity() + 56;
  }
  template <typename Plain>
  static size_t Cost(const Plain&) {
    return sizeof(Plain) + 16;
  }

  void InsertLocked(Key key, Value value) {
    used_ += Cost(key) + Cost(value);
    young_.insert_or_assign(std::move(key), std::move(value));
    if (used_ < half_) return;
    old_.swap(young_);
    young_.clear();
    used_ = 0;
  }

  std::mutex mutex_;
  absl::flat_hash_map<Key, Value, Hash, Equal> young_, old_;
  size_t used_ = 0;
  size_t half_;
};

// Thread safety: all methods from any thread.
class Dictionary {
 public:
  Dictionary(const KvStore& kv, size_t cache_bytes);

  // All of these read at `at` (null: the present). Terms never change, so one
  // that is remembered may be newer; but a snapshot still shows those of a
  // graph that was dropped since.

  // The id of a dictionary term, unbound if the graph has not numbered it.
  [[nodiscard]] absl::StatusOr<TermId> Find(uint32_t graph, rdf::TermTag tag,
                                            std::string_view encoded,
                                            const KvSnapshot* at = nullptr);
  // The term behind a number. Errors: kDataLoss (no such number, damage).
  [[nodiscard]] absl::StatusOr<DictionaryTerm> Get(
      uint32_t graph, TermId id, const KvSnapshot* at = nullptr);

  // Any term: its inline id, its dictionary id, or unbound.
  [[nodiscard]] absl::StatusOr<TermId> Lookup(uint32_t graph,
                                              const rdf::Term& term,
                                              const KvSnapshot* at = nullptr);
  // Any id but arena ids. Misses of a batch are read together.
  [[nodiscard]] absl::Status Decode(uint32_t graph, std::span<const TermId> ids,
                                    std::vector<rdf::Term>* out,
                                    const KvSnapshot* at = nullptr);

  // Adds the rows of a newly numbered term to a batch.
  void AppendRows(uint32_t graph, TermId id, const DictionaryTerm& term,
                  KvBatch& batch) const;
  // Makes a term known that is visible in the store now.
  void Remember(uint32_t graph, TermId id, const DictionaryTerm& term);

 private:
  static constexpr size_t kShards = 16;
  struct IdKey {
    uint32_t graph;
    TermId id;
    friend bool operator==(const IdKey&, const IdKey&) = default;
  };
  struct IdHash {
    size_t operator()(const IdKey& key) const {
      return static_cast<size_t>((key.id.bits ^ (uint64_t{key.graph} << 40)) *
                                 0x9E3779B97F4A7C15u);
    }
  };
  struct BytesHash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const;
  };
  struct BytesEqual {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const {
      return a == b;
    }
  };
  using ById = GenerationCache<IdKey, DictionaryTerm, IdHash, std::equal_to<>>;
  using ByBytes = GenerationCache<std::string, TermId, BytesHash, BytesEqual>;

  [[nodiscard]] absl::StatusOr<rdf::Term> ToTerm(uint32_t graph, TermId id,
                                                 const DictionaryTerm& term,
                                                 const KvSnapshot* at,
                                                 int depth);
  [[nodiscard]] absl::StatusOr<DictionaryTerm> ReadValue(
      uint32_t graph, TermId id, std::string_view value,
      const KvSnapshot* at) const;
  ById& Shard(const IdKey& key) { return *by_id_[IdHash{}(key) % kShards]; }
  ByBytes& Shard(std::string_view key) {
    return *by_bytes_[BytesHash{}(key) % kShards];
  }

  const KvStore& kv_;
  std::array<std::unique_ptr<ById>, kShards> by_id_;
  std::array<std::unique_ptr<ByBytes>, kShards> by_bytes_;
};

}  // namespace skg::storage
