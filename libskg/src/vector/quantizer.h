// ScalarQuantizer: vectors of one byte a component.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vector/aligned_array.h"

namespace skg::vector {

// A vector as the kernels for codes want it: what it gives with a code is
// offset + scale * (sum of components[j] * code[j]), plus the code's own
// addend (see ScalarQuantizer::Addend).
struct CodeQuery {
  AlignedArray<int8_t> components;
  float scale = 0;
  float offset = 0;
  // Standard deviation of the difference between a distance by codes and the
  // true one.
  float error = 0;
  // Room for a vector of whole lines.
  AlignedArray<float> padded;
};

// Each component has its own range, cut into 255 steps: x[j] is about
// middle[j] + step[j] * (code[j] - 128). Ranges are those of the rows, but at
// most `kDeviations` standard deviations to each side, so that a single
// outlier does not coarsen all others; what lies outside is cut off.
// Thread safety: const methods from any thread.
class ScalarQuantizer {
 public:
  static constexpr double kDeviations = 6;

  ScalarQuantizer() = default;
  // As Train made it. `squared` says whether distances are squared Euclidean
  // ones (else they are inner products with the sign turned).
  ScalarQuantizer(std::span<const float> middle, std::span<const float> step,
                  bool squared);
  [[nodiscard]] static ScalarQuantizer Train(std::span<const float* const> rows,
                                             size_t dimension, bool squared);

  [[nodiscard]] size_t dimension() const { return dimension_; }
  // Bytes of a code: the dimension, padded with zeros to whole lines.
  [[nodiscard]] size_t stride() const { return stride_; }
  [[nodiscard]] static size_t Stride(size_t dimension) {
    return (dimension + kVectorAlignment - 1) / kVectorAlignment *
           kVectorAlignment;
  }
  // dimension() numbers each.
  [[nodiscard]] std::span<const float> middle() const {
    return middle_.span().first(dimension_);
  }
  [[nodiscard]] std::span<const float> step() const {
    return step_.span().first(dimension_);
  }

  // `code` has stride() bytes.
  void Encode(const float* vector, uint8_t* code) const;
  void Decode(const uint8_t* code, float* vector) const;
  // What the distance to this code has beside the product: its squared norm
  // where distances are squared, else nothing.
  [[nodiscard]] float Addend(const uint8_t* code) const;

  void Prepare(const float* vector, CodeQuery& query) const;
  void PrepareCode(const uint8_t* code, CodeQuery& query) const;

 private:
  void PreparePadded(CodeQuery& query) const;

  bool squared_ = false;
  size_t dimension_ = 0;
  size_t stride_ = 0;
  AlignedArray<float> middle_;  // stride_ each, zeros behind the dimension
  AlignedArray<float> step_;
};

}  // namespace skg::vector
