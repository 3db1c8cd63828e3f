#include "storage/block_cache.h"

#include "base/status.h"

namespace skg::storage {

absl::StatusOr<std::shared_ptr<const OpenBlock>> OpenBlock::Make(
    std::string bytes) {
  std::shared_ptr<OpenBlock> block(new OpenBlock(std::move(bytes)));
  SKG_ASSIGN_OR_RETURN(block->view_, BlockView::Open(block->bytes_));
  block->view_.IndexSums();
  return std::shared_ptr<const OpenBlock>(std::move(block));
}

std::shared_ptr<const OpenBlock> BlockCache::Find(const BlockPlace& place) {
  Shard& shard = ShardOf(place);
  Blocks fallen;
  const std::lock_guard lock(shard.mutex);
  if (const auto it = shard.young.find(place); it != shard.young.end())
    return it->second;
  const auto it = shard.old.find(place);
  if (it == shard.old.end()) return nullptr;
  std::shared_ptr<const OpenBlock> block = std::move(it->second);
  shard.old.erase(it);
  shard.old_bytes -= block->memory_bytes();
  fallen = InsertLocked(shard, place, block);
  return block;
}

void BlockCache::Insert(const BlockPlace& place,
                        std::shared_ptr<const OpenBlock> block) {
  Shard& shard = ShardOf(place);
  Blocks fallen;
  const std::lock_guard lock(shard.mutex);
  // Two readers may have missed it at once.
  if (shard.young.contains(place) || shard.old.contains(place)) return;
  fallen = InsertLocked(shard, place, std::move(block));
}

BlockCache::Blocks BlockCache::InsertLocked(
    Shard& shard, const BlockPlace& place,
    std::shared_ptr<const OpenBlock> block) {
  const size_t bytes = block->memory_bytes();
  if (bytes > half_bytes_) return {};
  Blocks fallen;
  if (shard.young_bytes + bytes > half_bytes_) {
    fallen.swap(shard.old);
    shard.old.swap(shard.young);
    shard.old_bytes = std::exchange(shard.young_bytes, 0);
  }
  shard.young.emplace(place, std::move(block));
  shard.young_bytes += bytes;
  return fallen;
}

size_t BlockCache::memory_bytes() const {
  size_t bytes = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    bytes += shard.young_bytes + shard.old_bytes;
  }
  return bytes;
}

}  // namespace skg::storage
