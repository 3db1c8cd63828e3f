// RunFilter: says of a triple whether a run may hold it. A split-block Bloom
// filter (Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom
// Filters", 2007, section 3.2; lanes as in the Parquet specification): one
// cache line a question, 10 bits a key, about 1% of false answers "may".
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/statement_row.h"

namespace skg::storage {

// The hash of (graph, subject, predicate, object) that filters go by; the edge
// number does not count. Part of the format: it never changes.
[[nodiscard]] uint64_t TripleHash(const StatementKey& key);

// The pieces that filters are made of, for who does not hold one as a whole.
inline constexpr size_t kFilterBlockWords =
    8;  // of 32 bits, one bit each a key
// 500 KiB, which leaves room for head and checksum.
inline constexpr size_t kFilterChunkBlocks = 16'000;
// Of a filter of so many hashes.
[[nodiscard]] size_t FilterBlocks(uint64_t hashes);
// Greater hashes have no smaller block.
[[nodiscard]] size_t FilterBlockOf(uint64_t hash, size_t blocks);
void PutIntoFilterBlock(uint64_t hash, uint32_t* block);
// Chunk `number` of a filter of `blocks` blocks, with its checksum: all but the
// last one have kFilterChunkBlocks.
[[nodiscard]] std::string EncodeFilterChunk(std::span<const uint32_t> words,
                                            size_t number, size_t blocks);

// Thread safety: const methods from any thread.
class RunFilter {
 public:
  // Of the hashes of all triples of a run; repeats are welcome.
  [[nodiscard]] static RunFilter Build(std::span<const uint64_t> hashes);
  // The chunks as Encode gave them, in order. Errors: kDataLoss.
  [[nodiscard]] static absl::StatusOr<RunFilter> Decode(
      std::span<const std::string> chunks);

  [[nodiscard]] bool MayHold(uint64_t hash) const;
  // Begins to load what MayHold will look at: who asks several filters does not
  // wait for one after the other.
  void Prefetch(uint64_t hash) const;
  // Values of at most 512 KiB, each with its own checksum.
  [[nodiscard]] std::vector<std::string> Encode() const;
  [[nodiscard]] size_t memory_bytes() const;

 private:
  std::vector<uint32_t> words_;  // 8 a block, aligned by use of loadu
};

}  // namespace skg::storage
