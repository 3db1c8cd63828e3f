// Loops over codes that the compiler makes vectors of, for each kind of
// processor: each file of kernels has them compiled into a function of its own.
#pragma once

#include <cstddef>
#include <cstdint>

namespace skg::vector {

// What FoldQuery learns of a vector v beside the folded components.
struct FoldSums {
  float unit = 0;       // that of the folded components
  float at_middle = 0;  // sum of v[j] * middle[j]
  float norm = 0;       // sum of v[j]^2
  float spread = 0;     // sum of (v[j] * step[j])^2
  int32_t sum = 0;      // of the folded components
};

namespace loops {

inline constexpr size_t kLanes = 16;
inline constexpr float kMiddleCode = 128;
inline constexpr float kMostStep = 127;

#define SKG_LOOP __attribute__((always_inline)) inline

// All arrays of `stride` entries, a multiple of 64.
SKG_LOOP void Decode(const uint8_t* code, const float* middle,
                     const float* step, size_t stride, float* out) {
  for (size_t i = 0; i < stride; i += kLanes) {
    for (size_t j = i; j < i + kLanes; ++j) {
      out[j] =
          middle[j] + step[j] * (static_cast<float>(code[j]) - kMiddleCode);
    }
  }
}

SKG_LOOP float AddLanes(const float* lanes) {
  float sum = 0;
  for (size_t k = 0; k < kLanes; ++k) sum += lanes[k];
  return sum;
}

// folded[j] = v[j] * step[j] in units such that all fit into 8 bits.
SKG_LOOP FoldSums Fold(const float* v, const float* middle, const float* step,
                       size_t stride, int8_t* folded) {
  float largest[kLanes] = {}, at_middle[kLanes] = {}, norm[kLanes] = {};
  float spread[kLanes] = {};
  for (size_t i = 0; i < stride; i += kLanes) {
    for (size_t k = 0; k < kLanes; ++k) {
      const float x = v[i + k];
      const float factor = x * step[i + k];
      const float size = factor < 0 ? -factor : factor;
      largest[k] = largest[k] < size ? size : largest[k];
      at_middle[k] += x * middle[i + k];
      norm[k] += x * x;
      spread[k] += factor * factor;
    }
  }
  float most = 0;
  for (const float lane : largest) most = most < lane ? lane : most;
  FoldSums sums;
  sums.unit = most / kMostStep;
  sums.at_middle = AddLanes(at_middle);
  sums.norm = AddLanes(norm);
  sums.spread = AddLanes(spread);
  const float inverse = sums.unit > 0 ? 1 / sums.unit : 0;
  int32_t lanes[kLanes] = {};
  for (size_t i = 0; i < stride; i += kLanes) {
    for (size_t k = 0; k < kLanes; ++k) {
      const float places = v[i + k] * step[i + k] * inverse;
      // Rounded to the nearest, as it is above -128.
      const int z = static_cast<int>(places + 128.5f) - 128;
      folded[i + k] = static_cast<int8_t>(z);
      lanes[k] += z;
    }
  }
  for (const int32_t lane : lanes) sums.sum += lane;
  return sums;
}

#undef SKG_LOOP

}  // namespace loops
}  // namespace skg::vector
