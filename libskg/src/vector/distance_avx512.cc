// Kernels of AVX-512 with VNNI. No flag of the compiler says so: the functions
// do.
#include "vector/code_loops.h"
#include "vector/distance_kernels.h"

#ifdef SKG_VECTOR_X86
#include <immintrin.h>

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 warns about its own header (_mm512_undefined and those that use it).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

namespace skg::vector {
namespace {

#define SKG_AVX512 __attribute__((target("avx512f,avx512bw,avx512vnni")))
#define SKG_AVX512_INLINE \
  __attribute__((target("avx512f,avx512bw,avx512vnni"), always_inline)) inline

template <bool kL2>
SKG_AVX512_INLINE __m512 Step(__m512 sum, __m512 a, __m512 b) {
  if constexpr (kL2) {
    const __m512 d = _mm512_sub_ps(a, b);
    return _mm512_fmadd_ps(d, d, sum);
  } else {
    return _mm512_fmadd_ps(a, b, sum);
  }
}

// kRows rows at a time, each with two sums; the rest of the components, fewer
// than 16, through a mask.
template <bool kL2, size_t kRows>
SKG_AVX512_INLINE void Together(const float* query, const float* const* row,
                                size_t dimension, float* out) {
  __m512 even[kRows], odd[kRows];
#pragma GCC unroll 4
  for (size_t r = 0; r < kRows; ++r) even[r] = odd[r] = _mm512_setzero_ps();
  size_t j = 0;
  for (; j + 32 <= dimension; j += 32) {
    const __m512 low = _mm512_loadu_ps(query + j);
    const __m512 high = _mm512_loadu_ps(query + j + 16);
#pragma GCC unroll 4
    for (size_t r = 0; r < kRows; ++r) {
      even[r] = Step<kL2>(even[r], low, _mm512_loadu_ps(row[r] + j));
      odd[r] = Step<kL2>(odd[r], high, _mm512_loadu_ps(row[r] + j + 16));
    }
  }
  if (j + 16 <= dimension) {
    const __m512 low = _mm512_loadu_ps(query + j);
#pragma GCC unroll 4
    for (size_t r = 0; r < kRows; ++r) {
      even[r] = Step<kL2>(even[r], low, _mm512_loadu_ps(row[r] + j));
    }
    j += 16;
  }
  if (j < dimension) {
    const auto mask = static_cast<__mmask16>((1u << (dimension - j)) - 1);
    const __m512 low = _mm512_maskz_loadu_ps(mask, query + j);
#pragma GCC unroll 4
    for (size_t r = 0; r < kRows; ++r) {
      odd[r] = Step<kL2>(odd[r], low, _mm512_maskz_loadu_ps(mask, row[r] + j));
    }
  }
#pragma GCC unroll 4
  for (size_t r = 0; r < kRows; ++r) {
    out[r] = _mm512_reduce_add_ps(_mm512_add_ps(even[r], odd[r]));
  }
}

template <bool kL2>
SKG_AVX512 void Floats(const float* query, const float* base,
                       const RowSelection& rows, size_t dimension, float* out) {
  size_t i = 0;
  for (; i + 4 <= rows.count; i += 4) {
    const float* row[4];
    for (size_t r = 0; r < 4; ++r) row[r] = RowAt(base, rows, i + r);
    Together<kL2, 4>(query, row, dimension, out + i);
  }
  for (; i < rows.count; ++i) {
    const float* row = RowAt(base, rows, i);
    Together<kL2, 1>(query, &row, dimension, out + i);
  }
}

SKG_AVX512_INLINE __m128i Fold(__m512i v) {
  const __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(v),
                                        _mm512_extracti64x4_epi64(v, 1));
  return _mm_add_epi32(_mm256_castsi256_si128(half),
                       _mm256_extracti128_si256(half, 1));
}

// Lane r of the result is the sum of `sum[r]`.
SKG_AVX512_INLINE __m128i Transpose(const __m512i* sum) {
  const __m128i a = _mm_hadd_epi32(Fold(sum[0]), Fold(sum[1]));
  const __m128i b = _mm_hadd_epi32(Fold(sum[2]), Fold(sum[3]));
  return _mm_hadd_epi32(a, b);
}

template <size_t kRows>
SKG_AVX512_INLINE void CodeSums(const int8_t* query, const uint8_t* const* row,
                                size_t stride, __m512i* sum) {
#pragma GCC unroll 4
  for (size_t r = 0; r < kRows; ++r) sum[r] = _mm512_setzero_si512();
  for (size_t j = 0; j < stride; j += 64) {
    const __m512i q = _mm512_loadu_si512(query + j);
#pragma GCC unroll 4
    for (size_t r = 0; r < kRows; ++r) {
      sum[r] = _mm512_dpbusd_epi32(sum[r], _mm512_loadu_si512(row[r] + j), q);
    }
  }
}

SKG_AVX512 void Codes(const int8_t* query, const uint8_t* base,
                      const RowSelection& rows, float scale, float offset,
                      float* out) {
  const __m128 scales = _mm_set1_ps(scale);
  const __m128 offsets = _mm_set1_ps(offset);
  size_t i = 0;
  for (; i + 4 <= rows.count; i += 4) {
    const uint8_t* row[4];
    for (size_t r = 0; r < 4; ++r) row[r] = RowAt(base, rows, i + r);
    __m512i sum[4];
    CodeSums<4>(query, row, rows.stride, sum);
    const __m128 four = _mm_cvtepi32_ps(Transpose(sum));
    _mm_storeu_ps(out + i, _mm_add_ps(offsets, _mm_mul_ps(scales, four)));
  }
  for (; i < rows.count; ++i) {
    const uint8_t* row = RowAt(base, rows, i);
    __m512i sum;
    CodeSums<1>(query, &row, rows.stride, &sum);
    out[i] = offset + scale * static_cast<float>(_mm512_reduce_add_epi32(sum));
  }
}

SKG_AVX512 void DecodeCode(const uint8_t* code, const float* middle,
                           const float* step, size_t stride, float* out) {
  loops::Decode(code, middle, step, stride, out);
}

SKG_AVX512 FoldSums FoldQuery(const float* v, const float* middle,
                              const float* step, size_t stride,
                              int8_t* folded) {
  return loops::Fold(v, middle, step, stride, folded);
}

}  // namespace

const DistanceKernels kAvx512Kernels = {
    "AVX-512 VNNI", Floats<false>, Floats<true>, Codes, DecodeCode, FoldQuery};

}  // namespace skg::vector
#endif
