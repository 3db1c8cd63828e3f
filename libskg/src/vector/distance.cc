#include "vector/distance.h"

#include <vector>

#include "vector/code_loops.h"
#include "vector/distance_kernels.h"

namespace skg::vector {
namespace {

// Sums of four strands: what the compiler may keep in one register of SSE.
template <bool kL2>
float Sum(const float* a, const float* b, size_t dimension) {
  float strands[4] = {};
  size_t j = 0;
  for (; j + 4 <= dimension; j += 4) {
    for (size_t k = 0; k < 4; ++k) {
      const float d = a[j + k] - b[j + k];
      strands[k] += kL2 ? d * d : a[j + k] * b[j + k];
    }
  }
  for (; j < dimension; ++j) {
    const float d = a[j] - b[j];
    strands[j % 4] += kL2 ? d * d : a[j] * b[j];
  }
  return (strands[0] + strands[1]) + (strands[2] + strands[3]);
}

template <bool kL2>
void Floats(const float* query, const float* base, const RowSelection& rows,
            size_t dimension, float* out) {
  for (size_t i = 0; i < rows.count; ++i) {
    out[i] = Sum<kL2>(query, RowAt(base, rows, i), dimension);
  }
}

void Codes(const int8_t* query, const uint8_t* base, const RowSelection& rows,
           float scale, float offset, float* out) {
  for (size_t i = 0; i < rows.count; ++i) {
    const uint8_t* row = RowAt(base, rows, i);
    int32_t sum = 0;
    for (size_t j = 0; j < rows.stride; ++j) sum += query[j] * row[j];
    out[i] = offset + scale * static_cast<float>(sum);
  }
}

void DecodeCode(const uint8_t* code, const float* middle, const float* step,
                size_t stride, float* out) {
  loops::Decode(code, middle, step, stride, out);
}

FoldSums FoldQuery(const float* v, const float* middle, const float* step,
                   size_t stride, int8_t* folded) {
  return loops::Fold(v, middle, step, stride, folded);
}

std::vector<DistanceKernels> Supported() {
  std::vector<DistanceKernels> kernels = {kPortableKernels};
#ifdef SKG_VECTOR_X86
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    kernels.push_back(kAvx2Kernels);
  }
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vnni")) {
    kernels.push_back(kAvx512Kernels);
  }
#endif
  return kernels;
}

}  // namespace

const DistanceKernels kPortableKernels = {
    "portable", Floats<false>, Floats<true>, Codes, DecodeCode, FoldQuery};

std::span<const DistanceKernels> AllKernels() {
  static const std::vector<DistanceKernels> kernels = Supported();
  return kernels;
}

const DistanceKernels& Kernels() {
  static const DistanceKernels kernels = AllKernels().back();
  return kernels;
}

}  // namespace skg::vector
