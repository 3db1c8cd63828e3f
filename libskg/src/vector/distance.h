// Distances between one vector and many, as fast as the processor does them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace skg::vector {

// Bytes to which rows of a segment and copies of queries are aligned.
inline constexpr size_t kVectorAlignment = 64;

// Which rows a kernel looks at: row i begins at base + index * stride, where
// index is ids[i], or first + i where there are no ids.
struct RowSelection {
  size_t stride = 0;  // in components
  const uint32_t* ids = nullptr;
  size_t first = 0;
  size_t count = 0;
};

// Products of float vectors with float rows. `out` has room for rows.count.
// A result does not depend on how many rows are asked for at once.
using FloatKernel = void (*)(const float* query, const float* base,
                             const RowSelection& rows, size_t dimension,
                             float* out);

// out = offset + scale * (sum of query[j] * row[j]). Rows and query are of
// `stride` bytes, a multiple of 64; the sum fits into 31 bits up to a stride
// of 66,000.
using CodeKernel = void (*)(const int8_t* query, const uint8_t* base,
                            const RowSelection& rows, float scale, float offset,
                            float* out);

// See code_loops.h. Arrays are of `stride` entries, a multiple of 64.
struct FoldSums;
using DecodeKernel = void (*)(const uint8_t* code, const float* middle,
                              const float* step, size_t stride, float* out);
using FoldKernel = FoldSums (*)(const float* v, const float* middle,
                                const float* step, size_t stride,
                                int8_t* folded);

struct DistanceKernels {
  const char* name;
  FloatKernel inner_product;
  FloatKernel squared_l2;
  CodeKernel code_product;
  DecodeKernel decode;
  FoldKernel fold;
};

// The fastest that this processor has.
[[nodiscard]] const DistanceKernels& Kernels();
// All that it can run, the portable ones first.
[[nodiscard]] std::span<const DistanceKernels> AllKernels();

// Asks for the lines of [at, at + bytes) before they are used.
inline void Prefetch(const void* at, size_t bytes) {
  const char* line = static_cast<const char*>(at);
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(line + i);
}

}  // namespace skg::vector
