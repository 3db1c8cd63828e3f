#include "storage/bit_packing.h"

#include <bit>
#include <cstring>

#include "base/bytes.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define SKG_PACK_AVX2 1
#include <immintrin.h>
#endif

namespace skg::storage {
namespace {

constexpr uint64_t MaskOf(unsigned width) {
  return width == 64 ? UINT64_MAX : (uint64_t{1} << width) - 1;
}

// Where the bits of one place lie: word and shift. They are also read from
// `last`, the word of their last bit; where that is the same word, what is
// shifted in lies above the width and is masked out. So no word is touched
// that holds nothing of the value.
struct Place {
  size_t word, last;
  unsigned shift;
  Place(size_t place, unsigned width) {
    const size_t bit = place * width;
    word = bit / 64;
    last = (bit + width - 1) / 64;
    shift = static_cast<unsigned>(bit % 64);
  }
};

}  // namespace

namespace plain {

void Pack(const uint64_t* values, size_t count, unsigned width, char* out) {
  std::memset(out, 0, PackedBytes(count, width));
  const auto put = [out](size_t word, size_t lane, uint64_t bits) {
    char* at = out + (word * kPackLanes + lane) * 8;
    StoreLittleEndian(LoadLittleEndian<uint64_t>(at) | bits, at);
  };
  for (size_t i = 0; i < count; ++i) {
    const Place place(i / kPackLanes, width);
    put(place.word, i % kPackLanes, values[i] << place.shift);
    if (place.last != place.word) {
      put(place.last, i % kPackLanes, values[i] >> (64 - place.shift));
    }
  }
}

void Unpack(const char* packed, size_t first, size_t count, unsigned width,
            uint64_t base, uint64_t* out) {
  const uint64_t mask = MaskOf(width);
  const size_t places = PackRoom(count) / kPackLanes;
  for (size_t j = 0; j < places; ++j) {
    const Place place(first / kPackLanes + j, width);
    const char* low = packed + place.word * kPackLanes * 8;
    const char* high = packed + place.last * kPackLanes * 8;
    for (size_t lane = 0; lane < kPackLanes; ++lane) {
      // A shift by 64 is two shifts: it would be undefined.
      const uint64_t bits =
          LoadLittleEndian<uint64_t>(low + lane * 8) >> place.shift |
          LoadLittleEndian<uint64_t>(high + lane * 8)
              << 1 << (63 - place.shift);
      out[j * kPackLanes + lane] = base + (bits & mask);
    }
  }
}

void UnpackSums(const char* packed, size_t first, size_t count, unsigned width,
                uint64_t base, uint64_t* out) {
  plain::Unpack(packed, first, count, width, 0, out);
  for (size_t i = 0; i < PackRoom(count); ++i) out[i] = base += out[i];
}

void MapCodes(const CodeStretch* stretches, size_t stretch_count, size_t count,
              uint64_t* values) {
  for (size_t i = 0; i < PackRoom(count); ++i) {
    const uint64_t code = values[i];
    uint64_t adjust = stretches[0].adjust;
    for (size_t k = 1; k < stretch_count; ++k) {
      // Signed, as vectors compare: damaged codes too have one meaning.
      adjust =
          static_cast<int64_t>(code) >= static_cast<int64_t>(stretches[k].start)
              ? stretches[k].adjust
              : adjust;
    }
    values[i] = code + adjust;
  }
}

}  // namespace plain

#ifdef SKG_PACK_AVX2

namespace {

// Part of the loops below, which must be compiled for AVX2 as a whole.
#define SKG_AVX2 __attribute__((target("avx2")))
#define SKG_AVX2_INLINE __attribute__((target("avx2"), always_inline)) inline

SKG_AVX2_INLINE __m256i Load(const void* at) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(at));
}
SKG_AVX2_INLINE void Store(__m256i vector, void* at) {
  _mm256_storeu_si256(static_cast<__m256i*>(at), vector);
}
SKG_AVX2_INLINE __m256i Splat(uint64_t value) {
  return _mm256_set1_epi64x(static_cast<int64_t>(value));
}
SKG_AVX2_INLINE __m128i Shift(size_t bits) {
  return _mm_cvtsi64_si128(static_cast<int64_t>(bits));
}
SKG_AVX2_INLINE __m256i UnpackPlace(const char* packed, size_t j,
                                    unsigned width, __m256i mask) {
  const Place place(j, width);
  const __m256i low = Load(packed + place.word * kPackLanes * 8);
  const __m256i high = Load(packed + place.last * kPackLanes * 8);
  // Unlike the language's, these shifts by 64 give 0.
  return _mm256_and_si256(
      mask, _mm256_or_si256(_mm256_srl_epi64(low, Shift(place.shift)),
                            _mm256_sll_epi64(high, Shift(64 - place.shift))));
}

