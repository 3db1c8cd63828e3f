// Columns of 64-bit values as words of a fixed number of bits each.
//
// Value i lies in lane i % 4 at place i / 4. A lane is a stream of bits, low
// bits first, cut into 64-bit little-endian words; word k of the four lanes
// stand beside each other. So four neighbouring values are one vector of 256
// bits, and all four need the same shifts.
#pragma once

#include <cstddef>
#include <cstdint>

namespace skg::storage {

inline constexpr size_t kPackLanes = 4;

// How many places a buffer of `count` unpacked values needs: whole vectors.
[[nodiscard]] constexpr size_t PackRoom(size_t count) {
  return (count + kPackLanes - 1) / kPackLanes * kPackLanes;
}
// Where value i begins.
[[nodiscard]] constexpr size_t PackedPlace(size_t i, unsigned width) {
  return i / kPackLanes * width / 64 * kPackLanes * 8 + i % kPackLanes * 8;
}
[[nodiscard]] constexpr size_t PackedBytes(size_t count, unsigned width) {
  return (PackRoom(count) / kPackLanes * width + 63) / 64 * kPackLanes * 8;
}

// A stretch of codes, of which each stands for itself + adjust (modulo 2^64).
// A stretch ends where the next one starts.
struct CodeStretch {
  uint64_t start = 0;
  uint64_t adjust = 0;
};

// Each of these works with and
// without AVX2, whichever the processor has. Widths are 1 to 64; arrays of
// values have room for PackRoom(count); `first` is a multiple of kPackLanes.

// Values fit into the width, and those beyond `count` are 0. Writes
// PackedBytes(count, width).
void Pack(const uint64_t* values, size_t count, unsigned width, char* out);
// Writes base + value each, of the values from `first` on.
void Unpack(const char* packed, size_t first, size_t count, unsigned width,
            uint64_t base, uint64_t* out);
// Writes base + the sum of all values from `first` up to this one.
void UnpackSums(const char* packed, size_t first, size_t count, unsigned width,
                uint64_t base, uint64_t* out);
// One value alone.
[[nodiscard]] uint64_t UnpackOne(const char* packed, size_t place,
                                 unsigned width);
// Replaces codes (below 2^63) by what they stand for. The first stretch starts
// at 0; starts rise and are below 2^63.
void MapCodes(const CodeStretch* stretches, size_t stretch_count, size_t count,
              uint64_t* values);

// The same without AVX2, for tests and other processors.
namespace plain {
void Pack(const uint64_t* values, size_t count, unsigned width, char* out);
void Unpack(const char* packed, size_t first, size_t count, unsigned width,
            uint64_t base, uint64_t* out);
void UnpackSums(const char* packed, size_t first, size_t count, unsigned width,
                uint64_t base, uint64_t* out);
void MapCodes(const CodeStretch* stretches, size_t stretch_count, size_t count,
              uint64_t* values);
}  // namespace plain

}  // namespace skg::storage
