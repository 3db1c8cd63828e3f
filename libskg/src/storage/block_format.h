// What the encoder and the reader of blocks share; settled in
// libskg/docs/formats.md, section "Blocks".
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "storage/rows.h"

namespace skg::storage::block_format {

inline constexpr uint8_t kEncoding = 1;
inline constexpr uint8_t kAllLiveFlag = 1;
inline constexpr uint8_t kOneVersionFlag = 2;
inline constexpr size_t kChecksumBytes = 8;

enum Place : uint8_t {
  kTerms = 0,  // to 3
  kEdges = 4,
  kCommits,
  kEnds,
  kSigns,
  kTripleSigns,
  kWeights,
  kOperations,
  kHasRecords,
};

// Bits 0-1 of a column's descriptor; 2-5 stretches - 1; 6-7 log2 of the bytes
// of a dictionary's entry.
enum Kind : uint8_t { kConstant = 0, kPacked, kSteps, kDictionary };
inline constexpr size_t kMostStretches = 16;
inline constexpr size_t kMostEntries = 256;
inline constexpr unsigned kEntryWidth = 8;  // at most, of a dictionary's codes
inline constexpr size_t kStretchBytes = 16;

// Stored forms: the usual value is 0, so that it takes one byte.
[[nodiscard]] inline uint64_t StoredEnd(uint64_t end) { return ~end; }
inline constexpr uint32_t kWeightOne = 0x3F800000;
[[nodiscard]] inline uint64_t StoredWeight(float weight) {
  return std::bit_cast<uint32_t>(weight) ^ kWeightOne;
}
[[nodiscard]] inline float LoadedWeight(uint64_t stored) {
  return std::bit_cast<float>(static_cast<uint32_t>(stored) ^ kWeightOne);
}
[[nodiscard]] inline uint64_t StoredOperation(RowOperation operation) {
  return static_cast<uint8_t>(static_cast<uint8_t>(operation) - 1);
}
// Terms as varints: the tag goes last, or all would take ten bytes.
[[nodiscard]] inline uint64_t StoredMin(size_t column, uint64_t min) {
  return column < kEdges ? std::rotl(min, 4) : min;
}
[[nodiscard]] inline uint64_t LoadedMin(size_t column, uint64_t stored) {
  return column < kEdges ? std::rotr(stored, 4) : stored;
}

}  // namespace skg::storage::block_format