SKG_AVX2 void PackAvx2(const uint64_t* values, size_t count, unsigned width,
                       char* out) {
  const size_t places = PackRoom(count) / kPackLanes;
  __m256i bits = _mm256_setzero_si256();
  unsigned filled = 0;
  for (size_t j = 0; j < places; ++j) {
    const __m256i value = Load(values + j * kPackLanes);
    bits = _mm256_or_si256(bits, _mm256_sll_epi64(value, Shift(filled)));
    filled += width;
    if (filled < 64) continue;
    Store(bits, out);
    out += kPackLanes * 8;
    filled -= 64;
    bits = _mm256_srl_epi64(value, Shift(width - filled));
  }
  if (filled != 0) Store(bits, out);
}

SKG_AVX2 void UnpackAvx2(const char* packed, size_t first, size_t count,
                         unsigned width, uint64_t base, uint64_t* out) {
  const __m256i mask = Splat(MaskOf(width));
  const __m256i bases = Splat(base);
  const size_t begin = first / kPackLanes;
  const size_t places = PackRoom(count) / kPackLanes;
  for (size_t j = 0; j < places; ++j) {
    Store(_mm256_add_epi64(bases, UnpackPlace(packed, begin + j, width, mask)),
          out + j * kPackLanes);
  }
}

SKG_AVX2 void UnpackSumsAvx2(const char* packed, size_t first, size_t count,
                             unsigned width, uint64_t base, uint64_t* out) {
  const __m256i mask = Splat(MaskOf(width));
  const __m256i zero = _mm256_setzero_si256();
  __m256i carry = Splat(base);
  const size_t begin = first / kPackLanes;
  const size_t places = PackRoom(count) / kPackLanes;
  for (size_t j = 0; j < places; ++j) {
    __m256i v = UnpackPlace(packed, begin + j, width, mask);
    // a b c d -> a a+b c c+d -> a a+b a+b+c a+b+c+d.
    v = _mm256_add_epi64(v, _mm256_slli_si256(v, 8));
    v = _mm256_add_epi64(
        v, _mm256_blend_epi32(zero, _mm256_permute4x64_epi64(v, 0x50), 0xF0));
    Store(_mm256_add_epi64(carry, v), out + j * kPackLanes);
    carry = _mm256_add_epi64(carry, _mm256_permute4x64_epi64(v, 0xFF));
  }
}

SKG_AVX2 void MapCodesAvx2(const CodeStretch* stretches, size_t stretch_count,
                           size_t count, uint64_t* values) {
  const size_t places = PackRoom(count) / kPackLanes;
  for (size_t j = 0; j < places; ++j) {
    const __m256i code = Load(values + j * kPackLanes);
    __m256i adjust = Splat(stretches[0].adjust);
    for (size_t k = 1; k < stretch_count; ++k) {
      const __m256i below = _mm256_cmpgt_epi64(Splat(stretches[k].start), code);
      adjust = _mm256_blendv_epi8(Splat(stretches[k].adjust), adjust, below);
    }
    Store(_mm256_add_epi64(code, adjust), values + j * kPackLanes);
  }
}

}  // namespace

#define SKG_DISPATCH(function, ...)     \
  if (__builtin_cpu_supports("avx2")) { \
    function##Avx2(__VA_ARGS__);        \
  } else {                              \
    plain::function(__VA_ARGS__);       \
  }

#else
#define SKG_DISPATCH(function, ...) plain::function(__VA_ARGS__);
#endif

void Pack(const uint64_t* values, size_t count, unsigned width, char* out) {
  SKG_DISPATCH(Pack, values, count, width, out)
}

void Unpack(const char* packed, size_t first, size_t count, unsigned width,
            uint64_t base, uint64_t* out) {
  SKG_DISPATCH(Unpack, packed, first, count, width, base, out)
}

void UnpackSums(const char* packed, size_t first, size_t count, unsigned width,
                uint64_t base, uint64_t* out){
    SKG_DISPATCH(UnpackSums, packed, first, count, width, base, out)}

uint64_t UnpackOne(const char* packed, size_t at, unsigned width) {
  const Place place(at / kPackLanes, width);
  const size_t lane = at % kPackLanes * 8;
  const uint64_t bits =
      LoadLittleEndian<uint64_t>(packed + place.word * kPackLanes * 8 + lane) >>
          place.shift |
      LoadLittleEndian<uint64_t>(packed + place.last * kPackLanes * 8 + lane)
          << 1 << (63 - place.shift);
  return bits & MaskOf(width);
}

void MapCodes(const CodeStretch* stretches, size_t stretch_count, size_t count,
              uint64_t* values) {
  SKG_DISPATCH(MapCodes, stretches, stretch_count, count, values)
}

}  // namespace skg::storage
