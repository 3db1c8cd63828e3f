// Kernels of AVX2 and FMA. No flag of the compiler says so: the functions do.
#include "vector/code_loops.h"
#include "vector/distance_kernels.h"

#ifdef SKG_VECTOR_X86
#include <immintrin.h>

namespace skg::vector {
namespace {

#define SKG_AVX2 __attribute__((target("avx2,fma")))
#define SKG_AVX2_INLINE \
  __attribute__((target("avx2,fma"), always_inline)) inline

template <bool kL2>
SKG_AVX2_INLINE __m256 Step(__m256 sum, __m256 a, __m256 b) {
  if constexpr (kL2) {
    const __m256 d = _mm256_sub_ps(a, b);
    return _mm256_fmadd_ps(d, d, sum);
  } else {
    return _mm256_fmadd_ps(a, b, sum);
  }
}

SKG_AVX2_INLINE float Add(__m256 v) {
  const __m128 four =
      _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

// kRows rows at a time, each with two sums; the rest of the components, fewer
// than 8, through a mask.
template <bool kL2, size_t kRows>
SKG_AVX2_INLINE void Together(const float* query, const float* const* row,
                              size_t dimension, float* out) {
  __m256 even[kRows], odd[kRows];
#pragma GCC unroll 4
  for (size_t r = 0; r < kRows; ++r) even[r] = odd[r] = _mm256_setzero_ps();
  size_t j = 0;
  for (; j + 16 <= dimension; j += 16) {
    const __m256 low = _mm256_loadu_ps(query + j);
    const __m256 high = _mm256_loadu_ps(query + j + 8);
#pragma GCC unroll 4
    for (size_t r = 0; r < kRows; ++r) {
      even[r] = Step<kL2>(even[r], low, _mm256_loadu_ps(row[r] + j));
      odd[r] = Step<kL2>(odd[r], high, _mm256_loadu_ps(row[r] + j + 8));
    }
  }
  if (j + 8 <= dimension) {
    const __m256 low = _mm256_loadu_ps(query + j);
#pragma GCC unroll 4
    for (size_t r = 0; r < kRows; ++r) {
      even[r] = Step<kL2>(even[r], low, _mm256_loadu_ps(row[r] + j));
    }
    j += 8;
  }
  if (j < dimension) {
    const __m256i places = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i mask = _mm256_cmpgt_epi32(
        _mm256_set1_epi32(static_cast<int>(dimension - j)), places);
    const __m256 low = _mm256_maskload_ps(query + j, mask);
#pragma GCC unroll 4
    for (size_t r = 0; r < kRows; ++r) {
      odd[r] = Step<kL2>(odd[r], low, _mm256_maskload_ps(row[r] + j, mask));
    }
  }
#pragma GCC unroll 4
  for (size_t r = 0; r < kRows; ++r) {
    out[r] = Add(_mm256_add_ps(even[r], odd[r]));
  }
}

template <bool kL2>
SKG_AVX2 void Floats(const float* query, const float* base,
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

// Bytes are widened to 16 bits: the instruction that multiplies them as they
// are (maddubs) would saturate.
template <size_t kRows>
SKG_AVX2_INLINE void CodesTogether(const int8_t* query,
                                   const uint8_t* const* row, size_t stride,
                                   float scale, float offset, float* out) {
  __m256i sum[kRows];
#pragma GCC unroll 4
  for (size_t r = 0; r < kRows; ++r) sum[r] = _mm256_setzero_si256();
  for (size_t j = 0; j < stride; j += 16) {
    const __m256i q = _mm256_cvtepi8_epi16(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(query + j)));
#pragma GCC unroll 4
    for (size_t r = 0; r < kRows; ++r) {
      const __m256i c = _mm256_cvtepu8_epi16(
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(row[r] + j)));
      sum[r] = _mm256_add_epi32(sum[r], _mm256_madd_epi16(q, c));
    }
  }
#pragma GCC unroll 4
  for (size_t r = 0; r < kRows; ++r) {
    const __m128i four = _mm_add_epi32(_mm256_castsi256_si128(sum[r]),
                                       _mm256_extracti128_si256(sum[r], 1));
    const __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
    const __m128i one = _mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1));
    out[r] = offset + scale * static_cast<float>(_mm_cvtsi128_si32(one));
  }
}

SKG_AVX2 void Codes(const int8_t* query, const uint8_t* base,
                    const RowSelection& rows, float scale, float offset,
                    float* out) {
  size_t i = 0;
  for (; i + 4 <= rows.count; i += 4) {
    const uint8_t* row[4];
    for (size_t r = 0; r < 4; ++r) row[r] = RowAt(base, rows, i + r);
    CodesTogether<4>(query, row, rows.stride, scale, offset, out + i);
  }
  for (; i < rows.count; ++i) {
    const uint8_t* row = RowAt(base, rows, i);
    CodesTogether<1>(query, &row, rows.stride, scale, offset, out + i);
  }
}

SKG_AVX2 void DecodeCode(const uint8_t* code, const float* middle,
                         const float* step, size_t stride, float* out) {
  loops::Decode(code, middle, step, stride, out);
}

SKG_AVX2 FoldSums FoldQuery(const float* v, const float* middle,
                            const float* step, size_t stride, int8_t* folded) {
  return loops::Fold(v, middle, step, stride, folded);
}

}  // namespace

const DistanceKernels kAvx2Kernels = {"AVX2", Floats<false>, Floats<true>,
                                      Codes,  DecodeCode,    FoldQuery};

}  // namespace skg::vector
#endif
