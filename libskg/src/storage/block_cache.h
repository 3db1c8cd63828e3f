// BlockCache: blocks of runs that were read, verified and opened, so that the
// next lookup in one finds its columns at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "absl/status/statusor.h"
#include "storage/block.h"

namespace skg::storage {

// A block with its bytes, ready for lookups. Immutable.
class OpenBlock {
 public:
  // Errors: as BlockView::Open.
  [[nodiscard]] static absl::StatusOr<std::shared_ptr<const OpenBlock>> Make(
      std::string bytes);
  OpenBlock(const OpenBlock&) = delete;
  OpenBlock& operator=(const OpenBlock&) = delete;

  [[nodiscard]] const BlockView& view() const { return view_; }
  [[nodiscard]] size_t memory_bytes() const {
    return sizeof(*this) - sizeof(view_) + bytes_.capacity() +
           view_.memory_bytes();
  }

 private:
  explicit OpenBlock(std::string bytes) : bytes_(std::move(bytes)) {}

  const std::string bytes_;
  BlockView view_;
};

// Where a block is: graphs and runs are never numbered twice, and a run never
// changes, so what is cached under a place stays right for ever.
struct BlockPlace {
  uint32_t graph = 0, run = 0;
  uint32_t block = 0;  // its number in the order
  IndexOrder order = IndexOrder::kGspo;
  friend bool operator==(const BlockPlace&, const BlockPlace&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const BlockPlace& p) {
    return H::combine(std::move(h), p.graph, p.run, p.block, p.order);
  }
};

// Holds at most about `bytes`: what was not asked for longest goes, in halves.
// Thread safety: all methods from any thread; who holds a block keeps it alive.
class BlockCache {
 public:
  explicit BlockCache(size_t bytes) : half_bytes_(bytes / kShards / 2) {}

  // Null: it is not there.
  [[nodiscard]] std::shared_ptr<const OpenBlock> Find(const BlockPlace& place);
  void Insert(const BlockPlace& place, std::shared_ptr<const OpenBlock> block);
  [[nodiscard]] size_t memory_bytes() const;

 private:
  using Blocks =
      absl::flat_hash_map<BlockPlace, std::shared_ptr<const OpenBlock>>;
  // Two generations: what is asked for moves to the young one, which becomes
  // the old one once it is full.
  struct Shard {
    mutable std::mutex mutex;
    Blocks young, old;
    size_t young_bytes = 0, old_bytes = 0;
  };
  static constexpr size_t kShards = 16;

  [[nodiscard]] Shard& ShardOf(const BlockPlace& place) {
    return shards_[absl::Hash<BlockPlace>{}(place) >> 57 & (kShards - 1)];
  }
  // Returns what falls out, to be destroyed outside of the lock.
  [[nodiscard]] Blocks InsertLocked(Shard& shard, const BlockPlace& place,
                                    std::shared_ptr<const OpenBlock> block);

  const size_t half_bytes_;  // of one generation of a shard
  std::array<Shard, kShards> shards_;
};

}  // namespace skg::storage
